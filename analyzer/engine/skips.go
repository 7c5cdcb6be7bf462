package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/schema"
)

// skips counts what was not read, not understood or not done, by kind, with
// the first example of each.
type skips struct{ kinds map[string]*analyzer.Skip }

func newSkips() *skips { return &skips{kinds: map[string]*analyzer.Skip{}} }

func (s *skips) add(kind, example string) { s.addMany(kind, 1, example) }

func (s *skips) addMany(kind string, n int, example string) {
	k := s.kinds[kind]
	if k == nil {
		k = &analyzer.Skip{Kind: kind, Example: example}
		s.kinds[kind] = k
	}
	k.Count += n
}

// list returns the skips by kind.
func (s *skips) list() []analyzer.Skip {
	out := make([]analyzer.Skip, 0, len(s.kinds))
	for _, k := range s.kinds {
		out = append(out, *k)
	}
	slices.SortFunc(out, func(a, b analyzer.Skip) int { return strings.Compare(a.Kind, b.Kind) })
	return out
}

// schemaSkips counts what of the schema could not be used.
func schemaSkips(s *skips, sch *schema.Schema) {
	if sch == nil {
		return
	}
	for _, p := range sch.Problems {
		s.add("schema-problem", fmt.Sprintf("%s:%d: %s", p.Path, p.Line, p.Message))
	}
}
