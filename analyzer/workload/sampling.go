package workload

import (
	"math"
	"strings"
)

// Sampling is what a log shows of statements that are not in it. A server says
// nowhere that it logs a sample; but whoever logs a statement of less than a
// millisecond has no threshold, and then all of these hold: an unnamed portal
// is bound before it is executed, the numbers of a session's transactions leave
// no gaps that its statements do not fill, and BEGIN has an end before the next
// one. It is additive.
type Sampling struct {
	Bound, Unbound int64 // executions of unnamed portals with and without a bind step before them
	Next, Far      int64 // transactions seen after another one; those at least three further than they should be
	Seen, Counted  int64 // transactions, and how many the server counted meanwhile
	Ended, Unended int64 // BEGINs whose end came before the next BEGIN, and others
}

// fast is the duration below which no threshold lies, µs:
// log_min_duration_statement counts whole milliseconds.
const fast = 1000

func (s *Sampling) add(o *Sampling) {
	s.Bound += o.Bound
	s.Unbound += o.Unbound
	s.Next += o.Next
	s.Far += o.Far
	s.Seen += o.Seen
	s.Counted += o.Counted
	s.Ended += o.Ended
	s.Unended += o.Unended
}

// Sampled reports whether the log holds a sample of the statements; rate is about
// the share that it holds, or less where that is small, and whole says that
// transactions are in it as a whole or not at all. Logs that show too little to
// tell count as complete.
func (s *Sampling) Sampled() (sampled bool, rate float64, whole bool) {
	const enough = 20 // witnesses: one change of a session's settings makes one
	far := s.Far >= enough && s.Far*10 >= s.Next
	unbound := s.Unbound >= enough && s.Unbound*20 >= s.Unbound+s.Bound && s.Bound > 0
	switch {
	case unbound:
		return true, alternating(s.Bound, s.Unbound), false
	case far && s.Unended >= enough && s.Unended*20 >= s.Unended+s.Ended:
		return true, alternating(s.Ended, s.Unended), false
	case far:
		return true, min(float64(s.Seen)/float64(s.Counted), 1), true
	}
	return false, 0, false
}

// alternating is the rate r at which lines of two kinds that alternate were
// logged: after one, the next that is logged is of the other kind with
// probability r + (1-r)^2 r + ... = 1/(2-r). A share near a half only tells that
// the rate is small: then it is the highest that is likely.
func alternating(other, same int64) float64 {
	n := float64(other + same)
	return 2 - 1/max(float64(other)/n, .5+1/math.Sqrt(n))
}

// longestGap is how many transactions one gap counts for: a part of the log that
// was not given looks like a long one.
const longestGap = 10_000

// witness is what a session's next record is held against.
type witness struct {
	vxid   uint32 // local number of the last transaction; 0 unknown
	hidden uint32 // statements since then whose transaction the log does not name
	fast   bool   // a statement below any threshold was logged
	opaque bool   // a statement ran that may have had many transactions
	bound  bool   // a portal is
	bind   bool   // a bind step was logged at all
	begun  bool   // a transaction is
	// listens: each notification that arrives is a transaction.
	listens bool
}

// step takes a parse or bind step.
func (w *witness) step(s *Sampling, e *Event) {
	if e.Kind == KindBind {
		w.bound, w.bind = true, true
	}
	w.transaction(s, e)
}

// execution takes an execution that was logged with its text.
func (w *witness) execution(s *Sampling, e *Event, g *Group) {
	if e.Flags&(FlagExtended|FlagPortal) == FlagExtended && e.Kind == KindExecution {
		if w.bind && e.Dur < fast {
			if w.bound {
				s.Bound++
			} else {
				s.Unbound++
			}
		}
		w.bound = false
	}
	switch {
	case e.Flags&FlagBegin != 0:
		if w.begun && e.Dur < fast {
			s.Unended++
		}
		w.begun = e.Dur < fast
	case e.Flags&FlagEnd != 0:
		if w.begun {
			s.Ended++
		} else {
			w.hidden++
		}
		w.begun = false
	case e.Vxid == 0:
		w.hidden++
	}
	if g != nil && (g.several || g.Command == CommandOther || g.Command == CommandDDL) {
		w.opaque = true // CALL, DO, VACUUM, ...
		w.listens = w.listens || len(g.Text) > len("listen") && strings.EqualFold(g.Text[:len("listen")], "listen")
	}
	w.transaction(s, e)
}

// transaction looks for transactions between this one and the one before.
func (w *witness) transaction(s *Sampling, e *Event) {
	if e.Vxid != 0 && e.Vxid != w.vxid {
		if w.vxid != 0 && e.Vxid > w.vxid && w.fast && e.Dur < fast && !w.opaque && !w.listens {
			s.Next++
			s.Seen += 1 + int64(w.hidden)
			s.Counted += min(int64(e.Vxid-w.vxid), longestGap)
			if int64(e.Vxid-w.vxid)-1-int64(w.hidden) >= 3 {
				s.Far++
			}
		}
		w.vxid, w.hidden, w.opaque = e.Vxid, 0, false
	}
	w.fast = w.fast || e.Dur < fast
}

// failed takes an error: what the statement did before is not known.
func (w *witness) failed(e *Event) {
	*w = witness{fast: w.fast, vxid: e.Vxid, listens: w.listens}
}
