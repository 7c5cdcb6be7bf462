package envelope

import (
	"bytes"
	"regexp"
	"time"
)

// english is a [Grammar] that knows a few words and no prefix.
type english struct{}

var (
	words = regexp.MustCompile(`\b(LOG|ERROR|DETAIL):  `)
	times = regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?( UTC)?`)
)

func (english) Logged(line []byte) bool { return words.Match(line) }

func (english) Severity(line []byte) (at, length int, part bool) {
	found := words.FindIndex(line)
	if found == nil {
		return -1, 0, false
	}
	return found[0], found[1] - found[0], bytes.HasPrefix(line[found[0]:], []byte("DETAIL"))
}

func (english) Time(s []byte) (us int64, length int) {
	found := times.Find(s)
	at, err := time.Parse("2006-01-02 15:04:05", string(bytes.TrimSuffix(found, []byte(" UTC"))))
	if err != nil {
		return 0, 0
	}
	return at.UnixMicro(), len(found)
}

func (english) Message(text []byte) ([]byte, bool) { return text, false }

func (english) Prefix([]byte) Prefix { return nil }
