package index

import (
	"cmp"
	"slices"

	"github.com/apilint/apilint/analyzer/schema"
)

// byRule chooses for the statements that nobody could judge by cost, and gives
// one index to all that it serves.
func (s *selector) byRule() {
	var wanted []*choice
	by := map[string]*choice{}
	for _, j := range s.jobs {
		if j.verdict != nil || j.judged {
			continue
		}
		for _, o := range j.outcomes {
			for _, d := range o.want {
				if c := s.serving(d.Table, o.need); c != nil && len(o.want) == 1 {
					c.claims = append(c.claims, claim{j, o.need})
					continue
				}
				id := Identity(d)
				if by[id] == nil {
					by[id] = &choice{def: d, basis: Heuristic}
					wanted = append(wanted, by[id])
				}
				by[id].claims = append(by[id].claims, claim{j, o.need})
			}
		}
	}
	wanted = s.consolidate(wanted)
	for _, c := range wanted {
		for _, cl := range c.claims {
			if cl.job.st.ExecMS > 0 {
				c.saved += cl.job.st.ExecMS
			} else {
				c.saved += cl.job.calls() * 1e-6 // behind everything of which a time is known
			}
		}
	}
	slices.SortStableFunc(wanted, func(a, b *choice) int { return cmp.Compare(b.saved, a.saved) })
	if n := s.options.MaxIndexes; n > 0 {
		wanted = wanted[:max(0, min(len(wanted), n-len(s.chosen)))]
	}
	s.chosen = append(s.chosen, wanted...)
}

// serving returns an index chosen by cost that serves a need of a statement
// judged by rule.
func (s *selector) serving(table schema.Name, n *need) *choice {
	for _, c := range s.chosen {
		if c.def.Table == table && s.ruler.serves(&c.def, n) > 0 {
			return c
		}
	}
	return nil
}

// consolidate gives the claims of an index to another one that serves all of
// them: (a) goes where (a, b) is wanted anyway.
func (s *selector) consolidate(wanted []*choice) []*choice {
	order := slices.Clone(wanted)
	slices.SortStableFunc(order, func(a, b *choice) int {
		return cmp.Or(cmp.Compare(len(b.def.Parts), len(a.def.Parts)), cmp.Compare(Identity(a.def), Identity(b.def)))
	})
	leading := map[string][]*choice{} // by table and first column
	gone := map[*choice]bool{}
	for _, c := range order {
		if host := s.host(c, leading); host != nil {
			host.claims = append(host.claims, c.claims...)
			gone[c] = true
			continue
		}
		k := c.def.Table.String() + "\x00" + key(c.def.Parts[0])
		leading[k] = append(leading[k], c)
	}
	return slices.DeleteFunc(wanted, func(c *choice) bool { return gone[c] })
}

// maxHosts bounds the wider indexes that are tried for one.
const maxHosts = 32

// host finds a wider index that serves all claims of c as well as c does.
func (s *selector) host(c *choice, leading map[string][]*choice) *choice {
	first := c.claims[0].need
	tried := 0
	for _, k := range leadingKeys(first) {
		for _, h := range leading[c.def.Table.String()+"\x00"+k] {
			if tried++; tried > maxHosts {
				return nil
			}
			if h.def.Method == c.def.Method && !slices.ContainsFunc(c.claims, func(cl claim) bool {
				return s.ruler.serves(&h.def, cl.need) < s.ruler.serves(&c.def, cl.need)
			}) {
				return h
			}
		}
	}
	return nil
}

// leadingKeys lists the columns that an index for a need may begin with.
func leadingKeys(n *need) []string {
	var out []string
	for _, c := range n.conds {
		if k := key(c.part); c.kind != filter && !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	if n.ordered {
		if k := sortKey(n.a.order[0]); !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	return out
}
