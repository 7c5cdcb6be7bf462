// Command pages writes the page of every rule into a folder and removes pages
// of rules that no longer exist: `make generate` runs it.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/apilint/apilint/detectors"
	"github.com/apilint/apilint/internal/ruledoc"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pages:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("name one folder")
	}
	files, err := ruledoc.Files(detectors.All())
	if err != nil {
		return err
	}
	if err := os.MkdirAll(args[0], 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(args[0], "*.md"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if _, ok := files[filepath.Base(path)]; !ok {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(args[0], name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}
