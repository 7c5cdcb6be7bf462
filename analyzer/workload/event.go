package workload

// Kind says what happened. Only [KindExecution] and [KindFetch] carry an
// execution with its final duration when a shard is filled; [KindPending] and
// [KindBare] become one when the aggregator pairs them, [KindPlan] when no
// duration line of the same execution follows.
type Kind uint8

const (
	KindExecution  Kind = iota // a statement or execute that ended, with its duration
	KindFetch                  // execute fetch from: a portal resumed, time but no new call
	KindPending                // log_statement: text without a duration
	KindBare                   // a duration without text
	KindPlan                   // auto_explain
	KindParse                  // extended protocol, Parse
	KindBind                   // extended protocol, Bind: planning time
	KindError                  // ERROR, FATAL or PANIC in the session
	KindConnect                // the session began
	KindDisconnect             // the session ended
	KindWait                   // log_lock_waits: Dur was spent waiting for a lock
	KindOther                  // a valid record that tells nothing about statements
)

// Flags of one event.
type Flags uint16

const (
	FlagNested       Flags = 1 << iota // ran inside a function: a child, no call of its own
	FlagBegin                          // BEGIN, START TRANSACTION
	FlagEnd                            // COMMIT, END, ROLLBACK (not to a savepoint), PREPARE TRANSACTION
	FlagRollback                       // with FlagEnd: the transaction was undone
	FlagReset                          // DISCARD ALL, RESET ALL: a pool handed the session on
	FlagNoise                          // tells nothing about loops: SET, SHOW, SAVEPOINT, SELECT 1, catalogue queries, ...
	FlagExtended                       // extended protocol (execute)
	FlagTrace                          // a span; Session is its scope
	FlagParallel                       // a span that overlaps its predecessor in the scope
	FlagParamsKnown                    // Params holds every varying value, even when there are none
	FlagParamsCut                      // values were cut by log_parameter_max_length: hashes cover what was visible
	FlagPortal                         // with FlagExtended: the portal may have a name
	FlagStillWaiting                   // of [KindWait]: the lock was not there yet
)

// MaxParams is how many parameter or literal hashes an event keeps.
const MaxParams = 8

// None stands for a number that is not known (Limit, Offset, Rows).
const None = -1

// Event is one thing that happened in a session, compact: no text, only
// numbers that a [Workload] explains.
type Event struct {
	Start   int64    // µs since 1970-01-01 UTC: end minus duration; 0 when the log has no time
	Dur     int64    // µs
	Line    int64    // line of the record, from 1, in Input
	Rows    int64    // rows returned, or None
	Limit   int64    // value of a top-level LIMIT, or None
	Offset  int64    // value of a top-level OFFSET, or None
	Input   uint32   // index into Workload.Inputs
	Group   uint32   // index into Workload.Groups
	Session uint32   // number of the session; its name is Workload.Session(n)
	Context uint32   // index into Workload.Contexts
	Bind    uint32   // µs spent in parse and bind of this execution
	Lock    uint32   // µs of Dur that were spent waiting for locks, as far as log_lock_waits tells
	Vxid    uint32   // tells a session's transactions apart: the local part of a log's virtual transaction id; 0 unknown
	Request uint32   // hash of a request's tag (traceparent, request_id, ...); 0 unknown
	Params  []uint32 // at most MaxParams hashes of single values; valid during the call only
	Flags   Flags
	Kind    Kind
}

// Known reports whether the values of the statement's parameters are known.
func (e *Event) Known() bool { return e.Flags&FlagParamsKnown != 0 }

// Observer sees every execution in the order of its session. The event, its
// Params and the context are valid during the call only.
type Observer interface {
	Observe(e *Event, g *Group, c *Context)
}

// Context is what a client says about itself, interned.
type Context struct {
	App, User, Database, Route string
	CodePath                   string // code.file.path or a file tag
	CodeLine                   int    // 0 unknown
}
