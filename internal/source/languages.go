package source

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"strings"
	"sync"

	"github.com/apilint/apilint/analyzer/workload"
)

// languagesJSON is what PostgreSQL's message catalogues (src/backend/po) make
// of the messages that matter here, by language; %s stands for what varies.
//
//go:embed languages.json
var languagesJSON []byte

// language is a setting of lc_messages other than English.
type language struct {
	Name                    string
	Bare, Statement         string
	Named, Execute, Fetch   string
	Parse, Bind             string
	Pending                 string
	Parameters, Prepare     string
	Waiting, Acquired       string            // for a lock, a lock
	Connected               []string          // beginnings of what log_connections writes
	Disconnected            string            // beginning of what log_disconnections writes
	Words                   map[string]string // severities, by their English word
	forms                   []form            // of messages with a duration
	pending                 []form
	parameters, preparation []byte // what comes before the values
	waits                   lockWaits
}

// form is a message as it is printed: a duration, a name, a text, with words
// around them.
type form struct {
	kind             workload.Kind
	fetch, extended  bool
	timed, named     bool
	first            []byte // before the duration, or the whole beginning
	second           []byte // between the duration and what follows
	third            []byte // between the name and the text
	texted, complete bool   // complete: nothing may follow
}

// languages are read when one is needed.
var languages = sync.OnceValue(func() []*language {
	var all []*language
	if err := json.Unmarshal(languagesJSON, &all); err != nil {
		panic("languages.json: " + err.Error())
	}
	for _, l := range all {
		l.compile()
	}
	return all
})

// foreignSeverities are the severities of all languages.
var foreignSeverities = sync.OnceValue(func() map[string]severity {
	m := map[string]severity{}
	for _, l := range languages() {
		for english, word := range l.Words {
			m[word] = severities[english]
			if english == "DEBUG" {
				for _, n := range "12345" {
					m[word+string(n)] = severities[english]
				}
			}
		}
	}
	return m
})

// severityOf reads a severity in any language.
func severityOf(word []byte) severity {
	if len(word) == 3 && string(word) == "LOG" {
		return sevLog
	}
	if s := severities[string(word)]; s != sevNone {
		return s
	}
	return foreignSeverities()[string(word)]
}

// compile cuts the templates at their %s.
func (l *language) compile() {
	add := func(into *[]form, template string, f form) {
		if template != "" {
			*into = append(*into, compileForm(template, f))
		}
	}
	if l.Fetch == "" { // a word that a catalogue leaves out stays English
		l.Fetch = "execute fetch from"
	}
	if l.Execute == "" {
		l.Execute = "execute"
	}
	named := func(word string) string {
		if l.Named == "" {
			return ""
		}
		before, after, _ := strings.Cut(l.Named, "%s") // the duration
		return before + "%s" + strings.Replace(after, "%s", word, 1)
	}
	timed := form{timed: true, texted: true}
	with := func(f form, kind workload.Kind, named bool) form {
		f.kind, f.named = kind, named
		return f
	}
	execute := with(timed, workload.KindExecution, true)
	execute.extended = true
	fetch := with(execute, workload.KindFetch, true)
	fetch.fetch = true
	add(&l.forms, l.Statement, with(timed, workload.KindExecution, false))
	add(&l.forms, named(l.Fetch), fetch)
	add(&l.forms, named(l.Execute), execute)
	add(&l.forms, l.Parse, with(timed, workload.KindParse, true))
	add(&l.forms, l.Bind, with(timed, workload.KindBind, true))
	add(&l.forms, l.Bare, form{kind: workload.KindBare, timed: true, complete: true})
	execute.timed, fetch.timed = false, false
	execute.kind, fetch.kind = workload.KindPending, workload.KindPending
	add(&l.pending, l.Pending, form{kind: workload.KindPending, texted: true})
	add(&l.pending, l.Fetch+" %s: %s", fetch)
	add(&l.pending, l.Execute+" %s: %s", execute)
	l.waits = lockWaits{compileWait(l.Waiting), compileWait(l.Acquired)}
	l.parameters, l.preparation = beforeValue(l.Parameters), beforeValue(l.Prepare)
}

func beforeValue(template string) []byte {
	before, _, _ := strings.Cut(template, "%s")
	return []byte(before)
}

func compileForm(template string, f form) form {
	template = strings.ReplaceAll(template, "%s%s%s", "%s") // statement, slash and portal are one name
	pieces := strings.Split(template, "%s")
	f.first = []byte(pieces[0])
	pieces = pieces[1:]
	if f.timed && len(pieces) > 0 {
		f.second = []byte(pieces[0])
		pieces = pieces[1:]
	}
	if f.named && len(pieces) > 0 {
		f.third = []byte(pieces[0])
	}
	return f
}

// match reads a message of this form.
func (f *form) match(s []byte) (m message, ok bool) {
	s, ok = bytes.CutPrefix(s, f.first)
	if !ok {
		return m, false
	}
	m.kind, m.fetch, m.extended = f.kind, f.fetch, f.extended
	if f.timed {
		us, n := milliseconds(s)
		if n == 0 {
			return m, false
		}
		m.dur, m.timed = us, true
		if s, ok = bytes.CutPrefix(s[n:], f.second); !ok {
			return m, false
		}
	}
	if f.complete {
		return m, len(s) == 0
	}
	if f.named {
		m.name, m.text = splitName(s, f.third)
		return m, m.name != nil
	}
	m.text = s
	return m, true
}

// message reads a message in English, which some parts always speak, or else
// in this language.
func (l *language) message(s []byte) message {
	m := message{kind: workload.KindOther}
	l.read(s, &m)
	return m
}

func (l *language) read(s []byte, into *message) {
	if into.read(s); into.kind != workload.KindOther || l == nil {
		return
	}
	for _, forms := range [][]form{l.forms, l.pending} {
		for i := range forms {
			if m, ok := forms[i].match(s); ok {
				*into = m
				return
			}
		}
	}
	*into = message{kind: workload.KindOther}
	for _, beginning := range l.Connected {
		if hasPrefix(s, beginning) {
			into.kind = workload.KindConnect
		}
	}
	if l.Disconnected != "" && hasPrefix(s, l.Disconnected) {
		into.kind = workload.KindDisconnect
	}
}

// name is the language as locales are named.
func (l *language) name() string {
	if l == nil {
		return "en"
	}
	return l.Name
}

// languageOf tells the language of a log by the words around durations in its
// head; nil is English.
func languageOf(head []byte) *language {
	var best *language
	most := bytes.Count(head, []byte(wordDuration))
	for _, l := range languages() {
		if n := bytes.Count(head, l.forms[0].first); n > most {
			best, most = l, n
		}
	}
	return best
}
