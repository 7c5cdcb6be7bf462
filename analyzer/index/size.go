package index

import (
	"math"
	"strings"

	"github.com/apilint/apilint/analyzer/schema"
)

// Layout of nbtree pages and tuples: bufpage.h, itup.h, nbtree.h, nbtsort.c.
const (
	pageSpace  = pageBytes - 24 - 16 // header and the special space of a b-tree
	leafSpace  = pageSpace - pageBytes*10/100
	innerSpace = pageSpace - pageBytes*30/100
	linePtr    = 4
	tupleHead  = 8
	nullHead   = 16  // header with the bitmap of NULLs, aligned
	maxPosting = 808 // a posting list tuple of an index build: a tenth of a page less a line pointer, aligned
	tidBytes   = 6
)

// Bytes estimates how large an index on a table of that many rows is once it
// is built: as CREATE INDEX packs it, deduplicated since PostgreSQL 13. 0 is
// unknown.
func Bytes(d Def, sch *schema.Schema) int64 {
	t := sch.Table(d.Table.Schema, d.Table.Name)
	if t == nil {
		return 0
	}
	e := newEstimator(sch)
	f := figuresOf(t, sch)
	if f == nil {
		return 0
	}
	return int64(e.size(&d, t, f, versionOf(sch)).pages) * pageBytes
}

func versionOf(sch *schema.Schema) int {
	if sch == nil {
		return 0
	}
	return sch.Version
}

// extent is the size of an index.
type extent struct {
	pages  float64 // all of them
	tuples float64 // rows in it
	height float64 // levels above the leaves
}

// size estimates an index.
func (e *estimator) size(d *Def, t *schema.Table, f *figures, version int) extent {
	rows := f.tuples
	switch d.Method {
	case "brin":
		return extent{pages: 3 + math.Ceil(f.pages/128/200), tuples: rows}
	case "hash":
		// 20 bytes an entry; the table doubles, so that its fill is .75 of
		// what ffactor allows at best and half of it at worst.
		return extent{pages: 4 + math.Ceil(rows*20/(pageSpace*.75)), tuples: rows}
	case "gin":
		return extent{pages: e.ginPages(d, t, rows), tuples: rows}
	case "gist", "spgist":
		width, _ := e.keyWidth(d, t)
		return extent{pages: 1 + math.Ceil(rows*(width.mean()+linePtr)/(pageSpace*.7)), tuples: rows}
	}
	width, nulls := e.keyWidth(d, t)
	plain := width.mean()*(1-nulls) + (width.mean()+nullHead-tupleHead)*nulls
	leaves := math.Ceil(rows / math.Max(1, math.Floor(leafSpace/(plain+linePtr))))
	if e.deduplicated(d, t, version) {
		leaves = min(leaves, e.postingPages(d, t, rows, plain))
	}
	return tree(rows, max(1, leaves), width.mean())
}

// tree adds the metapage and the inner levels.
func tree(rows, leaves, key float64) extent {
	x := extent{pages: 1 + leaves, tuples: rows}
	fanout := max(2, math.Floor(innerSpace/(key+linePtr)))
	for level := leaves; level > 1; {
		level = math.Ceil(level / fanout)
		x.pages += level
		x.height++
	}
	return x
}

// heightOf is the height of an index of which only the pages are known.
func heightOf(pages, key float64) float64 {
	fanout := max(2, math.Floor(innerSpace/(key+linePtr)))
	height := 0.0
	for level := pages - 1; level > 1; height++ {
		level = math.Ceil(level / fanout)
	}
	return height
}

// deduplicated reports whether equal keys share a tuple: since PostgreSQL 13,
// not with INCLUDE, not for types whose equal values may differ in bytes
// (btequalimage and its absence in pg_amproc).
func (e *estimator) deduplicated(d *Def, t *schema.Table, version int) bool {
	if len(d.Include) > 0 || version > 0 && version < 130000 {
		return false
	}
	for _, p := range d.Parts {
		c := t.Column(p.Column)
		if c == nil {
			continue
		}
		switch typ := baseType(c.Type); {
		case typ == "numeric", typ == "real", typ == "double precision", typ == "jsonb", strings.HasSuffix(typ, "[]"), strings.HasSuffix(typ, "range"):
			return false
		}
	}
	return true
}

// postingPages is the number of leaves of a deduplicated index.
func (e *estimator) postingPages(d *Def, t *schema.Table, rows, key float64) float64 {
	key = align(key, 8)
	perTuple := math.Max(2, math.Floor((maxPosting-key)/tidBytes))
	var bytes, squares float64 // of all tuples with their line pointers
	add := func(groups, size float64) {
		if groups <= 0 || size <= 0 {
			return
		}
		full := math.Floor(size / perTuple)
		rest := size - full*perTuple
		one := func(tids float64) float64 {
			if tids < 2 {
				return key*max(tids, 0) + linePtr*max(tids, 0)
			}
			return align(key+tids*tidBytes, 8) + linePtr
		}
		f, r := one(perTuple), one(rest)
		bytes += groups * (full*f + r)
		squares += groups * (full*f*f + r*r)
	}
	common, groups := e.groups(d, t, rows)
	left := rows
	for _, n := range common {
		add(1, n)
		left -= n
	}
	if left > 0 && groups > 0 {
		spread(left/groups, func(n, part float64) { add(groups*part, n) })
	}
	if bytes == 0 {
		return 1
	}
	// A page is left when the next tuple does not fit, and its last tuple then
	// moves on (_bt_buildadd): what stays depends on how large tuples are.
	typical := squares / bytes
	return math.Ceil(bytes / min(leafSpace-typical/2, pageSpace-1.5*typical))
}

// spread lists how many rows share a value when rows fall on values at random:
// the Poisson distribution without 0 where the mean is small, else the mean.
func spread(mean float64, add func(n, part float64)) {
	if mean <= 1 {
		add(1, mean)
		return
	}
	if mean >= 30 {
		add(mean, 1)
		return
	}
	lambda := mean
	for range 60 {
		lambda = mean * (1 - math.Exp(-lambda))
	}
	if lambda < 1e-6 {
		add(1, mean)
		return
	}
	p := math.Exp(-lambda)
	scale := 1 - p
	for n, left := 1.0, 1.0; n < 200 && left > 1e-9; n++ {
		p *= lambda / n
		add(n, p/scale)
		left -= p / scale
	}
}

// groups returns the numbers of rows of common keys, and how many other keys
// there are.
func (e *estimator) groups(d *Def, t *schema.Table, rows float64) (common []float64, others float64) {
	a := &access{table: tableOf(t)}
	if len(d.Parts) == 1 {
		p := plainPart(d.Parts[0], t)
		n := e.distinctOf(a, p, rows)
		b := e.column(a, p.Column)
		if b == nil {
			return nil, n
		}
		for _, f := range b.stats.MCF {
			common = append(common, f*rows)
		}
		if b.stats.NullFrac > 0 {
			common = append(common, b.stats.NullFrac*rows)
		}
		return common, max(0, n-float64(len(b.stats.MCF)))
	}
	product := 1.0
	left := map[string]float64{}
	for _, p := range d.Parts {
		p = plainPart(p, t)
		left[key(p)] = e.distinctOf(a, p, rows)
	}
	for _, c := range t.Constraints {
		if n, ok := e.referenced(c, left); ok {
			product *= n
		}
	}
	for _, n := range left {
		product *= n
	}
	// Rows that fall on product keys at random meet so many of them.
	return nil, max(1, product*(1-math.Exp(-rows/product)))
}

// referenced bounds how many keys a foreign key over several columns has by
// the rows of the table that it refers to, and takes its columns out of left.
func (e *estimator) referenced(c *schema.Constraint, left map[string]float64) (float64, bool) {
	if c.Kind != schema.ForeignKey || len(c.Columns) < 2 {
		return 0, false
	}
	product := 1.0
	for _, name := range c.Columns {
		n, ok := left[name]
		if !ok {
			return 0, false
		}
		product *= n
	}
	f := figuresOf(e.schema.Table(c.RefTable.Schema, c.RefTable.Name), e.schema)
	if f == nil {
		return 0, false
	}
	for _, name := range c.Columns {
		delete(left, name)
	}
	return min(product, f.tuples), true
}

// ginPages is a coarse estimate: an entry per lexeme or trigram of a row, of
// which most take one to two bytes in a compressed posting list (ginpostinglist.c).
func (e *estimator) ginPages(d *Def, t *schema.Table, rows float64) float64 {
	bytes := 0.0
	for _, p := range d.Parts {
		width := 32.0
		if b := e.column(&access{table: tableOf(t)}, plainPart(p, t).Column); b != nil && b.stats.AvgWidth > 0 {
			width = b.stats.AvgWidth
		}
		switch {
		case strings.HasSuffix(p.Opclass, "_trgm_ops"):
			bytes += rows * width * 1.6
		case p.Opclass == "jsonb_path_ops":
			bytes += rows * max(4, width*.12)
		default:
			bytes += rows * max(4, width*.2)
		}
	}
	return 2 + math.Ceil(bytes/pageSpace)
}

func align(x, to float64) float64 { return math.Ceil(x/to) * to }
