package pgserver

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ErrNotFound says that there is no (fitting) PostgreSQL server on this machine.
var ErrNotFound = errors.New("PostgreSQL was not found")

// Binaries are the programs of one installation.
type Binaries struct {
	Dir     string // holds initdb and postgres
	Version int    // major
}

// installed are the folders where packages put the programs: Debian and
// Ubuntu, Red Hat (PGDG), Alpine, Homebrew on both processors, Postgres.app,
// the installer of EDB.
var installed = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/libexec/postgresql*",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
	"/Library/PostgreSQL/*/bin",
}

// Find returns the server programs. dir, then the environment variable PGBIN,
// are taken at their word; otherwise the newest of PATH and the folders that
// packages use. version is the major version that is wanted, 0 any.
func Find(dir string, version int) (Binaries, error) {
	for _, named := range []struct{ dir, by string }{{dir, "the folder given"}, {os.Getenv("PGBIN"), "PGBIN"}} {
		if named.dir == "" {
			continue
		}
		b, err := Examine(named.dir)
		if err != nil {
			return Binaries{}, fmt.Errorf("%w in %s (%s): %v", ErrNotFound, named.dir, named.by, err)
		}
		if version != 0 && b.Version != version {
			return Binaries{}, fmt.Errorf("%w: %s (%s) has version %d, not %d", ErrNotFound, named.dir, named.by, b.Version, version)
		}
		return b, nil
	}
	found := search(candidates())
	for _, b := range found {
		if version == 0 || b.Version == version {
			return b, nil
		}
	}
	if len(found) > 0 {
		return Binaries{}, fmt.Errorf("%w in version %d; the newest is %d in %s. Install postgresql-%[2]d, or set PGBIN to the folder of its initdb",
			ErrNotFound, version, found[0].Version, found[0].Dir)
	}
	return Binaries{}, fmt.Errorf("%w. Install it (Debian, Ubuntu: apt-get install postgresql; macOS: brew install postgresql), or set PGBIN to the folder of its initdb", ErrNotFound)
}

// candidates are the folders to look into, those of PATH first.
func candidates() []string {
	var dirs []string
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real // postgres finds its files from where it really lies
		}
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, pattern := range installed {
		match, _ := filepath.Glob(pattern)
		dirs = append(dirs, match...)
	}
	return dirs
}

// search returns the installations among dirs, newest first; of equal ones the
// earlier.
func search(dirs []string) []Binaries {
	var found []Binaries
	for _, dir := range dirs {
		if b, err := Examine(dir); err == nil && !slices.Contains(found, b) {
			found = append(found, b)
		}
	}
	slices.SortStableFunc(found, func(a, b Binaries) int { return cmp.Compare(b.Version, a.Version) })
	return found
}

// Examine asks the programs in dir for their version.
func Examine(dir string) (Binaries, error) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return Binaries{}, err
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return Binaries{}, err
	}
	version, err := major(string(out))
	return Binaries{Dir: dir, Version: version}, err
}

var versionNumber = regexp.MustCompile(`\d+`)

// major reads "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
func major(s string) (int, error) {
	_, rest, ok := strings.Cut(s, "(PostgreSQL)")
	if !ok {
		return 0, fmt.Errorf("%q is no version of PostgreSQL", strings.TrimSpace(s))
	}
	return strconv.Atoi(versionNumber.FindString(rest))
}
