package archtest

import (
	"bytes"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// tree lists the files of the tree that git keeps or would keep.
func tree(t *testing.T) []string {
	t.Helper()
	ignored := ignore(t)
	var out []string
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".":
			return nil
		case d.Name() == ".git" || ignored(name, d.IsDir()):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.Type().IsRegular():
			out = append(out, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// ignore reads .gitignore: patterns with a leading slash are of the top
// folder, those with a trailing one are folders, others match any base name.
func ignore(t *testing.T) func(name string, dir bool) bool {
	t.Helper()
	content, err := fs.ReadFile(root, ".gitignore")
	if err != nil {
		t.Fatal(err)
	}
	var patterns []string
	for _, p := range strings.Split(string(content), "\n") {
		if p = strings.TrimSpace(p); p != "" && p[0] != '#' {
			patterns = append(patterns, p)
		}
	}
	return func(name string, dir bool) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			p, onlyDir := strings.CutSuffix(p, "/")
			if onlyDir && !dir {
				return false
			}
			of := path.Base(name)
			if strings.Contains(p, "/") {
				p, of = strings.TrimPrefix(p, "/"), name
			}
			ok, err := path.Match(p, of)
			return err == nil && ok
		})
	}
}

// folders are where people and their tools work on a machine, spelled in
// pieces so that this file does not hold one.
var folders = []string{"/wo" + "rk/", "/ro" + "ot/"}

// machinePath is a path that begins with one of the folders; inside a longer
// path or an address they are ordinary words.
var machinePath = regexp.MustCompile(`(^|[\s"'` + "`" + `=(,:>])(` + strings.Join(folders, "|") + `)`)

// mentions is a cheap test for what the expression needs.
func mentions(content []byte) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return bytes.Contains(content, []byte(f)) })
}

func TestTree_holdsNoPathOfTheMachine(t *testing.T) {
	for _, name := range tree(t) {
		content, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		if !mentions(content) {
			continue
		}
		if at := machinePath.FindIndex(content); at != nil {
			t.Errorf("%s:%d holds %q", name, 1+bytes.Count(content[:at[0]], []byte("\n")), content[at[0]:at[1]])
		}
	}
}

func TestMachinePath_tellsPathsFromOtherSlashes(t *testing.T) {
	for text, want := range map[string]bool{
		"see " + "/wo" + "rk/main":       true,
		`open("/ro` + `ot/x")`:           true,
		"PATH=/ro" + "ot/go":             true,
		"https://example.org/wo" + "rk/": false,
		"GET /v1/work/12":                false,
		"frame" + "/wo" + "rk/x":         false,
		"/workload/x":                    false,
	} {
		if got := machinePath.MatchString(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
