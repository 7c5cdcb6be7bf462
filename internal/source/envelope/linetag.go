package envelope

import (
	"bytes"
)

// findTag looks for words that stand before every line, also before those that
// go on with a statement, as stern writes pod and container.
func findTag(sample [][]byte, g Grammar) *wrapper {
	tags := map[string]bool{} // of at most as many lines as were sampled
	for _, line := range sample {
		if i := bytes.IndexByte(line[:min(len(line), 256)], '\t'); i > 1 && line[i-1] == ' ' && isTag(line[:i]) {
			tags[string(line[:i])] = true
		} else if i := tagBeforeTime(line, g); i > 0 {
			tags[string(line[:i])] = true
		}
	}
	strip := func(line []byte) (int, []byte, bool) {
		// Up to three words: namespace, pod, container.
		at := 0
		for range 3 {
			i := bytes.IndexByte(line[at:min(len(line), 512)], ' ')
			if i < 0 {
				return 0, nil, false
			}
			at += i + 1
			if tags[string(line[:at])] {
				return at, line[:at], true
			}
		}
		return 0, nil, false
	}
	goesOn := false
	for _, line := range sample {
		at, _, ok := strip(line)
		if !ok {
			if len(line) > 0 {
				return nil
			}
			continue
		}
		goesOn = goesOn || at < len(line) && line[at] == '\t' || isoLen(line[at:]) > 0
	}
	if !goesOn {
		return nil
	}
	return &wrapper{name: "stern", strip: strip}
}

// isTag reports whether s is one to three names, each with a blank after it.
func isTag(s []byte) bool {
	words := 0
	for len(s) > 0 {
		n := writerLen(s)
		if n == 0 || n >= len(s) || s[n] != ' ' {
			return false
		}
		s = s[n+1:]
		words++
	}
	return words > 0 && words <= 3
}

// tagBeforeTime returns the length of a tag before a time.
func tagBeforeTime(line []byte, g Grammar) int {
	at := 0
	for range 3 {
		n := writerLen(line[at:])
		if n == 0 || at+n >= len(line) || line[at+n] != ' ' {
			return 0
		}
		at += n + 1
		if _, n := g.Time(line[at:]); n > 0 || isoLen(line[at:]) > 0 {
			return at
		}
	}
	return 0
}
