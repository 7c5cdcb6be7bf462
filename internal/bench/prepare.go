package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// prepare makes a log unless it is there, and reads it once: what is measured
// shall not be the disk.
func (l log) prepare(dir string, megabytes int64) (string, error) {
	name := fmt.Sprintf("pgbench-%dmb.%s", megabytes, map[string]string{"csvlog": "csv", "jsonlog": "json", "stderr": "log"}[l.form])
	if l.shapes > 0 {
		name = fmt.Sprintf("shapes-%d-%s", l.shapes, name)
	}
	return kept(filepath.Join(dir, name), func(f *os.File) error { return l.generate(f, megabytes*1e6) })
}

// compressed makes a file's compressed form with a program that writes it to
// its standard output.
func compressed(path, ending string, program ...string) (string, error) {
	return kept(path+ending, func(f *os.File) error {
		cmd := exec.Command(program[0], append(program[1:], path)...)
		cmd.Stdout, cmd.Stderr = f, os.Stderr
		return cmd.Run()
	})
}

// kept makes a file unless it is there, and reads it once.
func kept(path string, write func(*os.File) error) (string, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err != nil {
		unfinished := path + ".part"
		f, err := os.Create(unfinished)
		if err != nil {
			return "", err
		}
		defer os.Remove(unfinished)
		defer f.Close()
		if err := write(f); err != nil {
			return "", err
		}
		if err := f.Close(); err != nil {
			return "", err
		}
		if err := os.Rename(unfinished, path); err != nil {
			return "", err
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	_, err = io.Copy(io.Discard, f)
	return path, err
}
