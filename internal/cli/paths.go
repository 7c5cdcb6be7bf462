package cli

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/apilint/apilint/analyzer/workload"
)

// showPaths replaces absolute paths by what is enough to tell the inputs
// apart: a report names no folder of the machine it was made on.
func showPaths(w *workload.Workload) {
	wd, _ := os.Getwd()
	shown := map[string]string{}
	for depth := 1; ; depth++ {
		seen := map[string]string{}
		unique := true
		for _, in := range w.Inputs {
			p := shownPath(wd, in.Path, depth)
			other, taken := seen[p]
			unique = unique && (!taken || other == in.Path)
			seen[p] = in.Path
		}
		if unique || depth > 32 {
			for _, in := range w.Inputs {
				p := shownPath(wd, in.Path, depth)
				shown[in.Path], in.Path = p, p
			}
			break
		}
	}
	for _, g := range w.Groups {
		for i := range g.Refs {
			if p, ok := shown[g.Refs[i].Path]; ok {
				g.Refs[i].Path = p
			}
		}
	}
}

// shownPath is path relative to wd when it lies below, else its last elements.
func shownPath(wd, path string, depth int) string {
	if !filepath.IsAbs(path) {
		return filepath.ToSlash(path)
	}
	if rel, err := filepath.Rel(wd, path); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	parts := strings.Split(strings.Trim(filepath.ToSlash(path), "/"), "/")
	return strings.Join(parts[max(0, len(parts)-depth):], "/")
}
