package nplusone

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/workload"
)

// rewrite is the statement for all values at once, or why there is none.
func (u *subject) rewrite() (*query.Batch, error) {
	if l := u.query.Scopes[0].Limit; l != nil && l.Kind == query.Const && l.Text == "0" {
		return nil, errors.New("LIMIT 0 returns no row, whatever the values")
	}
	r := query.Repeated{Text: u.stmt.Text, Table: u.written(), Varies: u.variation()}
	row := u.finds()
	for _, k := range u.keys {
		b := query.BatchKey{Alias: k.table.Alias, Column: k.column, Unique: row || u.query.Command != query.Select && k.row(), Param: query.Placeholder(u.query.Text, u.stmt.Text, k.place)}
		if c := k.rel.Column(k.column); c != nil {
			b.Type = c.Type
		}
		r.Keys = append(r.Keys, b)
	}
	return query.NewBatch(r)
}

// finds reports a SELECT of one table that finds at most one row for the
// values of an iteration.
func (u *subject) finds() bool {
	if u.query.Command != query.Select || len(u.query.Scopes) != 1 || len(u.scope.Tables) != 1 || len(u.keys) == 0 {
		return false
	}
	all := slices.Concat(u.keys, u.fixed)
	if slices.ContainsFunc(all, key.row) {
		return true
	}
	columns := make([]string, len(all))
	for i, k := range all {
		columns[i] = k.column
	}
	return unique(u.scope.Tables[0].Rel, columns...)
}

// variation tells of the placeholders of the normalised statement whether their
// values vary.
func (u *subject) variation() func(int) query.Variation {
	places := map[int]int{} // of a placeholder, where the statement has its value
	for place := 1; ; place++ {
		n := query.Placeholder(u.query.Text, u.stmt.Text, place)
		if n == 0 || place > maxPlaces {
			break
		}
		places[n] = place
	}
	parameters := strings.Contains(u.query.Text, "$1")
	return func(n int) query.Variation {
		place, known := places[n]
		switch {
		case parameters && !strings.Contains(u.query.Text, fmt.Sprintf("$%d", n)):
			return query.Same // a literal beside parameters
		case !known || u.member.Distinct < 0:
			return query.Unknown
		case slices.Contains(u.member.Varying, min(place, workload.MaxParams)-1):
			return query.Differs
		}
		return query.Same
	}
}

// maxPlaces is how many values of a statement are told apart.
const maxPlaces = 1 << 12

// caveats say what is different about a batch, and what it takes for granted.
func (u *subject) caveats(b *query.Batch) string {
	var out strings.Builder
	add := func(format string, a ...any) { fmt.Fprintf(&out, "; "+format, a...) }
	q := u.query
	switch {
	case q.Command == query.Update && b.Form == query.BatchUnnest:
		add("give each key once: a key that is in the list twice is updated once")
	case q.Command == query.Insert && q.OnConflict && strings.Contains(b.SQL, " DO UPDATE "):
		add("give each conflict key once, the last of them: a row that is in the list twice is an error")
	case b.Form == query.BatchGrouped && len(q.Scopes[0].GroupBy) == 0:
		if onlyCounts(q.Scopes[0]) {
			add("a value without rows is absent, which means 0")
		} else {
			add("a value without rows is absent: its counts are 0, other aggregates what they are of no rows")
		}
	case b.Form == query.BatchDistinct:
		add("a value that is absent has none")
	}
	if q.Command == query.Insert && q.Returning {
		add("RETURNING promises no order: match its rows by their values")
	}
	if assumed := b.Assumed(u.variation()); len(assumed) > 0 {
		add("%s must be the same in every run, which the input does not tell", and(assumed))
	}
	if b.Guessed {
		add("the array types are guessed")
	}
	return out.String()
}

// onlyCounts reports outputs that are nothing but counts.
func onlyCounts(s *query.Scope) bool {
	return len(s.Output) > 0 && !slices.ContainsFunc(s.Output, func(e query.Expr) bool {
		text := strings.ToLower(e.Text)
		return !strings.HasPrefix(text, "count(") || strings.Index(text, ")") != len(text)-1
	})
}
