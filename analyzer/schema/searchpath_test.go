package schema

import (
	"slices"
	"strings"
	"testing"
)

const twoSchemas = "CREATE SCHEMA app; CREATE SCHEMA web; CREATE TABLE public.t (); CREATE TABLE app.t (); CREATE TABLE web.t (); CREATE TABLE app.u (); CREATE TABLE web.u (); CREATE TABLE app.only ();"

func TestAs_namesAreLookedForAlongTheUsersPath(t *testing.T) {
	for _, c := range []struct {
		name     string
		settings string
		users    []string
		want     string // what t, u and only mean: a table, "a|b" one of several
	}{
		{"the default path", "", nil, "public.t app.u|web.u app.only-"},
		{"the schema that is named like the user", "", []string{"web"}, "web.t web.u app.only-"},
		{"of two users", "", []string{"app", "web"}, "app.t|web.t app.u|web.u app.only"},
		{"of a user and one without a schema", "", []string{"app", "bob"}, "app.t|public.t app.u app.only"},
		{"the path of the database", "ALTER DATABASE x SET search_path = app, public;", []string{"bob"}, "app.t app.u app.only"},
		{"... counts for a user with a schema, too", "ALTER DATABASE x SET search_path = app, public;", []string{"web"}, "app.t app.u app.only"},
		{"the path of the role", "ALTER DATABASE x SET search_path = app; ALTER ROLE bob SET search_path = web, public;", []string{"bob"}, "web.t web.u app.only-"},
		{"the path of the role in this database", "ALTER ROLE bob IN DATABASE x SET search_path = app; ALTER ROLE bob SET search_path = web;", []string{"bob"}, "app.t app.u app.only"},
		{"of another role", "ALTER ROLE bob SET search_path = web;", []string{"ann"}, "public.t app.u|web.u app.only-"},
		{"of all roles", "ALTER ROLE ALL SET search_path = web;", []string{"ann"}, "web.t web.u app.only-"},
		{"of all roles in this database", "ALTER ROLE ALL IN DATABASE x SET search_path = app;", []string{"ann"}, "app.t app.u app.only"},
		{"that was taken back", "ALTER ROLE bob SET search_path = web; ALTER ROLE bob RESET search_path; ALTER DATABASE x SET search_path = app; ALTER DATABASE x RESET ALL;", []string{"bob"}, "public.t app.u|web.u app.only-"},
		{"of a user who is not known, while one has a path", "ALTER ROLE bob SET search_path = web;", nil, "public.t|web.t web.u app.only-"},
		{"of a user among others who is not known", "ALTER ROLE bob SET search_path = app;", []string{"ann", ""}, "app.t|public.t app.u app.only"},
		{"$user where it stands", `ALTER DATABASE x SET search_path = public, "$user";`, []string{"web"}, "public.t web.u app.only-"},
		{"another setting", "ALTER ROLE bob SET work_mem = '1MB';", []string{"bob"}, "public.t app.u|web.u app.only-"},
		{"a schema that was renamed", "ALTER DATABASE x SET search_path = app; ALTER SCHEMA app RENAME TO app2; ALTER SCHEMA app2 RENAME TO app;", []string{"bob"}, "app.t app.u app.only"},
	} {
		s := loaded(t, twoSchemas+c.settings).As(c.users...)
		if got := meanings(s, "t", "u", "only"); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// meanings writes what names mean: - behind one that is on no path.
func meanings(s *Schema, names ...string) string {
	var out []string
	for _, name := range names {
		m := s.Match(name)
		var words []string
		for _, n := range m.Candidates {
			words = append(words, n.String())
		}
		if m.Table != nil {
			words = append(words, m.Table.Name.String())
		}
		word := strings.Join(words, "|")
		if m.Off {
			word += "-"
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}

func TestWith_sessionsMayHaveSetTheirPath(t *testing.T) {
	s := loaded(t, twoSchemas)
	for _, c := range []struct {
		view *Schema
		want string
	}{
		{s.With([]string{"app", "public"}), "app.t|public.t app.u app.only"},
		{s.With([]string{"pg_catalog"}, nil), "public.t app.u|web.u app.only-"},
		{s.As("web").With([]string{"web"}), "web.t web.u app.only-"},
		{s.Anywhere(), "app.t|public.t|web.t app.u|web.u app.only"},
		{s.With(), "public.t app.u|web.u app.only-"},
	} {
		if got := meanings(c.view, "t", "u", "only"); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
	var none *Schema
	if none.As("x") != nil || none.With([]string{"x"}) != nil || none.Anywhere() != nil || none.Match("x").Table != nil {
		t.Error("no schema knows nothing")
	}
}

func TestCluster_pathsOfRolesAreThoseOfAllDatabases(t *testing.T) {
	c := cluster(t, "=ALTER ROLE bob SET search_path = web;\nALTER DATABASE crm SET search_path = app;\n\\connect x\n"+twoSchemas+"\nALTER ROLE ann IN DATABASE crm SET search_path = web;\n\\connect crm\n"+twoSchemas)
	for _, w := range []struct{ database, user, want string }{
		{"x", "bob", "web.t"}, {"crm", "bob", "web.t"}, {"x", "ann", "public.t"}, {"crm", "ann", "web.t"}, {"crm", "eve", "app.t"}, {"x", "eve", "public.t"},
	} {
		if got := meanings(c.Database(w.database).As(w.user), "t"); got != w.want {
			t.Errorf("%s in %s: %s, want %s", w.user, w.database, got, w.want)
		}
	}
	renamed := cluster(t, "test=\\connect prod\nALTER DATABASE prod SET search_path = app; ALTER DATABASE other SET search_path = web;\n"+twoSchemas)
	if got := meanings(renamed.Database("test"), "t"); got != "app.t" || len(renamed.Databases()) != 1 {
		t.Errorf("read under another name: %s in %s", got, contents(renamed))
	}
}

func TestPathSet(t *testing.T) {
	for _, c := range []struct {
		text  string
		path  string
		known bool
		ok    bool
	}{
		{"SET search_path TO a, b", "a b", true, true},
		{`set local search_path = "A", 'b'`, "A b", true, true},
		{"SELECT set_config('search_path', 'a, \"B\"', false)", "a B", true, true},
		{"SELECT pg_catalog.set_config('search_path', '', false)", "", true, true},
		{"SELECT set_config('search_path', $1, true)", "", false, true},
		{"SET search_path TO $1", "", false, true},
		{"SET search_path TO ?", "", false, true},
		{"SET search_path TO DEFAULT", "", false, false},
		{"RESET search_path", "", false, false},
		{"SHOW search_path", "", false, false},
		{"SET work_mem = 1", "", false, false},
		{"SELECT set_config('work_mem', 'search_path', false)", "", false, false},
		{"SELECT a FROM t WHERE b = 'set search_path'", "", false, false},
		{"SELECT search_path FROM (", "", false, false},
	} {
		path, known, ok := PathSet(c.text)
		if !slices.Equal(path, strings.Fields(c.path)) || known != c.known || ok != c.ok {
			t.Errorf("%s: %q %v %v, want %q %v %v", c.text, path, known, ok, c.path, c.known, c.ok)
		}
	}
}
