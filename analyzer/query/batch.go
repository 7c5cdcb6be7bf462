package query

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/proto"

	"github.com/apilint/apilint/analyzer/schema"
	"github.com/apilint/apilint/analyzer/sqltree"
)

// BatchKey is a column by whose value a statement finds its rows, once per
// value.
type BatchKey struct {
	Alias  string // by which the statement calls the column's table
	Column string
	Type   string // of the column; "" unknown
	Unique bool   // a value finds at most one row
}

// BatchForm says how a batch gives its rows.
type BatchForm string

const (
	BatchAny      BatchForm = "any"      // rows of all keys, which tell theirs
	BatchDistinct BatchForm = "distinct" // the keys that have a row
	BatchGrouped  BatchForm = "grouped"  // a row of aggregates per key that has any
	BatchLateral  BatchForm = "lateral"  // the first rows of each key
	BatchUnnest   BatchForm = "unnest"   // arrays of values, an element per row
)

// Batch is one statement that does what another does once per value.
type Batch struct {
	SQL     string
	Form    BatchForm
	Guessed bool // the types of arrays are guessed from names
}

// batcher rewrites one statement.
type batcher struct {
	keys    []BatchKey
	rel     *schema.Table // what is written
	text    string        // of the statement, to find free names
	next    int           // number of the next array
	guessed bool
	spare   []*pg.Node // conditions that say nothing any more
}

// arrays numbers new placeholders beyond those of any statement; in the end all
// are numbered in the order they appear.
const arrays = 1 << 17

// NewBatch rewrites a normalised statement (every constant a placeholder) that
// runs once per value of its keys so that it takes all of them. rel is the
// table that an INSERT or UPDATE writes, nil when unknown. The error says why a
// statement has no such form.
func NewBatch(text string, keys []BatchKey, rel *schema.Table) (*Batch, error) {
	t, err := sqltree.Parse(text)
	if err != nil {
		return nil, err
	}
	if len(t.Stmts) != 1 {
		return nil, errors.New("several statements in one")
	}
	node := proto.Clone(t.Stmts[0].Node).(*pg.Node)
	b := &batcher{keys: keys, rel: rel, text: text, next: arrays}
	var form BatchForm
	var sql string
	switch e := node.GetNode().(type) {
	case *pg.Node_SelectStmt:
		form, sql, err = b.selects(e.SelectStmt)
	case *pg.Node_InsertStmt:
		form, err = b.inserts(e.InsertStmt)
	case *pg.Node_UpdateStmt:
		form, err = b.updates(e.UpdateStmt)
	case *pg.Node_DeleteStmt:
		form, err = BatchAny, b.deletes(e.DeleteStmt)
	default:
		err = errors.New("neither SELECT nor a plain write")
	}
	if err != nil {
		return nil, err
	}
	if sql == "" {
		if sql, err = sqltree.Deparse(node); err != nil {
			return nil, fmt.Errorf("printing the batch: %w", err)
		}
	}
	sql = renumber(sql)
	if _, err := sqltree.Parse(sql); err != nil {
		return nil, fmt.Errorf("checking the batch: %w", err)
	}
	return &Batch{SQL: sql + ";", Form: form, Guessed: b.guessed}, nil
}

var errTypes = errors.New("the columns' types are not understood")

var placeholder = regexp.MustCompile(`\$[0-9]+`)

// renumber numbers placeholders in the order they appear.
func renumber(sql string) string {
	numbers := map[string]int{}
	return placeholder.ReplaceAllStringFunc(sql, func(p string) string {
		n := numbers[p]
		if n == 0 {
			n = len(numbers) + 1
			numbers[p] = n
		}
		return "$" + strconv.Itoa(n)
	})
}

// array returns a new placeholder for an array of values of a column.
func (b *batcher) array(column, kind string) string {
	if kind == "" && b.rel.Column(column) != nil {
		kind = b.rel.Column(column).Type
	}
	if kind == "" {
		b.guessed = true
		kind = "text"
		if c := strings.ToLower(column); c == "id" || strings.HasSuffix(c, "_id") || strings.HasSuffix(column, "Id") {
			kind = "bigint"
		}
	}
	b.next++
	return fmt.Sprintf("$%d::%s[]", b.next, kind)
}

// free returns a name that the statement does not use.
func (b *batcher) free(name string) string {
	for strings.Contains(b.text, name+".") || strings.Contains(b.text, " "+name+" ") {
		name += "_"
	}
	return name
}

// condition is column = value, where it stands in the tree.
type condition struct {
	at     *pg.Node
	column *pg.Node
	key    BatchKey
}

// places lists the AND-ed conditions of WHERE and of inner joins.
func (b *batcher) places(where *pg.Node, from []*pg.Node) (out []*pg.Node) {
	var and func(*pg.Node)
	and = func(n *pg.Node) {
		if e := n.GetBoolExpr(); e != nil && e.Boolop == pg.BoolExprType_AND_EXPR {
			for _, a := range e.Args {
				and(a)
			}
			return
		}
		if n != nil {
			out = append(out, n)
		}
	}
	and(where)
	var join func(*pg.Node)
	join = func(n *pg.Node) {
		if j := n.GetJoinExpr(); j != nil {
			if j.Jointype != pg.JoinType_JOIN_INNER {
				return // a condition in or below an outer join does not choose the rows
			}
			and(j.Quals)
			join(j.Larg)
			join(j.Rarg)
		}
	}
	for _, f := range from {
		join(f)
	}
	return out
}

// conditions finds the condition of each key.
func (b *batcher) conditions(places []*pg.Node) ([]condition, error) {
	var out []condition
	for _, k := range b.keys {
		i := slices.IndexFunc(places, func(n *pg.Node) bool { return k.column(n) != nil })
		if i < 0 {
			return nil, errors.New("the value that varies is compared with no plain column")
		}
		out = append(out, condition{places[i], k.column(places[i]), k})
	}
	if len(out) == 0 {
		return nil, errors.New("no column is compared with a value that varies")
	}
	return out, nil
}

// column returns the column of the key when the node compares it with one
// placeholder.
func (k BatchKey) column(n *pg.Node) *pg.Node {
	e := n.GetAExpr()
	if e == nil || len(e.Name) != 1 || last(e.Name) != "=" {
		return nil
	}
	left, right := e.Lexpr, e.Rexpr
	switch e.Kind {
	case pg.A_Expr_Kind_AEXPR_OP:
	case pg.A_Expr_Kind_AEXPR_IN:
		list := right.GetList()
		if list == nil || len(list.Items) != 1 {
			return nil
		}
		right = list.Items[0]
	default:
		return nil
	}
	if isPlaceholder(left) {
		left, right = right, left
	}
	ref := left.GetColumnRef()
	if ref == nil || !isPlaceholder(right) {
		return nil
	}
	parts := names(ref.Fields)
	if len(parts) == 0 || parts[len(parts)-1] != k.Column || len(parts) > 1 && parts[len(parts)-2] != k.Alias {
		return nil
	}
	return left
}

func isPlaceholder(n *pg.Node) bool {
	for n.GetTypeCast() != nil {
		n = n.GetTypeCast().Arg
	}
	return n.GetParamRef() != nil
}

// any makes conditions take arrays.
func (b *batcher) any(conditions []condition) error {
	if len(conditions) == 1 {
		c := conditions[0]
		b.next++
		c.at.Node = &pg.Node_AExpr{AExpr: &pg.A_Expr{
			Kind: pg.A_Expr_Kind_AEXPR_OP_ANY, Name: []*pg.Node{str("=")},
			Lexpr: c.column, Rexpr: &pg.Node{Node: &pg.Node_ParamRef{ParamRef: &pg.ParamRef{Number: int32(b.next)}}},
		}}
		return nil
	}
	var types []string
	row := &pg.RowExpr{RowFormat: pg.CoercionForm_COERCE_IMPLICIT_CAST}
	for _, c := range conditions {
		types = append(types, b.array(c.key.Column, c.key.Type))
		row.Args = append(row.Args, c.column)
	}
	in := parsed("SELECT 1 WHERE (a, b) IN (SELECT * FROM unnest(" + strings.Join(types, ", ") + "))")
	if in == nil {
		return errTypes
	}
	link := in.WhereClause.GetSubLink()
	link.Testexpr = &pg.Node{Node: &pg.Node_RowExpr{RowExpr: row}}
	conditions[0].at.Node = &pg.Node_SubLink{SubLink: link}
	for _, c := range conditions[1:] {
		c.at.Node = parsed("SELECT 1 WHERE true").WhereClause.Node
		b.spare = append(b.spare, c.at)
	}
	return nil
}

// tidy takes the conditions that became true out of the AND around them.
func (b *batcher) tidy(where *pg.Node) {
	e := where.GetBoolExpr()
	if e == nil || e.Boolop != pg.BoolExprType_AND_EXPR {
		return
	}
	e.Args = slices.DeleteFunc(e.Args, func(n *pg.Node) bool { return slices.Contains(b.spare, n) })
	if len(e.Args) == 1 {
		where.Node = e.Args[0].Node
	}
}

func target(column *pg.Node) *pg.Node {
	return &pg.Node{Node: &pg.Node_ResTarget{ResTarget: &pg.ResTarget{Val: column}}}
}

func str(s string) *pg.Node { return &pg.Node{Node: &pg.Node_String_{String_: &pg.String{Sval: s}}} }

func quote(name string) string { return sqltree.QuoteIdent(name) }

// parsed reads a SELECT of ours; nil when a name in it does not parse.
func parsed(sql string) *pg.SelectStmt {
	t, err := sqltree.Parse(sql)
	if err != nil || len(t.Stmts) != 1 {
		return nil
	}
	return t.Stmts[0].Node.GetSelectStmt()
}
