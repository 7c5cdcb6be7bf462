package engine

import (
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/workload"
)

// schemas says by which schema a statement is read: that of its database, and
// in it along the search paths of the users that ran it.
type schemas struct {
	w       *workload.Workload
	cluster *schema.Cluster
	only    *schema.Schema // which any database may take, where there is one of each
	none    *schema.Schema // for databases without one
	setters map[string][]pathSetter
	views   map[string]*schema.Schema
}

// pathSetter is what sessions of a database did to their own search path.
type pathSetter struct {
	users []string
	path  []string
	known bool
}

func schemasOf(c *schema.Cluster, w *workload.Workload) *schemas {
	s := &schemas{w: w, cluster: c, none: schema.New(), setters: map[string][]pathSetter{}, views: map[string]*schema.Schema{}}
	if len(c.Databases()) == 0 {
		return s
	}
	names := map[string]bool{}
	for _, g := range w.Groups {
		if g.Traits&workload.TraitNoise == 0 && g.Command != workload.CommandEmpty && grade(g.Database) == 0 {
			names[g.Database] = true
		}
		s.setter(g)
	}
	if len(names) <= 1 {
		s.only = c.Only()
	}
	return s
}

// setter notes a group that sets the search path. A value is no part of a
// group's key: only those are known that were kept.
func (s *schemas) setter(g *workload.Group) {
	if g.Command != workload.CommandSet && g.Command != workload.CommandSelect {
		return
	}
	who := s.users(g)
	path, known, ok := schema.PathSet(g.Text)
	if !ok {
		return
	}
	add := func(path []string, known bool) {
		s.setters[g.Database] = append(s.setters[g.Database], pathSetter{who, path, known})
	}
	add(path, known)
	if !strings.ContainsAny(g.Text, "'$") {
		return
	}
	for _, sample := range g.Samples {
		path, known, _ := schema.PathSet(sample.Text)
		add(path, known)
	}
	if g.Total().Calls > int64(len(g.Samples)) {
		add(nil, false)
	}
}

// of returns the schema of a database, and whether there is one.
func (s *schemas) of(database string) (own *schema.Schema, ok bool) {
	if own = s.cluster.Of(database); own != nil {
		return own, true
	}
	if s.only != nil {
		return s.only, true
	}
	return s.none, false
}

// maxSetters is how many search paths are told apart. Names that sessions look
// for along more are known only if they are unique.
const maxSetters = 64

// seen returns the schema as those saw it who ran the group, in the database
// that it turned out to be of.
func (s *schemas) seen(g *workload.Group, database string) *schema.Schema {
	own, ok := s.of(database)
	if !ok || len(own.Tables) == 0 {
		return own
	}
	who := s.users(g)
	key := strings.Join(append([]string{database, g.Database}, who...), "\x00")
	view := s.views[key]
	if view == nil {
		view = s.along(own.As(who...), s.set(who, database, g.Database))
		s.views[key] = view
	}
	return view
}

// set returns what the users, or others that may be they, set in a database of
// these names.
func (s *schemas) set(who []string, names ...string) []pathSetter {
	var out []pathSetter
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			continue
		}
		for _, p := range s.setters[name] {
			if slices.ContainsFunc(p.users, func(u string) bool { return u == "" || slices.Contains(who, u) }) || slices.Contains(who, "") {
				out = append(out, p)
			}
		}
	}
	return out
}

func (s *schemas) along(view *schema.Schema, set []pathSetter) *schema.Schema {
	paths := make([][]string, 0, len(set))
	for _, p := range set {
		if !p.known || len(set) > maxSetters {
			return view.Anywhere()
		}
		paths = append(paths, p.path)
	}
	return view.With(paths...)
}

// users are those who ran the group, as far as that was noted; "" is somebody
// who is not known. Of a group with many contexts the first ones are noted:
// when those are of one user, the others are taken to be, too.
func (s *schemas) users(g *workload.Group) []string {
	var out []string
	for _, c := range g.Contexts {
		if u := s.w.Contexts[c].User; !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	if len(out) == 0 || len(out) > 1 && len(g.Contexts) >= workload.MaxContexts && !slices.Contains(out, "") {
		out = append(out, "")
	}
	slices.Sort(out)
	return out
}
