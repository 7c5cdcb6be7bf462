package sequence

import (
	"cmp"
	"slices"
)

// key is what makes loops of several requests one candidate.
type key struct {
	head, under, route, app uint32
	scope                   Scope
	between                 bool
}

const (
	maxMembers  = 12
	maxParents  = 16
	maxGrows    = 16
	maxEvidence = 3
	sampled     = 64
)

// keep takes a measured loop. One that ran when a full scope was cut waits for
// the rest.
func (f *Finder) keep(s *scope, r *request) {
	if c := s.carry; c != nil && r.continues && c.scope == r.scope && c.under == r.under && c.between == r.between &&
		c.groupOf(r.head) != nil && r.groupOf(c.head) != nil {
		c.join(r)
		c.goesOn = r.goesOn
		return
	}
	if r.goesOn {
		f.settle(s)
		c := *r
		s.carry = &c
		return
	}
	f.fold(r)
}

// settle keeps the loop that waits for its rest.
func (f *Finder) settle(s *scope) {
	if s.carry != nil {
		f.fold(s.carry)
		s.carry = nil
	}
}

// groupOf returns the member that is that group, or nil.
func (r *request) groupOf(group uint32) *measured {
	for i := range r.members {
		if r.body[i].group == group {
			return &r.body[i]
		}
	}
	return nil
}

// join adds the next part of the same loop, which may have been cut in the
// middle of an iteration. Distinct tuples are added, as if none came in both
// parts, unless there were hardly any.
func (r *request) join(o *request) {
	if r.wall > 0 && o.wall > 0 {
		r.wall += o.wall + max(0, o.evidence.Time-r.evidence.Time-r.wall)
	}
	r.iterations += o.groupOf(r.head).count
	r.busy += o.busy
	r.maxGap = max(r.maxGap, o.maxGap)
	r.quiet = min(r.quiet, o.quiet)
	r.share = min(r.share, o.share)
	r.executions += o.executions
	r.exec += o.exec
	r.piped += o.piped
	r.parallel += o.parallel
	for i := range o.members {
		n := &o.body[i]
		m := r.groupOf(n.group)
		if m == nil {
			if r.members == maxBody {
				continue
			}
			m = &r.body[r.members]
			*m = measured{group: n.group, nested: n.nested, irregular: n.irregular}
			r.members++
		}
		m.count += n.count
		m.exec += n.exec
		m.varying |= n.varying
		switch {
		case m.distinct < 0 || n.distinct < 0:
			m.distinct = -1
		case m.distinct <= 2 && n.distinct <= 2:
			m.distinct = max(m.distinct, n.distinct)
		default:
			m.distinct += n.distinct
		}
	}
}

// earlier orders what ran before a loop by time, and puts the loop's own
// statements behind it as they stand in the log: their times are told to the
// millisecond.
func earlier(a, b Step) int {
	if a.Before != b.Before {
		return flag(b.Before) - flag(a.Before)
	}
	if !a.Before {
		return 0
	}
	return cmp.Compare(a.AtUS, b.AtUS)
}

// fold adds one request to its candidate.
func (f *Finder) fold(r *request) {
	cl := r.client
	if own := f.clients[r.context]; own.known {
		cl = client{app: either(own.app, cl.app), route: either(own.route, cl.route)}
	}
	k := key{r.head, r.under, cl.route, cl.app, r.scope, r.between}
	c := f.kept[k]
	if c == nil {
		if len(f.kept) >= f.o.Candidates {
			f.overflow++
			return
		}
		c = &found{Candidate: Candidate{
			Head: r.head, Under: r.under, Route: f.texts[cl.route], Scope: r.scope, Between: r.between, Context: r.context,
			Iterations: Distribution{Min: r.iterations}, Trace: r.trace, Extended: r.extended,
		}, varying: 0xff}
		f.kept[k] = c
		if !r.untimed {
			c.Steps = slices.Clone(r.steps[:r.nSteps])
			slices.SortStableFunc(c.Steps, earlier)
		}
	}
	c.Requests++
	c.Iterations.Min = min(c.Iterations.Min, r.iterations)
	c.Iterations.Max = max(c.Iterations.Max, r.iterations)
	c.Executions += r.executions
	c.ExecUS += r.exec
	c.Untimed = c.Untimed || r.untimed
	c.TotalWallUS += r.wall
	if r.wall > 0 {
		c.TotalBusyUS += r.busy
		c.TotalTrips += r.executions - 1
	}
	c.MaxGapUS = max(c.MaxGapUS, r.maxGap)
	c.piped += int64(r.piped)
	c.parallel += int64(r.parallel)
	head := &r.body[0]
	switch {
	case head.distinct < 0 || c.DistinctMax < 0:
		c.DistinctMax = -1
	default:
		c.DistinctMax = max(c.DistinctMax, head.distinct)
	}
	c.varying &= head.varying
	if len(c.Evidence) < maxEvidence {
		c.Evidence = append(c.Evidence, r.evidence)
	}
	c.requests.add(figures{r.iterations, head.distinct, r.wall, r.busy, r.gap, r.quiet, r.share})
	for i := range r.members {
		c.member(&r.body[i])
	}
	for i := range r.nParents {
		c.parent(&r.parents[i], r)
	}
}
