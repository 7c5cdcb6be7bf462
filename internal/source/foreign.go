package source

import (
	"bytes"
	"regexp"
)

// foreign are logs of other programs that are taken for PostgreSQL's, with what
// to do instead. A pattern is tried on lines of the head.
var foreign = []struct {
	line *regexp.Regexp
	note string
}{
	{
		regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (\S+ )?\[?\d+\]? (LOG|DEBUG|NOISE|WARNING|ERROR|FATAL) ([CS]-0x|stats:|kernel file|listening on|process up)`),
		"this is a log of pgBouncer, which holds no SQL; give the log of the PostgreSQL server behind it",
	},
	{
		regexp.MustCompile(`^# (Time: |User@Host: |Query_time: )`),
		"this is MySQL's slow query log; apilint reads PostgreSQL",
	},
	{
		regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\S* \d+ \[(System|Note|Warning|ERROR)\] \[MY-`),
		"this is a log of MySQL; apilint reads PostgreSQL",
	},
	{
		regexp.MustCompile(`^\d{4}-\d\d-\d\d +\d+:\d\d:\d\d \d+ \[(Note|Warning|ERROR)\] `),
		"this is a log of MariaDB; apilint reads PostgreSQL",
	},
	{
		regexp.MustCompile(`^\S+ \S+ \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "`),
		"this is an access log of a web server, such as nginx or Apache",
	},
	{
		regexp.MustCompile(`^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[(emerg|alert|crit|error|warn|notice|info|debug)\] \d+#\d+: `),
		"this is an error log of nginx",
	},
	{
		regexp.MustCompile(`^\[[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d(\.\d+)? \d{4}\] \[`),
		"this is an error log of Apache",
	},
	{
		regexp.MustCompile(`^\d+:[CMSX] \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d\.\d{3} [.\-*#] `),
		"this is a log of Redis",
	},
	{
		regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\S*\s+\d+ (Query|Connect|Prepare|Execute|Quit|Init DB)\b`),
		"this is MySQL's general query log; apilint reads PostgreSQL",
	},
	{
		regexp.MustCompile(`^(ORA-\d{5}: |TNS-\d{5}: |Errors in file .*\.trc|Thread \d+ advanced to log sequence |Completed: ALTER DATABASE |.* \* \(CONNECT_DATA=)`),
		"this is a log of Oracle; apilint reads PostgreSQL",
	},
	{
		regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d\d (spid\d+s?|Server|Logon|Backup) +`),
		"this is an error log of SQL Server; apilint reads PostgreSQL",
	},
	{
		regexp.MustCompile(`^(\d{4}-\d\d-\d\dT\S+ )?[IWEFD]\d? +(COMMAND|NETWORK|STORAGE|CONTROL|WRITE|QUERY|REPL|ACCESS|INDEX|-) +\[`),
		"this is a log of MongoDB",
	},
	{
		regexp.MustCompile(`^\{"t":\{"\$date":".*"s":"[A-Z]\d?",.*"c":"`),
		"this is a log of MongoDB",
	},
	{
		regexp.MustCompile(`^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.,]\d+ (INFO|WARNING|ERROR): (no action|Lock owner|establishing|Reaped|Selected|starting as|promoted)`),
		"this is a log of Patroni; give the log of the PostgreSQL server",
	},
	{
		regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? P\d\d +(INFO|WARN|ERROR|DETAIL|DEBUG): `),
		"this is a log of pgBackRest; give the log of the PostgreSQL server",
	},
}

// pages are reports rather than logs.
var pages = []struct{ mark, note string }{
	{"pgBadger", "this is a report of pgBadger; give the log that it was made of"},
	{"", "this is a web page; give the log itself"},
}

// webPage says what a page is, "" if it is none.
func webPage(head []byte) string {
	start := bytes.ToLower(bytes.TrimLeft(head[:min(len(head), 1024)], " \t\r\n"))
	if !begins(start, "<!doctype html") && !begins(start, "<html") {
		return ""
	}
	for _, p := range pages {
		if bytes.Contains(head, []byte(p.mark)) {
			return p.note
		}
	}
	return ""
}

// foreignLog names the program that most lines of a head come from, "" unknown.
func foreignLog(head []byte) string {
	if page := webPage(head); page != "" {
		return page
	}
	const enough = 200
	best, most := "", 0
	counts := make([]int, len(foreign))
	for n := 0; n < enough && len(head) > 0; n++ {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte{'\n'})
		line = line[:min(len(line), 1024)]
		for i, f := range foreign {
			if f.line.Match(line) {
				counts[i]++
				if counts[i] > most {
					best, most = f.note, counts[i]
				}
				break
			}
		}
	}
	return best
}
