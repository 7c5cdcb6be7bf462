// Package index turns the facts of a workload into a set of indexes: which
// could serve (candidates), what they would change (a Coster), how large they
// are, which of them to create or drop together (Select), and the DDL.
package index

import (
	"context"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/workload"
)

// Def is the definition of an index that might exist.
type Def = schema.Index

// Config is a change of the existing indexes.
type Config struct{ Add, Drop []Def }

// Cost is what a judge says of one statement under a [Config].
type Cost struct {
	Total float64  // planner units
	Used  []string // names of the indexes in the plan, hypothetical ones included
	Plan  string   // a short text of the plan, "" unknown
}

// Coster judges configurations.
type Coster interface {
	Cost(ctx context.Context, q *query.Query, c Config) (Cost, error)
}

// Statement is one statement of the workload with its weight.
type Statement struct {
	ID      string
	Query   *query.Query
	Calls   float64 // 0 unknown (a .sql file without weights): counts as one
	ExecMS  float64 // of all calls, without waiting for locks
	Samples []workload.Sample
	Group   *workload.Group // what was observed of the parameters (LeadingWild)
}

// Basis says how an advice is known.
type Basis string

const (
	Observed  Basis = "observed"  // seen in the input
	Proven    Basis = "proven"    // built and measured
	Planner   Basis = "planner"   // PostgreSQL's planner said so
	Estimated Basis = "estimated" // our model with statistics
	Heuristic Basis = "heuristic" // the shape of the SQL only
)

// Action of an advice.
type Action string

const (
	Create Action = "create"
	Drop   Action = "drop"
)

// Advice is one index to create or drop.
type Advice struct {
	Action    Action
	Def       Def
	Rule      string // missing-index, composite-index, leading-wildcard, ...: what to report it as
	DDL       string // complete, with semicolon; extensions it needs first
	Rollback  string
	Extension string // pg_trgm, ... that the DDL creates; "" none
	Basis     Basis
	Bytes     int64 // estimated size; 0 unknown
	Serves    []Served
	Reason    string   // one sentence: what the statements do today
	Literals  []string // constants that stand in the DDL
}

// Served is one statement that an advice is for.
type Served struct {
	ID            string
	Calls         float64
	ExecMS        float64
	Before, After float64 // cost per call; both 0 when nobody could judge
}

// VerdictKind is the verdict of a statement.
type VerdictKind string

const (
	Recommended   VerdictKind = "recommended"
	AlreadyServed VerdictKind = "served"
	NoIndexHelps  VerdictKind = "no-index-helps"
	NotAnalysed   VerdictKind = "not-analysed"
)

// Verdict says for one statement what came of it, and why.
type Verdict struct {
	Kind    VerdictKind
	Reason  string   // one sentence without a period
	Indexes []string // recommended or serving
}

// Selection is the set that was chosen for the whole workload.
type Selection struct {
	Advices       []Advice           // most saved first
	Verdicts      map[string]Verdict // by statement ID, every statement
	Coster        string             // model, twin, live; "" when only shapes were judged
	Before, After float64            // weighted cost; 0 unknown
	Explains      int
}

// Options of [Select]. The zero value is right.
type Options struct {
	Coster     Coster // nil: the model
	Budget     int64  // bytes, 0 unlimited
	MaxIndexes int    // 0 unlimited
}
