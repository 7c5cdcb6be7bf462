package nplusone

// pathCache remembers the paths from each parent to each key: many statements
// find rows by the same one.
type pathCache map[pathKey]source

type pathKey struct {
	table, column string
	parent        *tally
}

func (c pathCache) find(k key, parent *tally) source {
	id := pathKey{k.table.QualifiedName(), k.column, parent}
	p, ok := c[id]
	if !ok {
		p = pathOf(k, parent.outputs)
		c[id] = p
	}
	return p
}

// pathOf finds the foreign key between a key and what the parent returns: the
// key points to a row of the parent's, or a column of the parent's points to
// the key's row. Names count where no foreign key says where the column points.
// It asks for more than [supplies], as counters have no order to go by.
func pathOf(k key, outs []output) source {
	var best source
	note := func(base float64, o output) {
		if base > best.base {
			best = source{o.table, o.column, base}
		}
	}
	for _, o := range outs {
		switch {
		case o.table == nil:
		case o.column != "" && (refers(k.rel, k.column, o.table.Rel, o.column) || refers(o.table.Rel, o.column, k.rel, k.column)):
			note(byKey+.01, o)
		case same(o.table, k.table):
		case declared(k.rel, k.column) == nil && names(stem(k.column), o.table.Name) && (o.column == "" || ownKey(o.column, o.table.Name)):
			note(byKey, o) // its own key, or all columns of a table that no schema shows
		case o.column == "", declared(o.table.Rel, o.column) != nil:
		case ownKey(k.column, k.table.Name) && (names(stem(o.column), k.table.Name) || isID(k.column) && names(o.column, k.table.Name)),
			ending(o.column) == snake(k.column) && names(stem(o.column), k.table.Name):
			note(byKey, o)
		}
	}
	return best
}
