package source

import (
	"bytes"

	"github.com/cespare/xxhash/v2"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// hand gives the observation to the worker, with what the client said about
// itself.
func (s *scanner) hand(r *record, comment []byte) {
	o := &s.seen
	s.current, s.tags = r, nil
	o.Context = 0
	if len(r.app)+len(r.user)+len(r.database) > 0 {
		o.Context = spread(spread(xxhash.Sum64(r.app)^xxhash.Sum64(r.user)<<1) ^ xxhash.Sum64(r.database))
	}
	if len(comment) > 0 {
		s.tags = s.cache.read(comment)
		o.Request = s.tags.request
		if s.tags.context != 0 {
			o.Context = spread(o.Context ^ s.tags.context)
		}
	}
	s.worker.Add(o)
}

// context makes the context of the observation, when it is a new one.
func (s *scanner) context() workload.Context {
	r := s.current
	c := workload.Context{App: workload.Text(r.app), User: workload.Text(r.user), Database: workload.Text(r.database)}
	if t := s.tags; t != nil {
		c.Route, c.CodePath, c.CodeLine = t.Route, t.File, t.Line
		if c.App == "" {
			c.App = t.App
		}
	}
	return c
}

// filtered reports whether the user left the record out, and counts it when it
// is an execution.
func (s *scanner) filtered(r *record, m *message) bool {
	if s.everything {
		return false
	}
	switch m.kind {
	case workload.KindOther, workload.KindError, workload.KindConnect, workload.KindDisconnect:
		return false
	}
	o := s.o
	began := r.at // the log tells the end, and a text without a duration the beginning
	if m.timed {
		began -= m.dur
	}
	out := r.timed && (!o.Since.IsZero() && began < o.Since.UnixMicro() || !o.Until.IsZero() && began >= o.Until.UnixMicro()) ||
		!listed(o.Databases, r.database) || !listed(o.Users, r.user) || !listed(o.Apps, r.app)
	if !out {
		return false
	}
	switch m.kind {
	case workload.KindExecution, workload.KindFetch, workload.KindPending, workload.KindPlan:
		s.cov.Filtered++
	}
	return true
}

// listed reports whether name is one of the names that were asked for; all are
// when none was.
func listed(names []string, name []byte) bool {
	for _, n := range names {
		if n == string(name) {
			return true
		}
	}
	return len(names) == 0
}

// transactionNumber is the local part of a virtual transaction id such as
// "3/25384", which counts a session's transactions. It is 0 where the log does
// not tell: a statement that is logged after its transaction ended has 0 there.
func transactionNumber(vxid []byte) (n uint32) {
	for _, c := range vxid[bytes.IndexByte(vxid, '/')+1:] {
		n = n*10 + uint32(c-'0')
	}
	return n
}

// hash32 is never 0, which stands for unknown.
func hash32(b []byte) uint32 {
	h := xxhash.Sum64(b)
	return uint32(h^h>>32) | 1
}

// names turns bytes into strings without allocating for those it met lately.
type names struct {
	last [4]string
	next int
}

func (n *names) intern(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	for i := range n.last {
		if n.last[i] == string(b) {
			return n.last[i]
		}
	}
	s := workload.Text(b)
	if s == string(b) {
		n.last[n.next] = s
		n.next = (n.next + 1) % len(n.last)
	}
	return s
}

// tagged is what one comment says.
type tagged struct {
	sqltree.Tags
	request uint32
	context uint64 // hash of what belongs to a context, 0 without
}

// tagCache reads each comment once. Comments that name the request differ from
// call to call: it is emptied when it is full.
type tagCache struct {
	m map[uint64]*tagged
}

const maxTagged = 4096

func (c *tagCache) read(comment []byte) *tagged {
	h := xxhash.Sum64(comment)
	if t := c.m[h]; t != nil {
		return t
	}
	if c.m == nil || len(c.m) >= maxTagged {
		c.m = make(map[uint64]*tagged)
	}
	t := &tagged{Tags: sqltree.ReadTags(comment)}
	if t.Request != "" {
		t.request = hash32([]byte(t.Request))
	}
	for _, part := range []string{t.Route, t.App, t.File} {
		if part != "" {
			t.context = spread(t.context ^ xxhash.Sum64String(part) + uint64(len(part)))
		} else {
			t.context = spread(t.context)
		}
	}
	t.context = spread(t.context ^ uint64(t.Line))
	c.m[h] = t
	return t
}
