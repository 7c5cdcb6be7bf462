package nplusone

import (
	"regexp"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/workload"
)

var commented = regexp.MustCompile(`\b(?:framework|db_driver)='([^']{1,200})'`)

// writer recognises the data layer that wrote statements, from what its
// comments say, else from the shape of its SQL: nil when none is known or two
// of them could be it.
func writer(shapes []shape, app string) *layer {
	if l := named(shapes, app); l != nil {
		return l
	}
	var found *layer
	for _, s := range shapes {
		for i := range layers {
			l := &layers[i]
			if l == found || !l.writes(s) {
				continue
			}
			if found != nil {
				return nil
			}
			found = l
		}
	}
	return found
}

// named reads tags of sqlcommenter and the application's name.
func named(shapes []shape, app string) *layer {
	var says []string
	for _, s := range shapes {
		for _, m := range commented.FindAllStringSubmatch(s.raw, 4) {
			says = append(says, strings.ToLower(m[1]))
		}
	}
	says = append(says, strings.ToLower(app))
	for _, text := range says {
		words := strings.FieldsFunc(text, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r == '-' || r == ' ') })
		for i := range layers {
			if slices.ContainsFunc(layers[i].tags, func(t string) bool { return slices.Contains(words, t) }) {
				return &layers[i]
			}
		}
	}
	return nil
}

// written recognises who wrote the loop, from its own statements and the one
// before it.
func (r *review) written(j *judged) *layer {
	var shapes []shape
	all := j.body
	if j.link.parent != nil {
		all = append(all[:len(all):len(all)], j.link.parent)
	}
	for _, u := range all {
		raw := ""
		if len(u.stmt.Groups) > 0 {
			raw = u.stmt.Groups[0].Text
		}
		shapes = append(shapes, newShape(u.stmt.Text, raw))
	}
	var client workload.Context
	if r.w.Source != nil {
		client = r.client(j.loop)
	}
	return writer(shapes, client.App)
}

// advice is what to write in the data layer instead of the loop; false where
// there is nothing to say.
func (l *layer) advice(j *judged) (analyzer.Fix, bool) {
	u := j.lead
	text := l.many
	top := u.query.Scopes[0]
	switch {
	case u.sequence || j.rule != loopRule && j.rule != writeRule:
		return analyzer.Fix{}, false
	case u.query.Command == query.Insert:
		text = l.insert
	case u.query.Command == query.Update:
		text = l.update
	case u.query.Command == query.Delete:
		text = l.remove
	case u.query.Command != query.Select || u.write:
		return analyzer.Fix{}, false // a lock has no word of its own in a data layer
	case u.scope != top, top.CountStar, top.Aggregates && len(top.GroupBy) == 0, probes(u):
		text = l.count
	case len(u.keys) == 1 && u.keys[0].table == u.table && u.keys[0].row():
		text = l.one
	}
	parent := "the list"
	if p := j.link.parent; p != nil && p.short() != "" {
		parent = p.short()
	}
	child := u.short()
	if child == "" || text == "" {
		return analyzer.Fix{}, false
	}
	return analyzer.Fix{Kind: "code", Title: "in " + l.name + ": " + strings.NewReplacer("%c", child, "%p", parent).Replace(text)}, true
}

// probes reports a statement that only asks whether there is a row.
func probes(u *subject) bool {
	out := u.query.Scopes[0].Output
	return u.query.Command == query.Select && len(out) > 0 && !slices.ContainsFunc(out, func(e query.Expr) bool { return e.Star || e.Table >= 0 || e.Column != "" })
}

// loader is the advice for resolvers of GraphQL, which run a query per node.
func (j *judged) loader() (analyzer.Fix, bool) {
	if j.rule != loopRule || !strings.Contains(strings.ToLower(j.loop.Route), "graphql") {
		return analyzer.Fix{}, false
	}
	return analyzer.Fix{Kind: "code", Title: "a batch loader (DataLoader) in the resolver of " + j.lead.short() + " collects the keys of one tick and asks once"}, true
}
