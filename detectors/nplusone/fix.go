package nplusone

import (
	"fmt"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/query"
)

// fixes says what to run instead. Statements come from the normalised text, so
// that they hold no value of the input.
func (j *judged) fixes() []analyzer.Fix {
	switch j.rule {
	case duplicateRule:
		return []analyzer.Fix{{Kind: "code", Title: "ask once and remember the answer until the request ends, or ask before the loop"}}
	case offsetRule:
		return []analyzer.Fix{{Kind: "code", Title: j.keyset()}}
	case keysetRule:
		return []analyzer.Fix{{Kind: "code", Title: "nothing is wrong with it; a larger LIMIT saves round trips"}}
	}
	out := []analyzer.Fix{}
	seen := map[string]bool{}
	for _, u := range j.innermostFirst() {
		if seen[u.stmt.ID] {
			continue
		}
		seen[u.stmt.ID] = true
		if f, ok := j.batch(u); ok {
			out = append(out, f)
		}
	}
	return out
}

// innermostFirst lists what runs per iteration of the inner loops before that
// of the outer one: its flat list of keys is the result of the other's batch.
func (j *judged) innermostFirst() []*subject {
	var inner, outer []*subject
	for _, u := range j.body {
		if u.member.Nested {
			inner = append([]*subject{u}, inner...)
		} else {
			outer = append(outer, u)
		}
	}
	return append(inner, outer...)
}

// batch is the fix for one statement of the loop; false when it needs none.
func (j *judged) batch(u *subject) (analyzer.Fix, bool) {
	if u.sequence {
		return analyzer.Fix{
			Kind: "rewrite", Title: "draw all numbers at once, or let an identity column with RETURNING draw them",
			SQL: strings.TrimSuffix(strings.TrimSpace(u.stmt.Text), ";") + fmt.Sprintf("\nFROM generate_series(1, $%d);", 1+strings.Count(u.stmt.Text, "$")),
		}, true
	}
	if len(u.keys) == 0 && u.query.Command != query.Insert {
		if u.member.Distinct >= 0 && u.member.Distinct <= 2 && !u.write {
			return analyzer.Fix{Kind: "code", Title: "ask for " + phrase(u) + " once, before the loop"}, true
		}
		return analyzer.Fix{}, false
	}
	b, err := u.rewrite()
	if err != nil {
		return analyzer.Fix{Kind: "code", Title: fmt.Sprintf("collect the values and ask once instead of %s per row; no statement is proposed: %v", phrase(u), err)}, true
	}
	return analyzer.Fix{Kind: "rewrite", Title: j.title(u, b) + u.caveats(b), SQL: b.SQL}, true
}

// title says what the batch does.
func (j *judged) title(u *subject, b *query.Batch) string {
	columns := and(u.columns())
	switch u.query.Command {
	case query.Insert:
		return fmt.Sprintf("insert all rows into %s with one statement, a thousand or so at a time; COPY from about 5000 on", u.short())
	case query.Update:
		return fmt.Sprintf("update all rows of %s with one statement", u.short())
	case query.Delete:
		return fmt.Sprintf("delete all rows from %s with one statement", u.short())
	}
	switch b.Form {
	case query.BatchDistinct:
		return fmt.Sprintf("ask once which values of %s have a row in %s", columns, u.short())
	case query.BatchGrouped:
		return fmt.Sprintf("ask for all values of %s at once", columns)
	case query.BatchLateral:
		return fmt.Sprintf("take the first rows of %s for all values of %s at once, with an index on %s and the ORDER BY; without one, row_number() OVER (PARTITION BY %s ...) reads less", u.short(), columns, columns, columns)
	case query.BatchEach:
		return fmt.Sprintf("ask for all values of %s in one round trip; the server still works for each of them", columns)
	}
	if u.write {
		return fmt.Sprintf("lock all rows of %s at once, in one order: no deadlocks", u.short())
	}
	join := ""
	if j.link.parent != nil && u == j.lead && !j.link.parent.one() {
		join = fmt.Sprintf(", or join %s to the list of %s", u.short(), j.link.short())
	}
	if len(u.keys) == 1 && u.keys[0].row() {
		return fmt.Sprintf("read %s once for all values of %s%s; a value without a row gives none", u.short(), columns, join)
	}
	return fmt.Sprintf("read %s once for all values of %s and group the rows in the application%s", u.short(), columns, join)
}

// keyset tells how to page without OFFSET.
func (j *judged) keyset() string {
	top := j.lead.query.Scopes[0]
	var columns []string
	for _, s := range top.OrderBy {
		columns = append(columns, s.Text)
	}
	if len(columns) == 0 {
		return "give the pages an order and continue after the last row: WHERE key > its key ORDER BY key LIMIT n"
	}
	by := strings.Join(columns, ", ")
	than := ">"
	if top.OrderBy[0].Desc {
		than = "<"
	}
	return fmt.Sprintf("continue after the last row instead: WHERE (%s) %s its values, with the same ORDER BY and LIMIT", by, than)
}
