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

// keptSample is a sample and what decides whether another one replaces it.
type keptSample struct {
	Sample
	position int64
	rank     uint64
}

func (s *samples) offer(o *Observation) {
	rank := spread(uint64(o.Position))
	if s.full && o.Position >= s.begins && o.Dur < s.longest && rank >= s.rank {
		return
	}
	first := s.first == nil || o.Position < s.first.position
	slowest := s.slowest == nil || o.Dur > s.slowest.Dur || o.Dur == s.slowest.Dur && o.Position < s.slowest.position
	random := s.random[1] == nil || rank < s.random[1].rank
	if !first && !slowest && !random {
		return
	}
	s.take(&keptSample{newSample(o), o.Position, rank}, first, slowest, random)
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
		s.full, s.begins, s.longest, s.rank = true, s.first.position, s.slowest.Dur, s.random[1].rank
	}
}

// merge takes the samples of another worker.
func (s *samples) merge(o *samples) {
	for _, k := range []*keptSample{o.first, o.slowest, o.random[0], o.random[1]} {
		if k == nil || s.has(k.position, k.Input) {
			continue
		}
		s.take(k,
			s.first == nil || before(k, s.first),
			s.slowest == nil || k.Dur > s.slowest.Dur || k.Dur == s.slowest.Dur && before(k, s.slowest),
			s.random[1] == nil || k.rank < s.random[1].rank)
	}
}

func before(a, b *keptSample) bool {
	return a.Input < b.Input || a.Input == b.Input && a.position < b.position
}

func (s *samples) has(position int64, input int) bool {
	for _, k := range s.random {
		if k != nil && k.position == position && k.Input == input {
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
		return cmp.Or(cmp.Compare(a.Input, b.Input), cmp.Compare(a.position, b.position))
	})
	out := make([]Sample, 0, len(all))
	for i, k := range all {
		if i == 0 || k.position != all[i-1].position || k.Input != all[i-1].Input {
			out = append(out, k.Sample)
		}
	}
	slices.SortStableFunc(out, SlowestFirst)
	return out
}

// SlowestFirst orders samples.
func SlowestFirst(a, b Sample) int { return cmp.Compare(b.Dur, a.Dur) }

func newSample(o *Observation) Sample {
	s := Sample{Text: Text(o.Text), Dur: o.Dur, Input: int(o.Input), Line: o.Line}
	if o.Values != nil {
		s.Params, s.Nulls = o.Values()
	}
	if o.Start != 0 {
		s.Time = time.UnixMicro(o.Start + o.Dur).UTC()
	}
	return s
}

// spread is the finaliser of SplitMix64: neighbouring positions get unrelated
// ranks.
func spread(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
