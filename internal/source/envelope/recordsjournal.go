package envelope

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

// journalFields visits the entries of journalctl -o export: a field per line,
// its value as it is or, where it may be no text, after its length; an empty
// line ends the entry.
type journalFields struct {
	src     *bufio.Reader
	lines   *lines
	left    *leftover
	longest int
	value   []byte
	kept    arena
}

// isExport tells the export format of journald.
func isExport(text []byte) bool {
	return begins(text, "__CURSOR=") || begins(text, "__REALTIME_TIMESTAMP=")
}

func newJournalFields(src io.Reader, o Options, left *leftover) records {
	br := bufio.NewReaderSize(src, 64<<10)
	return &journalFields{src: br, lines: &lines{src: br, longest: o.Longest}, left: left, longest: o.Longest}
}

func (j *journalFields) read(f func(path, value []byte, text bool)) error {
	any := false
	j.kept = j.kept[:0]
	for {
		line, ok := j.lines.next()
		if !ok {
			if any {
				return nil
			}
			return j.lines.err
		}
		if len(line) == 0 {
			if any {
				return nil
			}
			continue
		}
		any = true
		if name, value, ok := bytes.Cut(line, []byte{'='}); ok {
			f(name, j.kept.keep(value), true)
			continue
		}
		name := string(line)
		if err := j.binary(); err != nil {
			return err
		}
		f([]byte(name), j.kept.keep(j.value), true)
	}
}

// binary reads a value after its length.
func (j *journalFields) binary() error {
	var size [8]byte
	if _, err := io.ReadFull(j.src, size[:]); err != nil {
		return err
	}
	n := binary.LittleEndian.Uint64(size[:])
	kept := min(n, uint64(j.longest))
	j.value = j.value[:0]
	for kept > 0 {
		piece, err := j.src.Peek(int(min(kept, 32<<10)))
		j.value = append(j.value, piece...)
		j.src.Discard(len(piece))
		kept -= uint64(len(piece))
		n -= uint64(len(piece))
		if err != nil {
			return err
		}
	}
	if n > 0 {
		j.left.breaks(j.value)
	}
	for n > 0 {
		k, err := j.src.Discard(int(min(n, 1<<20)))
		n -= uint64(k)
		if err != nil {
			return err
		}
	}
	_, err := j.src.Discard(1) // the line break after it
	return err
}

// verboseFields visits the entries of journalctl -o verbose: the time and where
// the entry stands in the journal, then a field per line.
type verboseFields struct {
	lines *lines
	head  []byte // of the next entry
	boot  []byte // of the last one: what is within a value does not know it
	name  []byte
	value []byte
	kept  arena
}

func newVerboseFields(src *lines) records { return &verboseFields{lines: src} }

// verboseHead reads "Mon 2026-11-23 08:27:37.000000 UTC [s=...;i=...;b=...;...]".
func verboseHead(line []byte) (at, boot []byte, ok bool) {
	open := bytes.Index(line[:min(len(line), 64)], []byte(" [s="))
	if open < 24 || line[3] != ' ' {
		return nil, nil, false
	}
	_, boot, ok = bytes.Cut(line, []byte(";b="))
	if !ok {
		return nil, nil, false
	}
	boot, _, _ = bytes.Cut(boot, []byte{';'})
	return line[4:open], boot, true
}

func isVerbose(text []byte) bool {
	_, _, ok := verboseHead(firstLine(text))
	return ok
}

func (v *verboseFields) read(f func(path, value []byte, text bool)) error {
	for len(v.head) == 0 {
		line, ok := v.lines.next()
		if !ok {
			return v.lines.err
		}
		if _, boot, ok := verboseHead(line); ok {
			v.head, v.boot = append(v.head, line...), append(v.boot[:0], boot...)
		}
	}
	at, _, _ := verboseHead(v.head)
	v.kept = v.kept[:0]
	f([]byte("__REALTIME_TIMESTAMP"), v.kept.keep(at), true)
	v.head = v.head[:0]
	seen := false
	flush := func() {
		if len(v.name) > 0 && (string(v.name) != "MESSAGE" || !seen) {
			seen = seen || string(v.name) == "MESSAGE"
			f(v.name, v.kept.keep(v.value), true)
		}
		v.name = v.name[:0]
	}
	const indent = "    "
	for {
		line, ok := v.lines.next()
		if !ok {
			flush()
			return nil
		}
		if _, boot, ok := verboseHead(line); ok && bytes.Equal(boot, v.boot) {
			v.head = append(v.head, line...)
			flush()
			return nil
		}
		name, value, ok := bytes.Cut(bytes.TrimPrefix(line, []byte(indent)), []byte{'='})
		if ok && begins(line, indent) && isField(name) {
			flush()
			v.name, v.value = append(v.name, name...), append(v.value[:0], value...)
		} else if len(v.name) > 0 && len(v.value) < v.lines.longest {
			v.value = append(append(v.value, '\n'), line...)
		}
	}
}

// isField reports whether s is a name of journald's.
func isField(s []byte) bool {
	for _, c := range s {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return len(s) > 0
}
