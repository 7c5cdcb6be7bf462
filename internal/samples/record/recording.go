package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/apilint/apilint/internal/samples"
)

// mode says what the settings of a recording let the log show.
type mode int

const (
	everyMessage  mode = iota // every Parse, Bind and Execute with its duration
	bareDurations             // every statement's text, then durations without one
	onlySlow                  // what takes long
	onlyPlans                 // what auto_explain writes
)

// recording is one run of the workload and the samples made of its logs.
type recording struct {
	name     string
	server   string // major version
	settings map[string]string
	forms    string // of log_destination that are kept: stderr, csvlog, jsonlog; syslog is an envelope
	mode     mode
	database string // default: bench
	narrow   bool   // values within Latin 1
	short    bool   // a few statements only
	lies     bool   // forged lines by the server itself: only where the log keeps their CONTEXT apart
	without  string // counts that such a log does not tell, separated by blanks
	rotate   int    // how often the log is rotated
	wrap     []envelope
}

// piece is one file of a sample, or, with many, a folder's.
type piece struct {
	name    string
	content []byte
}

// record runs the workload and writes the samples of a recording to a folder.
func (s *server) record(ctx context.Context, r *recording, out string) ([]samples.Sample, error) {
	settings := map[string]string{
		"log_destination": strings.Join(append(strings.Fields(r.forms), "csvlog"), ","), "log_min_duration_statement": "0",
	}
	maps.Copy(settings, r.settings)
	name := r.name + ".log"
	if r.rotate > 0 {
		name = r.name + "-%H%M%S.log"
	}
	if err := s.change(ctx, name, settings); err != nil {
		return nil, err
	}
	live, err := startShippers(ctx, r)
	if err != nil {
		return nil, err
	}
	defer live.stop()
	t := newTally()
	if err := s.playAll(ctx, r, t); err != nil {
		return nil, err
	}
	files, err := s.settle(ctx, name)
	if err != nil {
		return nil, err
	}
	seen, err := readCSVLog(ending(files, ".csv"))
	if err != nil {
		return nil, err
	}
	expected, err := expect(r, t, seen)
	if err != nil {
		return nil, err
	}
	if err := os.RemoveAll(out); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, err
	}
	if err := writeTruth(filepath.Join(out, "truth.json"), s, r, t); err != nil {
		return nil, err
	}
	var made []samples.Sample
	keep := func(e envelope, pieces ...piece) error {
		sample := samples.Sample{Origin: e.origin, Expected: maps.Clone(expected)}
		for _, count := range strings.Fields(r.without + " " + e.without) {
			delete(sample.Expected, samples.Count(count))
		}
		path, err := store(out, e.name, pieces)
		sample.Path = filepath.Base(out) + "/" + path
		made = append(made, sample)
		return err
	}
	for _, form := range strings.Fields(r.forms) {
		var pieces []piece
		for _, file := range ending(files, endings[form]) {
			content, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			// Where the server kept its files is nobody's business.
			content = bytes.ReplaceAll(content, []byte(s.Dir), []byte("/var/lib/postgresql/18"))
			pieces = append(pieces, piece{filepath.Base(file), content})
		}
		if err := keep(envelope{name: "postgresql" + endings[form], origin: "PostgreSQL " + s.version()}, pieces...); err != nil {
			return nil, err
		}
	}
	shipped, err := live.finish(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range append(shipped, r.wrap...) {
		pieces, err := e.wrap(ctx, files)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		if err := keep(e, pieces...); err != nil {
			return nil, err
		}
	}
	return made, nil
}

var endings = map[string]string{"stderr": ".log", "csvlog": ".csv", "jsonlog": ".json"}

func ending(files []string, with string) []string {
	var out []string
	for _, file := range files {
		if filepath.Ext(file) == with {
			out = append(out, file)
		}
	}
	return out
}

func (s *server) version() string { return s.admin.ParameterStatus("server_version") }

// playAll runs the workload of a recording.
func (s *server) playAll(ctx context.Context, r *recording, t *tally) error {
	name := r.database
	if name == "" {
		name = database
	}
	parts, together := everything(r.narrow), crowd(6)
	if r.short {
		parts, together = parts[:2], crowd(2)
	}
	if name == "ascii" {
		parts = append(parts, rawBytes()...)
	}
	if r.lies {
		parts = append(parts, forgeries()...)
	}
	if r.rotate == 0 {
		return play(ctx, s.DSN(name), s.DSN("elsewhere"), t, parts, together)
	}
	for _, p := range parts {
		if err := play(ctx, s.DSN(name), s.DSN("elsewhere"), t, []part{p}, nil); err != nil {
			return err
		}
		if r.rotate--; r.rotate >= 0 {
			if err := run(ctx, s.admin, "SELECT pg_sleep(1.1); SELECT pg_rotate_logfile(); SELECT pg_sleep(.3)"); err != nil {
				return err
			}
		}
	}
	return play(ctx, s.DSN(name), s.DSN("elsewhere"), t, nil, together)
}

// expect holds what was sent against what the csvlog says, and returns what
// every form of the log must be read as.
func expect(r *recording, t *tally, l *logged) (map[samples.Count]int64, error) {
	e := map[samples.Count]int64{
		samples.Executions: int64(l.executions), samples.ExecUS: l.us, samples.Fetches: int64(t.fetches),
		samples.Parse: int64(l.parse), samples.Bind: int64(l.bind), samples.Plans: int64(l.plans), samples.Nested: int64(l.nested),
		samples.Errors: int64(t.errors), samples.Empty: int64(t.empty), samples.Bare: 0,
		samples.Calls: int64(len(t.calls)), samples.Values: int64(len(t.onlyOnce())),
	}
	sent := fmt.Sprint(t.executions, t.parse, t.bind, t.fastpath, t.errors)
	saw := fmt.Sprint(l.executions, l.parse, l.bind, l.fastpath, l.errors)
	switch r.mode {
	case bareDurations:
		e[samples.Bare], e[samples.Parse], e[samples.Bind] = int64(l.parse+l.bind+l.fastpath), 0, 0
	case onlySlow:
		sent = fmt.Sprint(t.slow, 0, 0, 0, t.errors)
		e[samples.Fetches], e[samples.Empty] = 0, 0
		delete(e, samples.Calls)
		delete(e, samples.Values)
	case onlyPlans:
		sent, saw = fmt.Sprint(0, 0, 0, 0, t.errors), fmt.Sprint(l.executions, l.parse, l.bind, l.fastpath, l.errors)
		e[samples.Executions], e[samples.ExecUS] = int64(l.plans-l.nested), l.planUS
		e[samples.Fetches], e[samples.Empty] = 0, 0
		delete(e, samples.Calls)
		delete(e, samples.Values)
	}
	if r.mode != onlyPlans && l.early > 0 {
		e[samples.Executions] += int64(l.early)
		e[samples.ExecUS] += l.earlyUS
		t.calls["m_early"] = l.early
		e[samples.Calls] = int64(len(t.calls))
	}
	if sent != saw {
		return nil, fmt.Errorf("sent %s, logged %s (executions, parse, bind, fast path, errors)", sent, saw)
	}
	return e, nil
}

func writeTruth(path string, s *server, r *recording, t *tally) error {
	text, err := json.MarshalIndent(samples.Truth{Server: s.version(), Settings: r.settings, Calls: t.calls, Values: t.onlyOnce()}, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// largest is how many bytes a sample may have before it is compressed.
const largest = 6 << 10

// store writes the files of a sample and returns its path, relative to out.
func store(out, name string, pieces []piece) (string, error) {
	if len(pieces) == 0 {
		return "", fmt.Errorf("no file for %s", name)
	}
	if len(pieces) == 1 {
		p := pieces[0]
		p.name = name
		return write(out, p)
	}
	slices.SortFunc(pieces, func(a, b piece) int { return strings.Compare(a.name, b.name) })
	folder, _, _ := strings.Cut(name, ".")
	folder += "-rotated"
	if err := os.MkdirAll(filepath.Join(out, folder), 0o755); err != nil {
		return "", err
	}
	for _, p := range pieces {
		if _, err := write(filepath.Join(out, folder), p); err != nil {
			return "", err
		}
	}
	return folder, nil
}

func write(dir string, p piece) (string, error) {
	if len(p.content) > largest && !compressed(p.content) {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if _, err := w.Write(p.content); err != nil {
			return "", err
		}
		if err := w.Close(); err != nil {
			return "", err
		}
		p.name, p.content = p.name+".gz", b.Bytes()
	}
	return p.name, os.WriteFile(filepath.Join(dir, p.name), p.content, 0o644)
}

// magics are the first bytes of bzip2, xz, zstd and lz4.
var magics = []string{"BZh", "\xfd7zXZ", "\x28\xb5\x2f\xfd", "\x04\x22\x4d\x18"}

func compressed(content []byte) bool {
	return slices.ContainsFunc(magics, func(m string) bool { return bytes.HasPrefix(content, []byte(m)) })
}
