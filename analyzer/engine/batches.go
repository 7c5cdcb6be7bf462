package engine

import (
	"strings"

	"github.com/apilint/apilint/analyzer/sqltree"
	"github.com/apilint/apilint/analyzer/workload"
)

// A text of the simple protocol may hold several statements. The log has one
// record for all of them, and one duration: each statement is given an equal
// part of it, but none to what only begins or ends transactions or sets
// something. To the loop finder the text stays what it is, one round trip.

// maxParts is how many different statements of one text are told apart.
const maxParts = 64

// divided returns a workload in which every statement has a group of its own.
// The group of a text with several becomes that of the first one, so that the
// numbers of groups stay; those of the others follow the last group.
func divided(w *workload.Workload, skips *skips) *workload.Workload {
	out := *w
	out.Groups = append([]*workload.Group(nil), w.Groups...)
	for i, g := range w.Groups {
		if !strings.Contains(strings.TrimRight(g.Text, "; \t\r\n"), ";") {
			continue
		}
		parts, more := partsOf(g)
		if more {
			skips.add("several-statements", sqltree.Mask(g.Text))
		}
		if len(parts) > 0 {
			out.Groups[i] = parts[0]
			out.Groups = append(out.Groups, parts[1:]...)
		}
	}
	return &out
}

// part is one statement of a text, as often as it stands there.
type part struct {
	at    int // of the spans
	times int
	lexed sqltree.Lexed
}

// partsOf makes a group of each statement; none when there are not several.
// more tells that there are too many.
func partsOf(g *workload.Group) (groups []*workload.Group, more bool) {
	spans := sqltree.Split(g.Text)
	if len(spans) < 2 {
		return nil, false
	}
	var parts []part
	byKey := map[uint64]int{}
	all := 0
	for i, span := range spans {
		var l sqltree.Lexed
		sqltree.Lex([]byte(span.Text), &l)
		if l.Command == sqltree.Transaction || l.Command == sqltree.Set || l.Command == sqltree.Empty {
			continue
		}
		all++
		n, known := byKey[l.Key]
		switch {
		case known:
			parts[n].times++
		case len(parts) == maxParts:
			more = true
		default:
			byKey[l.Key] = len(parts)
			parts = append(parts, part{i, 1, l})
		}
	}
	if len(parts) == 0 {
		return nil, false
	}
	weights := make([]float64, len(parts), len(parts)+1)
	for i := range parts {
		weights[i] = float64(parts[i].times)
		all -= parts[i].times
	}
	if all > 0 {
		weights = append(weights, float64(all)) // of those that are too many
	}
	share := divider(weights, nil)
	samples := splitSamples(g, len(spans))
	for i := range parts {
		p := &parts[i]
		own := &workload.Group{
			Key: p.lexed.Key, Database: g.Database, Text: spans[p.at].Text,
			Command: workload.Command(p.lexed.Command), Traits: workload.Traits(p.lexed.Traits),
			Contexts: g.Contexts, Refs: g.Refs, TopLevel: g.TopLevel,
		}
		if p.at == len(spans)-1 {
			own.Traits |= g.Traits & workload.TraitTruncated
		}
		if sum(weights) == 1 {
			own.LeadingWild, own.ParamsSeen = g.LeadingWild, g.ParamsSeen
		}
		for source, t := range g.Totals {
			if t != nil {
				own.Totals[source] = partOf(t, p.times, sum(weights), func(total int64) int64 { return share(total, i) })
			}
		}
		for _, s := range samples {
			own.Samples = append(own.Samples, s.of(p.at, int64(sum(weights))))
		}
		groups = append(groups, own)
	}
	return groups, more
}

func sum(weights []float64) (n float64) {
	for _, w := range weights {
		n += w
	}
	return n
}

// partOf returns what a statement has of a text's numbers: as many calls as it
// stands there, and its share of the time. Rows are not divided: the last
// statement had them all, or nobody knows.
func partOf(t *workload.Totals, times int, all float64, share func(int64) int64) *workload.Totals {
	if all == 1 {
		return t
	}
	n := int64(times)
	out := &workload.Totals{
		Calls: n * t.Calls, Fetches: n * t.Fetches, Nested: n * t.Nested,
		ExecUS: share(t.ExecUS), PlanUS: share(t.PlanUS), LockUS: share(t.LockUS), MaxUS: int64(float64(t.MaxUS) / all),
		From: t.From, To: t.To,
	}
	if t.Latency != nil {
		out.Latency = workload.Scaled(t.Latency, 1/all, float64(times))
	}
	return out
}

// splitSample is a sample with the texts of its statements.
type splitSample struct {
	workload.Sample
	spans []sqltree.Span
}

// splitSamples cuts the samples of a text with n statements; those that were
// logged otherwise, because they were cut, are left out.
func splitSamples(g *workload.Group, n int) (out []splitSample) {
	for _, s := range g.Samples {
		if spans := sqltree.Split(s.Text); len(spans) == n {
			out = append(out, splitSample{s, spans})
		}
	}
	return out
}

// of returns the sample of the i-th statement of a text whose time n share.
func (s *splitSample) of(i int, n int64) workload.Sample {
	out := s.Sample
	out.Text, out.Dur = s.spans[i].Text, s.Dur/max(n, 1)
	return out
}
