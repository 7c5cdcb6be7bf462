package source

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/apilint/apilint/analyzer/workload"
)

// What log_lock_waits writes, of storage/lmgr/proc.c. The time is that since
// the beginning of the wait.
const (
	waitingTemplate  = "process %d still waiting for %s on %s after %ld.%03d ms"
	acquiredTemplate = "process %d acquired %s on %s after %ld.%03d ms"
)

// lockWaits are the two messages in one language.
type lockWaits struct{ waiting, acquired *regexp.Regexp }

var englishWaits = sync.OnceValue(func() lockWaits {
	return lockWaits{compileWait(waitingTemplate), compileWait(acquiredTemplate)}
})

var waitFields = regexp.MustCompile(`%(?:\d\$)?ld[.,]%(?:\d\$)?03d|%(?:\d\$)?[ds]`)

// compileWait makes a pattern of a template of a message catalogue; nil without
// one.
func compileWait(template string) *regexp.Regexp {
	if template == "" {
		return nil
	}
	var b strings.Builder
	b.WriteString("^")
	at := 0
	for _, f := range waitFields.FindAllStringIndex(template, -1) {
		b.WriteString(regexp.QuoteMeta(template[at:f[0]]))
		switch field := template[f[0]:f[1]]; {
		case strings.Contains(field, "ld"):
			b.WriteString(`(?P<ms>\d{1,11})[.,](?P<us>\d{3})`)
		case strings.HasSuffix(field, "d"):
			b.WriteString(`(?P<pid>\d{1,10})`)
		default:
			b.WriteString(`.+`)
		}
		at = f[1]
	}
	b.WriteString(regexp.QuoteMeta(template[at:]) + `.{0,40}$`) // "at character 21", in words of its language
	return regexp.MustCompile(b.String())
}

// longestWait is how long such a message can be, in bytes.
const longestWait = 512

// readWait reads a message about a lock.
func (l *language) readWait(s []byte, r *record, m *message) {
	if len(s) > longestWait || r.printed() {
		return
	}
	waits := englishWaits()
	if l != nil && l.waits.acquired != nil {
		if l.waits.read(s, r, m); m.kind == workload.KindWait {
			return
		}
	}
	waits.read(s, r, m)
}

func (w *lockWaits) read(s []byte, r *record, m *message) {
	for _, p := range []*regexp.Regexp{w.acquired, w.waiting} {
		found := p.FindSubmatch(s)
		if found == nil {
			continue
		}
		if !r.writtenBy(found[p.SubexpIndex("pid")]) {
			return
		}
		ms, _ := strconv.ParseInt(string(found[p.SubexpIndex("ms")]), 10, 64)
		us, _ := strconv.ParseInt(string(found[p.SubexpIndex("us")]), 10, 64)
		*m = message{kind: workload.KindWait, dur: ms*1000 + us, timed: true, waiting: p == w.waiting}
		return
	}
}

// printed reports whether a function may have printed the record (RAISE LOG):
// its context then begins with the function. That of a lock begins with the row
// or the statement that waits.
func (r *record) printed() bool {
	first, _, _ := bytes.Cut(r.context, lineBreak)
	return bytes.Contains(first, []byte("PL/"))
}

// writtenBy reports whether the record can be of the process with that number.
// A session's name is its process in decimal, or ends in it in hexadecimal.
func (r *record) writtenBy(pid []byte) bool {
	if len(r.name) == 0 {
		return false
	}
	name, base := r.name, 10
	if i := bytes.LastIndexByte(name, '.'); i >= 0 {
		name, base = name[i+1:], 16
	}
	have, err := strconv.ParseInt(string(name), base, 64)
	want, _ := strconv.ParseInt(string(pid), 10, 64)
	return err == nil && have == want
}
