package source

import (
	"cmp"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// A scope is what a loop may not leave: the nearest span above the statements
// that is no database call, or one above it. Many libraries wrap each call
// into a span of its own (a repository's method, a resolver), so statements
// whose own span shows no loop are rolled up to the span above, as AppMap
// does; but never out of the span with which a request entered the service.

const (
	loopSize   = 5 // statements of one text that are a loop
	maxRollUp  = 4 // levels
	maxUpwards = 64
)

// scope is statements of one trace under one span.
type scope struct {
	id         string
	depth      int // of its span, 0 unknown or the root
	above      *scope
	levels     int // how far its statements were rolled up
	statements []int
}

// assembly is a trace whose spans are in order.
type assembly struct {
	spans  []span
	byID   map[string]int
	scopes map[string]*scope
	served map[service]int // requests to one route inside of one request
}

// service is a route that was called from inside of a request, "" of none.
type service struct{ caller, route string }

// assemble sorts the spans of a trace and finds the scope of each statement.
func assemble(spans []span) (a *assembly, twice, nested int) {
	slices.SortStableFunc(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end), strings.Compare(a.id, b.id))
	})
	a = &assembly{byID: make(map[string]int, len(spans)), scopes: map[string]*scope{}}
	for _, s := range spans {
		if i, again := a.byID[s.id]; again {
			if s.entry && !a.spans[i].entry && a.spans[i].statement == nil {
				a.spans[i] = s // one id for both sides of a call: what is below ran on the server
			} else if !a.spans[i].entry || s.entry || s.statement != nil {
				twice++
			}
			continue
		}
		a.byID[s.id] = len(a.spans)
		a.spans = append(a.spans, s)
	}
	for i := range a.spans {
		s := &a.spans[i]
		if s.statement == nil {
			continue
		}
		if a.recordedAbove(s) {
			nested++
			continue
		}
		sc := a.scope(a.above(s.parent), 0)
		sc.statements = append(sc.statements, i)
	}
	a.rollUp()
	a.served = map[service]int{}
	for i := range a.spans {
		if s := &a.spans[i]; s.entry && s.route != "" {
			a.served[a.serviceOf(s)]++
		}
	}
	return a, twice, nested
}

// serviceOf returns the route that a request entered by, and from which one.
func (a *assembly) serviceOf(s *span) service {
	id := s.parent
	for range maxUpwards {
		above := a.span(id)
		if above == nil || above.entry {
			break
		}
		id = above.parent
	}
	return service{id, s.route}
}

// calledInLoop reports whether a request is one of many to the same route from
// inside of another one: then the loop, and the place to mend it, is there.
func (a *assembly) calledInLoop(s *span) bool {
	return s.entry && s.parent != "" && s.route != "" && a.served[a.serviceOf(s)] >= loopSize
}

// span returns a span by its id, nil when it is not there.
func (a *assembly) span(id string) *span {
	if i, ok := a.byID[id]; ok {
		return &a.spans[i]
	}
	return nil
}

// above returns the first id, from id upwards, that is no database call: maybe
// of a span that was not exported, "" above the root.
func (a *assembly) above(id string) string {
	for range maxUpwards {
		s := a.span(id)
		if s == nil || !s.database {
			return id
		}
		id = s.parent
	}
	return id
}

// recordedAbove reports whether a database call around this one carries the
// same statement: an object mapper and the driver were both instrumented.
func (a *assembly) recordedAbove(s *span) bool {
	id := s.parent
	for range maxUpwards {
		p := a.span(id)
		if p == nil || !p.database || p == s {
			return false
		}
		if p.statement != nil && p.statement.lexed.Key == s.statement.lexed.Key {
			return true
		}
		id = p.parent
	}
	return false
}

// scope returns the scope of a span's id and those above it.
func (a *assembly) scope(id string, guard int) *scope {
	if sc := a.scopes[id]; sc != nil {
		return sc
	}
	sc := &scope{id: id}
	a.scopes[id] = sc // before looking up, as parents may form a circle
	s := a.span(id)
	if s == nil || s.entry || s.parent == "" || guard >= maxUpwards {
		return sc
	}
	if above := a.scope(a.above(s.parent), guard+1); above != sc {
		sc.above, sc.depth = above, above.depth+1
	}
	return sc
}

// rollUp moves statements up, the deepest first: out of scopes without a loop,
// and out of those that begin with their loop where the span above shows what
// the loop walks.
func (a *assembly) rollUp() {
	all := make([]*scope, 0, len(a.scopes))
	for _, sc := range a.scopes {
		all = append(all, sc)
	}
	slices.SortFunc(all, func(a, b *scope) int { return cmp.Or(cmp.Compare(b.depth, a.depth), strings.Compare(a.id, b.id)) })
	for len(all) > 0 {
		n := 0
		for n < len(all) && all[n].depth == all[0].depth {
			n++
		}
		for _, sc := range all[:n] {
			if first, _ := a.loop(sc); first < 0 {
				sc.up()
			}
		}
		for _, sc := range all[:n] {
			if first, led := a.loop(sc); first >= 0 && !led && a.leads(sc.above, first) {
				sc.up()
			}
		}
		all = all[n:]
	}
	for _, sc := range a.scopes {
		slices.Sort(sc.statements)
	}
}

// up moves the statements to the scope above.
func (sc *scope) up() {
	if sc.above == nil || len(sc.statements) == 0 || sc.levels >= maxRollUp {
		return
	}
	sc.above.statements = append(sc.above.statements, sc.statements...)
	sc.above.levels = max(sc.above.levels, sc.levels+1)
	sc.statements = nil
}

// loop looks for a statement that runs again and again: the first one of it,
// -1 for none, and whether another query led to it.
func (a *assembly) loop(sc *scope) (first int, led bool) {
	times := map[uint64]int{}
	begin := map[uint64]int{}
	for _, i := range sc.statements {
		q := &a.spans[i].statement.lexed
		if q.Traits&sqltree.Noise != 0 {
			continue
		}
		if n, seen := begin[q.Key]; !seen || i < n {
			begin[q.Key] = i
		}
		times[q.Key]++
	}
	first = -1
	for key, n := range times {
		if n >= loopSize && (first < 0 || begin[key] < first) {
			first = begin[key]
		}
	}
	return first, first >= 0 && a.leads(sc, first)
}

// leads reports whether the scope reads something else before statement i.
func (a *assembly) leads(sc *scope, i int) bool {
	if sc == nil {
		return false
	}
	key := a.spans[i].statement.lexed.Key
	return slices.ContainsFunc(sc.statements, func(n int) bool {
		q := &a.spans[n].statement.lexed
		return n < i && q.Key != key && q.Traits&sqltree.Noise == 0 && (q.Command == sqltree.Select || q.Traits&sqltree.Returning != 0)
	})
}
