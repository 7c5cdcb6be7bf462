package workload

import (
	"math"
	"testing"
)

func TestLatency_isTheSketchOfItsDurations(t *testing.T) {
	for name, durations := range map[string][]int64{
		"none":             nil,
		"one":              {15},
		"below the table":  {0, 0, 1, 2, 3},
		"beyond the table": {4095, 4096, 4097, 86_400_000_000, math.MaxInt64},
		"from high to low": descending(1_000_000, 300),
		"from low to high": ascending(1, 300),
		"around a middle":  append(descending(50_000, 100), ascending(50_000, 100)...),
	} {
		var l latency
		want := newSketch()
		for _, us := range durations {
			l.add(us)
			if err := want.Add(milliseconds(us)); err != nil {
				t.Fatal(err)
			}
		}
		got := l.fold()
		if len(durations) == 0 {
			if got != nil {
				t.Errorf("%s: a sketch of nothing", name)
			}
			continue
		}
		if got.GetCount() != want.GetCount() || got.GetZeroCount() != want.GetZeroCount() {
			t.Errorf("%s: %g durations, %g without a bucket; want %g, %g", name, got.GetCount(), got.GetZeroCount(), want.GetCount(), want.GetZeroCount())
		}
		for q := 0.; q <= 1; q += .01 {
			a, _ := got.GetValueAtQuantile(q)
			if b, _ := want.GetValueAtQuantile(q); a != b {
				t.Errorf("%s: quantile %g is %g, want %g", name, q, a, b)
			}
		}
	}
}

func ascending(from int64, n int) (all []int64) {
	for i := range int64(n) {
		all = append(all, from+i*i)
	}
	return all
}

func descending(from int64, n int) (all []int64) {
	for i := range int64(n) {
		all = append(all, from-i*i)
	}
	return all
}

func TestLatency_aCountThatGoesRoundIsNotLost(t *testing.T) {
	l := latency{counts: []uint32{math.MaxUint32}, first: int(buckets[7])}
	l.add(7)
	l.add(7)
	if got := l.fold().GetCount(); got != 1<<32+1 {
		t.Errorf("%.0f durations, want 2^32 + 1", got)
	}
}

func TestNumbered_keepsHashesApartThatShareTheirLastByte(t *testing.T) {
	n := newNumbered()
	for i := range uint64(1000) {
		n.put(i<<8|5, uint32(i))
	}
	for i := range uint64(1000) {
		if got, ok := n.get(i<<8 | 5); !ok || got != uint32(i) {
			t.Fatalf("hash %d has number %d, %t", i, got, ok)
		}
	}
	if _, ok := n.get(1000<<8 | 5); ok {
		t.Error("a hash that was not put in has a number")
	}
}
