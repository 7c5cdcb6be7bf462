package workload

// Statistics is one export of pg_stat_statements, row by row. Groups hold the
// sums; who compares statements with each other needs the rows apart, by who ran
// them and by where: see [StatisticsRow].
type Statistics struct {
	Input    uint32 // index into Workload.Inputs
	Before   int    // index into Workload.Statistics of the export that it continues; -1 none
	Interval bool   // the numbers are those between two exports, else since the server began to count
	Broken   bool   // of an interval: counters fell, were reset or evicted in it
	Evicted  int64  // how often the server threw rows out by now (dealloc), -1 unknown
	Full     bool   // there are as many rows as make a server throw rows out
	HasRows  bool   // Returned of its rows is known
	Rows     []StatisticsRow
	Lost     int // rows that there was no room for
}

// StatisticsRow is what was counted of one statement of one user, at top level
// or inside functions.
type StatisticsRow struct {
	Group    uint32
	Account  string // who ran it, "" unknown
	TopLevel bool
	Line     int64 // of its first record, 0 unknown
	Calls    int64
	Returned int64 // rows returned or changed
	ExecUS   int64 // µs
}

// maxStatisticsRows bounds the rows of all exports together; 50 bytes each.
const maxStatisticsRows = 1 << 20

// CounterPart is a part of a [Counter]: a row of an export.
type CounterPart struct {
	Account  string
	Line     int64
	Calls    int64
	Returned int64
	ExecUS   int64
}

// Statistics begins an export: the parts of the counters that follow are its
// rows. It returns its index.
func (a *Aggregator) Statistics(s *Statistics) int {
	s.Input = a.number
	a.w.Statistics = append(a.w.Statistics, s)
	return len(a.w.Statistics) - 1
}

// rows keeps the parts of a counter.
func (a *Aggregator) rows(group uint32, c *Counter) {
	if len(a.w.Statistics) == 0 || int(group) == a.folded {
		return
	}
	s := a.w.Statistics[len(a.w.Statistics)-1]
	for _, p := range c.Parts {
		if a.counted >= maxStatisticsRows {
			s.Lost++
			continue
		}
		a.counted++
		s.Rows = append(s.Rows, StatisticsRow{
			Group: group, Account: p.Account, TopLevel: c.TopLevel, Line: p.Line, Calls: p.Calls, Returned: p.Returned, ExecUS: p.ExecUS,
		})
	}
}
