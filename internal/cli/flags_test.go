package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// called runs the command and returns its exit code and what it wrote.
func called(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = Main(args, strings.NewReader(stdin), &out, &err)
	return code, out.String(), err.String()
}

func TestMain_saysWhatIsWrongWithAFlag(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("some.log", []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		want string
	}{
		{"analyze some.log --shema x", "unknown flag --shema; did you mean --schema?"},
		{"analyze some.log --quack", "unknown flag --quack; apilint analyze --help lists them"},
		{"analyze some.log -Z", "unknown shorthand flag: 'Z' in -Z; apilint analyze --help lists the flags"},
		{"analyze some.log --top", "flag needs an argument: --top"},
		{"analyze some.log --top many", `--top "many" is no whole number`},
		{"analyze some.log --top -3", "--top -3: it cannot be negative"},
		{"analyze some.log --jobs -1", "--jobs -1: it cannot be negative"},
		{"analyze some.log --rtt-ms NaN", "--rtt-ms NaN: it cannot be negative"},
		{"analyze some.log --rtt-ms fast", `--rtt-ms "fast" is no number`},
		{"analyze some.log --min-total-time 5", `--min-total-time "5" is no time; write it like 200ms or 5s`},
		{"analyze some.log --budget 3apples", `--budget: "3apples" is no size; write it like 500MB or 1GiB`},
		{"analyze some.log --exit-zero=maybe", `--exit-zero "maybe" is no true or false`},
		{"analyze some.log --fail-on errors", `--fail-on "errors" is unknown; did you mean "error"?`},
		{"analyze some.log --min-confidence hihg", `--min-confidence "hihg" is unknown; did you mean "high"?`},
		{"analyze some.log --input-format csv", `--input-format "csv" is unknown; did you mean "csvlog"?`},
		{"analyze some.log --since yesterday", `--since "yesterday" is no time; write it like 2026-01-31T08:00:00Z`},
		{"analyze some.log --since 2026-01-02 --until 2026-01-01", "--since is not before --until"},
		{"analyze some.log --rule n-plus-on", `unknown rule "n-plus-on"; did you mean "n-plus-one"?`},
		{"analyze some.log --exclude-rule quack", `unknown rule "quack"; apilint rules lists them`},
		{"analyze some.log --format jsn", `--format "jsn" is unknown; did you mean "json"?`},
		{"analyze some.log --color bright", `--color "bright" is unknown; it is one of auto, always, never`},
		{"inspect some.log --format sql", `--format "sql" is unknown; it is one of table, json`},
		{"inspect some.log --color bright", `--color "bright" is unknown`},
		{"inspect some.log -o sql=x", `--output "sql" is unknown`},
		{"analyze", "nothing to read: name a log file, a folder, or - for standard input"},
		{"analyze some.log --schema missing.sql", "reading --schema missing.sql:"},
		{"analyze some.log --stats missing", "reading --stats missing:"},
		{"analyze some.log --timezone Mars/Olympus", "Mars/Olympus"},
		{"rules quack", `unknown rule "quack"; apilint rules lists them`},
		{"rules a b", "accepts at most 1 arg"},
		{"analyse some.log", `unknown command "analyse"; did you mean "analyze"?`},
		{"quack", `unknown command "quack"; apilint --help lists them`},
		{"some.log", `"some.log" is no command; to analyse that file: apilint analyze some.log`},
		{"some.log --schema x", `"some.log" is no command; to analyse that file: apilint analyze some.log`},
		{"--schema x some.log", "--schema is a flag of apilint analyze; write apilint analyze --schema"},
	} {
		code, stdout, stderr := called(t, "", strings.Fields(c.args)...)
		if code != 2 || stdout != "" || !strings.Contains(stderr, c.want) || !strings.HasPrefix(stderr, "apilint: ") {
			t.Errorf("apilint %s\nexits %d and says %s%s\nwant 2 and %s", c.args, code, stdout, stderr, c.want)
		}
	}
}

func TestMain_errorsCannotPaintTheTerminal(t *testing.T) {
	_, _, stderr := called(t, "", "analyze", "\x1b[31mred.log")
	if strings.ContainsRune(stderr, '\x1b') || !strings.Contains(stderr, "red.log") {
		t.Errorf("%q", stderr)
	}
}

func TestCommandLine_keepsWhatChangesTheAnalysis(t *testing.T) {
	cmd := newAnalyze(streams{})
	args := strings.Fields("a.log b.csv --schema s.sql --stats x --stats y --database app --format json -o sql=f --exit-zero --top 5 --budget 500MB --allow-empty --log-line-prefix %m")
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	got := commandLine(cmd.Flags().Args(), cmd.Flags())
	want := strings.Fields("apilint analyze a.log b.csv --allow-empty --budget 500000000 --database app --log-line-prefix %m --schema s.sql --stats x --stats y")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestHelp_namesEveryCommandAndFitsTheScreen(t *testing.T) {
	_, help, _ := called(t, "", "--help")
	for _, name := range []string{"analyze", "inspect", "rules", "version", "completion"} {
		if !strings.Contains(help, "\n  "+name+" ") {
			t.Errorf("no %s in\n%s", name, help)
		}
		code, page, _ := called(t, "", name, "--help")
		if code != 0 {
			t.Errorf("%s --help exits %d", name, code)
		}
		for line := range strings.Lines(help + page) {
			if len(line) > 81 && name != "completion" { // the last is cobra's
				t.Errorf("%s --help: %q", name, line)
			}
		}
	}
}
