package envelope

import (
	"bytes"
)

// isoLen returns the length of "2026-11-23T08:27:37.000000000Z" or with an
// offset at the start of s, 0 if there is none.
func isoLen(s []byte) int {
	const shape = "dddd-dd-ddTdd:dd:dd"
	if len(s) < len(shape)+1 {
		return 0
	}
	for i := range len(shape) {
		if c := s[i]; shape[i] == 'd' {
			if c < '0' || c > '9' {
				return 0
			}
		} else if c != shape[i] {
			return 0
		}
	}
	n := len(shape)
	if s[n] == '.' || s[n] == ',' {
		n += 1 + digits(s[n+1:])
	}
	if n >= len(s) {
		return 0
	}
	switch s[n] {
	case 'Z':
		return n + 1
	case '+', '-':
		k := n + 1
		for k < len(s) && k < n+6 && (s[k] >= '0' && s[k] <= '9' || s[k] == ':') {
			k++
		}
		if k-n < 3 {
			return 0
		}
		return k
	}
	return 0
}

// stripCRI reads "2026-11-23T08:27:37.000000000Z stderr F line" (Kubernetes'
// container runtimes).
func stripCRI(line []byte) (at int, key []byte, ok bool) {
	n := isoLen(line)
	if n == 0 || len(line) < n+len(" stdout F") {
		return 0, nil, false
	}
	if s := string(line[n : n+8]); s != " stderr " && s != " stdout " {
		return 0, nil, false
	}
	tag := line[n+8]
	if tag != 'F' && tag != 'P' {
		return 0, nil, false
	}
	at = n + 9
	if at < len(line) && line[at] == ':' { // further tags
		if i := bytes.IndexByte(line[at:], ' '); i >= 0 {
			at += i
		}
	}
	if at < len(line) && line[at] != ' ' {
		return 0, nil, false
	}
	return min(at+1, len(line)), line[n+1 : n+7], true
}

func partialCRI(line []byte) bool { return line[isoLen(line)+8] == 'P' }

// stripKubectl reads "[pod/pg-0/postgres] line".
func stripKubectl(line []byte) (at int, key []byte, ok bool) {
	if !begins(line, "[pod/") {
		return 0, nil, false
	}
	end := bytes.Index(line[:min(len(line), 512)], []byte("] "))
	if end < 0 || bytes.IndexByte(line[:end], ' ') >= 0 {
		return 0, nil, false
	}
	return end + 2, line[:end], true
}

// stripCompose reads "db-1  | line".
func stripCompose(line []byte) (at int, key []byte, ok bool) {
	n := writerLen(line)
	if n == 0 {
		return 0, nil, false
	}
	bar := n
	for bar < len(line) && bar < n+64 && line[bar] == ' ' {
		bar++
	}
	if bar == n || bar >= len(line) || line[bar] != '|' {
		return 0, nil, false
	}
	if bar+1 < len(line) && line[bar+1] != ' ' {
		return 0, nil, false
	}
	return min(bar+2, len(line)), line[:n], true
}

// writerLen is the length of a container's or pod's name.
func writerLen(s []byte) int {
	n := 0
	for n < len(s) && n < 256 && (letter(s[n]) && s[n] < 0x80 || n > 0 && (s[n] == '-' || s[n] == '_' || s[n] == '.' || s[n] == '/')) {
		n++
	}
	return n
}

// stripTime reads "2020-03-11T20:40:44.000Z line": CloudWatch's export tasks,
// docker logs -t, kubectl logs --timestamps.
func stripTime(line []byte) (at int, key []byte, ok bool) {
	n := isoLen(line)
	if n == 0 || n < len(line) && line[n] != ' ' {
		return 0, nil, false
	}
	return min(n+1, len(line)), nil, true
}

// stripLocalTime reads "2020-03-11T20:40:44 line", as aws logs tail --format
// short writes it.
func stripLocalTime(line []byte) (at int, key []byte, ok bool) {
	const shape = "2020-03-11T20:40:44"
	if len(line) <= len(shape) || line[len(shape)] != ' ' {
		return 0, nil, false
	}
	if zoned := append(append([]byte(nil), line[:len(shape)]...), 'Z'); isoLen(zoned) == 0 {
		return 0, nil, false
	}
	return len(shape) + 1, nil, true
}

// withStream also strips the name of the log stream that aws logs tail writes
// after the time, where the log's own time follows it in all lines.
func (w wrapper) withStream(sample [][]byte, g Grammar) wrapper {
	stream := func(line []byte) int {
		n := 0
		for n < min(len(line), 256) && line[n] != ' ' {
			n++
		}
		if n == 0 || n+1 >= len(line) || line[n] != ' ' {
			return 0
		}
		if _, timed := g.Time(line[n+1:]); timed == 0 {
			return 0
		}
		return n + 1
	}
	found := false
	for _, line := range sample {
		at, _, ok := w.strip(line)
		if !ok {
			continue
		}
		if sev, _, _ := g.Severity(line[at:]); sev < 0 {
			continue
		}
		if stream(line[at:]) == 0 {
			return w
		}
		found = true
	}
	if !found {
		return w
	}
	strip := w.strip
	w.strip = func(line []byte) (int, []byte, bool) {
		at, _, ok := strip(line)
		if !ok {
			return 0, nil, false
		}
		n := stream(line[at:])
		return at + n, line[at : at+n], true
	}
	return w
}
