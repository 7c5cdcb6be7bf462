package nplusone

import (
	"cmp"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/workload"
)

// fewestInside is how often a statement runs in each call of the function.
const fewestInside = 5

// call is a function that a statement calls for its own sake.
var call = regexp.MustCompile(`(?i)(?:^\s*call|^\s*select|\sfrom|\slateral)\s+((?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+))?)\s*\(`)

// builtin are functions of the server that statements call alone.
var builtin = regexp.MustCompile(`^(?:pg_catalog\..*|information_schema\..*|pg_.*|nextval|setval|currval|lastval|set_config|current_setting|generate_series|generate_subscripts|unnest|now|version|random|count|sum|min|max|avg|coalesce|exists|not|to_.*|txid_.*|json.*|array_.*|string_.*|regexp_.*|row_number|lower|upper|length|date_trunc|extract|cast|gen_random_uuid|uuid_generate_.*|current_.*|greatest|least|round|dblink.*|values)$`)

// called names the functions of the application's that a statement calls.
func (c *counts) called(text string) []string {
	var out []string
	for _, m := range call.FindAllStringSubmatch(text, -1) {
		name := strings.ReplaceAll(m[1], `"`, "")
		if lower := strings.ToLower(name); !builtin.MatchString(lower) && !slices.Contains(out, name) && lower != "select" {
			out = append(out, name)
		}
	}
	return out
}

// function is one that clients called.
type function struct {
	name  string
	calls int64
	top   *tally // that called it most
}

// functions finds statements that run again and again within one call of a
// function. What a FOR loop of PL/pgSQL reads counts no rows, so that only the
// calls of the function can be compared.
func (c *counts) functions() []*countedPair {
	byAccount := map[account]map[string]*function{}
	changed := map[account]map[string]int64{} // rows by table, for triggers
	for _, t := range c.tallies {
		if !t.topLevel || t.stmt.Query == nil {
			continue
		}
		for _, name := range c.called(t.stmt.Text) {
			fs := byAccount[t.account]
			if fs == nil {
				fs = map[string]*function{}
				byAccount[t.account] = fs
			}
			f := fs[name]
			if f == nil {
				f = &function{name: name}
				fs[name] = f
			}
			f.calls += t.calls
			if f.top == nil || t.calls > f.top.calls {
				f.top = t
			}
		}
		if q := t.stmt.Query; q.Command != query.Select && q.Target >= 0 && q.Target < len(q.Scopes[0].Tables) {
			if changed[t.account] == nil {
				changed[t.account] = map[string]int64{}
			}
			changed[t.account][q.Scopes[0].Tables[q.Target].QualifiedName()] += t.returned
		}
	}
	var out []*countedPair
	for _, t := range c.tallies {
		if t.topLevel || t.stmt.Query == nil || !c.enough(t) || t.traits&(workload.TraitBatched|workload.TraitMultiRow) != 0 || strings.Contains(t.stmt.Text, "OPERATOR(pg_catalog.") {
			continue // the last are foreign keys that are checked
		}
		u := t.read(1)
		if u == nil {
			continue
		}
		u.variables()
		if len(u.keys) == 0 && u.query.Command != query.Insert {
			continue
		}
		caller := t.account
		caller.topLevel = true
		if fires(t, changed[caller]) {
			continue
		}
		if x := within(t, byAccount[caller]); x != nil {
			t.subject = u
			x.intervals = c.servers[t.server].intervals
			out = append(out, x)
		}
	}
	return out
}

// variables takes the equalities with a variable of the function for keys: of
// those the text keeps the name (u.id = r.user_id).
func (u *subject) variables() {
	for _, s := range u.query.Scopes {
		for _, p := range s.Predicates {
			if len(u.keys) == 0 && p.Op == query.Eq && p.Join == nil && p.Or == 0 && p.Column != "" && p.Table >= 0 && p.Table < len(s.Tables) {
				t := s.Tables[p.Table]
				u.keys = append(u.keys, key{column: p.Column, table: t, rel: t.Rel})
			}
		}
	}
}

// fires reports a statement that ran once for each row that was changed in some
// table: it is a trigger's.
func fires(t *tally, changed map[string]int64) bool {
	for _, rows := range changed {
		if math.Abs(float64(t.calls)/float64(max(rows, 1))-1) <= .01 {
			return true
		}
	}
	return false
}

// within finds the function that a statement runs in: the only one that is
// called seldom enough, unless another one may run it once or a few times in
// each call.
func within(t *tally, functions map[string]*function) *countedPair {
	var loops []*function
	others := false
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		f := functions[name]
		ratio := float64(t.calls) / float64(max(f.calls, 1))
		switch {
		case ratio >= fewestInside:
			loops = append(loops, f)
		case math.Abs(ratio-math.Round(ratio)) <= .01 && ratio >= .99:
			return nil
		default:
			others = true
		}
	}
	if len(loops) == 0 {
		return nil
	}
	slices.SortStableFunc(loops, func(a, b *function) int { return cmp.Compare(b.calls, a.calls) })
	x := &countedPair{kind: countedInside, child: t, parent: loops[0].top, ratio: float64(t.calls) / float64(max(loops[0].calls, 1)), score: functionScore, exact: true}
	for _, f := range loops {
		x.functions = append(x.functions, f.name)
	}
	switch {
	case len(loops) > 1:
		x.score, x.exact, x.parent = relatedScore, false, nil
	case others:
		x.score -= namesOnly
	}
	return x
}
