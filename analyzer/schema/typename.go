package schema

import (
	"strconv"
	"strings"

	"github.com/apilint/apilint/analyzer/sqltree"
	pg "github.com/pganalyze/pg_query_go/v5"
)

// sqlNames are the types that format_type prints differently from their name
// in pg_type.
var sqlNames = map[string]string{
	"bit": "bit", "bool": "boolean", "bpchar": "character", "char": `"char"`, "float4": "real",
	"float8": "double precision", "int2": "smallint", "int4": "integer", "int8": "bigint",
	"interval": "interval", "numeric": "numeric", "time": "time without time zone",
	"timetz": "time with time zone", "timestamp": "timestamp without time zone",
	"timestamptz": "timestamp with time zone", "varbit": "bit varying", "varchar": "character varying",
}

// builtin are the other types of pg_catalog that a column can have.
var builtin = wordSet(`aclitem box bytea cid cidr circle cstring date datemultirange daterange
	inet int2vector int4multirange int4range int8multirange int8range json jsonb jsonpath line lseg macaddr
	macaddr8 money name nummultirange numrange oid oidvector path pg_lsn pg_snapshot point polygon record
	refcursor regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc
	regprocedure regrole regtype text tid trigger tsmultirange tsquery tsrange tstzmultirange tstzrange
	tsvector txid_snapshot uuid void xid xid8 xml anyelement anyarray unknown`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

var serials = map[string]string{
	"smallserial": "smallint", "serial2": "smallint", "serial": "integer", "serial4": "integer",
	"bigserial": "bigint", "serial8": "bigint",
}

// typeName prints a type as format_type does. A user's type is qualified by
// its schema; a type that no statement created comes from an extension and is
// printed bare, wherever the extension was installed.
func (l *loader) typeName(t *pg.TypeName) string {
	if t == nil {
		return ""
	}
	n := qualified(t.Names)
	mods := l.typmods(t)
	if own, ok := ownType(n, mods, array(t)); ok {
		return own
	}
	name := sqltree.QuoteIdent(n.Name)
	if found, ok := l.findType(n); ok {
		name = printedType(found)
	}
	if len(mods) > 0 {
		name += "(" + strings.Join(mods, ",") + ")"
	}
	return name + array(t)
}

// findType resolves the name of a user's type; every table is one.
func (l *loader) findType(n Name) (Name, bool) {
	schemas := l.searchPath
	if n.Schema != "" {
		schemas = []string{n.Schema}
	}
	for _, s := range schemas {
		full := Name{s, n.Name}
		if l.cat.types[full] != nil {
			return full, true
		}
		if l.tables.get(full) != nil {
			l.cat.rowTypes[full] = true
			return full, true
		}
	}
	return n, false
}

func (l *loader) typmods(t *pg.TypeName) []string {
	var out []string
	for _, n := range t.Typmods {
		if c := n.GetAConst(); c != nil {
			if v, ok := c.Val.(*pg.A_Const_Ival); ok {
				out = append(out, strconv.Itoa(int(v.Ival.GetIval())))
				continue
			}
		}
		out = append(out, l.print(n))
	}
	return out
}

func builtinType(name string, mods []string) string {
	printed, ok := sqlNames[name]
	if !ok {
		return sqltree.QuoteIdent(name)
	}
	if len(mods) == 0 {
		if name == "bpchar" {
			return "bpchar" // character without a length would be character(1)
		}
		return printed
	}
	list := "(" + strings.Join(mods, ",") + ")"
	switch name {
	case "numeric":
		if len(mods) == 1 {
			return "numeric(" + mods[0] + ",0)"
		}
	case "interval":
		return "interval" + intervalMods(mods)
	case "time", "timetz", "timestamp", "timestamptz":
		first, rest, _ := strings.Cut(printed, " ")
		return first + list + " " + rest
	case "bool", "int2", "int4", "int8", "float4", "float8", "char":
		return printed
	}
	return printed + list
}

// intervalMods prints the fields and precision of an interval: the first
// modifier is a mask of fields (INTERVAL_MASK in timestamp.h).
func intervalMods(mods []string) string {
	const month, year, day, hour, minute, second = 1 << 1, 1 << 2, 1 << 3, 1 << 10, 1 << 11, 1 << 12
	mask, err := strconv.Atoi(mods[0])
	if err != nil {
		return ""
	}
	fields := map[int]string{
		year: " year", month: " month", day: " day", hour: " hour", minute: " minute", second: " second",
		year | month:                 " year to month",
		day | hour:                   " day to hour",
		day | hour | minute:          " day to minute",
		day | hour | minute | second: " day to second",
		hour | minute:                " hour to minute",
		hour | minute | second:       " hour to second",
		minute | second:              " minute to second",
	}[mask]
	if len(mods) > 1 {
		fields += "(" + mods[1] + ")"
	}
	return fields
}

// printedType is what [loader.typeName] prints for a user's type.
func printedType(n Name) string {
	return sqltree.QuoteIdent(n.Schema) + "." + sqltree.QuoteIdent(n.Name)
}
