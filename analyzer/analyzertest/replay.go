package analyzertest

import (
	"fmt"
	"strconv"
	"time"

	"github.com/apilint/apilint/analyzer/engine"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// begun is when every replay begins; gap is how far apart its statements are.
var begun = time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)

const gap = time.Millisecond

// input replays the script: its schema, its executions as a log would have
// them, and its counters as pg_stat_statements would.
func (s *script) input() (*engine.Input, error) {
	sch := schema.New()
	sch.AddDDL(s.path, s.ddl)
	for _, st := range s.stats {
		if err := sch.AddStats(st.name, st.content); err != nil {
			return nil, fmt.Errorf("%s: %w", st.name, err)
		}
	}
	finder := sequence.New(sequence.Options{})
	agg := workload.NewAggregator(workload.Limits{}, finder)

	agg.Input(&workload.Input{Path: s.path, Kind: "log", Format: "stderr"}, workload.SourceLog)
	r := &replay{worker: agg.NewWorker(workload.SourceLog), now: begun}
	r.worker.Begin(nil)
	counters := false
	for _, st := range s.steps {
		counters = counters || st.calls > 0
		if st.calls == 0 {
			r.step(st)
		}
	}
	agg.Merge(r.worker.End())
	agg.Collect(r.worker)

	if counters {
		agg.Input(&workload.Input{Path: s.path, Kind: "pgss", Format: "pg_stat_statements"}, workload.SourceStats)
		for _, st := range s.steps {
			if st.calls > 0 {
				agg.Count(counter(st))
			}
		}
	}
	w := agg.Workload()
	return &engine.Input{Workload: w, Loops: finder.Candidates(), Schemas: schema.Alone(sch)}, nil
}

func counter(st *step) *workload.Counter {
	var l sqltree.Lexed
	sqltree.Lex([]byte(st.text), &l)
	return &workload.Counter{
		Key: l.Key, Text: st.text, Command: workload.Command(l.Command), Traits: workload.Traits(l.Traits), TopLevel: true,
		Totals: workload.Totals{Calls: st.calls, ExecUS: st.calls * st.mean.Microseconds(), MaxUS: st.mean.Microseconds()},
	}
}

// replay writes executions into a worker, as a reader of logs does.
type replay struct {
	worker   *workload.Worker
	now      time.Time
	position int64
}

func (r *replay) step(st *step) {
	r.now = r.now.Add(st.pause)
	runs := st.params
	if len(runs) == 0 {
		runs = [][]value{nil}
	}
	for _, params := range runs {
		r.execution(st, params)
	}
}

func (r *replay) execution(st *step, params []value) {
	var l sqltree.Lexed
	sqltree.Lex([]byte(st.text), &l)
	r.position++
	o := &workload.Observation{
		Event: workload.Event{
			Kind: workload.KindExecution, Start: r.now.UnixMicro(), Dur: st.took.Microseconds(), Line: int64(st.line),
			Rows: workload.None, Limit: l.Limit, Offset: l.Offset, Flags: workload.FlagsOf(&l),
		},
		Key: l.Key, Text: []byte(st.text), HasText: true,
		Command: workload.Command(l.Command), Traits: workload.Traits(l.Traits),
		Session: uint64(sqltree.HashLiteral([]byte(st.session))) + 1, Name: []byte("session " + st.session),
		Position: r.position,
	}
	r.now = r.now.Add(max(gap, st.took))
	if st.vxid != "" {
		o.Vxid = sqltree.HashLiteral([]byte(st.vxid))
	}
	client(o, st, &l)
	switch {
	case l.NParam == 0:
		o.Flags |= workload.FlagParamsKnown
		o.Params = l.Literals[:min(l.NLiteral, workload.MaxParams)]
	case len(params) > 0:
		o.Flags |= workload.FlagParamsKnown | workload.FlagExtended
		bind(o, &l, params)
	}
	r.worker.Coverage().Records++
	r.worker.Add(o)
}

// client reads what the statement's comment says about who ran it.
func client(o *workload.Observation, st *step, l *sqltree.Lexed) {
	if l.CommentEnd == 0 {
		return
	}
	tags := sqltree.ReadTags([]byte(st.text[l.CommentStart:l.CommentEnd]))
	c := workload.Context{App: tags.App, Route: tags.Route, CodePath: tags.File, CodeLine: tags.Line}
	if tags.Request != "" {
		o.Request = sqltree.HashLiteral([]byte(tags.Request))
	}
	if c != (workload.Context{}) {
		o.Context = uint64(sqltree.HashLiteral(fmt.Append(nil, c)))
		o.Client = func() workload.Context { return c }
	}
}

// null is the hash that stands for NULL.
const null = 0x6e756c6c

// bind gives the execution its parameters.
func bind(o *workload.Observation, l *sqltree.Lexed, params []value) {
	texts, nulls := make([]string, len(params)), make([]bool, len(params))
	for i, p := range params {
		texts[i], nulls[i] = p.text, p.null
		h := sqltree.HashLiteral([]byte(p.text))
		if p.null {
			h = null
		} else if i < workload.MaxParams && p.text != "" && (p.text[0] == '%' || p.text[0] == '_') {
			o.LeadWild |= 1 << i
		}
		if i < workload.MaxParams {
			o.Event.Params = append(o.Event.Params, h)
		} else {
			o.Event.Params[workload.MaxParams-1] = sqltree.MixLiteral(o.Event.Params[workload.MaxParams-1], h)
		}
	}
	o.Values = func() ([]string, []bool) { return texts, nulls }
	number := func(n int, into *int64) {
		if n > 0 && n <= len(params) {
			if v, err := strconv.ParseInt(texts[n-1], 10, 64); err == nil {
				*into = v
			}
		}
	}
	number(l.LimitParam, &o.Limit)
	number(l.OffsetParam, &o.Offset)
}
