package workload

import (
	"cmp"
	"slices"
	"time"
)

// samples keeps four executions of a group: the first, the slowest and two at
// random. Which ones does not depend on how the input was cut: first and
// slowest are least and greatest, and the random ones are those whose position
// hashes lowest.
type samples struct {
	first, slowest *keptSample // nil without; a sample may be kept for several reasons
	random         [2]*keptSample

	// What offer compares with, once there are two: most executions are none.
	full    bool
	begins  int64  // position of first
	longest int64  // duration of slowest
	rank    uint64 // of random[1]
}

// keptSample is a sample and what decides whether another one replaces it. There
// are four of each group of each worker: it is as small as it gets.
type keptSample struct {
	text     string
	values   *sampleValues // nil: nothing was logged of its parameters
	dur      int64         // µs
	ended    int64         // µs since 1970, 0 unknown
	line     int64
	position int64
	rank     uint64
	input    int32
}

// sampleValues are Params and Nulls of a [Sample].
type sampleValues struct {
	params []string
	nulls  []bool
}

// sample returns it in the form that is handed out.
func (k *keptSample) sample() Sample {
	s := Sample{Text: k.text, Dur: k.dur, Input: int(k.input), Line: k.line}
	if k.values != nil {
		s.Params, s.Nulls = k.values.params, k.values.nulls
	}
	if k.ended != 0 {
		s.Time = time.UnixMicro(k.ended).UTC()
	}
	return s
}

// offer takes an execution of a group whose first text is first.
func (s *samples) offer(o *Observation, first string) {
	rank := spread(uint64(o.Position))
	if s.full && o.Position >= s.begins && o.Dur < s.longest && rank >= s.rank {
		return
	}
	earliest := s.first == nil || o.Position < s.first.position
	slowest := s.slowest == nil || o.Dur > s.slowest.dur || o.Dur == s.slowest.dur && o.Position < s.slowest.position
	random := s.random[1] == nil || rank < s.random[1].rank
	if !earliest && !slowest && !random {
		return
	}
	k := newSample(o, first)
	k.rank = rank
	s.take(k, earliest, slowest, random)
}

func (s *samples) take(k *keptSample, first, slowest, random bool) {
	if first {
		s.first = k
	}
	if slowest {
		s.slowest = k
	}
	if random {
		s.random[1] = k
		if s.random[0] == nil || k.rank < s.random[0].rank {
			s.random[0], s.random[1] = s.random[1], s.random[0]
		}
	}
	if s.random[1] != nil {
		s.full, s.begins, s.longest, s.rank = true, s.first.position, s.slowest.dur, s.random[1].rank
	}
}

// merge takes the samples of another worker.
func (s *samples) merge(o *samples) {
	for _, k := range []*keptSample{o.first, o.slowest, o.random[0], o.random[1]} {
		if k == nil || s.has(k.position, k.input) {
			continue
		}
		s.take(k,
			s.first == nil || before(k, s.first),
			s.slowest == nil || k.dur > s.slowest.dur || k.dur == s.slowest.dur && before(k, s.slowest),
			s.random[1] == nil || k.rank < s.random[1].rank)
	}
}

func before(a, b *keptSample) bool {
	return a.input < b.input || a.input == b.input && a.position < b.position
}

func (s *samples) has(position int64, input int32) bool {
	for _, k := range s.random {
		if k != nil && k.position == position && k.input == input {
			return true
		}
	}
	return false
}

// list returns the samples without repeats, slowest first, and of equal ones
// the first in the input.
func (s *samples) list() []Sample {
	all := []*keptSample{s.first, s.slowest, s.random[0], s.random[1]}
	all = slices.DeleteFunc(all, func(k *keptSample) bool { return k == nil })
	slices.SortFunc(all, func(a, b *keptSample) int {
		return cmp.Or(cmp.Compare(a.input, b.input), cmp.Compare(a.position, b.position))
	})
	out := make([]Sample, 0, len(all))
	for i, k := range all {
		if i == 0 || k.position != all[i-1].position || k.input != all[i-1].input {
			out = append(out, k.sample())
		}
	}
	slices.SortStableFunc(out, SlowestFirst)
	return out
}

// SlowestFirst orders samples.
func SlowestFirst(a, b Sample) int { return cmp.Compare(b.Dur, a.Dur) }

func newSample(o *Observation, first string) *keptSample {
	k := &keptSample{text: first, dur: o.Dur, input: int32(o.Input), line: o.Line, position: o.Position}
	if string(o.Text) != first {
		k.text = Text(o.Text)
	}
	if o.Values != nil {
		if params, nulls := o.Values(); params != nil || nulls != nil {
			k.values = &sampleValues{params, nulls}
		}
	}
	if o.Start != 0 {
		k.ended = o.Start + o.Dur
	}
	return k
}

// spread is the finaliser of SplitMix64: neighbouring positions get unrelated
// ranks.
func spread(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
