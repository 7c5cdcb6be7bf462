package source

import (
	"strings"
	"testing"
)

func TestRead_otherProgramsAreNamed(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"pgBouncer", "2018-09-12 16:08:54.775 3392 LOG C-0x7f1: db/me@10.0.0.1:5432 login attempt\n2018-09-12 16:08:55.000 3392 LOG stats: 1 xacts/s", "pgBouncer"},
		{"pgBouncer 1.21", "2023-12-19 03:06:13.586 CET [10384] LOG listening on 127.0.0.1:6432", "pgBouncer"},
		{"MySQL", "# Time: 2023-01-01T00:00:00.000000Z\n# User@Host: a[a] @ localhost []\n# Query_time: 1.0  Lock_time: 0.0\nSELECT 1;", "MySQL"},
		{"nginx", `10.0.0.1 - - [10/Oct/2023:13:55:36 -0700] "GET / HTTP/1.1" 200 2326`, "web server"},
		{"nginx in docker", `{"log":"10.0.0.1 - - [10/Oct/2023:13:55:36 -0700] \"GET / HTTP/1.1\" 200 2326\n","stream":"stdout","time":"2023-10-10T20:55:36.000000000Z"}`, "web server"},
		{"Apache", "[Wed Oct 11 14:32:52.123456 2023] [core:error] [pid 35708:tid 4328636416] File does not exist", "Apache"},
		{"Redis", "1:M 01 Jan 2023 00:00:00.000 * Ready to accept connections", "Redis"},
		{"MongoDB", `{"t":{"$date":"2023-01-01T00:00:00.000+00:00"},"s":"I",  "c":"NETWORK",  "id":23016,   "ctx":"listener","msg":"Waiting for connections"}`, "MongoDB"},
		{"syslog", strings.Repeat("Nov 23 08:30:09 vm sshd[1]: Accepted publickey for root\n", 3), "no line in it is of PostgreSQL"},
		{"MySQL's general log", "2023-01-01T00:00:00.000000Z\t    8 Query\tSELECT 1\n2023-01-01T00:00:01.000000Z\t    8 Quit\t\n", "MySQL"},
		{"Oracle", "Thread 1 advanced to log sequence 12 (LGWR switch)\nORA-00001: unique constraint violated\n", "Oracle"},
		{"SQL Server", "2023-01-01 00:00:00.12 spid7s      Starting up database 'master'.\n", "SQL Server"},
		{"MongoDB 4.2", "2023-01-01T00:00:00.000+0000 I  COMMAND  [conn1] command test.$cmd\n", "MongoDB"},
		{"pgBadger's report", "<!DOCTYPE html>\n<html><head><title>pgBadger: PostgreSQL log analyzer</title></head>duration: 1 ms  statement: SELECT 1</html>", "pgBadger"},
		{"a page", "<html><body>LOG</body></html>", "a web page"},
		{"JSON", `{"a":1,"msg":"secret","deep":{"b":2}}`, "its objects have the keys a, msg, deep;"},
		{"gzip as base64", `{"awslogs":{"data":"H4sIAAAA"}}`, "base64 -d | zcat"},
		{"an application's log", "12:00:01.5 [main] INFO com.shop.Orders - secret for 42 items\n", "looks like `9:9:9.9 [a] a a.a.a - a a 9 a`"},
	} {
		in := readLog(t, Options{}, c.content).w.Inputs[0]
		if notes := strings.Join(in.Notes, "; "); !strings.Contains(notes, c.want) {
			t.Errorf("%s: %q, want %q", c.name, notes, c.want)
		}
		if strings.Contains(strings.Join(in.Notes, ""), "secret") {
			t.Errorf("%s: a value is shown: %q", c.name, in.Notes)
		}
		if in.Kind != "unknown" {
			t.Errorf("%s is read as a %s", c.name, in.Kind)
		}
	}
}

// What pgaudit writes is of PostgreSQL's log, but nothing that ran again.
func TestRead_linesOfPgauditAreNoExecutions(t *testing.T) {
	const audit = "LOG:  AUDIT: SESSION,1,1,READ,SELECT,,,\"SELECT 1, duration: 5.000 ms  statement: SELECT 2\",<none>"
	l := readLog(t, Options{}, "2026-11-23 08:00:00.000 UTC [1] "+audit+"\n2026-11-23 08:00:00.000 UTC [1] LOG:  duration: 1.000 ms  statement: SELECT 1\n")
	if got, want := l.coverage(), "executions=1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
