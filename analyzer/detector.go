// Package analyzer is the contract between detectors, the engine that drives
// them and the reports that print what they found.
package analyzer

import (
	"github.com/apilint/apilint/analyzer/index"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/workload"
)

// Severity of a rule or finding.
type Severity string

const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Detector finds one family of problems. Exactly one of Run and Review is set.
type Detector struct {
	Rules  []Rule
	Needs  Needs
	Run    func(*Pass) error     // per distinct statement; pure
	Review func(*Workload) error // the whole workload, once
}

// Rule is one thing a detector can report.
type Rule struct {
	Name     string   // kebab-case, names the problem
	Severity Severity // at worst; a finding may be lower, never higher
	Doc      Doc
}

// Doc is the page of a rule. Schema, Bad and Good are SQL and executed by a
// test: Bad must be reported, Good must not.
type Doc struct {
	Title   string // "A query runs once per row of another"
	Why     string // what it costs, with a measured number and where it was measured
	Schema  string // DDL that Bad and Good need
	Bad     string
	Good    string
	Caveats string // when it is fine
}

// Needs of a detector; an unmet need is a skip that the report tells.
type Needs uint8

const (
	NeedsSchema Needs = 1 << iota
	NeedsStats
	NeedsSequence
)

// Statement is one distinct statement of one database: all lexical groups that
// share a group key.
type Statement struct {
	ID         string // 16 hex digits of fingerprint and shape
	Database   string
	Text       string       // normalised, never a literal of the input
	Query      *query.Query // nil when the parser could not read it
	ParseError string
	Groups     []*workload.Group   // the lexical groups, at least one
	Totals     *workload.PerSource // merged over Groups; of a single one its own: read only
	Samples    []workload.Sample   // slowest first; read only
}

// Total returns the totals that count for ranking; those of a statement of
// which nothing was counted are zero.
func (s *Statement) Total() *workload.Totals {
	if s.Totals == nil {
		return &workload.Totals{}
	}
	return workload.Ranking(s.Totals)
}

// Pass is one statement in front of a Run detector.
type Pass struct {
	Statement *Statement
	Schema    *schema.Schema // never nil, may be empty
	Selection *index.Selection
	Report    func(Finding)
}

// Workload is everything, in front of a Review detector.
type Workload struct {
	Statements []*Statement // by ID
	ByGroup    []*Statement // by number of the lexical group
	Source     *workload.Workload
	Schema     *schema.Schema // never nil, may be empty
	Loops      []sequence.Candidate
	Selection  *index.Selection // never nil
	RTT        float64          // ms per round trip where nothing was measured (--rtt-ms)
	SampleRate float64          // share of the statements that the logs hold (--sample-rate), 0 unknown
	Report     func(Finding)
	Skip       func(kind, example string)
}
