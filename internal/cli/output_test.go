package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apilint/apilint/analyzer"
	"github.com/apilint/apilint/internal/report"
)

// shouting is a format that writes its name.
func shouting(name string) report.Format {
	return report.Format{Name: name, Write: func(w io.Writer, _ *analyzer.Result, o report.Options) error {
		text := strings.ToUpper(name)
		if o.Color {
			text += " in colour"
		}
		_, err := io.WriteString(w, text)
		return err
	}}
}

func TestWrite_sendsEachFormatWhereItWasAskedFor(t *testing.T) {
	for _, c := range []struct {
		name   string
		format string
		files  []string
		stdout string
		file   string // content of out
	}{
		{"alone to standard output", "table", nil, "TABLE in colour", ""},
		{"another one to a file", "table", []string{"json=out"}, "TABLE in colour", "JSON"},
		{"the same to a file", "json", []string{"out"}, "", "JSON"},
		{"a path with a folder", "table", []string{"json=./out"}, "TABLE in colour", "JSON"},
		{"another one to standard output", "table", []string{"json=-", "table=out"}, "JSON in colour", "TABLE"},
		{"a bare dash is standard output", "json", []string{"-"}, "JSON in colour", ""},
	} {
		t.Chdir(t.TempDir())
		f := outputFlags{formats: []report.Format{shouting("table"), shouting("json")}, format: c.format, files: c.files, color: "auto"}
		if err := f.check(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		var out bytes.Buffer
		if err := f.write(streams{out: &out}, nil, report.Options{Color: true}); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		file, _ := os.ReadFile("out")
		if out.String() != c.stdout || string(file) != c.file {
			t.Errorf("%s: standard output %q, file %q", c.name, out.String(), file)
		}
	}
}

func TestWrite_saysThatAFileCannotBeWritten(t *testing.T) {
	f := outputFlags{formats: []report.Format{shouting("table")}, format: "table", files: []string{filepath.Join(t.TempDir(), "no", "such", "folder")}}
	err := f.write(streams{out: io.Discard}, nil, report.Options{})
	if err == nil || !strings.Contains(err.Error(), "writing the report") {
		t.Errorf("%v", err)
	}
}

func TestCheck_refusesOutputsThatDoNotExist(t *testing.T) {
	for _, c := range []struct {
		f    outputFlags
		want string
	}{
		{outputFlags{format: "jsn", color: "auto"}, `--format "jsn" is unknown; did you mean "json"?`},
		{outputFlags{format: "table", color: "allways"}, `did you mean "always"?`},
		{outputFlags{format: "table", color: "auto", files: []string{"jason=x"}}, `did you mean "json"?`},
		{outputFlags{format: "table", color: "auto", files: []string{"json="}}, "names no file"},
		{outputFlags{format: "table", color: "auto", files: []string{"json=-", "table=-"}}, "twice"},
	} {
		c.f.formats = []report.Format{shouting("table"), shouting("json")}
		if err := c.f.check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.f, err, c.want)
		}
	}
}

func TestOptions_colourFollowsFlagAndEnvironment(t *testing.T) {
	for _, c := range []struct {
		color string
		env   map[string]string
		want  bool
	}{
		{"auto", nil, false}, // a buffer is no terminal
		{"always", nil, true},
		{"always", map[string]string{"NO_COLOR": "1"}, true},
		{"never", map[string]string{"CLICOLOR_FORCE": "1"}, false},
		{"auto", map[string]string{"CLICOLOR_FORCE": "1"}, true},
		{"auto", map[string]string{"CLICOLOR_FORCE": "0"}, false},
		{"auto", map[string]string{"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, false},
	} {
		for _, name := range []string{"NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"} {
			t.Setenv(name, c.env[name])
		}
		f := outputFlags{color: c.color}
		if got := f.options(streams{out: &bytes.Buffer{}}).Color; got != c.want {
			t.Errorf("--color %s with %v: %v", c.color, c.env, got)
		}
	}
}
