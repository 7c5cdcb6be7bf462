package source

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// shardSize is how many observations are handed on at once.
const shardSize = 4096

// emit hands on the statements of a trace in the order in which they began,
// each in its scope as in a session of its own.
func (t *traces) emit(tr *openTrace) {
	a, twice, nested := assemble(tr.spans)
	t.twice += twice
	t.nested += nested
	type placed struct {
		index int
		scope *scope
	}
	var all []placed
	var used []*scope
	for _, sc := range a.scopes {
		for _, i := range sc.statements {
			all = append(all, placed{i, sc})
		}
		if len(sc.statements) > 0 {
			used = append(used, sc)
		}
	}
	slices.SortFunc(all, func(x, y placed) int { return cmp.Compare(x.index, y.index) })
	slices.SortFunc(used, func(x, y *scope) int { return cmp.Compare(x.statements[0], y.statements[0]) })

	type running struct {
		scope *scope
		key   uint64
	}
	ends := map[running]int64{}
	for _, p := range all {
		s := &a.spans[p.index]
		q := s.statement
		same := running{p.scope, q.lexed.Key}
		for n := range s.times {
			o := t.observation(tr, a, s, n)
			o.Session = sessionOf(tr.id, p.scope.id)
			if t.leftOut(o) {
				t.in.Filtered++
				continue
			}
			if end, before := ends[same]; before && o.Start < end {
				o.Flags |= workload.FlagParallel
			}
			ends[same] = max(ends[same], o.Start+o.Dur)
			t.seen(s, q)
			t.w.Add(o)
			if t.waiting++; t.waiting >= shardSize {
				t.merge()
			}
		}
	}
	for _, sc := range used {
		t.serial++
		t.w.Add(&workload.Observation{
			Event:    workload.Event{Kind: workload.KindDisconnect, Rows: workload.None, Limit: workload.None, Offset: workload.None},
			Session:  sessionOf(tr.id, sc.id),
			Name:     []byte(tr.id),
			Position: t.serial,
		})
		t.waiting++
	}
}

func sessionOf(trace, scope string) uint64 {
	return xxhash.Sum64String(trace + "\x00" + scope)
}

// seen adds to the coverage what the worker does not count.
func (t *traces) seen(s *span, q *statement) {
	if q.failed {
		t.in.Errors++
	}
	if q.lexed.Command == sqltree.Empty {
		t.in.Empty++
	}
	if q.lexed.Traits&sqltree.Truncated != 0 {
		t.in.Truncated++
	}
	if s.start > 0 {
		end := time.UnixMicro(s.end).UTC()
		if t.in.From.IsZero() || end.Before(t.in.From) {
			t.in.From = end
		}
		if end.After(t.in.To) {
			t.in.To = end
		}
	}
}

// leftOut applies --since, --until, --database, --user and --app.
func (t *traces) leftOut(o *workload.Observation) bool {
	c := o.Client()
	opts := &t.r.o
	began := time.UnixMicro(o.Start)
	return !opts.Since.IsZero() && began.Before(opts.Since) || !opts.Until.IsZero() && !began.Before(opts.Until) ||
		len(opts.Databases) > 0 && !slices.Contains(opts.Databases, c.Database) ||
		len(opts.Users) > 0 && !slices.Contains(opts.Users, c.User) ||
		len(opts.Apps) > 0 && !slices.Contains(opts.Apps, c.App)
}

// observation of the n-th call that a span stands for.
func (t *traces) observation(tr *openTrace, a *assembly, s *span, n int) *workload.Observation {
	duration := (s.end - s.start) / int64(s.times)
	q := s.statement
	l := &q.lexed
	t.serial++
	o := &workload.Observation{
		Event: workload.Event{
			Kind: workload.KindExecution, Start: s.start + int64(n)*duration, Dur: duration, Line: s.line, Input: t.number,
			Rows: q.rows, Limit: l.Limit, Offset: l.Offset,
			Request: requestHash(tr.id), Flags: workload.FlagTrace | workload.FlagsOf(l),
		},
		Text: []byte(q.text), HasText: l.Command != sqltree.Empty, Key: groupKey(l.Key, q.database),
		Command: workload.Command(l.Command), Traits: workload.Traits(l.Traits),
		Name: []byte(tr.id), Position: t.serial,
	}
	if above := a.span(s.parent); above != nil && above.batch {
		o.Vxid = requestHash(above.id) // one round trip, like a pipeline
		o.Flags |= workload.FlagExtended
	}
	t.parameters(o, q)
	c := t.client(a, s)
	o.Client = func() workload.Context { return c }
	o.Context = contextHash(&c)
	return o
}

// requestHash is never 0, which stands for unknown.
func requestHash(id string) uint32 {
	h := xxhash.Sum64String(id)
	return max(uint32(h^h>>32), 1)
}

// parameters fills in what varies from call to call.
func (t *traces) parameters(o *workload.Observation, q *statement) {
	l := &q.lexed
	if l.NParam == 0 {
		o.Params = l.Literals[:min(l.NLiteral, len(l.Literals))]
		if l.Traits&sqltree.Truncated == 0 {
			o.Flags |= workload.FlagParamsKnown
		}
		return
	}
	v := &q.params
	if len(v.list) == 0 {
		return
	}
	o.Params = v.hashes(nil)
	o.LeadWild = v.wild()
	o.Flags |= workload.FlagParamsKnown
	if n, ok := v.integer(l.LimitParam); ok {
		o.Limit = n
	}
	if n, ok := v.integer(l.OffsetParam); ok {
		o.Offset = n
	}
	o.Values = func() (texts []string, nulls []bool) {
		for _, x := range v.list {
			texts = append(texts, string(bytes.ReplaceAll(x.text, []byte("''"), []byte("'"))))
			nulls = append(nulls, x.null)
		}
		return texts, nulls
	}
}

// client is what the span, those above it and the statement's comment tell of
// who ran it.
func (t *traces) client(a *assembly, s *span) workload.Context {
	q := s.statement
	c := workload.Context{App: q.process.Service, User: q.user, Database: q.database, CodePath: s.file, CodeLine: s.fileLine}
	id, called := s.parent, ""
	for range maxUpwards {
		above := a.span(id)
		if above == nil || c.Route != "" && c.CodePath != "" {
			break
		}
		if a.calledInLoop(above) {
			called = first(called, above.route)
		} else {
			c.Route = first(c.Route, above.route)
		}
		if c.CodePath == "" {
			c.CodePath, c.CodeLine = above.file, above.fileLine
		}
		id = above.parent
	}
	c.Route = first(c.Route, called)
	if l := &q.lexed; l.CommentEnd > l.CommentStart {
		tags := sqltree.ReadTags([]byte(q.text[l.CommentStart:l.CommentEnd]))
		c.Route, c.App = first(c.Route, tags.Route), first(c.App, tags.App)
		if c.CodePath == "" {
			c.CodePath, c.CodeLine = tags.File, tags.Line
		}
	}
	return c
}

func contextHash(c *workload.Context) uint64 {
	h := xxhash.New()
	for _, s := range []string{c.App, c.User, c.Database, c.Route, c.CodePath} {
		_, _ = h.WriteString(s)
		_, _ = h.Write([]byte{0})
	}
	_, _ = h.Write([]byte{byte(c.CodeLine), byte(c.CodeLine >> 8), byte(c.CodeLine >> 16), byte(c.CodeLine >> 24)})
	return h.Sum64()
}
