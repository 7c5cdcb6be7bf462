package cli

import (
	"fmt"
	"os"
	"strings"
)

// ofDatabase is a path and the database that it is of, "" where the user did
// not say.
type ofDatabase struct{ database, path string }

// databasePaths reads values of --schema and --stats: PATH or DATABASE=PATH. A
// path that is there is one, whatever its name.
func databasePaths(flag string, values []string) ([]ofDatabase, error) {
	var out []ofDatabase
	for _, value := range values {
		name, path, ok := strings.Cut(value, "=")
		switch {
		case !ok || name == "" || there(value) || strings.ContainsAny(name, `/\`) && !there(path):
			out = append(out, ofDatabase{path: value})
		case path == "":
			return nil, fmt.Errorf("--%s %q names no path; write it like %s=path", flag, value, name)
		default:
			out = append(out, ofDatabase{name, path})
		}
	}
	return out, nil
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
