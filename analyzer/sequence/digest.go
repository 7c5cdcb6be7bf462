package sequence

import (
	"cmp"
	"errors"
	"slices"

	"github.com/apilint/apilint/analyzer/workload"
)

// Digested is a loop in a form that can be written down and added to the same
// loop of other logs. Groups and inputs are numbers of a [workload.Digest].
type Digested struct {
	Head        uint32             `json:"head"`
	Under       *uint32            `json:"under,omitempty"`
	Between     bool               `json:"between,omitempty"`
	Route       string             `json:"route,omitempty"`
	App         string             `json:"app,omitempty"`
	Scope       Scope              `json:"scope"`
	Client      workload.Context   `json:"client"`
	Body        []DigestedMember   `json:"body"`
	Parents     []Parent           `json:"parents,omitempty"`
	Requests    int                `json:"requests"`
	Least       int                `json:"least"`
	Most        int                `json:"most"`
	Executions  int64              `json:"executions"`
	ExecUS      int64              `json:"exec_us"`
	DistinctMax int                `json:"distinct_max"`
	Varying     uint8              `json:"varying"`
	TotalWallUS int64              `json:"wall_us"`
	TotalBusyUS int64              `json:"busy_us"`
	TotalTrips  int64              `json:"trips"`
	MaxGapUS    int64              `json:"max_gap_us"`
	Piped       int64              `json:"piped,omitempty"`
	Parallel    int64              `json:"parallel,omitempty"`
	Untimed     bool               `json:"untimed,omitempty"`
	Extended    bool               `json:"extended,omitempty"`
	Trace       bool               `json:"trace,omitempty"`
	Stride      int                `json:"stride,omitempty"` // one request in so many more is among Figures
	Figures     []DigestedFigures  `json:"figures"`
	Evidence    []DigestedEvidence `json:"evidence,omitempty"`
	Steps       []DigestedStep     `json:"steps,omitempty"`
}

// DigestedStep is one execution of the first request.
type DigestedStep struct {
	Group  uint32 `json:"group"`
	Line   int64  `json:"line"`
	AtUS   int64  `json:"at_us"`
	DurUS  int64  `json:"dur_us"`
	Before bool   `json:"before,omitempty"`
}

// DigestedMember is one group of the body over all requests.
type DigestedMember struct {
	Group     uint32 `json:"group"`
	Count     int64  `json:"count"`
	ExecUS    int64  `json:"exec_us"`
	Distinct  int    `json:"distinct"`
	Varying   uint8  `json:"varying"`
	Varied    uint8  `json:"varied,omitempty"`
	Nested    int    `json:"nested,omitempty"`
	Irregular int    `json:"irregular,omitempty"`
	Requests  int    `json:"requests"`
}

// DigestedFigures are those of one request.
type DigestedFigures struct {
	Iterations int     `json:"n"`
	Distinct   int     `json:"distinct"`
	WallUS     int64   `json:"wall_us"`
	BusyUS     int64   `json:"busy_us"`
	GapUS      int64   `json:"gap_us"`
	Quiet      float64 `json:"quiet"`
	Share      float64 `json:"share"`
}

// DigestedEvidence is where one request stands.
type DigestedEvidence struct {
	Input   uint32 `json:"input"`
	Session string `json:"session,omitempty"`
	Line    int64  `json:"line"`
	TimeUS  int64  `json:"time_us,omitempty"`
}

// Digest writes down what was found; it is called after [Finder.Candidates]. w
// explains the numbers.
func (f *Finder) Digest(w *workload.Workload) []Digested {
	out := []Digested{}
	for _, k := range f.keys() {
		c := f.kept[k]
		d := Digested{
			Head: c.Head, Between: c.Between, Route: c.Route, App: f.texts[k.app], Scope: c.Scope,
			Parents: c.parents, Requests: c.Requests, Least: c.Iterations.Min, Most: c.Iterations.Max,
			Executions: c.Executions, ExecUS: c.ExecUS, DistinctMax: c.DistinctMax, Varying: c.varying,
			TotalWallUS: c.TotalWallUS, TotalBusyUS: c.TotalBusyUS, TotalTrips: c.TotalTrips, MaxGapUS: c.MaxGapUS,
			Piped: c.piped, Parallel: c.parallel, Untimed: c.Untimed, Extended: c.Extended, Trace: c.Trace, Stride: c.requests.stride,
		}
		if c.Under != NoGroup {
			d.Under = &c.Under
		}
		if int(c.Context) < len(w.Contexts) {
			d.Client = w.Contexts[c.Context]
		}
		for _, m := range c.members {
			d.Body = append(d.Body, DigestedMember{m.Group, m.Count, m.ExecUS, m.Distinct, m.varying, m.ever, m.nested, m.irregular, m.requests})
		}
		for _, x := range c.requests.kept {
			d.Figures = append(d.Figures, DigestedFigures{x.iterations, x.distinct, x.wall, x.busy, x.gap, x.quiet, x.share})
		}
		for _, e := range c.Evidence {
			d.Evidence = append(d.Evidence, DigestedEvidence{e.Input, w.Session(e.Session), e.Line, e.Time})
		}
		for _, s := range c.Steps {
			d.Steps = append(d.Steps, DigestedStep(s))
		}
		out = append(out, d)
	}
	return out
}

// errDigest is a loop that no finder wrote down.
var errDigest = errors.New("the digest is damaged: a loop does not hold together")

// Absorb adds the loops of a digest, whose numbers m maps; overflow counts
// those that it had no room for. Nothing is added of loops that do not hold
// together.
func (f *Finder) Absorb(loops []Digested, overflow int, m *workload.Absorbed) error {
	for i := range loops {
		if !loops[i].valid(len(m.Groups)) {
			return errDigest
		}
	}
	f.overflow += max(0, overflow)
	for i := range loops {
		f.absorb(&loops[i], m)
	}
	return nil
}

func (d *Digested) valid(groups int) bool {
	known := func(g uint32) bool { return int(g) < groups }
	for _, m := range d.Body {
		if !known(m.Group) || m.Count <= 0 || m.Requests <= 0 {
			return false
		}
	}
	for _, p := range d.Parents {
		if !known(p.Group) {
			return false
		}
	}
	for _, s := range d.Steps {
		if !known(s.Group) || s.DurUS < 0 {
			return false
		}
	}
	return len(d.Steps) <= maxSteps && known(d.Head) && (d.Under == nil || known(*d.Under)) && d.Scope <= ScopePool && d.Requests > 0 && d.Executions > 0 &&
		len(d.Body) > 0 && len(d.Body) <= maxMembers && d.Body[0].Group == d.Head &&
		len(d.Figures) > 0 && len(d.Figures) <= sampled && d.Stride >= 0 &&
		len(d.Parents) <= maxParents && len(d.Evidence) <= maxEvidence
}

// absorb adds one loop to its candidate.
func (f *Finder) absorb(d *Digested, m *workload.Absorbed) {
	k := key{head: m.Groups[d.Head], under: NoGroup, route: f.name(d.Route), app: f.name(d.App), scope: d.Scope, between: d.Between}
	if d.Under != nil {
		k.under = m.Groups[*d.Under]
	}
	c := f.kept[k]
	if c == nil {
		if len(f.kept) >= f.o.Candidates {
			f.overflow += d.Requests
			return
		}
		c = &found{Candidate: Candidate{
			Head: k.head, Under: k.under, Route: d.Route, Scope: d.Scope, Between: d.Between, Context: m.Context(d.Client),
			Iterations: Distribution{Min: d.Least}, Trace: d.Trace, Extended: d.Extended,
		}, varying: 0xff}
		f.kept[k] = c
		for _, s := range d.Steps {
			s.Group = m.Groups[s.Group]
			c.Steps = append(c.Steps, Step(s))
		}
	}
	c.Requests += d.Requests
	c.Iterations.Min = min(c.Iterations.Min, d.Least)
	c.Iterations.Max = max(c.Iterations.Max, d.Most)
	c.Executions += d.Executions
	c.ExecUS += d.ExecUS
	c.Untimed = c.Untimed || d.Untimed
	c.TotalWallUS += d.TotalWallUS
	c.TotalBusyUS += d.TotalBusyUS
	c.TotalTrips += d.TotalTrips
	c.MaxGapUS = max(c.MaxGapUS, d.MaxGapUS)
	c.piped += d.Piped
	c.parallel += d.Parallel
	c.DistinctMax = most(c.DistinctMax, d.DistinctMax)
	c.varying &= d.Varying
	for _, e := range d.Evidence {
		if len(c.Evidence) < maxEvidence {
			c.Evidence = append(c.Evidence, Evidence{Input: m.Input(e.Input), Session: m.Session(e.Session), Line: e.Line, Time: e.TimeUS})
		}
	}
	s := sample{stride: d.Stride}
	for _, x := range d.Figures {
		s.kept = append(s.kept, figures{x.Iterations, x.Distinct, x.WallUS, x.BusyUS, x.GapUS, x.Quiet, x.Share})
	}
	c.others = append(c.others, s)
	for _, x := range d.Body {
		c.absorbMember(x, m.Groups[x.Group])
	}
	for _, p := range d.Parents {
		p.Group = m.Groups[p.Group]
		c.absorbParent(p)
	}
}

// most is the greater of two counts, of which -1 is unknown.
func most(a, b int) int {
	if a < 0 || b < 0 {
		return -1
	}
	return max(a, b)
}

// varied are the parameters that varied in any request; older digests only say
// which did in every one.
func (d *DigestedMember) varied() uint8 {
	switch {
	case d.Varied != 0 || d.Distinct >= 0 && d.Distinct <= 1:
		return d.Varied
	case d.Requests == 1:
		return d.Varying
	}
	return 0xff
}

func (c *found) absorbMember(d DigestedMember, group uint32) {
	i := slices.IndexFunc(c.members, func(x measuredAll) bool { return x.Group == group })
	if i < 0 {
		if len(c.members) == maxMembers {
			return
		}
		i = len(c.members)
		c.members = append(c.members, measuredAll{Member: Member{Group: group}, varying: 0xff})
	}
	x := &c.members[i]
	x.requests += d.Requests
	x.Count += d.Count
	x.ExecUS += d.ExecUS
	x.varying &= d.Varying
	x.ever |= d.varied()
	x.Distinct = most(x.Distinct, d.Distinct)
	x.nested += d.Nested
	x.irregular += d.Irregular
}

// absorbParent adds a parent; when there are too many different ones, the one
// seen least makes room.
func (c *found) absorbParent(p Parent) {
	i := slices.IndexFunc(c.parents, func(x Parent) bool { return x.Group == p.Group })
	if i < 0 {
		p.Grows = slices.Clone(p.Grows)
		if len(c.parents) < maxParents {
			c.parents = append(c.parents, p)
			return
		}
		least := 0
		for j, x := range c.parents {
			if x.Times <= c.parents[least].Times {
				least = j
			}
		}
		if c.parents[least].Times < p.Times {
			c.parents[least] = p
		}
		return
	}
	x := &c.parents[i]
	x.Times += p.Times
	x.Limit, x.Rows = p.Limit, p.Rows
	x.GapUS = min(x.GapUS, p.GapUS)
	x.Distance = min(x.Distance, p.Distance)
	x.SameScope = x.SameScope || p.SameScope
	x.Apart += p.Apart
	x.Exact += p.Exact
	x.Below += p.Below
	x.Above += p.Above
	x.Grows = append(x.Grows, p.Grows[:min(len(p.Grows), max(0, maxGrows-len(x.Grows)))]...)
}

// weighted is a figure and how many requests it stands for.
type weighted[T cmp.Ordered] struct {
	value  T
	weight int
}

// middle returns the median of one figure over all requests.
func middle[T cmp.Ordered](c *found, of func(figures) T) T {
	var v []weighted[T]
	total := 0
	for _, s := range append(c.others[:len(c.others):len(c.others)], c.requests) {
		for _, x := range s.kept {
			v = append(v, weighted[T]{of(x), s.stride + 1})
			total += s.stride + 1
		}
	}
	slices.SortFunc(v, func(a, b weighted[T]) int { return cmp.Compare(a.value, b.value) })
	sum := 0
	for _, x := range v {
		if sum += x.weight; 2*sum > total {
			return x.value
		}
	}
	var zero T
	return zero
}
