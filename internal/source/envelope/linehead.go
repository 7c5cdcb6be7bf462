package envelope

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// Bounds of what is learnt of heads.
const (
	maxHeads   = 16
	maxHeadLen = 512
)

// findHead looks for what stands before every line, whatever wrote it: also
// before those that go on with a statement, which PostgreSQL begins with a TAB,
// or before a JSON object that is the rest of the line.
func findHead(sample [][]byte, g Grammar) *wrapper {
	for _, line := range sample {
		if begins(line, "\t") {
			return nil // they have none
		}
	}
	if w := findJSONAfterHead(sample, g); w != nil {
		return w
	}
	heads := headsOf(sample, g)
	strip := func(line []byte) (at int, key []byte, ok bool) {
		for _, shape := range heads {
			at = max(at, shapeLen(line, shape)) // the longest, so that their order does not matter
		}
		if at == 0 {
			return 0, nil, false
		}
		return at, writerOf(line[:at]), true
	}
	if len(heads) == 0 || !standsBefore(sample, g, strip) {
		return nil
	}
	return &wrapper{name: "head", strip: strip, all: true}
}

// headsOf returns the shapes of what stands before a TAB, if it also stands
// before a severity. A TAB of its own it has only if it stands before most of
// them: else it is one of the statement.
func headsOf(sample [][]byte, g Grammar) (heads []string) {
	seen := map[string]bool{}
	for _, line := range sample {
		for i := 1; i < min(len(line), maxHeadLen) && len(seen) < maxHeads; i++ {
			if line[i] == '\t' && (line[i-1] == ' ' || line[i-1] == '\t') {
				seen[shapeOf(line[:i])] = true
			}
		}
	}
	for _, shape := range slices.Sorted(maps.Keys(seen)) {
		before, severe, within := 0, 0, false
		for _, line := range sample {
			sev, _, _ := g.Severity(line)
			if sev < 0 {
				continue
			}
			severe++
			if n := shapeLen(line, shape); n > 0 {
				before++
				within = within || sev < n
			}
		}
		if before > 0 && !within && (before*2 > severe || !strings.Contains(shape, "\t")) {
			heads = append(heads, shape)
		}
	}
	return heads
}

// standsBefore reports whether all but a few lines have a head, and none of the
// log lacks it.
func standsBefore(sample [][]byte, g Grammar, strip func([]byte) (int, []byte, bool)) bool {
	severe, all, without := 0, 0, 0
	for _, line := range sample {
		if len(line) == 0 {
			continue
		}
		all++
		at, _, ok := strip(line)
		sev, _, _ := g.Severity(line)
		switch {
		case !ok && sev >= 0, ok && sev >= 0 && sev < at:
			return false
		case !ok:
			without++
		case sev >= 0:
			severe++
		}
	}
	const some = 5
	return severe > 0 && without <= some+all/20 && without*2 < all
}

// recordSeparator stands before each object of a JSON text sequence (RFC 7464).
const recordSeparator = 0x1e

// findJSONAfterHead looks for lines whose rest is an object.
func findJSONAfterHead(sample [][]byte, g Grammar) *wrapper {
	strip := func(line []byte) (at int, key []byte, ok bool) {
		at = bytes.Index(line[:min(len(line), maxHeadLen)], []byte(`{"`))
		if at < 1 || at == 1 && line[0] != recordSeparator || !isMember(line[at+1:]) {
			return 0, nil, false
		}
		return at, writerOf(line[:at]), true
	}
	objects, all := 0, 0
	for _, line := range sample {
		if len(line) == 0 {
			continue
		}
		all++
		at, _, ok := strip(line)
		if !ok {
			continue
		}
		if sev, _, _ := g.Severity(line[:at]); sev >= 0 {
			return nil
		}
		n, state := endOfValue(line[at:])
		if state == scanWhole && len(bytes.Trim(line[at+n:], "]}, \t")) == 0 || state == scanMore && len(sample) == 1 {
			objects++
		}
	}
	if objects*10 < all*9 || objects == 0 {
		return nil
	}
	return &wrapper{name: "head", strip: strip, all: true}
}

// isMember reports whether a string with a colon after it stands at the start.
func isMember(s []byte) bool {
	n, state := endOfString(s)
	if state != scanWhole {
		return false
	}
	s = s[n:]
	return begins(s[blank(s):], ":")
}

// shapeOf writes x for each word or number, and keeps what stands between them.
func shapeOf(head []byte) string {
	var shape strings.Builder
	for i := 0; i < len(head); {
		n := 0
		for i+n < len(head) && letter(head[i+n]) {
			n++
		}
		if n > 0 {
			shape.WriteByte('x')
			i += n
			continue
		}
		blanks := len(head[i:]) - len(bytes.TrimLeft(head[i:], " "))
		if blanks > 1 && i+blanks < len(head) {
			i += blanks - 1 // padding
		}
		shape.WriteByte(head[i])
		i++
	}
	return shape.String()
}

// shapeLen returns the length of a head of that shape, 0 if the line has none.
func shapeLen(line []byte, shape string) int {
	i := 0
	for k := range len(shape) {
		if shape[k] != 'x' {
			if i >= len(line) || line[i] != shape[k] {
				return 0
			}
			i++
			for shape[k] == ' ' && k+1 < len(shape) && shape[k+1] != ' ' && i < len(line) && line[i] == ' ' {
				i++
			}
			continue
		}
		n := 0
		for i+n < len(line) && letter(line[i+n]) {
			n++
		}
		if n == 0 {
			return 0
		}
		i += n
	}
	return i
}

// writerOf returns the first and the last word of a head that names something,
// as times and counts do not: it tells who wrote the line.
func writerOf(head []byte) []byte {
	from, to := -1, 0
	for i := 0; i < len(head); {
		n := bytes.IndexAny(head[i:], " \t")
		if n < 0 {
			n = len(head) - i
		}
		if names(head[i : i+n]) {
			if from < 0 {
				from = i
			}
			to = i + n
		}
		i += n + 1
	}
	if from < 0 {
		return nil
	}
	return head[from:to]
}

// names reports whether a word is more than a time or a number.
func names(word []byte) bool {
	if isoLen(word) > 0 {
		return false
	}
	for i := range word {
		if c := word[i]; c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= 0x80 {
			return len(word) > 3 || !bytes.Contains([]byte("JanFebMarAprMayJunJulAugSepOctNovDecMonTueWedThuFriSatSunAMPMUTC"), word)
		}
	}
	return false
}
