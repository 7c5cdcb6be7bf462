package workload

import (
	"path/filepath"
	"slices"
	"strings"
)

// server is one that wrote logs: its processes have numbers that another server
// gives to processes of its own. One server writes one log after the other, so
// an input that begins before the last one ended was written by another.
type server struct {
	name logName // of its last input
	to   int64   // µs since 1970, when that ended
	salt uint64  // of what identifies its sessions; 0 of the first one
}

// maxServers bounds the servers that are told apart; the first ones are
// forgotten.
const maxServers = 1000

// overlap is how far the log of a server can begin before its last one ended,
// µs: processes write a little late, and some logs have whole seconds.
const overlap = 2 * clockStep

// place finds the server that wrote an input which begins at a time: the one
// whose logs have the most similar names, or else the one whose log ended last.
func (a *Aggregator) place(input *Input, at int64) *server {
	name := nameOf(input.Path)
	var best *server
	for _, s := range a.servers {
		if s.to > at+overlap {
			continue
		}
		if best == nil || s.name.likeness(&name) > best.name.likeness(&name) || s.name.likeness(&name) == best.name.likeness(&name) && s.to > best.to {
			best = s
		}
	}
	if best == nil {
		best = &server{}
		if a.before > 0 {
			best.salt = (uint64(a.number) + 1) * 0x9e3779b97f4a7c15 // any number of many bits
		}
		if len(a.servers) == maxServers {
			a.servers = a.servers[1:]
		}
		a.servers = append(a.servers, best)
	}
	best.name = name
	return best
}

// logName is what the names of one log's files have in common.
type logName struct{ folder, log, letters string }

// nameOf takes off what rotation adds to a name, "postgresql.log.2.gz", and
// then all digits: "postgresql-2026-11-23.log".
func nameOf(path string) logName {
	n := logName{folder: filepath.Dir(path), log: filepath.Base(path)}
	for {
		ext := filepath.Ext(n.log)
		if ext == "" || !slices.Contains(compressed, ext) && strings.Trim(ext[1:], "0123456789-_") != "" {
			break
		}
		n.log = strings.TrimSuffix(n.log, ext)
	}
	n.log = strings.TrimRight(n.log, "0123456789-_")
	n.letters = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, n.log)
	return n
}

// compressed are the endings that compression gives a name.
var compressed = []string{".gz", ".bz2", ".xz", ".zst", ".lz4", ".zip"}

// likeness orders how much two names look like those of one log.
func (n *logName) likeness(o *logName) (points int) {
	if n.folder == o.folder {
		points = 4
	}
	switch {
	case n.log == o.log:
		points += 2
	case n.letters == o.letters:
		points++
	}
	return points
}

// serve tells whose log the shard is of, as soon as a time stands in one.
func (a *Aggregator) serve(s *Shard) {
	if a.source != SourceLog || s.From.IsZero() {
		return
	}
	if a.server == nil {
		a.server = a.place(a.input, s.From.UnixMicro())
	}
	a.server.to = max(a.server.to, s.To.UnixMicro())
}

// salt of the sessions of the input that is being read.
func (a *Aggregator) salt() uint64 {
	if a.server == nil {
		return 0
	}
	return a.server.salt
}
