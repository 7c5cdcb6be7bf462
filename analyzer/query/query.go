// Package query lowers the parse tree of one statement to the facts that
// detectors and the index advisor read: tables, predicates, joins, sorts,
// limits and output columns per scope, resolved against a schema.
package query

import "github.com/apilint/apilint/analyzer/schema"

// Query is one statement.
type Query struct {
	Text       string // as parsed, placeholders $n
	Command    Command
	Target     int      // of INSERT, UPDATE, DELETE: the table in Scopes[0].Tables; -1 for SELECT
	Set        []string // columns assigned by UPDATE or named by INSERT
	Given      []Value  // of an INSERT of one row: what each column of Set is given, as far as told
	Scopes     []*Scope // Scopes[0] is the statement itself; sub-queries, CTEs and UNION arms follow
	MultiRow   bool     // INSERT with several VALUES rows
	Returning  bool
	OnConflict bool
	Locking    string   // "", update, share; "skip locked" appended as in "update skip locked"
	Utility    bool     // neither SELECT nor DML: nothing to index
	Unresolved []string // names that the schema does not know, for verdicts
}

// Command of a statement.
type Command string

const (
	Select Command = "SELECT"
	Insert Command = "INSERT"
	Update Command = "UPDATE"
	Delete Command = "DELETE"
	Merge  Command = "MERGE"
	Other  Command = ""
)

// ScopeKind says where a scope stands.
type ScopeKind uint8

const (
	TopLevel ScopeKind = iota
	SubLink            // scalar, EXISTS, IN (SELECT ...)
	FromSubquery
	CTE
	SetArm // an arm of UNION, INTERSECT, EXCEPT
	View   // the body of a view that was looked through
)

// Scope is one SELECT level.
type Scope struct {
	Kind       ScopeKind
	Parent     *Scope // nil for the top
	Correlated bool   // refers to a column of an outer scope
	Negated    bool   // NOT IN, NOT EXISTS
	Exists     bool
	Lateral    bool
	Tables     []*Table
	Predicates []*Predicate // AND-ed, WHERE, ON and HAVING-free; OR arms carry Or
	OrderBy    []Sort
	GroupBy    []Expr
	Distinct   bool
	DistinctOn []Expr
	Limit      *Value // nil none
	Offset     *Value
	Output     []Expr // of the select list; Star set for *
	Aggregates bool   // has an aggregate in the output or HAVING
	CountStar  bool   // the only output is count(*) or count(1)
	SetOp      bool   // its rows come from SetArm scopes
	RowLocks   bool
	Writes     Command // of a CTE that writes Tables[0]: INSERT, UPDATE, DELETE or MERGE
}

// Table is a range table entry that is a real relation.
type Table struct {
	Schema, Name string        // as written
	Alias        string        // name by which columns refer to it
	Rel          *schema.Table // nil: not in the schema
	Candidates   []schema.Name // what an unqualified name may mean, where that is not known
	OffPath      bool          // Rel is in no schema of the search path, but the only table of its name
	Outer        bool          // on the nullable side of an outer join
	Needed       []string      // columns of it used anywhere in the scope, "*" when all are
}

// QualifiedName returns schema.name where the schema is known, by the catalog
// or as written.
func (t *Table) QualifiedName() string {
	if t.Rel != nil {
		return t.Rel.Name.String()
	}
	if t.Schema != "" {
		return t.Schema + "." + t.Name
	}
	return t.Name
}

// Op is the class of an operator, as far as access methods tell them apart.
type Op string

const (
	Eq        Op = "="
	Lt        Op = "<"
	Le        Op = "<="
	Gt        Op = ">"
	Ge        Op = ">="
	Ne        Op = "<>"
	In        Op = "IN" // literal list or = ANY(array)
	NotIn     Op = "NOT IN"
	IsNull    Op = "IS NULL"
	IsNotNull Op = "IS NOT NULL"
	Bool      Op = "BOOL" // the bare boolean column; Values[0] is true or false
	Like      Op = "LIKE" // Pattern says which
	ILike     Op = "ILIKE"
	Regex     Op = "~" // also ~*, SIMILAR TO; Negated never: they become OtherOp
	NotLike   Op = "NOT LIKE"
	Contains  Op = "@>" // and the other GIN operators: Operator has the spelling
	TextMatch Op = "@@"
	OtherOp   Op = "?"
)

// Pattern is the shape of a LIKE or regular expression.
type Pattern string

const (
	PatternNone     Pattern = ""
	PatternExact    Pattern = "exact"    // no wildcard at all
	PatternAnchored Pattern = "anchored" // john%, ^john
	PatternSuffix   Pattern = "suffix"   // %john
	PatternInfix    Pattern = "infix"    // %john%, also any other that begins with a wildcard
	PatternUnknown  Pattern = "unknown"  // a bare placeholder or an expression
)

// Predicate is one condition on one column or expression of a table.
type Predicate struct {
	Table    int    // index into Scope.Tables; -1 when it could not be told
	Column   string // the bare column, or "" with
	Expr     string // the deparsed expression over columns of that table: lower(email)
	Volatile bool   // Expr cannot be indexed (not immutable)
	Function string // outermost function or cast around the column: lower, date, "::date"
	Op       Op
	Operator string     // as written: "@>", "~*", "<->"
	Values   []Value    // right-hand side; several for IN and BETWEEN pieces are two predicates
	Pattern  Pattern    // for Like, ILike, Regex
	Literal  string     // the literal part of the pattern without wildcards, "" unknown
	Join     *ColumnRef // the other column, for column = column of another table
	Outer    bool       // the other side belongs to an outer scope (correlated)
	Or       int        // 0: AND-ed; predicates of one OR share a number, its arms Arm
	Arm      int
	InJoinOn bool   // written in ON of an outer join: restricts only the nullable side
	Text     string // deparsed, literals as written: for partial index predicates

	// Row holds the columns of a row comparison, (a, b) > ($1, $2), of which
	// Column is the first: an index on them in this order bounds the scan. Op is
	// the bound on the first column alone (>= or <=), Operator the one written,
	// and the other columns have no predicate of their own.
	Row []string
}

// ColumnRef names a column of a table of a scope.
type ColumnRef struct {
	Table  int    // index into Scope.Tables; -1 the output of a sub-query that is its own scope
	Column string // "" an expression over that table
	Scope  *Scope // nil the same scope, else the outer one that Table refers to
}

// ValueKind says what a value is.
type ValueKind uint8

const (
	Param ValueKind = iota // $n
	Const
	Null
	Computed // an expression without columns: now() - interval '1 day', '%' || $1
	SubQuery // of a sub-query scope
)

// Value is one operand.
type Value struct {
	Kind  ValueKind
	Param int    // n of $n
	Text  string // of a constant: its text without quotes; of a computed one: deparsed
	Type  string // int, numeric, text, bool, bit or the cast's type; "" unknown
	Scope *Scope // of SubQuery
	Array bool   // = ANY(value): the number of members is unknown
	Nth   int    // of a constant: which literal of the statement it is, from 1; 0 unknown
}

// Expr is an output, grouping or sort expression.
type Expr struct {
	Table     int    // index into Scope.Tables, -1 unknown or several
	Column    string // the bare column, or ""
	Text      string // deparsed
	Name      string // output name (alias or column)
	Star      bool
	Aggregate bool
}

// Sort is one ORDER BY item; an output alias or number is already resolved.
type Sort struct {
	Expr
	Desc       bool
	NullsFirst bool // as it takes effect
}
