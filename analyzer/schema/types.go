package schema

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
)

// addType registers a user's type.
func (l *loader) addType(n Name, t *userType) {
	if n.Schema == "" {
		n.Schema = l.creationSchema()
	}
	if l.cat.types[n] != nil {
		l.problem("type %s already exists", n)
		return
	}
	l.cat.types[n] = t
}

func (l *loader) createComposite(n *pg.CompositeTypeStmt) {
	t := &userType{}
	for _, d := range n.Coldeflist {
		if def := d.GetColumnDef(); def != nil {
			col, _ := l.column(def)
			t.columns = append(t.columns, col)
		}
	}
	l.addType(Name{n.Typevar.GetSchemaname(), n.Typevar.GetRelname()}, t)
}

// addFunction keeps a function's volatility. A name is immutable when all its
// overloads are.
func (l *loader) addFunction(name string, types []string, options []*pg.Node, create bool) {
	name = strings.ToLower(name)
	if name == "" {
		return
	}
	overloads := l.cat.functions[name]
	if overloads == nil {
		overloads = map[string]bool{}
		l.cat.functions[name] = overloads
	}
	signature := strings.Join(types, ",")
	if _, ok := overloads[signature]; create || !ok {
		overloads[signature] = false
	}
	for _, o := range options {
		if d := o.GetDefElem(); d.GetDefname() == "volatility" {
			overloads[signature] = d.Arg.GetString_().GetSval() == "immutable"
		}
	}
	l.publishFunction(name)
}

func (l *loader) publishFunction(name string) {
	if len(l.cat.functions[name]) == 0 {
		delete(l.Functions, name)
		return
	}
	immutable := true
	for _, i := range l.cat.functions[name] {
		immutable = immutable && i
	}
	if l.Functions == nil {
		l.Functions = map[string]Function{}
	}
	l.Functions[name] = Function{Immutable: immutable}
}

// dropFunction forgets one overload, or all where no arguments are given.
func (l *loader) dropFunction(o *pg.ObjectWithArgs) {
	name := strings.ToLower(qualified(o.GetObjname()).Name)
	if o.GetArgsUnspecified() {
		delete(l.cat.functions, name)
	} else {
		delete(l.cat.functions[name], strings.Join(l.argumentTypes(o), ","))
	}
	l.publishFunction(name)
}

// parameterTypes returns the input types that tell overloads apart.
func (l *loader) parameterTypes(params []*pg.Node) []string {
	var out []string
	for _, p := range params {
		f := p.GetFunctionParameter()
		switch f.GetMode() {
		case pg.FunctionParameterMode_FUNC_PARAM_OUT, pg.FunctionParameterMode_FUNC_PARAM_TABLE:
			continue
		}
		out = append(out, l.typeName(f.GetArgType()))
	}
	return out
}

func (l *loader) argumentTypes(o *pg.ObjectWithArgs) []string {
	var out []string
	for _, a := range o.GetObjargs() {
		out = append(out, l.typeName(a.GetTypeName()))
	}
	return out
}

// dropType drops a type with the columns that have it, as CASCADE does.
func (l *loader) dropType(n Name, missingOK bool) {
	full, ok := l.findType(n)
	if !ok || l.cat.types[full] == nil {
		if !missingOK {
			l.problem("no type %s", n)
		}
		return
	}
	printed := printedType(full)
	delete(l.cat.types, full)
	for _, t := range append([]*Table(nil), l.Tables...) {
		for _, c := range append([]*Column(nil), t.Columns...) {
			if c.Type == printed || c.Type == printed+"[]" {
				l.dropColumn(t, c.Name)
			}
		}
	}
}

// renameType gives columns the type's new name.
func (l *loader) renameType(from, to Name) {
	l.cat.types[to] = l.cat.types[from]
	delete(l.cat.types, from)
	l.retype(from, to)
}

// renameFunction renames one overload.
func (l *loader) renameFunction(o *pg.ObjectWithArgs, to string) {
	name := strings.ToLower(qualified(o.GetObjname()).Name)
	signature := strings.Join(l.argumentTypes(o), ",")
	to = strings.ToLower(to)
	immutable, ok := l.cat.functions[name][signature]
	if !ok {
		return
	}
	delete(l.cat.functions[name], signature)
	if l.cat.functions[to] == nil {
		l.cat.functions[to] = map[string]bool{}
	}
	l.cat.functions[to][signature] = immutable
	l.publishFunction(name)
	l.publishFunction(to)
}

// retype prints the columns of a type anew whose name changed.
func (l *loader) retype(from, to Name) {
	old, now := printedType(from), printedType(to)
	for _, t := range l.Tables {
		for _, c := range t.Columns {
			switch c.Type {
			case old:
				c.Type = now
			case old + "[]":
				c.Type = now + "[]"
			}
		}
	}
}
