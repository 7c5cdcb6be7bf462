package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/fixtures"
)

// recordings writes the bundled logs to disk and returns their folder.
func recordings(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, fixtures.FS); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "shop")
}

// command runs apilint and returns what it printed.
func command(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := Main(args, strings.NewReader(""), &out, &errs); code != want {
		t.Fatalf("apilint %s: exit code %d, want %d\n%s", strings.Join(args, " "), code, want, errs.String())
	}
	return out.String(), errs.String()
}

// digested writes the digest of inputs.
func digested(t *testing.T, inputs ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.digest")
	command(t, 0, append([]string{"digest", "-o", path}, inputs...)...)
	return path
}

func TestDigest_givesTheFindingsOfTheLogs(t *testing.T) {
	dir := recordings(t)
	analyze := func(inputs ...string) *analyzer.Result {
		out, _ := command(t, 0, append([]string{"analyze", "--format", "json", "--exit-zero", "--schema", filepath.Join(dir, "schema.sql")}, inputs...)...)
		r := &analyzer.Result{}
		if err := json.Unmarshal([]byte(out), r); err != nil {
			t.Fatal(err)
		}
		r.Inputs = nil       // they say that they come from a digest
		if len(inputs) > 1 { // which three of many places are named depends on the order of reading
			for i := range r.Findings {
				r.Findings[i].Evidence = nil
				if l := r.Findings[i].Loop; l != nil {
					l.Timeline = nil
				}
			}
		}
		return r
	}
	for _, c := range [][]string{
		{"naive/postgresql.log"},
		{"naive/postgresql.csv"},
		{"fixed/postgresql.json"},
		{"naive/pg_stat_statements.csv"},
		{"users-posts/postgresql.log"},
		{"users-posts/postgresql.log", "naive/postgresql.log", "fixed/postgresql.log"},
	} {
		var logs, digests []string
		for _, name := range c {
			logs = append(logs, filepath.Join(dir, filepath.FromSlash(name)))
			digests = append(digests, digested(t, logs[len(logs)-1]))
		}
		got, want := analyze(digests...), analyze(logs...)
		if g, w := text(t, got.Findings), text(t, want.Findings); g != w {
			t.Errorf("%v: findings differ\n%s", c, firstDifference(g, w))
		}
		if g, w := text(t, got.Indexes), text(t, want.Indexes); g != w {
			t.Errorf("%v: indexes differ\n%s", c, firstDifference(g, w))
		}
		if g, w := text(t, got.Queries), text(t, want.Queries); g != w {
			t.Errorf("%v: queries differ\n%s", c, firstDifference(g, w))
		}
		if g, w := text(t, got.Workload), text(t, want.Workload); g != w {
			t.Errorf("%v: workload differs\n%s", c, firstDifference(g, w))
		}
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// firstDifference shows the first line that differs, and a few before it.
func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range g {
		if i >= len(w) || g[i] != w[i] {
			return strings.Join(g[max(0, i-8):i], "\n") + "\n got " + g[i] + "\nwant " + strings.Join(w[min(i, len(w)):min(i+1, len(w))], "")
		}
	}
	return "the wanted text goes on: " + w[len(g)]
}

func TestDigest_orderAndGroupingChangeNothing(t *testing.T) {
	dir := recordings(t)
	var d []string
	for _, name := range []string{"naive/postgresql.log", "fixed/postgresql.csv", "users-posts/postgresql.json", "naive/pg_stat_statements.csv"} {
		d = append(d, digested(t, filepath.Join(dir, filepath.FromSlash(name))))
	}
	a, b, c, e := d[0], d[1], d[2], d[3]
	analyze := func(inputs ...string) string {
		out, _ := command(t, 0, append([]string{"analyze", "--format", "json", "--exit-zero"}, inputs...)...)
		return out
	}
	want := analyze(a, b, c, e)
	for name, inputs := range map[string][]string{
		"the other way round":   {e, c, b, a},
		"mixed":                 {c, a, e, b},
		"two by two":            {digested(t, a, b), digested(t, c, e)},
		"two by two, crosswise": {digested(t, e, a), digested(t, c, b)},
		"one after the other":   {digested(t, digested(t, digested(t, a, c), e), b)},
		"all in one":            {digested(t, b, e, a, c)},
	} {
		if got := analyze(inputs...); got != want {
			t.Errorf("%s: the report differs\n%s", name, firstDifference(got, want))
		}
	}
	if one, other := content(t, digested(t, a, b, c)), content(t, digested(t, digested(t, c, b), a)); one != other {
		t.Error("the same parts in another grouping make another file")
	}
	if got := analyze(a, digested(t, a, b)); !strings.Contains(got, "count once: 1 ") {
		t.Error("a part that comes twice is not said to count once")
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestDigest_holdsNoValue(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "secret.log")
	line := "2026-11-23 08:26:55.184 UTC [16953] app@shop LOG:  duration: 15.263 ms  "
	lines := []string{
		line + "statement: SELECT id FROM users WHERE email = 'ann@example.com' AND phone = 4915112345678",
		line + "statement: SELECT id FROM users WHERE email = 'bob@example.com' AND phone = 4915187654321 /* customer='Zaphod' */",
		line + "statement: SELECT id FROM posts WHERE title LIKE '%Grundgesetz%' AND note ILIKE 'Beeblebrox%'",
		line + "statement: INSERT INTO posts (title, body) VALUES ('Fenchurch', E'Slarti\\'bartfast'), ('Trillian', $$Marvin$$)",
		line + "statement: UPDATE users SET password = 'hunter2xyz' WHERE id IN (918273, 918274) AND born > date '1979-10-12'",
		line + "statement: SET app.tenant = 'Magrathea'",
		line + "statement: SELECT * FROM broken WHERE AND name = 'Vogsphere' ((",
		line + "statement: CALL pay('Milliways', 777123)",
		line + "execute S_1: SELECT id FROM users WHERE name = $1 AND title LIKE $2 AND city = 'Betelgeuse'",
		strings.Replace(line, "LOG:  duration: 15.263 ms  ", "DETAIL:  parameters: $1 = 'Arthur Dent', $2 = '%Heart of Gold%'", 1),
		"2026-11-23 what no one understands: Krikkit",
	}
	if err := os.WriteFile(log, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got := content(t, digested(t, log))
	values := []string{
		"ann@", "example.com", "4915112345678", "bob@", "4915187654321", "Zaphod", "Grundgesetz", "Beeblebrox", "Fenchurch", "Slarti", "bartfast",
		"Trillian", "Marvin", "hunter2xyz", "918273", "918274", "1979", "Magrathea", "Vogsphere", "Milliways", "777123", "Betelgeuse",
		"Arthur", "Dent", "Heart", "Gold", "Krikkit",
	}
	source := strings.Join(lines, "\n")
	for _, v := range values {
		if !strings.Contains(source, v) {
			t.Errorf("%s is not in the log: the test proves nothing", v)
		}
		if strings.Contains(got, v) {
			t.Errorf("the digest holds %s", v)
		}
	}
	for _, kept := range []string{"SELECT id FROM users WHERE email = $1 AND phone = $2", "%xxxxx xx xxxx%"} {
		if !strings.Contains(got, kept) {
			t.Errorf("the digest lacks %s", kept)
		}
	}
}

func TestDigest_ofARealLogHoldsNoneOfItsStrings(t *testing.T) {
	dir := recordings(t)
	log := filepath.Join(dir, "naive", "postgresql.log")
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	got := content(t, digested(t, log))
	tags := regexp.MustCompile(`route='[^']*'`)          // they name requests, and are no values
	units := map[string]bool{"day": true, "month": true} // what date_trunc does is none either
	checked := 0
	for _, m := range regexp.MustCompile(`'([^'\n]{3,})'`).FindAllStringSubmatch(tags.ReplaceAllString(string(b), ""), -1) {
		if units[m[1]] || strings.Trim(m[1], "0123456789") == "" && len(m[1]) < 6 {
			continue
		}
		checked++
		if strings.Contains(got, m[1]) {
			t.Errorf("the digest holds %q", m[1])
		}
	}
	if checked == 0 {
		t.Error("no string was found in the log: the test proves nothing")
	}
}

func TestDigest_saysWhatItCannotRead(t *testing.T) {
	dir := recordings(t)
	good, err := os.ReadFile(digested(t, filepath.Join(dir, "users-posts", "postgresql.log")))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, content, says string
		exit                int
	}{
		{"a newer version", "apilint digest 99\n{}\n", `a digest of version "99"; this apilint reads version 1`, 2},
		{"nothing in it", "apilint digest 1\n{}\n", "holds no workload", 2},
		{"an end that is missing", "apilint digest 1\n{\"workload\":", "cut off", 2},
		{"half a file", string(good[:len(good)/2]), "cut off", 3},
	} {
		path := filepath.Join(t.TempDir(), "x.digest")
		if err := os.WriteFile(path, []byte(c.content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, stderr := command(t, c.exit, "analyze", path); !strings.Contains(stderr, c.says) || !strings.Contains(stderr, "x.digest") {
			t.Errorf("%s: it says %q, want %q", c.name, stderr, c.says)
		}
	}
	if _, stderr := command(t, 2, "digest", filepath.Join(dir, "naive", "postgresql.log")); !strings.Contains(stderr, "-o FILE") {
		t.Errorf("without a file to write it says %q", stderr)
	}
	none := filepath.Join(t.TempDir(), "none.txt")
	if err := os.WriteFile(none, []byte("The quick brown fox.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	command(t, 3, "digest", "-o", none+".digest", none)
	if _, err := os.Stat(none + ".digest"); err == nil {
		t.Error("a digest of nothing was written")
	}
}
