package main

import (
	"maps"
	"regexp"
	"sync"
)

// marker is the name that makes a statement of the workload its own: an alias
// or a comment of the shape m_word.
var marker = regexp.MustCompile(`\bm_[a-z0-9_]+\b`)

// tally counts what is sent; sessions share it.
type tally struct {
	mu          sync.Mutex
	executions  int // statement, execute and execute fetch that succeeded
	fetches     int // those that only continue a portal
	parse, bind int
	errors      int // errors that the server reported, to whomever
	empty       int // those of executions that hold no statement
	fastpath    int // function calls of the protocol: no executions
	slow        int // those of executions that wait for [slowly]
	calls       map[string]int
	values      map[string][]*string
}

func newTally() *tally {
	return &tally{calls: map[string]int{}, values: map[string][]*string{}}
}

// execution notes a statement that succeeded.
func (t *tally) execution(sql string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.executions++
	if m := marker.FindString(sql); m != "" {
		t.calls[m]++
	}
}

// fetch notes that a portal was continued: no call.
func (t *tally) fetch() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.executions++
	t.fetches++
}

// extended notes the messages that came before an execution.
func (t *tally) extended(parse, bind int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.parse += parse
	t.bind += bind
}

// gave notes the values of a statement that is sent only once.
func (t *tally) gave(sql string, values []*string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.values[marker.FindString(sql)] = values
}

func (t *tally) add(n *int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	*n++
}

// onlyOnce are the values of statements that were executed exactly once: of
// others a reader keeps a sample.
func (t *tally) onlyOnce() map[string][]*string {
	out := maps.Clone(t.values)
	maps.DeleteFunc(out, func(m string, _ []*string) bool { return t.calls[m] != 1 })
	return out
}
