package archtest

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/apilint/apilint"

// root is the tree, two folders up.
var root = os.DirFS("../..")

// source is one file that is not a test.
type source struct {
	name    string // path in the tree
	imports []string
}

func TestImports_followTheTable(t *testing.T) {
	for _, v := range violations(sources(t)) {
		t.Error(v)
	}
}

func TestViolations_areFound(t *testing.T) {
	for _, c := range []struct {
		name string
		file source
		want string // "" is allowed
	}{
		{"an import the table has", source{"analyzer/query/a.go", []string{module + "/analyzer/schema"}}, ""},
		{"an import it does not have", source{"analyzer/schema/a.go", []string{module + "/analyzer/query"}}, "analyzer/schema may not import analyzer/query"},
		{"a detector that parses by itself", source{"detectors/x/a.go", []string{module + "/analyzer/sqltree"}}, "detectors/x may not import analyzer/sqltree"},
		{"a detector that reads facts", source{"detectors/x/a.go", []string{module + "/analyzer/query"}}, ""},
		{"a detector that imports another", source{"detectors/x/a.go", []string{module + "/detectors/y"}}, "detectors/x may not import detectors/y"},
		{"the list of detectors", source{"detectors/a.go", []string{module + "/detectors/x"}}, ""},
		{"a package without a line", source{"util/a.go", nil}, "util is not in the table"},
		{"a folder below one with a line", source{"internal/cli/deep/a.go", nil}, "internal/cli/deep is not in the table"},
		{"the command line", source{"internal/cli/a.go", []string{module + "/analyzer/engine"}}, ""},
		{"the command line and the demo", source{"internal/cli/a.go", []string{module + "/internal/demo/store"}}, "internal/cli may not import internal/demo/store"},
		{"the parser in the engine", source{"analyzer/engine/a.go", []string{"github.com/pganalyze/pg_query_go/v5"}}, "analyzer/engine may not import github.com/pganalyze/pg_query_go/v5"},
		{"the parser where it belongs", source{"analyzer/query/a.go", []string{"github.com/pganalyze/pg_query_go/v5/parser"}}, ""},
		{"a driver outside tests", source{"internal/source/a.go", []string{"github.com/jackc/pgx/v5"}}, "internal/source may not import github.com/jackc/pgx/v5"},
		{"a module whose name begins like an allowed one", source{"internal/cli/a.go", []string{"github.com/spf13/cobra-extras"}}, "internal/cli may not import github.com/spf13/cobra-extras"},
		{"the standard library", source{"analyzer/query/a.go", []string{"strings", "go/parser"}}, ""},
		{"testing in a package that ships", source{"analyzer/query/a.go", []string{"testing"}}, "analyzer/query may not import testing"},
	} {
		got := strings.Join(violations([]source{c.file}), "; ")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// violations lists what the table does not allow.
func violations(files []source) []string {
	var out []string
	for _, f := range files {
		pkg := path.Dir(f.name)
		allowed, ok := line(pkg)
		if !ok {
			out = append(out, fmt.Sprintf("%s: %s is not in the table of internal/archtest", f.name, pkg))
			continue
		}
		for _, imported := range f.imports {
			if !may(pkg, allowed, imported) {
				out = append(out, fmt.Sprintf("%s: %s may not import %s", f.name, pkg, strings.TrimPrefix(imported, module+"/")))
			}
		}
	}
	return out
}

// line returns what a package may import of ours.
func line(pkg string) ([]string, bool) {
	if allowed, ok := packages[pkg]; ok {
		return allowed, true
	}
	allowed, ok := packages[path.Dir(pkg)+"/*"]
	return allowed, ok
}

func may(pkg string, allowed []string, imported string) bool {
	if own, ok := strings.CutPrefix(imported, module+"/"); ok {
		return slices.Contains(allowed, own) || slices.Contains(allowed, path.Dir(own)+"/*") ||
			slices.Contains(allowed, anyOfOurs) && !under(own, "internal/demo")
	}
	for name, users := range modules {
		if under(imported, name) {
			return slices.Contains(users, pkg)
		}
	}
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".") // the standard library
}

func under(name, folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }

// sources parses the imports of every file that is not a test.
func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	for _, name := range tree(t) {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "testdata/") {
			continue
		}
		content, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, content, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		s := source{name: name}
		for _, i := range f.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			s.imports = append(s.imports, imported)
		}
		out = append(out, s)
	}
	if len(out) < 50 {
		t.Fatalf("only %d files found: is the tree two folders up?", len(out))
	}
	return out
}

func TestTable_namesOnlyWhatExists(t *testing.T) {
	exists := map[string]bool{}
	for _, f := range sources(t) {
		pkg := path.Dir(f.name)
		exists[pkg] = true
		exists[path.Dir(pkg)+"/*"] = true
	}
	for pkg, allowed := range packages {
		for _, name := range append([]string{pkg}, allowed...) {
			if name != anyOfOurs && !exists[name] {
				t.Errorf("the table names %s, which does not exist", name)
			}
		}
	}
	for name, users := range modules {
		for _, pkg := range users {
			if !exists[pkg] {
				t.Errorf("the table names %s as a user of %s, which does not exist", pkg, name)
			}
		}
	}
}

func TestTable_hasNoCycle(t *testing.T) {
	done := map[string]bool{}
	var visit func(pkg string, above []string)
	visit = func(pkg string, above []string) {
		if slices.Contains(above, pkg) {
			t.Fatalf("a cycle: %s", strings.Join(append(above, pkg), " > "))
		}
		if done[pkg] {
			return
		}
		for _, next := range packages[pkg] {
			visit(next, append(slices.Clone(above), pkg))
		}
		done[pkg] = true
	}
	for pkg := range packages {
		visit(pkg, nil)
	}
}

// The document is what people read: it must name every package that the table
// knows.
func TestArchitecture_namesEveryPackage(t *testing.T) {
	content, err := fs.ReadFile(root, "docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, ok := strings.Cut(string(content), "## Who may import whom")
	if !ok {
		t.Fatal("docs/architecture.md has no section \"Who may import whom\"")
	}
	section, _, _ := strings.Cut(after, "\n## ")
	for pkg := range packages {
		name := strings.TrimPrefix(pkg, "analyzer/")
		if !regexp.MustCompile(`(^|[\s,])` + regexp.QuoteMeta(name) + `($|[\s,:;])`).MatchString(section) {
			t.Errorf("docs/architecture.md, \"Who may import whom\": %s is missing", name)
		}
	}
}
