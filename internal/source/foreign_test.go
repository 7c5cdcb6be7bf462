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
		{"JSON", `{"a":1}`, "this JSON is neither"},
	} {
		in := readLog(t, Options{}, c.content).w.Inputs[0]
		if notes := strings.Join(in.Notes, "; "); !strings.Contains(notes, c.want) {
			t.Errorf("%s: %q, want %q", c.name, notes, c.want)
		}
		if in.Kind != "unknown" {
			t.Errorf("%s is read as a %s", c.name, in.Kind)
		}
	}
}
