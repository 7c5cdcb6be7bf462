package pgserver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMajor_readsWhatPostgresSaysOfItself(t *testing.T) {
	for text, want := range map[string]int{
		"postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n": 15,
		"postgres (PostgreSQL) 18.0\n":                           18,
		"postgres (PostgreSQL) 19devel":                          19,
		"postgres (PostgreSQL) 17beta2 (Homebrew)":               17,
		"mysqld  Ver 8.0.36":                                     0,
		"postgres (PostgreSQL) ?":                                0,
		"":                                                       0,
	} {
		got, err := major(text)
		if got != want || (err == nil) != (want != 0) {
			t.Errorf("%q has version %d (%v), want %d", text, got, err, want)
		}
	}
}

func TestSearch_takesTheNewestThatRuns(t *testing.T) {
	old, recent, broken, empty := pretend(t, "9.6.24"), pretend(t, "17.2"), pretend(t, ""), t.TempDir()
	got := search([]string{old, broken, empty, recent, old})
	want := fmt.Sprint([]Binaries{{recent, 17}, {old, 9}})
	if fmt.Sprint(got) != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFind_takesTheNamedFolderAtItsWord(t *testing.T) {
	named, other := pretend(t, "16.1"), pretend(t, "15.3")
	for _, tt := range []struct {
		name, dir, env string
		version, want  int
		problem        string // part of the error
	}{
		{name: "the folder given", dir: named, want: 16},
		{name: "the folder given, before the environment", dir: named, env: other, want: 16},
		{name: "the environment", env: other, want: 15},
		{name: "the version that is wanted", env: other, version: 15, want: 15},
		{name: "another version is wanted", dir: named, version: 15, problem: "has version 16, not 15"},
		{name: "a folder without PostgreSQL", dir: t.TempDir(), env: other, problem: "the folder given"},
		{name: "an environment without PostgreSQL", env: t.TempDir(), problem: "PGBIN"},
	} {
		t.Setenv("PGBIN", tt.env)
		got, err := Find(tt.dir, tt.version)
		if tt.problem == "" {
			if err != nil || got.Version != tt.want {
				t.Errorf("%s: got %v, %v; want version %d", tt.name, got, err, tt.want)
			}
			continue
		}
		if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), tt.problem) {
			t.Errorf("%s: got %v, want an error with %q", tt.name, err, tt.problem)
		}
	}
}

// pretend makes an installation that only knows its version; an empty one does
// not run.
func pretend(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
	if version == "" {
		script = "#!/bin/sh\nexit 127\n"
	}
	for _, name := range []string{"initdb", "postgres"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
