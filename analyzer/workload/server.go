package workload

import "path/filepath"

// server is one that wrote logs: its processes have numbers that another server
// gives to processes of its own. One server writes one log after the other, so
// an input that begins before the last one ended was written by another.
type server struct {
	folder string // of its last input
	to     int64  // µs since 1970, when that ended
	salt   uint64 // of what identifies its sessions; 0 of the first one
}

// maxServers bounds the servers that are told apart; the first ones are
// forgotten.
const maxServers = 1000

// overlap is how far the log of a server can begin before its last one ended,
// µs: processes write a little late, and some logs have whole seconds.
const overlap = 2 * clockStep

// place finds the server that wrote an input which begins at a time: the one
// that wrote into the same folder, or else the one whose log ended last.
func (a *Aggregator) place(input *Input, at int64) *server {
	folder := filepath.Dir(input.Path)
	var best *server
	for _, s := range a.servers {
		if s.to > at+overlap {
			continue
		}
		if best == nil || (s.folder == folder) != (best.folder == folder) && s.folder == folder || (s.folder == folder) == (best.folder == folder) && s.to > best.to {
			best = s
		}
	}
	if best == nil {
		best = &server{}
		if a.opened > 0 {
			best.salt = (uint64(a.number) + 1) * 0x9e3779b97f4a7c15 // any number of many bits
		}
		if len(a.servers) == maxServers {
			a.servers = a.servers[1:]
		}
		a.servers = append(a.servers, best)
	}
	best.folder = folder
	return best
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
