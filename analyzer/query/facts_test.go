package query_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sqltree"
)

const shop = `
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, name varchar(50), active boolean NOT NULL, tenant int, settings jsonb, created_at timestamptz, born date);
CREATE TABLE posts (id bigint PRIMARY KEY, user_id bigint REFERENCES users, title text, body tsvector, tags text[], deleted_at timestamptz, created_at timestamp);
CREATE TABLE comments (id bigint PRIMARY KEY, post_id bigint REFERENCES posts, user_id bigint, text text, score numeric);
CREATE VIEW live_posts AS SELECT p.id, p.user_id AS author, p.title FROM posts p WHERE p.deleted_at IS NULL;
CREATE FUNCTION slug(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT lower($1)';
`

// facts writes what was understood of a statement, a scope a line: its tables,
// predicates, order and bounds.
func facts(q *query.Query) string {
	var lines []string
	number := map[*query.Scope]int{}
	for i, s := range q.Scopes {
		number[s] = i
	}
	for _, s := range q.Scopes {
		var f []string
		kind := map[query.ScopeKind]string{query.TopLevel: "", query.SubLink: "sublink ", query.FromSubquery: "from ", query.CTE: "cte ", query.SetArm: "arm ", query.View: "view "}[s.Kind]
		for _, flag := range []struct {
			on   bool
			name string
		}{{s.Correlated, "correlated "}, {s.Negated, "negated "}, {s.Exists, "exists "}, {s.Lateral, "lateral "}} {
			if flag.on {
				kind += flag.name
			}
		}
		var tables []string
		for _, t := range s.Tables {
			name := t.Name
			if t.Alias != t.Name {
				name += " " + t.Alias
			}
			if t.Outer {
				name += "?"
			}
			tables = append(tables, name)
		}
		f = append(f, kind+"["+strings.Join(tables, ", ")+"]")
		for _, p := range s.Predicates {
			f = append(f, predicate(s, p, number))
		}
		f = append(f, ending(s)...)
		lines = append(lines, strings.Join(f, "; "))
	}
	return strings.Join(lines, "\n")
}

func predicate(s *query.Scope, p *query.Predicate, number map[*query.Scope]int) string {
	subject := p.Column
	if subject == "" {
		subject = "(" + p.Expr + ")"
		if p.Volatile {
			subject += "!"
		}
	}
	if len(p.Row) > 0 {
		subject = "(" + strings.Join(p.Row, ",") + ")"
	}
	if p.Table >= 0 {
		subject = s.Tables[p.Table].Alias + "." + subject
	}
	out := subject + " " + string(p.Op)
	if p.Op == query.Contains || p.Op == query.OtherOp || p.Op == query.Regex {
		out = subject + " " + string(p.Op) + p.Operator
	}
	if p.Pattern != "" {
		out += " " + string(p.Pattern)
		if p.Literal != "" {
			out += ":" + p.Literal
		}
	} else {
		for _, v := range p.Values {
			out += " " + value(v, number)
		}
	}
	if p.Join != nil {
		scope := s
		if p.Join.Scope != nil {
			scope = p.Join.Scope
		}
		if p.Join.Table >= 0 {
			out += " ~" + scope.Tables[p.Join.Table].Alias + "." + p.Join.Column
		}
	}
	if p.Outer {
		out += " outer"
	}
	if p.Or > 0 {
		out += fmt.Sprintf(" or%d.%d", p.Or, p.Arm)
	}
	if p.InJoinOn {
		out += " on"
	}
	return out
}

func value(v query.Value, number map[*query.Scope]int) string {
	array := ""
	if v.Array {
		array = "[]"
	}
	switch v.Kind {
	case query.Param:
		return fmt.Sprintf("$%d%s", v.Param, array)
	case query.Null:
		return "NULL"
	case query.Computed:
		return "<" + v.Text + ">" + array
	case query.SubQuery:
		return fmt.Sprintf("scope%d", number[v.Scope])
	}
	nth := ""
	if v.Nth > 0 {
		nth = fmt.Sprintf("#%d", v.Nth)
	}
	return v.Text + nth + array
}

func ending(s *query.Scope) (f []string) {
	exprs := func(list []query.Expr) string {
		var out []string
		for _, e := range list {
			out = append(out, e.Text)
		}
		return strings.Join(out, ", ")
	}
	if len(s.GroupBy) > 0 {
		f = append(f, "group "+exprs(s.GroupBy))
	}
	if s.Distinct {
		f = append(f, strings.TrimSpace("distinct "+exprs(s.DistinctOn)))
	}
	if len(s.OrderBy) > 0 {
		var by []string
		for _, o := range s.OrderBy {
			text := o.Text
			if o.Desc {
				text += " desc"
			}
			if o.NullsFirst != o.Desc {
				text += map[bool]string{true: " nulls first", false: " nulls last"}[o.NullsFirst]
			}
			by = append(by, text)
		}
		f = append(f, "order "+strings.Join(by, ", "))
	}
	if s.Limit != nil {
		f = append(f, "limit "+value(*s.Limit, nil))
	}
	if s.Offset != nil {
		f = append(f, "offset "+value(*s.Offset, nil))
	}
	if s.CountStar {
		f = append(f, "count(*)")
	}
	return f
}

func resolve(t *testing.T, sql, ddl string) *query.Query {
	t.Helper()
	tree, err := sqltree.Parse(sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	var s *schema.Schema
	if ddl != "" {
		s = schema.New()
		s.AddDDL("shop.sql", ddl)
		if len(s.Problems) > 0 {
			t.Fatalf("the schema: %+v", s.Problems)
		}
	}
	return query.Resolve(tree, 0, s)
}

func TestResolve_readsConditions(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"SELECT id FROM posts WHERE user_id = $1", ``},
	} {
		if got := facts(resolve(t, c.sql, shop)); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.sql, got, c.want)
		}
	}
}
