package schema

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestParseArray(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
		null []bool
	}{
		{`{}`, nil, nil},
		{`{1,2,3}`, []string{"1", "2", "3"}, nil},
		{`{a,"b c","",d}`, []string{"a", "b c", "", "d"}, nil},
		{`{"a,b","c\"d","e\\f","{g}",h\,i}`, []string{"a,b", `c"d`, `e\f`, "{g}", "h,i"}, nil},
		{`{NULL,"NULL",null,x}`, []string{"NULL", "NULL", "null", "x"}, []bool{true, false, true, false}},
		{`{x,NULL}`, []string{"x", "NULL"}, []bool{false, true}},
		{`[0:1]={1,2}`, []string{"1", "2"}, nil},
		{`{"{1,2}",{3,"4,}"}}`, []string{"{1,2}", `{3,"4,}"}`}, nil},
		{` { a , "b" } `, []string{"a", "b"}, nil},
		{`{"2026-01-01 00:00:00+00",ä}`, []string{"2026-01-01 00:00:00+00", "ä"}, nil},
	} {
		got, null, err := parseArray(c.in)
		if err != nil || !slices.Equal(got, c.want) || !slices.Equal(null, c.null) {
			t.Errorf("%s: %q %v %v, not %q %v", c.in, got, null, err, c.want, c.null)
		}
	}
	for _, in := range []string{``, `a`, `{`, `{a`, `a}`, `{a,}`, `{,a}`, `{"a}`, `{"a"b}`, `{{a}`, `{a}}`, `[0:1]{1}`, `{a,,b}`} {
		if got, _, err := parseArray(in); err == nil {
			t.Errorf("%s is no array and was read as %q", in, got)
		}
	}
}

const statsTables = `CREATE TABLE t (id bigint PRIMARY KEY, name text, at timestamptz, tags text[], ok boolean, price numeric(8,2));
	CREATE SCHEMA app; CREATE TABLE app.u (a int); CREATE TABLE app."Odd" (a int); CREATE INDEX ON t (lower(name));
	CREATE TABLE parent (a int); CREATE TABLE child () INHERITS (parent)`

const statsHeader = "schemaname,tablename,attname,inherited,null_frac,avg_width,n_distinct,most_common_vals,most_common_freqs,histogram_bounds,correlation,most_common_elems,most_common_elem_freqs,elem_count_histogram\n"

func TestAddStats_columns(t *testing.T) {
	for _, c := range []struct {
		row    string
		table  string
		column string
		want   ColumnStats
	}{
		{
			`public,t,id,f,0,8,-1,,,"{1,50,100}",0.5,,,`, "t", "id",
			ColumnStats{AvgWidth: 8, NDistinct: -1, Histogram: []string{"1", "50", "100"}, Correlation: .5, HasCorr: true},
		},
		{
			`public,t,name,f,0.25,12,3,"{""a,b"",c}","{0.5,0.125}",,,,,`, "t", "name",
			ColumnStats{NullFrac: .25, AvgWidth: 12, NDistinct: 3, MCV: []string{"a,b", "c"}, MCF: []float64{.5, .125}},
		},
		{
			`,t,ok,f,0,1,2,"{t,f}","{0.9,0.1}",,-0.1,,,`, "t", "ok",
			ColumnStats{AvgWidth: 1, NDistinct: 2, MCV: []string{"t", "f"}, MCF: []float64{.9, .1}, Correlation: -.1, HasCorr: true},
		},
		{
			`,t,price,f,0,5,-0.5,"{1.50,NaN}","{1e-05,0.2}","{-1,2e3}",0,,,`, "t", "price",
			ColumnStats{AvgWidth: 5, NDistinct: -.5, MCV: []string{"1.50", "NaN"}, MCF: []float64{1e-5, .2}, Histogram: []string{"-1", "2e3"}, HasCorr: true},
		},
		{
			`public,t,tags,f,0,30,-1,,,,,"{a,b}","{0.5,0.25,0.25,0.5,0}","{1,2}"`, "t", "tags",
			ColumnStats{AvgWidth: 30, NDistinct: -1, Elems: []string{"a", "b"}, ElemFreqs: []float64{.5, .25, .25, .5, 0}},
		},
		{`,app.u,a,f,0,4,1,,,,,,,`, "u", "a", ColumnStats{AvgWidth: 4, NDistinct: 1}},
		{
			`app,Odd,a,f,0,4,1,"{1,NULL,2}","{0.5,0.3,0.2}",,,,,`, "Odd", "a",
			ColumnStats{AvgWidth: 4, NDistinct: 1, MCV: []string{"1", "2"}, MCF: []float64{.5, .2}},
		},
		// A table with heirs: the row of itself wins over that of all together.
		{",parent,a,t,0.5,4,1,,,,,,,\n,parent,a,f,0,4,9,,,,,,,\n,parent,a,t,0.5,4,1,,,,,,,", "parent", "a", ColumnStats{AvgWidth: 4, NDistinct: 9}},
	} {
		s := loaded(t, statsTables)
		if err := s.AddStats("pg_stats.csv", []byte(statsHeader+c.row+"\n")); err != nil || len(s.Problems) > 0 {
			t.Errorf("%s: %v %v", c.row, err, s.Problems)
			continue
		}
		got := s.Table("", c.table).Column(c.column).Stats
		if got == nil || !reflect.DeepEqual(*got, c.want) || !s.HasStats {
			t.Errorf("%s\ngot  %+v\nwant %+v", c.row, got, c.want)
		}
	}
}

func TestAddStats_whatDoesNotFitIsAProblem(t *testing.T) {
	for _, c := range []struct{ csv, want string }{
		{statsHeader + "public,gone,a,f,0,4,1,,,,,,,", "2: table gone is on the server and not in the schema"},
		{statsHeader + "public,t,gone,f,0,4,1,,,,,,,", "2: public.t has no column gone"},
		{statsHeader + "public,t,id,f,0,4,1,\"{a,b}\",\"{0.5,0.5}\",,,,,", "2: public.t.id is bigint: its statistics are of another type"},
		{statsHeader + "public,t,at,f,0,4,1,,,\"{true,false}\",,,,", "2: public.t.at is timestamp with time zone: its statistics are of another type"},
		{statsHeader + "public,t,name,f,0,4,1,\"{a,b}\",\"{0.5}\",,,,,", "2: t.name: most_common_vals: 2 values with 1 frequencies"},
		{statsHeader + "public,t,name,f,0,4,1,\"{a,b\",\"{0.5,0.5}\",,,,,", "2: t.name: most_common_vals: not an array in PostgreSQL's form"},
		{statsHeader + "public,t,name,f,0,4,1,\"{a}\",\"{x}\",,,,,", "2: t.name: most_common_vals: a frequency is no number"},
		{statsHeader + "public,t,name,f,0,4,1,,,{,,,,", "2: t.name: histogram_bounds: not an array in PostgreSQL's form"},
		{statsHeader + "public,t,name,f,none,4,1,,,,,,,", `2: t.name: "none" is no number`},
		{statsHeader + "public,t,name,f,7,4,1,,,,,,,", "2: t.name: a fraction, width or number of values out of range"},
		{statsHeader + "public,t,name,f,0,4,1", "2: a row of 7 fields under 14 columns"},
		{statsHeader + "public,t,name,f,0,4,1,,,,,,,\npublic,t,\"name,f", "3: a row that is not CSV: extraneous or missing \" in quoted-field"},
		{"schema,relname,relkind,relpages,reltuples\npublic,gone,r,1,1\npublic,gone,r,1,1", "2: table gone is on the server and not in the schema"},
		{"schema,relname,relkind,relpages,reltuples,table_name\npublic,x_idx,i,1,1,t", "2: index x_idx is on the server and not in the schema"},
		{"relname,relkind,relpages,reltuples\nt,r,many,1", `2: t: "many" is no number`},
		{"relname,relkind,relpages,reltuples\nt,?,1,1", `2: t has an unknown relkind "?"`},
		{"relname,indexrelname,idx_scan\nt,nope,1", "2: index nope is on the server and not in the schema"},
		{"name,setting,unit\nserver_version_num,fifteen,", `2: server_version_num "fifteen" is no number`},
	} {
		s := loaded(t, statsTables)
		if err := s.AddStats("x.csv", []byte(c.csv)); err != nil {
			t.Errorf("%s: %v", c.csv, err)
			continue
		}
		var got []string
		for _, p := range s.Problems {
			got = append(got, fmt.Sprintf("%d: %s", p.Line, p.Message))
		}
		if len(got) != 1 || got[0] != c.want || s.Problems[0].Path != "x.csv" {
			t.Errorf("%s\ngot  %q\nwant %q", c.csv, got, c.want)
		}
	}
}

func TestAddStats_manyMisfitsAreCountedNotListed(t *testing.T) {
	s := loaded(t, statsTables)
	if err := s.AddStats("x.csv", []byte(statsHeader+strings.Repeat("public,t,gone,f,0,4,1,,,,,,,\n", 1000))); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Problems); n != maxProblems+1 || s.Problems[n-1].Message != "950 more rows do not fit" {
		t.Errorf("%d problems, the last %v", n, s.Problems[n-1])
	}
}

func TestAddStats_relationsUsageSettings(t *testing.T) {
	s := loaded(t, statsTables)
	for _, file := range []string{
		"\xef\xbb\xbfRelName,RelKind,RelPages,RelTuples,schema,table_name,valid,bytes\nt,r,10,1.5e+03,public,,,\nt_pkey,i,3,1500,public,t,t,24600\nt_lower_idx,i,0,0,public,t,f,0\nu,r,0,-1,app,,,\nv,v,0,0,app,,,\n",
		"schemaname\trelname\tindexrelname\tidx_scan\tidx_tup_read\npublic\tt\tt_pkey\t42\t99\n",
		"name;setting;unit\nwork_mem;4096;kB\nlc_collate;C.UTF-8;\nserver_version_num;170002;\n",
		statsHeader + "public,t_lower_idx,lower,f,0,4,-1,,,,,,,\n",
	} {
		if err := s.AddStats("x.csv", []byte(file)); err != nil {
			t.Error(err)
		}
	}
	if len(s.Problems) > 0 {
		t.Error(s.Problems)
	}
	tab := s.Table("", "t")
	if *tab.Stats != (TableStats{Rows: 1500, Pages: 10, Bytes: 81920}) {
		t.Errorf("t: %+v", *tab.Stats)
	}
	if u := s.Table("app", "u").Stats; u.Rows != -1 {
		t.Errorf("a table that was never analysed has %v rows", u.Rows)
	}
	pkey, lower := tab.index("t_pkey"), tab.index("t_lower_idx")
	if x := pkey.Stats; pkey.Invalid || x.Bytes != 24600 || x.Pages != 3 || x.Rows != 1500 || x.Scans != 42 {
		t.Errorf("t_pkey: %+v %+v", pkey, x)
	}
	if x := lower.Stats; !lower.Invalid || x.Scans != -1 || x.Expressions["lower"].NDistinct != -1 {
		t.Errorf("t_lower_idx: %+v %+v", lower, x)
	}
	if s.Settings["work_mem"] != "4096" || s.Settings["lc_collate"] != "C.UTF-8" || s.Version != 170002 {
		t.Errorf("settings %v, version %d", s.Settings, s.Version)
	}
}

func TestAddStats_partitionedTablesAddUpTheirPartitions(t *testing.T) {
	s := loaded(t, `CREATE TABLE p (a int, b text) PARTITION BY RANGE (a); CREATE TABLE p1 PARTITION OF p DEFAULT PARTITION BY LIST (b);
		CREATE TABLE p11 PARTITION OF p1 DEFAULT; CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (1) TO (2); CREATE INDEX ON p (b)`)
	for _, file := range []string{
		"relname,relkind,relpages,reltuples,bytes\np,p,-1,-1,0\np1,p,0,-1,0\np11,r,10,1000,81920\np2,r,5,10,40960\np11_b_idx,i,2,1000,16384\np2_b_idx,i,1,10,8192\n",
		"relname,indexrelname,idx_scan\np11,p11_b_idx,3\np2,p2_b_idx,4\n",
		statsHeader + ",p11,b,f,0,4,100,,,,,,,\n,p2,b,f,0,4,7,,,,,,,\n,p11,a,f,0,4,5,,,,,,,\n,p,a,t,0,4,6,,,,,,,\n",
	} {
		if err := s.AddStats("x.csv", []byte(file)); err != nil || len(s.Problems) > 0 {
			t.Fatal(err, s.Problems)
		}
	}
	p := s.Table("", "p")
	if p.Stats.Rows != 1010 || p.Stats.Pages != 15 || p.Stats.Bytes != 122880 {
		t.Errorf("p: %+v", p.Stats)
	}
	if err := s.AddStats("x.csv", []byte("relname,relkind,relpages,reltuples,bytes\np11,r,10,-1,81920\np2,r,5,-1,40960\n")); err != nil || p.Stats.Rows != -1 {
		t.Errorf("no partition was ever analysed, and p has %v rows, %v", p.Stats.Rows, err)
	}
	if x := p.Indexes[0].Stats; x.Bytes != 24576 || x.Rows != 1010 || x.Scans != 7 {
		t.Errorf("p_b_idx: %+v", x)
	}
	if c := p.Column("b").Stats; c == nil || c.NDistinct != 100 {
		t.Errorf("p.b has %+v, not those of the largest partition", c)
	}
	if c := p.Column("a").Stats; c.NDistinct != 6 {
		t.Errorf("p.a has %+v, not its own", c)
	}
}

func TestAddStats_otherFilesAreAnError(t *testing.T) {
	for _, content := range []string{"", "\n", "a,b\n1,2\n", "\x00\xff", `{"json": true}`} {
		s := New()
		if err := s.AddStats("x.csv", []byte(content)); !errors.Is(err, ErrNotStatistics) || s.HasStats {
			t.Errorf("%q: %v", content, err)
		}
	}
}
