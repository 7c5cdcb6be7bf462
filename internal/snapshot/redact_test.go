package snapshot

import "testing"

func TestMaskStatements_leavesNoLiterals(t *testing.T) {
	s := &Snapshot{}
	s.Set(Statements, "query,calls,total_exec_time\n"+
		"\"SELECT a, b\n  FROM t WHERE id = $1 -- of mary@example.com\",5,1.5\n"+
		"ALTER USER app PASSWORD 'hunter2',1,0.1\n"+
		"SELECT * FROM t WHERE name = 'mary' AND n = 42,2,0.2\n"+
		"<insufficient privilege>,9,9\n"+
		",3,3\n")
	if err := s.MaskStatements(); err != nil {
		t.Fatal(err)
	}
	const want = "query,calls,total_exec_time\n" +
		"\"SELECT a, b FROM t WHERE id = $1\",5,1.5\n" +
		"ALTER USER app PASSWORD ?,1,0.1\n" +
		"SELECT * FROM t WHERE name = ? AND n = ?,2,0.2\n" +
		"<insufficient privilege>,9,9\n" +
		",3,3\n"
	if got := s.File(Statements); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
