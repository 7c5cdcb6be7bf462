package index

import (
	"math"
	"strings"
	"unicode"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

// widths is a distribution of lengths in bytes.
type widths map[float64]float64

func (w widths) mean() float64 {
	sum, all := 0.0, 0.0
	for size, part := range w {
		sum += size * part
		all += part
	}
	if all == 0 {
		return 0
	}
	return sum / all
}

// kindOf says how a type is stored: its length, 0 when it varies, and its
// alignment (pg_type.typlen, typalign).
func kindOf(columnType string) (length, alignment float64) {
	t := baseType(columnType)
	switch {
	case t == "boolean", t == `"char"`:
		return 1, 1
	case t == "smallint":
		return 2, 2
	case t == "integer", t == "real", t == "date", t == "oid":
		return 4, 4
	case t == "bigint", t == "double precision", t == "money", strings.HasPrefix(t, "timestamp"), strings.HasPrefix(t, "time without"), t == "time":
		return 8, 8
	case t == "uuid":
		return 16, 1
	case t == "interval":
		return 16, 8
	case strings.HasPrefix(t, "time with"):
		return 12, 8
	case t == "macaddr":
		return 6, 4
	}
	return 0, 1
}

// maxWidths bounds the distribution of a key's length.
const maxWidths = 256

// keyWidth is the length of an index tuple without NULLs, header included and
// aligned, and how often a part is NULL.
func (e *estimator) keyWidth(d *Def, t *schema.Table) (tuple widths, nulls float64) {
	tuple = widths{tupleHead: 1}
	present := 1.0
	columns := make([]schema.Part, 0, len(d.Parts)+len(d.Include))
	columns = append(columns, d.Parts...)
	for _, c := range d.Include {
		columns = append(columns, schema.Part{Column: c})
	}
	for _, p := range columns {
		own, alignment, null := e.columnWidth(p, t)
		present *= 1 - null
		next := widths{}
		for at, part := range tuple {
			for w, q := range own {
				next[align(at, alignment)+w] += part * q
			}
		}
		if len(next) > maxWidths {
			next = widths{math.Round(next.mean()): 1}
		}
		tuple = next
	}
	aligned := widths{}
	for at, part := range tuple {
		aligned[align(at, 8)] += part
	}
	return aligned, 1 - present
}

// columnWidth is the distribution of one column's stored length.
func (e *estimator) columnWidth(p schema.Part, t *schema.Table) (w widths, alignment, nulls float64) {
	name := plainPart(p, t).Column
	c := t.Column(name)
	if c == nil {
		return widths{16: 1}, 1, 0
	}
	if c.Stats != nil {
		nulls = c.Stats.NullFrac
	}
	length, alignment := kindOf(c.Type)
	if p.Column != "" && length > 0 {
		return widths{length: 1}, alignment, nulls
	}
	if c.Stats == nil || c.Stats.AvgWidth <= 0 {
		if length > 0 {
			return widths{length: 1}, alignment, nulls
		}
		return widths{24: 1}, 1, nulls
	}
	average := c.Stats.AvgWidth
	if average == 4 && !textual(c) || average == 4 && userType(c.Type) {
		return widths{4: 1}, 4, nulls // an enum
	}
	b := e.column(&access{table: tableOf(t)}, name)
	w = widths{}
	commonPart := b.commonSum()
	for i, v := range b.stats.MCV[:min(len(b.stats.MCV), len(b.stats.MCF))] {
		w[storedLength(v, c.Type)] += b.stats.MCF[i]
	}
	if n := len(b.stats.Histogram); n > 0 {
		for _, v := range b.stats.Histogram {
			w[storedLength(v, c.Type)] += max(0, 1-commonPart-nulls) / float64(n)
		}
	}
	if len(w) == 0 || math.Abs(w.mean()-average) > max(1.5, average*.1) {
		w = widths{average: 1}
	}
	total := 0.0
	for _, part := range w {
		total += part
	}
	for size := range w {
		w[size] /= total
	}
	return w, 1, nulls
}

func userType(t string) bool {
	t = baseType(t)
	return strings.Contains(t, ".") || !strings.Contains(" text character varying name citext ", " "+t+" ")
}

// storedLength is the length of a value with its header: one byte up to 126,
// four above; numeric has two more and two for each four digits (numeric.c).
func storedLength(v, columnType string) float64 {
	n := float64(len(v))
	if baseType(columnType) == "numeric" {
		whole, part, _ := strings.Cut(strings.TrimLeft(v, "-"), ".")
		whole, part = strings.TrimLeft(whole, "0"), strings.TrimRight(part, "0")
		groups := math.Ceil(float64(len(whole))/4) + math.Ceil(float64(len(part))/4)
		if part == "" {
			for strings.HasSuffix(whole, "0000") {
				whole, groups = whole[:len(whole)-4], groups-1
			}
		}
		return 1 + 2 + 2*groups
	}
	if n <= 126 {
		return n + 1
	}
	return n + 4
}

// plainPart is the column that an expression is mostly made of, for its width
// and its distinct values: lower(email) has those of email.
func plainPart(p schema.Part, t *schema.Table) schema.Part {
	if p.Column != "" || t == nil {
		return p
	}
	for _, word := range strings.FieldsFunc(p.Expr, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if t.Column(word) != nil {
			return schema.Part{Column: word}
		}
	}
	return p
}

// tableOf wraps a table of the catalog as one that a statement reads.
func tableOf(t *schema.Table) *query.Table {
	return &query.Table{Schema: t.Schema, Name: t.Name.Name, Rel: t}
}
