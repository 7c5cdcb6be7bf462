package workload

import (
	"fmt"
	"runtime"
	"testing"
)

// What is held for a statement is counted, not what the process takes: 1300 bytes
// of a group with four samples, their texts of 70 bytes included (Go 1.26).
func TestAggregator_holdsLittleForEachStatement(t *testing.T) {
	const shapes, times, bound = 5000, 8, 1700
	before := live()
	a := NewAggregator(Limits{})
	a.Input(&Input{Kind: "log"}, SourceLog)
	w := a.NewWorker(SourceLog)
	w.Begin(nil)
	for i := range shapes * times {
		text := fmt.Sprintf("SELECT name, price FROM products WHERE column_%05d = %06d", i%shapes, i)
		w.Add(&Observation{
			Event: Event{Kind: KindExecution, Start: int64(i + 1), Dur: int64(i % 997), Line: int64(i), Rows: None, Limit: None, Offset: None},
			Key:   uint64(i%shapes + 1), Text: []byte(text), HasText: true, Command: CommandSelect, Session: 1, Position: int64(i),
		})
	}
	a.Merge(w.End())
	a.Collect(w)
	held := (live() - before) / shapes
	if n := len(a.Workload().Groups); n != shapes {
		t.Fatalf("%d groups, want %d", n, shapes)
	}
	if held > bound {
		t.Errorf("%d bytes are held for each statement, at most %d are expected", held, bound)
	}
	t.Logf("%d bytes for each statement", held)
	runtime.KeepAlive(a)
}

func live() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
