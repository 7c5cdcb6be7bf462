package source

import (
	"bytes"
	"encoding/binary"
	"math"
)

// lead splits the elements of a prefix: those at its beginning that tell by
// themselves where they end, which are read again in every line, and the rest,
// which is the same in all lines of a session. There is no lead when the time
// stands in the rest.
func (p *prefix) split() {
	n := 0
	for n < len(p.elements) {
		e := &p.elements[n]
		if e.pad != 0 || e.kind != 0 && bytes.IndexByte([]byte("mtplx"), e.kind) < 0 {
			break
		}
		n++
	}
	for _, e := range p.elements[n:] {
		if e.kind == 'm' || e.kind == 't' || e.kind == 'n' {
			return
		}
	}
	if !p.loose {
		p.lead, p.rest = p.elements[:n], p.elements[n:]
	}
}

// quickLog is the severity of the lines that are read quickly.
const quickLog = "LOG:  "

// quick reads a line of severity LOG by the lead of its prefix; the rest is
// compared with what lines before had there. false says nothing of the line:
// match must read it. Of head it only sets what match would set there.
func (m *matcher) quick(line []byte) bool {
	p := m.p
	m.restAt = -1
	if len(p.lead) == 0 {
		return false
	}
	at := 0
	h := &m.head
	for i := range p.lead {
		e := &p.lead[i]
		switch e.kind {
		case 0:
			n := len(e.text)
			if len(line)-at < n || line[at] != e.text[0] || n > 1 && string(line[at:at+n]) != string(e.text) {
				return false
			}
			at += n
		case 'm', 't':
			us, n := m.clock.again(line[at:])
			if n == 0 {
				return false
			}
			h.at, h.timed = us, true
			at += n
		default:
			n := digits(line[at:])
			if n == 0 {
				return false
			}
			if e.kind == 'p' {
				h.pid = line[at : at+n]
			}
			at += n
		}
	}
	if len(p.rest) > 0 {
		k := m.known.find(line[at:])
		if k == nil {
			m.restAt = at
			return false
		}
		at += len(k.text)
		h.user, h.database, h.app, h.session, h.start, h.vxid = k.user, k.database, k.app, k.session, k.start, k.vxid
		if k.pid != nil {
			h.pid = k.pid
		}
	} else {
		for range 2 { // as finish does
			if at < len(line) && line[at] == ' ' {
				at++
			}
		}
		if len(line)-at < len(quickLog) || string(line[at:at+len(quickLog)]) != quickLog {
			return false
		}
		at += len(quickLog)
	}
	h.severity, h.text = sevLog, at
	if at > maxHead {
		return false
	}
	m.line = line[:min(len(line), maxHead)]
	return p.free == 0 || !m.suspicious()
}

// learn keeps the rest of a prefix that quick did not know and match has just
// read, when nothing behind it had a part in how it was read.
func (m *matcher) learn(line []byte) {
	h := &m.head
	at := m.restAt
	if at < 0 || h.severity != sevLog || m.reach > h.text || m.known.off {
		return
	}
	m.known.put(line[at:h.text], h, func(field []byte) bool {
		return cap(line)-cap(field) >= at // it lies in the rest
	})
}

// knownRests are the rests of prefixes by the bytes they begin with. When they
// hardly ever come again they are not looked for any more.
type knownRests struct {
	slots        []knownRest
	width        int // bytes by which they are told apart
	hits, misses int
	off          bool
}

// knownRest is what was read in the rest of a prefix, severity included.
type knownRest struct {
	text                      []byte
	pid, session, start, vxid []byte
	user, database, app       []byte
}

const (
	maxKnownRests = 512
	longestRest   = 512 // bytes
	widestRest    = 64
)

func (k *knownRests) find(s []byte) *knownRest {
	if k.width == 0 || len(s) < k.width {
		return nil
	}
	r := &k.slots[k.slot(s)]
	if n := len(r.text); n == 0 || len(s) < n || string(s[:n]) != string(r.text) {
		return nil
	}
	k.hits++
	return r
}

func (k *knownRests) slot(s []byte) uint64 {
	var h uint64
	for i := 0; i < k.width; i += 8 {
		h = (h ^ binary.LittleEndian.Uint64(s[i:])) * 0x9e3779b97f4a7c15
		h ^= h >> 32
	}
	return h % maxKnownRests
}

func (k *knownRests) put(text []byte, h *head, within func([]byte) bool) {
	k.misses++
	if k.misses > 4*maxKnownRests && k.hits < 4*k.misses {
		k.off, k.slots, k.width = true, nil, 0
		return
	}
	if len(text) < 8 || len(text) > longestRest {
		return
	}
	if width := min(len(text)&^7, widestRest); k.slots == nil || width < k.width {
		k.slots, k.width = make([]knownRest, maxKnownRests), width
	}
	own := bytes.Clone(text)
	field := func(f []byte) []byte {
		if f == nil || !within(f) {
			return nil
		}
		i := cap(text) - cap(f)
		return own[i : i+len(f)]
	}
	k.slots[k.slot(own)] = knownRest{
		own, field(h.pid), field(h.session), field(h.start), field(h.vxid), field(h.user), field(h.database), field(h.app),
	}
}

// looked notes that a byte of the line before an offset had a part in how the
// prefix was read.
func (m *matcher) looked(before int) { m.reach = max(m.reach, before) }

// looksEverywhere is further than any line reaches.
const looksEverywhere = math.MaxInt
