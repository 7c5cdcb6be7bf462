package workload

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/apilint/apilint/analyzer/sqltree"
)

// Digest is a workload in a form that can be written down and added to others:
// groups with their totals, and no value of any statement.
type Digest struct {
	Inputs   []DigestInput `json:"inputs"`
	Groups   []DigestGroup `json:"groups"`
	Sessions int           `json:"sessions"`
	Folded   int64         `json:"folded,omitempty"`
	Evicted  int64         `json:"evicted,omitempty"`
}

// DigestInput is one input, without examples of what was not understood.
type DigestInput struct {
	Path       string   `json:"path"`
	Kind       string   `json:"kind"`
	Format     string   `json:"format"`
	Envelopes  []string `json:"envelopes,omitempty"`
	Prefix     string   `json:"prefix,omitempty"`
	PrefixRate float64  `json:"prefix_rate,omitempty"`
	Language   string   `json:"language,omitempty"`
	Notes      []string `json:"notes,omitempty"`
	Coverage   Coverage `json:"coverage"`
}

// DigestGroup is a group; its number is its place in the list. One without a
// key is where executions beyond --max-groups went.
type DigestGroup struct {
	Key         uint64         `json:"key,omitempty"`
	Database    string         `json:"database,omitempty"`
	Text        string         `json:"text,omitempty"` // redacted
	Command     Command        `json:"command"`
	Traits      Traits         `json:"traits,omitempty"`
	Totals      []DigestTotals `json:"totals,omitempty"`
	Samples     []DigestSample `json:"samples,omitempty"`
	Refs        []SourceRef    `json:"refs,omitempty"`
	LeadingWild map[int]int64  `json:"leading_wild,omitempty"`
	ParamsSeen  int64          `json:"params_seen,omitempty"`
	TopLevel    bool           `json:"top_level,omitempty"`
}

// DigestTotals are the totals in one source. Latency are the bins of the
// sketch: index, count, index, count, ...
type DigestTotals struct {
	Source  Source    `json:"source"`
	Calls   int64     `json:"calls"`
	Fetches int64     `json:"fetches,omitempty"`
	ExecUS  int64     `json:"exec_us"`
	PlanUS  int64     `json:"plan_us,omitempty"`
	LockUS  int64     `json:"lock_us,omitempty"`
	MaxUS   int64     `json:"max_us,omitempty"`
	Rows    int64     `json:"rows,omitempty"`
	HasRows bool      `json:"has_rows,omitempty"`
	Nested  int64     `json:"nested,omitempty"`
	Zeros   float64   `json:"zeros,omitempty"`
	Latency []float64 `json:"latency,omitempty"`
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to,omitzero"`
}

// DigestSample is where and when one execution was seen. Of its values only the
// build of LIKE patterns is left.
type DigestSample struct {
	Roles    uint8     `json:"roles"` // bits: first, slowest, two random
	Rank     uint64    `json:"rank"`
	Position int64     `json:"position"`
	Input    int       `json:"input"`
	Line     int64     `json:"line"`
	Dur      int64     `json:"us"`
	Time     time.Time `json:"time,omitzero"`
	Text     string    `json:"text,omitempty"` // redacted, where it is not the group's
	Patterns []string  `json:"patterns,omitempty"`
}

// Digest writes the workload down; it is called after [Aggregator.Workload].
func (a *Aggregator) Digest() *Digest {
	d := &Digest{Sessions: a.w.Sessions, Folded: a.w.Folded, Evicted: a.w.Evicted}
	for _, in := range a.w.Inputs {
		x := DigestInput{
			Path: in.Path, Kind: in.Kind, Format: in.Format, Envelopes: in.Envelopes, Prefix: in.Prefix, PrefixRate: in.PrefixRate,
			Language: in.Language, Notes: in.Notes, Coverage: in.Coverage,
		}
		x.Coverage.Examples = nil
		d.Inputs = append(d.Inputs, x)
	}
	for i, g := range a.w.Groups {
		if i == a.folded {
			d.Groups = append(d.Groups, DigestGroup{Totals: digestTotals(g)})
			continue
		}
		d.Groups = append(d.Groups, digestGroup(g, &a.samples[i]))
	}
	return d
}

func digestGroup(g *Group, s *samples) DigestGroup {
	var l sqltree.Lexed
	sqltree.Lex([]byte(g.Text), &l)
	x := DigestGroup{
		Key: g.Key, Database: g.Database, Command: g.Command, Traits: g.Traits, Totals: digestTotals(g), Refs: g.Refs, TopLevel: g.TopLevel,
	}
	text, ok := sqltree.Redact(g.Text)
	x.Text = text
	// Literals become placeholders of which nothing was logged.
	if l.NParam > 0 && ok {
		x.ParamsSeen = g.ParamsSeen
		for i, n := range g.LeadingWild {
			if n > 0 {
				if x.LeadingWild == nil {
					x.LeadingWild = map[int]int64{}
				}
				x.LeadingWild[i] = n
			}
		}
	}
	for role, k := range []*keptSample{s.first, s.slowest, s.random[0], s.random[1]} {
		if k == nil {
			continue
		}
		y := DigestSample{Roles: 1 << role, Rank: k.rank, Position: k.position, Input: int(k.input), Line: k.line, Dur: k.dur, Time: k.sample().Time}
		if n := len(x.Samples); n > 0 && merge(x.Samples, &y) {
			continue
		}
		if own, _ := sqltree.Redact(k.text); own != x.Text {
			y.Text = own
		}
		y.Patterns = patterns(k)
		x.Samples = append(x.Samples, y)
	}
	return x
}

// merge gives the role of a sample to the one that is the same.
func merge(have []DigestSample, s *DigestSample) bool {
	for i := range have {
		if have[i].Position == s.Position && have[i].Input == s.Input {
			have[i].Roles |= s.Roles
			return true
		}
	}
	return false
}

// patterns keeps the build of the values that look like LIKE patterns, nil
// without any.
func patterns(k *keptSample) []string {
	if k.values == nil {
		return nil
	}
	var out []string
	for i, value := range k.values.params {
		if nulls := k.values.nulls; i < len(nulls) && nulls[i] || value == "" || !strings.ContainsAny(value[:1]+value[len(value)-1:], "%_") {
			continue
		}
		if out == nil {
			out = make([]string, len(k.values.params))
		}
		out[i] = sqltree.Outline(value)
	}
	return out
}

func digestTotals(g *Group) []DigestTotals {
	var out []DigestTotals
	for s, t := range g.Totals {
		if t == nil {
			continue
		}
		x := DigestTotals{
			Source: Source(s), Calls: t.Calls, Fetches: t.Fetches, ExecUS: t.ExecUS, PlanUS: t.PlanUS, LockUS: t.LockUS, MaxUS: t.MaxUS,
			Rows: t.Rows, HasRows: t.HasRows, Nested: t.Nested, From: t.From, To: t.To,
		}
		if t.Latency != nil {
			x.Zeros = t.Latency.GetZeroCount()
			t.Latency.GetPositiveValueStore().ForEach(func(index int, count float64) bool {
				x.Latency = append(x.Latency, float64(index), count)
				return false
			})
		}
		if x.Calls != 0 || x.Fetches != 0 || x.ExecUS != 0 || x.PlanUS != 0 || x.Nested != 0 || x.Latency != nil {
			out = append(out, x)
		}
	}
	return out
}

// Absorbed maps the numbers of a digest to those of the workload that took it.
type Absorbed struct {
	Groups []uint32
	a      *Aggregator
	inputs uint32 // number of the first input
}

// Absorb adds a digest to the workload, which it must not be changed after. A
// digest that does not hold together is an error, and nothing is added.
func (a *Aggregator) Absorb(d *Digest) (*Absorbed, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	m := &Absorbed{a: a, inputs: uint32(len(a.w.Inputs))}
	for i := range d.Inputs {
		x := &d.Inputs[i]
		a.w.Inputs = append(a.w.Inputs, &Input{
			Path: x.Path, Kind: x.Kind, Format: x.Format, Envelopes: append([]string{"digest"}, x.Envelopes...), Prefix: x.Prefix,
			PrefixRate: x.PrefixRate, Language: x.Language, Coverage: x.Coverage, Notes: x.Notes,
		})
	}
	for i := range d.Groups {
		m.Groups = append(m.Groups, a.absorb(&d.Groups[i], m.inputs))
	}
	a.w.Sessions += d.Sessions
	a.w.Folded += d.Folded
	a.w.Evicted += d.Evicted
	return m, nil
}

// absorb adds one group and returns its number.
func (a *Aggregator) absorb(x *DigestGroup, inputs uint32) uint32 {
	var n uint32
	if x.Key == 0 {
		n = a.foldedGroup()
	} else {
		n = a.group(&localGroup{key: x.Key, database: x.Database, text: x.Text, command: x.Command, traits: x.Traits})
	}
	g := a.w.Groups[n]
	for i := range x.Totals {
		t := x.Totals[i].totals()
		g.Totals.Own(x.Totals[i].Source).Add(t)
		if x.Key != 0 && int(n) == a.folded {
			a.w.Folded += t.Calls
		}
	}
	if int(n) == a.folded {
		return n
	}
	g.TopLevel = g.TopLevel || x.TopLevel
	g.ParamsSeen += x.ParamsSeen
	for i, c := range x.LeadingWild {
		g.LeadingWild[i] += c
	}
	g.Refs = append(g.Refs, x.Refs[:min(len(x.Refs), max(0, 16-len(g.Refs)))]...)
	var s samples
	for i := range x.Samples {
		k := x.Samples[i].kept(x.Text, int(inputs))
		for role, slot := range []**keptSample{&s.first, &s.slowest, &s.random[0], &s.random[1]} {
			if x.Samples[i].Roles>>role&1 != 0 {
				*slot = k
			}
		}
	}
	a.samples[n].merge(&s)
	return n
}

func (x *DigestSample) kept(text string, inputs int) *keptSample {
	k := &keptSample{text: text, dur: x.Dur, input: int32(inputs + x.Input), line: x.Line, position: x.Position, rank: x.Rank}
	if x.Text != "" {
		k.text = x.Text
	}
	if !x.Time.IsZero() {
		k.ended = x.Time.UnixMicro()
	}
	if x.Patterns != nil {
		k.values = &sampleValues{x.Patterns, make([]bool, len(x.Patterns))}
		for i, p := range x.Patterns {
			k.values.nulls[i] = p == "" // not kept
		}
	}
	return k
}

func (x *DigestTotals) totals() *Totals {
	t := &Totals{
		Calls: x.Calls, Fetches: x.Fetches, ExecUS: x.ExecUS, PlanUS: x.PlanUS, LockUS: x.LockUS, MaxUS: x.MaxUS,
		Rows: x.Rows, HasRows: x.HasRows, Nested: x.Nested, From: x.From, To: x.To,
	}
	if len(x.Latency) > 0 || x.Zeros > 0 {
		t.Latency = newSketch()
		if x.Zeros > 0 {
			_ = t.Latency.AddWithCount(0, x.Zeros)
		}
		for i := 0; i+1 < len(x.Latency); i += 2 {
			t.Latency.GetPositiveValueStore().AddWithCount(int(x.Latency[i]), x.Latency[i+1])
		}
	}
	return t
}

// Input is the number of the digest's input i.
func (m *Absorbed) Input(i uint32) uint32 { return m.inputs + i }

// Session gives a number to a session by its name.
func (m *Absorbed) Session(name string) uint32 {
	n := uint32(m.a.opened)
	m.a.opened++
	if len(m.a.w.names) < maxNames {
		m.a.w.names = append(m.a.w.names, name)
	}
	return n
}

// Context is the number of a context.
func (m *Absorbed) Context(c Context) uint32 { return m.a.context(c) }

// errDigest is a digest that no workload was written down as.
var errDigest = errors.New("the digest is damaged")

// check finds numbers that no workload has.
func (d *Digest) check() error {
	if len(d.Inputs) == 0 || d.Sessions < 0 || d.Folded < 0 || d.Evicted < 0 {
		return errDigest
	}
	for i := range d.Groups {
		g := &d.Groups[i]
		if err := g.check(len(d.Inputs)); err != nil {
			return fmt.Errorf("group %d: %w", i, err)
		}
	}
	return nil
}

// outermost is how far from zero a bin of a sketch can lie: the logarithm of
// the greatest number over that of one bin's width.
const outermost = 1 << 17

func (x *DigestGroup) check(inputs int) error {
	for i := range x.Totals {
		t := &x.Totals[i]
		if t.Source >= Sources || t.Calls < 0 || t.Fetches < 0 || t.ExecUS < 0 || t.PlanUS < 0 || t.LockUS < 0 || t.MaxUS < 0 || t.Rows < 0 || t.Nested < 0 ||
			t.Zeros < 0 || len(t.Latency)%2 != 0 {
			return errDigest
		}
		for j := 0; j < len(t.Latency); j += 2 {
			if math.Abs(t.Latency[j]) > outermost || t.Latency[j+1] <= 0 || t.Latency[j+1] > 1<<53 {
				return errDigest
			}
		}
	}
	for i := range x.Samples {
		if s := &x.Samples[i]; s.Input < 0 || s.Input >= inputs {
			return errDigest
		}
	}
	for i, n := range x.LeadingWild {
		if i < 0 || i >= MaxParams || n < 0 {
			return errDigest
		}
	}
	if x.ParamsSeen < 0 {
		return errDigest
	}
	return nil
}
