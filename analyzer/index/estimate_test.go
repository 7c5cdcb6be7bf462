package index

import (
	"math"
	"testing"
	"time"

	"github.com/apilint/apilint/analyzer/query"
	"github.com/apilint/apilint/analyzer/schema"
)

func TestFold_evaluatesDatesAndNumbers(t *testing.T) {
	now := time.Date(2026, 3, 31, 10, 20, 30, 0, time.UTC)
	for _, c := range []struct{ text, want string }{
		{"'1993-07-01'::date + '3 month'::interval", "1993-10-01 00:00:00"},
		{"'1993-07-01'::date + '3'::interval month", "1993-10-01 00:00:00"},
		{"now()", "2026-03-31 10:20:30"},
		{"now() - '1 day'::interval", "2026-03-30 10:20:30"},
		{"current_timestamp - '1 day 02:30:00'::interval", "2026-03-30 07:50:30"},
		{"CAST(now() - '30 days'::interval AS date)", "2026-03-01 00:00:00"},
		{"current_date - 7", "2026-03-24 00:00:00"},
		{"date_trunc('month', now())", "2026-03-01 00:00:00"},
		{"date_trunc('week', now())", "2026-03-30 00:00:00"},
		{"now() - 2 * '1 hour'::interval", "2026-03-31 08:20:30"},
		{"(now() - '1 hour'::interval)", "2026-03-31 09:20:30"},
		{".06 - 0.01", "0.049999999999999996"},
		{"3 * 4 + 1", "13"},
		{"-5 + 2", "-3"},
		{"'abc'::text", "abc"},

		{"now() - $1", ""},
		{"now() - $1::interval", ""},
		{"now() +", ""},
		{"'1 day'::interval", ""},
		{"random()", ""},
		{"f('x')", ""},
		{"'it''s'::text", ""},
		{"'soon'::date", ""},
		{"'5 lightyears'::interval + now()", ""},
		{"", ""},
		{"((((((((((((((((((((((((1))))))))))))))))))))))))", ""},
	} {
		got, ok := fold(c.text, now)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q %v, want %q", c.text, got, ok, c.want)
		}
	}
	if _, ok := fold("now()", time.Time{}); ok {
		t.Error("now() is known without statistics of any time")
	}
}

func TestLikeMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		fold, want    bool
	}{
		{"john%", "john", false, true},
		{"john%", "johnny", false, true},
		{"john%", "xjohn", false, false},
		{"%john", "big john", false, true},
		{"%john", "johnny", false, false},
		{"%o_n%", "a john b", false, true},
		{"J%", "john", false, false},
		{"J%", "john", true, true},
		{"100\\%", "100%", false, true},
		{"100\\%", "1000", false, false},
		{"a%b%c", "a--b--b--c", false, true},
		{"a%b%c", "a--b--b--", false, false},
		{"", "", false, true},
		{"%", "", false, true},
		{"_", "ä", false, true},
		{"\\", "\\", false, false},
	} {
		if got := likeMatches(c.pattern, c.text, c.fold); got != c.want {
			t.Errorf("%q LIKE %q: %v", c.text, c.pattern, got)
		}
	}
}

func TestJSONHas(t *testing.T) {
	b := &bounds{stats: &schema.ColumnStats{
		MCV: []string{`{"a": 1}`, `{"a": 2, "tags": ["x", "y"]}`, `"a"`, `not json`}, MCF: []float64{.5, .25, .1, .15},
	}}
	for want, sum := range map[string]float64{
		`{"a": 1}`: .5, `{"a": 2}`: .25, `{"tags": ["y"]}`: .25, `{"tags": ["z"]}`: 0, `{}`: .75, `{"a": {"b": 1}}`: 0,
	} {
		if got := b.jsonContains(want); math.Abs(got-sum) > 1e-5 {
			t.Errorf("%s: %v, want %v", want, got, sum)
		}
	}
}

// Selectivities of PostgreSQL's own documentation, "Row Estimation Examples":
// the regression database's tenk1 and its statistics as printed there.
func TestEstimator_agreesWithTheManual(t *testing.T) {
	table := &schema.Table{
		Name: schema.Name{Schema: "public", Name: "tenk1"},
		Columns: []*schema.Column{
			{Name: "unique1", Type: "integer", Stats: &schema.ColumnStats{
				NDistinct: -1, Histogram: []string{"0", "993", "1997", "3050", "4040", "5036", "5957", "7057", "8029", "9016", "9995"},
			}},
			{Name: "stringu1", Type: "name", Stats: &schema.ColumnStats{
				NDistinct: 676,
				MCV:       []string{"EJAAAA", "BBAAAA", "CRAAAA", "FCAAAA", "FEAAAA", "GSAAAA", "JOAAAA", "MCAAAA", "NAAAAA", "WGAAAA"},
				MCF:       []float64{.00333333, .003, .003, .003, .003, .003, .003, .003, .003, .003},
				Histogram: []string{"AAAAAA", "CQAAAA", "FRAAAA", "IBAAAA", "KRAAAA", "NFAAAA", "PSAAAA", "SGAAAA", "VAAAAA", "XLAAAA", "ZZAAAA"},
			}},
		},
		Stats: &schema.TableStats{Rows: 10000, Pages: 358},
	}
	a := &access{table: tableOf(table)}
	for _, c := range []struct {
		column, value string
		op            query.Op
		want, within  float64
	}{
		{"unique1", "1000", query.Lt, .100697, 1e-6},
		{"stringu1", "CRAAAA", query.Eq, .003, 1e-9},
		{"stringu1", "xxx", query.Eq, .0014559, 1e-7},
		{"stringu1", "IAAAAA", query.Lt, .307669, .003}, // text is interpolated more coarsely here
	} {
		p := &query.Predicate{Column: c.column, Op: c.op, Values: []query.Value{{Kind: query.Const, Text: c.value}}}
		got := newEstimator(nil).of(a, &cond{kind: equal, part: schema.Part{Column: c.column}, pred: p, other: -1}, 10000)
		if math.Abs(got-c.want) > c.within {
			t.Errorf("%s %s %s: %v, the manual has %v", c.column, c.op, c.value, got, c.want)
		}
	}
}

// Sizes that PostgreSQL 15 really made of columns with plain statistics, as
// relpages has them: of TPC-H at scale 1 and of a forum's tables.
func TestSize_isWhatCREATEINDEXMakes(t *testing.T) {
	column := func(typ string, distinct, width float64) *schema.Column {
		return &schema.Column{Name: "c", Type: typ, Stats: &schema.ColumnStats{NDistinct: distinct, AvgWidth: width}}
	}
	for _, c := range []struct {
		what   string
		column *schema.Column
		rows   float64
		pages  float64
	}{
		{"a unique bigint (member_pkey)", column("bigint", -1, 8), 150_000, 414},
		{"a unique bigint (posts_pkey)", column("bigint", -1, 8), 500_000, 1374},
		{"a unique bigint (orders_pkey)", column("bigint", -1, 8), 1_500_000, 4116},
		{"a date of 2,406 values (o_orderdate)", column("date", 2406, 4), 1_500_000, 1329},
		{"a bigint of 200,000 values (l_partkey)", column("bigint", 200_000, 8), 6_001_215, 5503},
	} {
		table := &schema.Table{Name: schema.Name{Name: "t"}, Columns: []*schema.Column{c.column}}
		d := &Def{Method: "btree", Parts: []schema.Part{{Column: "c"}}}
		got := newEstimator(nil).size(d, table, &figures{tuples: c.rows}, 150000)
		if math.Abs(got.pages-c.pages) > .05*c.pages {
			t.Errorf("%s: %v pages, really %v", c.what, got.pages, c.pages)
		}
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"now() - '1 day'::interval", "CAST(1 AS date)", "((1", "'x'::", "date_trunc('day', now())", "-", "1 * '3 mons'::interval"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fold(s, time.Unix(1e9, 0))
		interval(s)
		moment(s)
		storedLength(s, "numeric")
		_, _ = arrayLength(s)
		quoted(s)
	})
}

func FuzzLikeMatches(f *testing.F) {
	f.Add("a%b_", "axxb.")
	f.Add("\\", "\\\xff")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern)+len(text) < 1000 {
			likeMatches(pattern, text, true)
			if !likeMatches("%", text, false) {
				t.Errorf("%q is not LIKE %%", text)
			}
		}
	})
}

// a.x = b.x and b.x = c.x: whatever the order, two of the three pay.
func TestMembers_countAnEqualityOnceForEachTableThatJoins(t *testing.T) {
	x := schema.Part{Column: "x"}
	var same classes
	same.add(side{member: 0, part: x, distinct: 100}, side{member: 1, part: x, distinct: 100})
	same.add(side{member: 1, part: x, distinct: 100}, side{member: 2, part: x, distinct: 100})
	ms := &members{classes: same.list}
	for range 3 {
		ms.rels = append(ms.rels, &rel{rows: 1000})
		ms.edge = append(ms.edge, []float64{1, 1, 1})
	}
	if got := ms.rows(); math.Abs(got-1e5) > 1e-3 {
		t.Errorf("1000 * 1000 * 1000 rows of 100 values join to %v", got)
	}
	for _, c := range []struct {
		member int
		before []int
		want   float64
	}{
		{0, nil, 1}, {2, []int{0}, .01}, {1, []int{0, 2}, .01}, {2, []int{1}, .01},
	} {
		in := func(k int) bool {
			for _, b := range c.before {
				if b == k {
					return true
				}
			}
			return false
		}
		if got := ms.factor(c.member, in); got != c.want {
			t.Errorf("joining %d to %v: %v, want %v", c.member, c.before, got, c.want)
		}
	}
}
