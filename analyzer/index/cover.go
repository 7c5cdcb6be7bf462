package index

import (
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// use is what one index can do for one access.
type use struct {
	def     *Def
	bound   []*cond // bound the part of the index that is read: equalities, then one column's ranges
	checked []*cond // decided from index entries, but within what bound reads
	single  bool    // at most one row: every column of a unique index is pinned
	ordered bool    // delivers access.order
	covers  bool    // holds every column that the scope needs
	lossy   bool    // bitmap only: GIN, BRIN
}

// conditions returns all that the index decides.
func (u *use) conditions() []*cond { return append(slices.Clone(u.bound), u.checked...) }

// match says what index d can do for an access under the given conditions, of
// which ranges of one column are found together. It returns nil when it can do
// nothing at all: not valid, partial without its predicate, other columns.
func match(d *Def, a *access, conds []*cond, sch *schema.Schema) *use {
	if d.Invalid || d.Where != "" && !implied(d.Where, a, conds) {
		return nil
	}
	u := &use{def: d}
	switch d.Method {
	case "btree":
		u.matchBtree(a, conds, sch)
	case "hash":
		for _, c := range conds {
			if len(d.Parts) == 1 && key(c.part) == key(d.Parts[0]) && (c.kind == equal || c.kind == joined || c.kind == list) {
				u.bound = append(u.bound, c)
				break
			}
		}
	case "brin":
		u.lossy = true
		for _, p := range d.Parts {
			for _, c := range conds {
				if key(c.part) == key(p) && (c.kind == equal || c.kind == above || c.kind == below) {
					u.bound = append(u.bound, c)
				}
			}
		}
	case "gin", "gist", "spgist":
		u.lossy = d.Method == "gin"
		for _, p := range d.Parts {
			for _, c := range conds {
				if key(c.part) == key(p) && ginServes(d.Method, p, c) {
					u.bound = append(u.bound, c)
				}
			}
		}
	}
	if len(u.bound) == 0 && len(u.checked) == 0 && !u.ordered && !u.covers {
		return nil
	}
	return u
}

func (u *use) matchBtree(a *access, conds []*cond, sch *schema.Schema) {
	open := true // every column so far is pinned by an equality
	pinned := 0
	for _, p := range u.def.Parts {
		var eq, others []*cond
		for _, c := range conds {
			if key(c.part) != key(p) {
				continue
			}
			switch {
			case c.equality():
				eq = append(eq, c)
			case c.ranged() && !isPatternOpclass(p.Opclass):
				others = append(others, c)
			case c.kind == prefixed && (isPatternOpclass(p.Opclass) || bytewise(collationOf(p, a.table.Rel.Column(p.Column), sch))):
				others = append(others, c)
			}
		}
		switch {
		case open && len(eq) > 0:
			u.bound = append(u.bound, eq[0])
			u.checked = append(u.checked, eq[1:]...)
			u.checked = append(u.checked, others...)
			pinned++
		case open:
			u.bound = append(u.bound, others...)
			open = false
		default:
			u.checked = append(append(u.checked, eq...), others...)
		}
	}
	if u.def.Unique && pinned == len(u.def.Parts) {
		u.single = true
		for _, c := range u.bound {
			u.single = u.single && (c.kind == equal || c.kind == joined || c.kind == flag)
		}
	}
	u.ordered = delivers(u.def, a, u.bound)
	u.covers = covering(u.def, a)
}

// delivers reports whether a scan of the index, forward or backward, yields
// the rows in the order that the access wants.
func delivers(d *Def, a *access, bound []*cond) bool {
	if len(a.order) == 0 {
		return false
	}
	pinned := map[string]bool{} // constant within the scan: free to skip
	several := map[string]bool{}
	for _, c := range bound {
		switch c.kind {
		case equal, null, flag, joined:
			pinned[key(c.part)] = true
		case list:
			several[key(c.part)] = true
		}
	}
	want := make([]query.Sort, 0, len(a.order))
	for _, s := range a.order {
		if !pinned[sortKey(s)] {
			want = append(want, s)
		}
	}
	if len(want) == 0 {
		return true
	}
	reverse, i := false, 0
	for _, p := range d.Parts {
		k := key(p)
		if pinned[k] {
			continue
		}
		if several[k] || k != sortKey(want[i]) || isPatternOpclass(p.Opclass) {
			return false
		}
		if i == 0 {
			reverse = p.Desc != want[0].Desc
		}
		if (p.Desc != want[i].Desc) != reverse || (p.NullsFirst != want[i].NullsFirst) != reverse {
			return false
		}
		if i++; i == len(want) {
			return true
		}
	}
	return false
}

// sortKey is the key of an ORDER BY item.
func sortKey(s query.Sort) string {
	if s.Column != "" {
		return s.Column
	}
	return "(" + s.Text + ")"
}

// covering reports whether the index holds every column that the scope needs
// of the table, so that the table itself need not be visited.
func covering(d *Def, a *access) bool {
	if d.Method != "btree" || a.stmt != nil && a.stmt.Query.Command != query.Select && a.index == a.stmt.Query.Target {
		return false
	}
	for _, n := range a.table.Needed {
		if !slices.Contains(d.Include, n) && !slices.ContainsFunc(d.Parts, func(p schema.Part) bool { return p.Column == n }) {
			return false
		}
	}
	return len(a.table.Needed) > 0
}

// implied reports whether the conditions prove the predicate of a partial
// index: each of its AND-ed parts stands in the statement with the same text,
// or is IS NOT NULL of a column that a strict condition restricts.
func implied(where string, a *access, conds []*cond) bool {
	for _, part := range conjuncts(where) {
		proven := slices.ContainsFunc(append(slices.Clone(conds), a.conds...), func(c *cond) bool {
			if c.pred == nil || c.pred.Or > 0 && !slices.Contains(conds, c) {
				return false
			}
			return slices.Contains(spellings(c), part) || notNull(part) == key(c.part) && strict(c)
		})
		if !proven {
			return false
		}
	}
	return true
}

// strict reports whether a condition is never true of NULL.
func strict(c *cond) bool {
	return c.kind != null && c.pred.Op != query.IsNull && c.pred.Op != query.OtherOp
}

// notNull returns the column of "column is not null", or a name that no column has.
func notNull(text string) string {
	if c, ok := strings.CutSuffix(text, " is not null"); ok {
		return strings.Trim(c, `"`)
	}
	return "\x00"
}

// spellings are the ways to write a condition, normalised.
func spellings(c *cond) []string {
	out := []string{plain(c.pred.Text)}
	if c.kind == flag && len(c.pred.Values) > 0 {
		n := strings.ToLower(schema.QuoteIdent(c.part.Column))
		if c.pred.Values[0].Text == "false" {
			return append(out, "not "+n, n+" = false", n+" is false")
		}
		out = append(out, n, n+" = true", n+" is true")
	}
	return out
}

// plain normalises the text of a condition for comparison: case of what is not
// quoted, blanks, the table's alias, parentheses and casts of text to text.
func plain(text string) string {
	for _, cast := range []string{"::text", "::character varying", "::bpchar"} {
		text = strings.ReplaceAll(text, cast, "")
	}
	grouped := strings.Contains(strings.ToLower(text), " or ") // parentheses mean something
	var b strings.Builder
	var quote byte
	for i := range len(text) {
		ch := text[i]
		switch {
		case quote != 0:
			if ch == quote {
				quote = 0
			}
			b.WriteByte(ch)
		case ch == '\'' || ch == '"':
			quote = ch
			b.WriteByte(ch)
		case (ch == '(' || ch == ')') && !grouped:
		case ch == '.' && i > 0:
			s := b.String()
			cut := strings.LastIndexAny(s, " (") + 1
			if name := s[cut:]; name != "" && (name[0] < '0' || name[0] > '9') {
				b.Reset()
				b.WriteString(s[:cut])
				continue
			}
			b.WriteByte(ch)
		case ch >= 'A' && ch <= 'Z':
			b.WriteByte(ch + 'a' - 'A')
		default:
			b.WriteByte(ch)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// conjuncts splits a predicate at its top-level ANDs.
func conjuncts(where string) []string {
	var out []string
	for _, part := range splitAnd(where) {
		out = append(out, plain(part))
	}
	return out
}

func splitAnd(s string) []string {
	depth, from := 0, 0
	var quote byte
	var out []string
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; {
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '\'' || ch == '"':
			quote = ch
		case ch == '(':
			depth++
		case ch == ')':
			depth--
		case depth == 0 && i+5 <= len(s) && strings.EqualFold(s[i:i+5], " and "):
			out = append(out, s[from:i])
			from = i + 5
		}
	}
	return append(out, s[from:])
}
