package source

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer/workload"
)

// locks writes down, for each execution that waited for locks, how long it took
// and how much of it was waiting, in µs.
func (l *logged) locks() string {
	var out []string
	for i, e := range l.events {
		if e.Lock > 0 {
			out = append(out, fmt.Sprintf("%d of %d %s", e.Lock, e.Dur, l.texts[i]))
		}
	}
	return strings.Join(out, "\n")
}

func TestLockWait_belongsToTheStatementThatRuns(t *testing.T) {
	const (
		still  = "LOG:  process 1 still waiting for ShareLock on transaction 678 after 1000.100 ms"
		got    = "LOG:  process 1 acquired ShareLock on transaction 678 after 2000.500 ms"
		update = "LOG:  duration: 2001.000 ms  statement: UPDATE a SET b = 1"
	)
	for _, c := range []struct {
		name  string
		lines []string
		want  string
		count string
	}{
		{
			"the wait is told twice and counts once",
			[]string{still, "DETAIL:  Process holding the lock: 2. Wait queue: 1.", "CONTEXT:  while updating tuple (0,1) in relation \"a\"", "STATEMENT:  UPDATE a SET b = 1", got, "CONTEXT:  while updating tuple (0,1) in relation \"a\"", "STATEMENT:  UPDATE a SET b = 1", update},
			"2000500 of 2001000 UPDATE a SET b = 1", "executions=1 waits=1",
		},
		{"a wait whose end is not in the log is at least as long", []string{still, update}, "1000100 of 2001000 UPDATE a SET b = 1", "executions=1"},
		{"several locks add up", []string{"LOG:  process 1 acquired ShareLock on transaction 6 after 300.000 ms", "LOG:  process 1 acquired ExclusiveLock on tuple (0,1) of relation 3 of database 5 after 200.000 ms", update}, "500000 of 2001000 UPDATE a SET b = 1", "executions=1 waits=2"},
		{"only the session's own wait counts", []string{"2> LOG:  process 2 acquired ShareLock on transaction 678 after 500.000 ms", update}, "", "executions=1 waits=1"},
		{"and only the wait of the statement that ran then", []string{got, update, update}, "2000500 of 2001000 UPDATE a SET b = 1", "executions=2 waits=1"},
		{"a statement that failed takes its wait with it", []string{still, "ERROR:  canceling statement due to lock timeout", update}, "", "executions=1 errors=1"},
		{"a bare duration gets the wait of its statement", []string{"LOG:  statement: UPDATE a SET b = 1", got, "LOG:  duration: 2001.000 ms"}, "2000500 of 2001000 UPDATE a SET b = 1", "executions=1 waits=1"},
		{"a parse step may wait too", []string{got, "LOG:  duration: 2000.900 ms  parse s: SELECT 1", "LOG:  duration: 2001.000 ms  execute s: SELECT 1"}, "", "executions=1 parse=1 waits=1"},
		{"a shorter bind step did not", []string{got, "LOG:  duration: 1.000 ms  bind s: UPDATE a SET b = 1", "LOG:  duration: 2001.000 ms  execute s: UPDATE a SET b = 1"}, "2000500 of 2001000 UPDATE a SET b = 1", "executions=1 bind=1 waits=1"},
		{
			"a plan and the duration after it are one execution with one wait",
			[]string{got, "LOG:  duration: 2000.800 ms  plan:", "\tQuery Text: UPDATE a SET b = 1", "\tUpdate on a  (cost=0.00..0.01 rows=1 width=4)", update},
			"2000500 of 2001000 UPDATE a SET b = 1", "executions=1 plans=1 waits=1",
		},
		{"nothing waits longer than it runs", []string{got, "LOG:  duration: 5.000 ms  statement: SELECT 1"}, "5000 of 5000 SELECT 1", "executions=1 waits=1"},
		{
			"a function that waits for a row",
			[]string{got, "CONTEXT:  while updating tuple (0,1) in relation \"a\"", "\tSQL statement \"UPDATE a SET b = 1\"", "\tPL/pgSQL function f() line 1 at SQL statement", "STATEMENT:  SELECT f()", "LOG:  duration: 2001.000 ms  statement: SELECT f()"},
			"2000500 of 2001000 SELECT f()", "executions=1 waits=1",
		},
		{"what a function prints is no wait", []string{got, "CONTEXT:  PL/pgSQL function f() line 1 at RAISE", "STATEMENT:  SELECT f()", update}, "", "executions=1"},
		{"nor what speaks of another process", []string{strings.Replace(got, "process 1", "process 7", 1), update}, "", "executions=1"},
		{"nor what another severity says", []string{strings.Replace(got, "LOG", "WARNING", 1), update}, "", "executions=1"},
		{"the place in the statement may follow", []string{got + " at character 21", update}, "2000500 of 2001000 UPDATE a SET b = 1", "executions=1 waits=1"},
		{"German", []string{"LOG:  Prozess 1 erlangte ShareLock-Sperre auf Transaktion 678 nach 2000,500 ms bei Zeichen 21", "LOG:  Dauer: 2001.000 ms  Anweisung: UPDATE a SET b = 1"}, "2000500 of 2001000 UPDATE a SET b = 1", "executions=1 waits=1"},
		{"Chinese names the time first", []string{"日志:  进程1在2000.500 ms后获取在事务 678上的ShareLock", "日志:  执行时间: 2001.000 ms 语句: UPDATE a SET b = 1"}, "2000500 of 2001000 UPDATE a SET b = 1", "executions=1 waits=1"},
		{"Japanese", []string{"LOG:  プロセス1は2000.500 ms後にトランザクション 678上のShareLockを獲得しました", "LOG:  期間: 2001.000 ミリ秒  文: UPDATE a SET b = 1"}, "2000500 of 2001000 UPDATE a SET b = 1", "executions=1 waits=1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := readLog(t, Options{Prefix: "%m [%p] "}, stderrLog(c.lines...))
			if got := l.locks(); got != c.want {
				t.Errorf("waited\n%s\nwant\n%s", got, c.want)
			}
			if got := l.coverage(); got != c.count {
				t.Errorf("coverage %q, want %q", got, c.count)
			}
			var inEvents, inGroups int64
			for _, e := range l.events {
				inEvents += int64(e.Lock)
			}
			for _, g := range l.w.Groups {
				inGroups += g.Totals.Of(workload.SourceLog).LockUS
			}
			if inEvents != inGroups {
				t.Errorf("%d µs in the groups, %d in the executions", inGroups, inEvents)
			}
		})
	}
}

func TestLockWait_thatEndedLongBeforeTheStatementIsNotItsOwn(t *testing.T) {
	l := readLog(t, Options{Prefix: "%m [%p] "}, ""+
		"2026-11-23 08:00:00.000 UTC [1] LOG:  process 1 acquired ShareLock on transaction 678 after 50.000 ms\n"+
		"2026-11-23 08:00:09.000 UTC [1] LOG:  duration: 100.000 ms  statement: SELECT 1\n")
	if got := l.locks(); got != "" {
		t.Errorf("waited %s", got)
	}
}

// The three files are one log of PostgreSQL 15. A function prints a forged wait
// of 77 seconds in it.
func TestLockWait_samplesOfAServer(t *testing.T) {
	const want = `130776 of 133791 update account set balance=balance+10 where id=1
100230 of 114127 select pay(1)
119602 of 121057 select balance from account where id = 2 
82896 of 88479 update account set balance=balance+10 where id=1`
	for _, name := range []string{"lockwaits.log", "lockwaits.csv.gz", "lockwaits.json.gz"} {
		if got := readLogFile(t, Options{}, name).locks(); got != want {
			t.Errorf("%s: waited\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestLockWait_everyLanguageHasBothMessages(t *testing.T) {
	without := map[string]bool{"ka": true, "pt_BR": true} // not translated there
	for _, l := range languages() {
		if (l.Waiting == "" || l.Acquired == "") != without[l.Name] {
			t.Errorf("%s: %q, %q", l.Name, l.Waiting, l.Acquired)
		}
		for _, template := range []string{l.Waiting, l.Acquired} {
			if template == "" {
				continue
			}
			text := waitFields.ReplaceAllStringFunc(template, func(f string) string {
				switch {
				case strings.Contains(f, "ld"):
					return "12.345"
				case strings.HasSuffix(f, "d"):
					return "77"
				}
				return "x 1 y"
			})
			m := message{}
			l.readWait([]byte(text), &record{name: []byte("77")}, &m)
			if m.kind != workload.KindWait || m.dur != 12345 || m.waiting != (template == l.Waiting) {
				t.Errorf("%s: %q is read as %+v", l.Name, text, m)
			}
		}
	}
}
