package schema

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func fromTestdata(t *testing.T, dir string) *Schema {
	t.Helper()
	s := New()
	if err := s.AddPath(os.DirFS("testdata"), dir+"/schema.sql"); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join("testdata", dir, "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.AddStats(f, content); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range s.Problems {
		t.Errorf("%s:%d: %s: %s", p.Path, p.Line, p.Message, p.Statement)
	}
	return s
}

// The forum: a schema of 13 tables, one of them partitioned, one with quoted
// names, and a part of the statistics of a filled database.
func TestForum(t *testing.T) {
	s := fromTestdata(t, "forum")
	if len(s.Tables) != 20 || !s.HasStats || s.Version/10000 != 15 || s.Settings["effective_cache_size"] != "524288" {
		t.Errorf("%d tables, statistics %t, version %d, cache %q", len(s.Tables), s.HasStats, s.Version, s.Settings["effective_cache_size"])
	}

	thread := s.Table("", "thread")
	if *thread.Stats != (TableStats{Rows: 160000, Pages: 2834, AllVisible: 2834, Bytes: 23216128}) {
		t.Errorf("thread has %+v", *thread.Stats)
	}
	var indexes []string
	for _, x := range thread.Indexes {
		indexes = append(indexes, showIndex(x))
	}
	if want := []string{"btree thread_pkey (id) primary", "btree thread_board_idx (board_id)", "btree thread_board_created_idx (board_id, created_at)"}; !slices.Equal(indexes, want) {
		t.Errorf("indexes of thread: %q", indexes)
	}
	if x := thread.Indexes[1].Stats; x.Pages != 165 || x.Bytes != 1351680 || x.Rows != 160000 || x.Scans != 4 {
		t.Errorf("thread_board_idx has %+v", x)
	}

	posts := s.Table("public", "posts")
	if c := posts.Column("search"); !c.Generated || c.Default != "to_tsvector('english', body)" || len(c.Stats.Elems) == 0 || len(c.Stats.ElemFreqs) != len(c.Stats.Elems)+2 {
		t.Errorf("posts.search: %+v %+v", c, c.Stats)
	}
	if i := slices.IndexFunc(posts.Constraints, func(k *Constraint) bool { return k.Name == "posts_reply_to_fkey" }); i < 0 ||
		posts.Constraints[i].OnDelete != "SET NULL" || !slices.Equal(posts.Constraints[i].RefColumns, []string{"id"}) {
		t.Error("posts.reply_to is no foreign key to posts.id")
	}
	if c := posts.Column("lang").Stats; c.MCV[0] != "en" || c.MCF[0] != 0.6422667 || c.NDistinct != 6 || !c.HasCorr {
		t.Errorf("posts.lang: %+v", c)
	}

	if x := s.Table("", "payment").index("payment_provider_ref_key"); x == nil || !x.Invalid || !x.Unique {
		t.Errorf("the server says that payment_provider_ref_key is invalid: %+v", x)
	}

	message := s.Table("", "PrivateMessage")
	if got := message.PrimaryKey(); !slices.Equal(got, []string{"Id"}) {
		t.Errorf("the key of PrivateMessage: %v", got)
	}
	if c := message.Column("sentAt"); c.Type != "timestamp with time zone" || c.Stats == nil || len(c.Stats.Histogram) != 101 {
		t.Errorf("PrivateMessage.sentAt: %+v", c)
	}

	n := s.Table("", "notification")
	if n.Kind != KindPartitioned || len(n.Partitions) != 6 || n.Stats.Rows != 300000 || n.Indexes[0].Stats.Bytes != 9519104 {
		t.Errorf("notification: %+v", n)
	}
	for _, p := range n.Partitions {
		if part := s.Table(p.Schema, p.Name); part.Indexes[0].Name != p.Name+"_pkey" {
			t.Errorf("the index of %s is %s", p, part.Indexes[0].Name)
		}
	}

	plans := s.Table("", "plans")
	if c := plans.Column("period"); c.Type != "interval" || !slices.Equal(c.Stats.MCV, []string{"1 mon", "1 year"}) {
		t.Errorf("plans.period: %+v", c.Stats)
	}
	view := s.Table("", "visible_post")
	if view.Kind != KindView || len(view.Columns) != 7 || view.Columns[5].Name != "title" || view.Columns[5].Type != "text" {
		t.Errorf("visible_post: %+v", view)
	}
}

func TestTPCH(t *testing.T) {
	s := fromTestdata(t, "tpch")
	if len(s.Tables) != 8 || s.HasStats {
		t.Errorf("%d tables, statistics %t", len(s.Tables), s.HasStats)
	}
	lineitem := s.Table("", "lineitem")
	if c := lineitem.Column("l_shipinstruct"); c.Type != "character(25)" || !c.NotNull || c.Num != 14 {
		t.Errorf("l_shipinstruct: %+v", c)
	}
	if got := lineitem.PrimaryKey(); !slices.Equal(got, []string{"l_orderkey", "l_linenumber"}) {
		t.Errorf("the key of lineitem: %v", got)
	}
}
