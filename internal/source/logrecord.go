package source

import (
	"bytes"
	"math"
	"time"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// record is one log record in whatever format, its slices lie in the block.
type record struct {
	line, offset        int64
	at                  int64 // µs since 1970, of the end
	timed               bool
	session             uint64 // hash
	name                []byte // of the session
	user, database, app []byte
	vxid                []byte
	severity            severity
	message             []byte
	detail, context     []byte
	statement           []byte
	ambiguous           bool // there is a second reading:
	otherAt             int  // where it begins in message
	otherUser           []byte
	otherDatabase       []byte
	otherApp            []byte
	ignored             []byte
	cut                 bool // message goes on, the rest was passed over
	short               bool // or another part does
}

// scanner turns the records of blocks into observations. Each worker has its
// own.
type scanner struct {
	o        *Options
	input    uint32
	worker   *workload.Worker
	match    matcher   // of stderr lines
	torn     matcher   // of those within others
	clock    clock     // of the other formats
	language *language // of the messages, nil is English
	cov      *workload.Coverage

	from, to   int64 // µs of the block's records, both 0 without any
	everything bool  // the user left nothing out

	lexed   *sqltree.Lexed // of seen's text
	texts   lexedTexts
	values  values
	hashes  []uint32
	seen    workload.Observation
	current *record // that seen was made from
	tags    *tagged // of seen's comment, nil without
	cache   tagCache

	database names // of the last records

	messages [2]message // of the plain log's record and of the next

	row    csvRow
	record record // of the formats that read one at a time
}

func newScanner(r *reading, input uint32, w *workload.Worker) *scanner {
	s := &scanner{o: &r.o, input: input, worker: w, clock: clock{zone: r.zone}, language: r.language}
	s.everything = r.o.Since.IsZero() && r.o.Until.IsZero() && len(r.o.Databases)+len(r.o.Users)+len(r.o.Apps) == 0
	s.seen.Client = s.context
	return s
}

// begin starts a block.
func (s *scanner) begin(reuse *workload.Shard) {
	s.worker.Begin(reuse)
	s.cov = s.worker.Coverage()
	s.from, s.to = math.MaxInt64, math.MinInt64
}

// end finishes it.
func (s *scanner) end() *workload.Shard {
	if s.from <= s.to {
		s.cov.From, s.cov.To = time.UnixMicro(s.from).UTC(), time.UnixMicro(s.to).UTC()
	}
	return s.worker.End()
}

// unreadable counts a line that belongs to no record.
func (s *scanner) unreadable(line int64, text []byte) {
	s.cov.Unreadable++
	if len(s.cov.Examples) < 3 && len(bytes.TrimSpace(text)) > 0 {
		s.cov.Examples = append(s.cov.Examples, workload.Example{Line: line, Text: workload.Text(text[:min(len(text), 200)])})
	}
}

// take reads one record.
func (s *scanner) take(r *record) {
	s.cov.Records++
	if r.cut || r.short {
		s.cov.Truncated++
	}
	if r.timed {
		s.from, s.to = min(s.from, r.at), max(s.to, r.at)
	}
	if r.ambiguous && !r.settle(s.language) {
		s.cov.Ambiguous++
		if r.severity == sevLog {
			return
		}
	}
	o := &s.seen
	o.Event = workload.Event{}
	o.Line, o.Input, o.Rows, o.Limit, o.Offset = r.line, s.input, workload.None, workload.None, workload.None
	o.Text, o.HasText, o.Values, o.LeadWild = nil, false, nil, 0
	o.Session, o.Name, o.Position = r.session, r.name, r.offset
	m := message{kind: workload.KindOther}
	_, text := cutState(r.message)
	switch r.severity {
	case sevLog:
		if s.language.read(text, &m); m.kind == workload.KindOther {
			s.language.readWait(text, r, &m)
		}
	case sevError:
		m.kind = workload.KindError
	}
	// What a function prints with RAISE LOG may look like anything, but a
	// statement or context stands with it. Only plans of nested statements have
	// a context, and a lock has both.
	if len(r.context)+len(r.statement) > 0 && r.severity == sevLog && m.kind != workload.KindWait && (m.kind != workload.KindPlan || len(r.statement) > 0) {
		m = message{kind: workload.KindOther}
	}
	if s.filtered(r, &m) {
		return
	}
	o.Kind = m.kind
	if m.timed {
		o.Dur = m.dur
	}
	if r.timed {
		o.Start = r.at - o.Dur
	}
	o.Vxid = transactionNumber(r.vxid)
	switch m.kind {
	case workload.KindOther:
		return
	case workload.KindError:
		s.cov.Errors++
	case workload.KindParse:
		s.cov.Parse++
	case workload.KindBind:
		s.cov.Bind++
	case workload.KindWait:
		if m.waiting {
			o.Flags |= workload.FlagStillWaiting
		} else {
			s.cov.Waits++
		}
	case workload.KindPlan:
		s.plan(r, &m)
		return
	case workload.KindExecution, workload.KindFetch, workload.KindPending:
		s.statement(r, &m)
		return
	}
	s.hand(r, nil)
}

// takePlain is take for a record that is nothing but a statement, of which the
// message was read.
func (s *scanner) takePlain(r *record, m *message) {
	s.cov.Records++
	if r.timed {
		s.from, s.to = min(s.from, r.at), max(s.to, r.at)
	}
	o := &s.seen
	o.Event = workload.Event{Line: r.line, Input: s.input, Rows: workload.None, Kind: m.kind, Flags: m.flags(), Vxid: transactionNumber(r.vxid)}
	o.Values, o.LeadWild = nil, 0
	o.Session, o.Name, o.Position = r.session, r.name, r.offset
	if m.timed {
		o.Dur = m.dur
	}
	if r.timed {
		o.Start = r.at - o.Dur
	}
	s.values.list, s.values.known, s.values.cut = s.values.list[:0], false, false
	s.add(r, m)
}

// flags are what the form of the message says of its execution.
func (m *message) flags() (f workload.Flags) {
	if m.extended {
		f |= workload.FlagExtended
		if bytes.IndexByte(m.name, '/') >= 0 {
			f |= workload.FlagPortal
		}
	}
	if m.fetch && m.kind == workload.KindPending {
		f |= workload.FlagPendingFetch
	}
	return f
}

// plan takes what auto_explain wrote.
func (s *scanner) plan(r *record, m *message) {
	s.cov.Plans++
	p := readPlan(m.text)
	m.text = p.query
	s.values.read(p.params)
	if body := prepareBody(m.text); body != nil {
		m.text = body
	}
	if len(r.context) > 0 {
		s.seen.Flags |= workload.FlagNested
	}
	s.add(r, m)
}

// statement takes a statement's text, with or without its duration.
func (s *scanner) statement(r *record, m *message) {
	o := &s.seen
	o.Flags |= m.flags()
	s.values.list, s.values.known, s.values.cut = s.values.list[:0], false, false
	if body := readPrepared(r.detail, s.language); body != nil {
		s.values.readArguments(m.text)
		m.text = body
	} else if len(r.detail) > 0 {
		s.values.readParameters(r.detail, s.language)
	}
	s.add(r, m)
}

// add lexes the text and hands the observation on.
func (s *scanner) add(r *record, m *message) {
	o := &s.seen
	text := m.text
	cut := r.cut
	if len(text) > s.o.MaxStatement {
		text, cut = text[:s.o.MaxStatement], true
	}
	if len(text) > writtenAtOnce {
		if at := s.tornAt(text); at >= 0 {
			text, cut = text[:at], true
			s.cov.Torn++
		}
	}
	if cut && !r.cut && !r.short {
		s.cov.Truncated++
	}
	s.lexed = s.texts.lex(text)
	l := s.lexed
	o.Command, o.Traits = workload.Command(l.Command), workload.Traits(l.Traits)
	if cut {
		o.Traits |= workload.TraitTruncated
	}
	o.Flags |= workload.FlagsOf(l)
	s.parameters(cut)
	if o.HasText, o.Text = false, nil; l.Command == sqltree.Empty {
		s.cov.Empty++
	} else {
		o.HasText, o.Text = true, text
		o.Key = groupKey(l.Key, s.database.intern(r.database))
	}
	var comment []byte
	if l.CommentEnd > l.CommentStart {
		comment = text[l.CommentStart:l.CommentEnd]
	}
	s.hand(r, comment)
}

// parameters fills in what varies from call to call: the logged values of
// placeholders, or the literals of a text without any.
func (s *scanner) parameters(cut bool) {
	o, l, v := &s.seen, s.lexed, &s.values
	o.Limit, o.Offset = l.Limit, l.Offset
	if l.NParam == 0 {
		o.Params = l.Literals[:min(l.NLiteral, len(l.Literals))]
		if !cut {
			o.Flags |= workload.FlagParamsKnown
		}
		return
	}
	if len(v.list) == 0 {
		return
	}
	s.hashes = v.hashes(s.hashes[:0])
	o.Params = s.hashes
	o.LeadWild = v.wild()
	o.Values = s.list
	if v.known {
		o.Flags |= workload.FlagParamsKnown
	}
	if v.cut {
		o.Flags |= workload.FlagParamsCut
	}
	if n, ok := v.integer(l.LimitParam); ok {
		o.Limit = n
	}
	if n, ok := v.integer(l.OffsetParam); ok {
		o.Offset = n
	}
}

// list copies the values for a sample.
func (s *scanner) list() (texts []string, nulls []bool) {
	texts, nulls = make([]string, len(s.values.list)), make([]bool, len(s.values.list))
	for i, x := range s.values.list {
		if nulls[i] = x.null; !x.null {
			texts[i] = workload.Text(bytes.ReplaceAll(x.text, []byte("''"), []byte("'")))
		}
	}
	return texts, nulls
}
