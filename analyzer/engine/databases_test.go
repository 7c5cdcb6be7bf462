package engine

import (
	"slices"
	"testing"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/analyzer/sequence"
	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

func TestUnify_joinsAnonymousDatabases(t *testing.T) {
	type group struct {
		database  string
		statement uint64
	}
	for _, c := range []struct {
		name string
		in   []group
		want []string
	}{
		{
			"a log without a name joins the only named database, even with nothing shared",
			[]group{{"app", 1}, {"", 2}},
			[]string{"app", "app"},
		},
		{
			"an oid joins the name it shares most statements with",
			[]group{{"app", 1}, {"app", 2}, {"crm", 3}, {"oid:5", 2}, {"oid:5", 1}, {"oid:5", 3}},
			[]string{"app", "app", "crm", "app", "app", "app"},
		},
		{
			"no name joins an oid with which it shares statements",
			[]group{{"oid:5", 1}, {"oid:7", 2}, {"", 2}, {"", 3}},
			[]string{"oid:5", "oid:7", "oid:7", "oid:7"},
		},
		{
			"no name, then oid, then name",
			[]group{{"app", 1}, {"oid:5", 1}, {"oid:5", 2}, {"", 2}},
			[]string{"app", "app", "app", "app"},
		},
		{
			"two names never join",
			[]group{{"app", 1}, {"crm", 1}},
			[]string{"app", "crm"},
		},
		{
			"two oids never join one name: the one that shares more does",
			[]group{{"app", 1}, {"app", 2}, {"oid:5", 1}, {"oid:7", 1}, {"oid:7", 2}},
			[]string{"app", "app", "oid:5", "app", "app"},
		},
		{
			"two oids join two names, the better pair first",
			[]group{{"app", 1}, {"app", 2}, {"crm", 1}, {"oid:5", 1}, {"oid:5", 2}, {"oid:7", 1}},
			[]string{"app", "app", "crm", "app", "app", "crm"},
		},
		{
			"no name joins the only oid, even with nothing shared",
			[]group{{"oid:5", 1}, {"", 2}},
			[]string{"oid:5", "oid:5"},
		},
		{
			"an oid that shares nothing stays apart",
			[]group{{"app", 1}, {"oid:5", 2}},
			[]string{"app", "oid:5"},
		},
		{
			"no name that shares nothing with several stays apart",
			[]group{{"app", 1}, {"crm", 2}, {"", 3}},
			[]string{"app", "crm", ""},
		},
	} {
		w := &workload.Workload{}
		var results []*parsed
		for _, g := range c.in {
			w.Groups = append(w.Groups, &workload.Group{Database: g.database})
			key := sqltree.GroupKey{Fingerprint: g.statement}
			results = append(results, &parsed{key: key, loose: key})
		}
		if got := unify(w, results); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestDatabases_eachHasItsOwnGroupsAndLoops(t *testing.T) {
	app, other, crm := &analyzer.Statement{Database: "app"}, &analyzer.Statement{Database: "app"}, &analyzer.Statement{Database: "crm"}
	got := databases(
		[]*analyzer.Statement{app, other, crm},
		[]*analyzer.Statement{crm, app, nil, other, app},
		[]sequence.Candidate{{Head: 0}, {Head: 4}, {Head: 2}, {Head: 9}},
	)
	if len(got) != 2 || got[0].name != "app" || got[1].name != "crm" {
		t.Fatalf("databases: %+v", got)
	}
	if want := []numberedGroup{{1, app}, {3, other}, {4, app}}; !slices.Equal(got[0].groups, want) {
		t.Errorf("groups of app: %v, want %v", got[0].groups, want)
	}
	if want := []numberedGroup{{0, crm}}; !slices.Equal(got[1].groups, want) {
		t.Errorf("groups of crm: %v, want %v", got[1].groups, want)
	}
	for i, head := range []uint32{4, 0} {
		if l := got[i].loops; len(l) != 1 || l[0].Head != head {
			t.Errorf("loops of %s: %+v, want one that group %d begins", got[i].name, l, head)
		}
	}
}
