package workload

import (
	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/mapping"
	"github.com/DataDog/sketches-go/ddsketch/store"
)

// accuracy is the relative error of quantiles.
const accuracy = .01

var indexMapping, _ = mapping.NewCubicallyInterpolatedMapping(accuracy)

// buckets of the durations that most statements have, by µs.
var buckets = func() (t [4096]int16) {
	for us := 1; us < len(t); us++ {
		t[us] = int16(indexMapping.Index(milliseconds(int64(us))))
	}
	return t
}()

func newSketch() *ddsketch.DDSketch {
	return ddsketch.NewDDSketch(indexMapping, store.NewBufferedPaginatedStore(), store.NewBufferedPaginatedStore())
}

// Scaled returns a sketch of a factor times its values, each several times.
func Scaled(s *ddsketch.DDSketch, factor, times float64) *ddsketch.DDSketch {
	out := newSketch()
	s.ForEach(func(value, count float64) bool {
		return out.AddWithCount(value*factor, count*times) != nil
	})
	return out
}

func milliseconds(us int64) float64 { return float64(us) / 1000 }

// latency counts the durations of one group in the buckets of a sketch. Few are
// a list; of many there is a count per bucket, side by side from the shortest to
// the longest. A worker folds it into the sketch at the end.
type latency struct {
	few    []int16 // buckets, one for each duration
	first  int     // bucket of counts[0]
	counts []uint32
	zero   int64              // durations without a bucket: below a microsecond
	sketch *ddsketch.DDSketch // what counts cannot hold, nil without
}

func (l *latency) add(us int64) {
	if us <= 0 {
		l.zero++
		return
	}
	var bucket int
	if us < int64(len(buckets)) {
		bucket = int(buckets[us])
	} else {
		bucket = indexMapping.Index(milliseconds(us))
	}
	if l.counts == nil {
		if len(l.few) < maxFew {
			l.few = append(l.few, int16(bucket)) // of 64 bits of µs: they fit
			return
		}
		for _, b := range l.few {
			l.count(int(b))
		}
		l.few = nil
	}
	l.count(bucket)
}

// maxFew is how many durations are listed: about as many bytes as the counts of
// a group whose durations are alike.
const maxFew = 64

func (l *latency) count(bucket int) {
	i := bucket - l.first
	if uint(i) >= uint(len(l.counts)) {
		i = l.widen(i)
	}
	if l.counts[i]++; l.counts[i] == 0 { // went round
		l.more(l.first+i, 1<<32)
	}
}

// widen makes room for a bucket and returns where it is.
func (l *latency) widen(i int) int {
	switch n := len(l.counts); {
	case n == 0:
		l.first, i = l.first+i, 0
		l.counts = make([]uint32, 1)
	case i < 0:
		room := max(-i, min(n/2, 64))
		l.counts = append(make([]uint32, room, room+n), l.counts...)
		l.first -= room
		i += room
	default:
		l.counts = append(l.counts, make([]uint32, i+1-n)...)
	}
	return i
}

func (l *latency) more(bucket int, count float64) {
	if l.sketch == nil {
		l.sketch = newSketch()
	}
	l.sketch.GetPositiveValueStore().AddWithCount(bucket, count)
}

// fold returns everything as a sketch, nil when there is nothing.
func (l *latency) fold() *ddsketch.DDSketch {
	for _, bucket := range l.few {
		l.more(int(bucket), 1)
	}
	for i, n := range l.counts {
		if n > 0 {
			l.more(l.first+i, float64(n))
		}
	}
	if l.zero > 0 {
		if l.sketch == nil {
			l.sketch = newSketch()
		}
		_ = l.sketch.AddWithCount(0, float64(l.zero))
	}
	return l.sketch
}
