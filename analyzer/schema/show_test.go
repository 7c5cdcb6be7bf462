package schema

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// show writes a schema as the tests below spell it.
func show(s *Schema) string {
	var b strings.Builder
	for _, t := range s.Tables {
		b.WriteString([]string{"table ", "partitioned ", "view ", "materialized ", "foreign "}[t.Kind] + t.Name.String())
		if len(t.PartitionBy) > 0 {
			b.WriteString(" by " + strings.Join(t.PartitionBy, ", "))
		}
		if t.Parent != nil {
			b.WriteString(" of " + t.Parent.String())
		}
		b.WriteString("\n")
		for _, c := range t.Columns {
			b.WriteString("  " + c.Name + " " + c.Type)
			if c.Collation != "" {
				b.WriteString(" collate " + c.Collation)
			}
			if c.NotNull {
				b.WriteString(" not null")
			}
			if c.Default != "" {
				b.WriteString(map[bool]string{false: " default ", true: " generated "}[c.Generated] + c.Default)
			}
			b.WriteString("\n")
		}
		for _, k := range t.Constraints {
			fmt.Fprintf(&b, "  %c %s (%s)", k.Kind, k.Name, strings.Join(k.Columns, ", "))
			if k.Kind == ForeignKey {
				fmt.Fprintf(&b, " -> %s (%s) %s", k.RefTable, strings.Join(k.RefColumns, ", "), k.OnDelete)
			}
			b.WriteString(strings.TrimRight(" "+k.Expr, " ") + "\n")
		}
		for _, x := range t.Indexes {
			b.WriteString("  " + showIndex(x) + "\n")
		}
		if t.Definition != "" {
			b.WriteString("  as " + t.Definition + "\n")
		}
	}
	return strings.TrimSuffix(strings.ReplaceAll(b.String(), " \n", "\n"), "\n")
}

func showIndex(x *Index) string {
	var parts []string
	for _, p := range x.Parts {
		words := []string{p.Column + p.Expr}
		if p.Expr != "" {
			words[0] = "[" + p.Expr + "]"
		}
		if p.Collation != "" {
			words = append(words, "collate "+p.Collation)
		}
		if p.Opclass != "" {
			words = append(words, p.Opclass)
		}
		if p.Desc {
			words = append(words, "desc")
		}
		if p.NullsFirst != p.Desc {
			words = append(words, map[bool]string{true: "nulls first", false: "nulls last"}[p.NullsFirst])
		}
		parts = append(parts, strings.Join(words, " "))
	}
	s := fmt.Sprintf("%s %s (%s)", x.Method, x.Name, strings.Join(parts, ", "))
	if len(x.Include) > 0 {
		s += " include (" + strings.Join(x.Include, ", ") + ")"
	}
	if x.Where != "" {
		s += " where " + x.Where
	}
	for _, flag := range []struct {
		set  bool
		word string
	}{{x.Primary, "primary"}, {x.Unique && !x.Primary, "unique"}, {x.NullsNotDistinct, "nulls not distinct"}, {x.Invalid, "invalid"}} {
		if flag.set {
			s += " " + flag.word
		}
	}
	return s
}

// loaded applies a script that must be understood.
func loaded(t *testing.T, script string) *Schema {
	t.Helper()
	s := New()
	s.AddDDL("test.sql", script)
	for _, p := range s.Problems {
		t.Errorf("%s:%d: %s: %s", p.Path, p.Line, p.Message, p.Statement)
	}
	return s
}

// ddlCase is a script and the tables that it leaves.
type ddlCase struct {
	name, script, want string
}

func runDDL(t *testing.T, cases []ddlCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := show(loaded(t, c.script))
			if diff := cmp.Diff(outdent(c.want), got); diff != "" {
				t.Errorf("%s\n%s", c.script, diff)
			}
		})
	}
}

// outdent takes the indentation of the first line from all.
func outdent(s string) string {
	s = strings.Trim(s, "\n\t")
	return strings.ReplaceAll(s, "\n\t\t\t", "\n")
}
