package cli

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestReadSchema_namesPlacesAsTheUserDid(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"app/db/schema.sql":  "CREATE TABLE a (id int);\nCREATE TABEL b (id int);\n",
		"app/db/m/001_a.sql": "CREATE TABEL c (id int);",
		"other/schema.sql":   "\n\nCREATE TABEL d (id int);",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(filepath.Join(dir, "app"))
	for _, c := range []struct {
		schema string
		path   string
		line   int
	}{
		{"db/schema.sql", "db/schema.sql", 2},
		{"./db/schema.sql", "db/schema.sql", 2},
		{filepath.Join(dir, "app/db/schema.sql"), "db/schema.sql", 2},
		{"db/m", "db/m/001_a.sql", 1},
		{"../other/schema.sql", "schema.sql", 3},
		{filepath.Join(dir, "other/schema.sql"), "schema.sql", 3},
	} {
		f := inputFlags{schema: []string{c.schema}}
		read, err := f.readSchema()
		if err != nil {
			t.Errorf("%s: %v", c.schema, err)
			continue
		}
		sch := read.cluster.Database("")
		if len(sch.Problems) != 1 || sch.Problems[0].Path != c.path || sch.Problems[0].Line != c.line {
			t.Errorf("%s: %+v, want %s:%d", c.schema, sch.Problems, c.path, c.line)
		}
	}
}

func TestReadSchema_saysWhatItRead(t *testing.T) {
	t.Chdir(t.TempDir())
	const ddl = "CREATE TABLE a (id int);\nCREATE TABLE b (id int);"
	if err := os.WriteFile("schema.sql", []byte(ddl), 0o600); err != nil {
		t.Fatal(err)
	}
	f := inputFlags{schema: []string{"schema.sql"}}
	read, err := f.readSchema()
	if err != nil || len(read.inputs) != 1 {
		t.Fatalf("%v, %v", read, err)
	}
	in := read.inputs[0]
	if in.Kind != "schema" || in.Records != 2 || in.Lines != 2 || in.Bytes != int64(len(ddl)) {
		t.Errorf("%+v", in)
	}
}

func TestReadSchema_anEmptyFolderOfStatisticsIsAnError(t *testing.T) {
	f := inputFlags{stats: []string{t.TempDir()}}
	if _, err := f.readSchema(); err == nil {
		t.Error("no error")
	}
}

func TestReadSchema_readsStatisticsInEveryForm(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"1.csv":     "relname,relkind,relpages,reltuples\na,r,1,10\n",
		"2.json":    `[{"relname":"b","relkind":"r","relpages":1,"reltuples":10}]`,
		"3.ndjson":  `{"relname":"b","relkind":"r","relpages":1,"reltuples":10}`,
		"4.sql":     "SELECT pg_catalog.pg_restore_relation_stats('relname', 'c', 'reltuples', '10'::real);",
		"readme.md": "| relname | reltuples | relpages |",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read, err := (&inputFlags{stats: []string{dir}}).readSchema()
	if err != nil {
		t.Fatal(err)
	}
	var formats []string
	for _, in := range read.inputs {
		formats = append(formats, in.Kind+" "+in.Format)
	}
	if want := []string{"stats csv", "stats json", "stats json", "stats sql"}; !slices.Equal(formats, want) {
		t.Errorf("%q", formats)
	}
}

func TestReadSchema_leavesOutWhatIsNoStatisticsInAFolder(t *testing.T) {
	dir := t.TempDir()
	stray := filepath.Join(dir, "customers.csv")
	for path, content := range map[string]string{
		stray:                               "name,city\nAnn,Bonn\n",
		filepath.Join(dir, "relations.csv"): "schema,relname,relkind,relpages,reltuples,relallvisible,bytes\npublic,a,r,1,10,0,8192\n",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read, err := (&inputFlags{stats: []string{dir}}).readSchema()
	if err != nil {
		t.Fatal(err)
	}
	if inputs := read.inputs; len(inputs) != 2 || inputs[0].Kind != "unknown" || len(inputs[0].Notes) != 1 || inputs[1].Kind != "stats" {
		t.Errorf("a stray file in a folder: %+v", inputs)
	}
	if _, err := (&inputFlags{stats: []string{stray}}).readSchema(); err == nil {
		t.Error("a file named by hand that is no statistics: no error")
	}
}
