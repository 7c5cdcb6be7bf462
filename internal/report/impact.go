package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/apilint/apilint/analyzer"
)

// statementSet finds queries by id; the same statement may stand in several
// databases.
type statementSet map[string][]*analyzer.Query

func statementsOf(r *analyzer.Result) statementSet {
	set := statementSet{}
	for i := range r.Queries {
		q := &r.Queries[i]
		set[q.ID] = append(set[q.ID], q)
	}
	return set
}

// find returns the query of that database, or nil. Results of one database
// leave its name out of everything but the queries.
func (s statementSet) find(id, database string) *analyzer.Query {
	for _, q := range s[id] {
		if database == "" || q.Database == database {
			return q
		}
	}
	return nil
}

// text is the statement of that id, or what can be said of one that the result
// does not list.
func (s statementSet) text(id, database string) string {
	if q := s.find(id, database); q != nil {
		return q.Text
	}
	return "query " + id
}

// saved is the measured time in ms that an index takes away from the
// statements it serves: their time, less the part of the cost that stays. Where
// nobody could judge the cost, it is their whole time.
func (s statementSet) saved(ix *analyzer.Index) float64 {
	ms := 0.0
	for _, served := range ix.Serves {
		q := s.find(served.Query, ix.Database)
		if q == nil {
			continue
		}
		stays := 0.0
		if b, a := served.Before, served.After; b != nil && a != nil && *b > 0 {
			stays = min(max(*a / *b, 0), 1)
		}
		ms += q.RunMS() * (1 - stays)
	}
	return ms
}

// ranked returns the indexes to create, those first that save the most, and
// behind them those to drop.
func ranked(r *analyzer.Result) []*analyzer.Index {
	set := statementsOf(r)
	out := make([]*analyzer.Index, len(r.Indexes))
	saved := make(map[*analyzer.Index]float64, len(out))
	for i := range r.Indexes {
		out[i] = &r.Indexes[i]
		saved[out[i]] = set.saved(out[i])
	}
	slices.SortStableFunc(out, func(a, b *analyzer.Index) int {
		return cmp.Or(
			cmp.Compare(dropped(a), dropped(b)),
			cmp.Compare(saved[b], saved[a]),
		)
	})
	return out
}

// dropped orders indexes to drop behind those to create.
func dropped(ix *analyzer.Index) int {
	if ix.Action == "drop" {
		return 1
	}
	return 0
}

// byWeight returns the statements an index serves, heaviest first.
func (s statementSet) byWeight(ix *analyzer.Index) []analyzer.Served {
	out := slices.Clone(ix.Serves)
	ms := func(served analyzer.Served) float64 {
		if q := s.find(served.Query, ix.Database); q != nil {
			return q.RunMS()
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b analyzer.Served) int {
		return cmp.Or(cmp.Compare(ms(b), ms(a)), cmp.Compare(b.Calls, a.Calls))
	})
	return out
}

// costs says what the judge says of a statement: cost 10,715 -> 16.
func costs(s analyzer.Served) string {
	if s.Before == nil || s.After == nil {
		return ""
	}
	return "cost " + units(*s.Before) + " -> " + units(*s.After)
}

// price is what an index costs.
func price(ix *analyzer.Index) []string {
	var out []string
	if ix.Bytes != nil && *ix.Bytes > 0 {
		out = append(out, "about "+size(*ix.Bytes))
	}
	if l := ix.Ledger; l != nil {
		if l.SavedMSPerDay != nil {
			out = append(out, "saves "+duration(*l.SavedMSPerDay)+" a day")
		}
		if l.WALBytesPerDay != nil {
			out = append(out, "WAL +"+size(int64(*l.WALBytesPerDay))+" a day")
		}
		if n := l.HOTUpdatesLostPerDay; n != nil && *n > 0 {
			out = append(out, units(*n)+" HOT updates lost a day")
		}
	}
	return out
}

// what names an index by its table and key: orders (status, created_at).
func what(ix *analyzer.Index) string {
	s := columns(ix.Table, ix.Columns, false)
	if ix.Method != "" && ix.Method != "btree" {
		s += " using " + clean(ix.Method)
	}
	if len(ix.Include) > 0 {
		s += " including " + clean(strings.Join(ix.Include, ", "))
	}
	if ix.Where != "" {
		s += " where " + clean(ix.Where)
	}
	return s
}
