package engine

import (
	"cmp"
	"slices"

	"github.com/apilint/apilint/analyzer"
)

// finish names, filters and sorts the findings: errors before warnings before
// infos, and within them by what they cost.
func (r *run) finish(totalMS float64) []analyzer.Finding {
	out := r.findings[:0]
	for _, f := range r.findings {
		f.ID = f.Identity()
		ignored := r.ignored(&f)
		if !r.several {
			f.Database = ""
		} else {
			f.ID += "@" + f.Database
		}
		if !r.wanted(f.Rule) {
			continue
		}
		if f.Confidence < r.o.MinConfidence {
			r.suppressed++
			continue
		}
		if ignored {
			r.suppressed++
			r.ignores++
			continue
		}
		if f.Impact.Share == nil && f.Impact.ExecMS != nil && totalMS > 0 {
			// More than all: the finding was seen in another kind of input than
			// the one that counts.
			if share := *f.Impact.ExecMS / totalMS; share <= 1.0001 {
				f.Impact.Share = number(min(share, 1))
			}
		}
		out = append(out, f)
	}
	out = distinct(out)
	clear(r.findings[len(out):])
	slices.SortStableFunc(out, func(a, b analyzer.Finding) int {
		return cmp.Or(
			cmp.Compare(rank(b.Severity), rank(a.Severity)),
			cmp.Compare(weight(b), weight(a)),
			cmp.Compare(a.ID, b.ID),
		)
	})
	return out
}

// weight is what a finding costs in ms: the time that can be saved where it is
// known, else the time that is spent.
func weight(f analyzer.Finding) float64 {
	switch {
	case f.Impact.SavedMS != nil:
		return *f.Impact.SavedMS
	case f.Impact.ExecMS != nil:
		return *f.Impact.ExecMS
	}
	return 0
}

// distinct keeps one finding of each identity, the one that is best known, in
// the place of the given ones.
func distinct(in []analyzer.Finding) []analyzer.Finding {
	at := make(map[string]int, len(in))
	out := in[:0]
	for _, f := range in {
		i, seen := at[f.ID]
		switch {
		case !seen:
			at[f.ID] = len(out)
			out = append(out, f)
		case f.Confidence > out[i].Confidence:
			f.Evidence = append(f.Evidence, out[i].Evidence...)
			out[i] = f
		default:
			out[i].Evidence = append(out[i].Evidence, f.Evidence...)
		}
	}
	return out
}

// wanted applies --rule and --exclude-rule.
func (r *run) wanted(rule string) bool {
	if slices.Contains(r.o.ExcludeRules, rule) {
		return false
	}
	return len(r.o.Rules) == 0 || slices.Contains(r.o.Rules, rule)
}

// exit is the exit code that the result stands for.
func exit(res *analyzer.Result, o Options) int {
	if !recognised(res, o) {
		return ExitUnrecognised
	}
	if o.ExitZero || o.FailOn == "never" {
		return ExitFine
	}
	failing := 0
	for _, f := range res.Findings {
		if rank(f.Severity) >= rank(o.FailOn) {
			failing++
		}
	}
	if failing > o.MaxFindings {
		return ExitFindings
	}
	return ExitFine
}

// recognised reports whether the inputs were what an analysis can work with:
// some statement in them, and most of the lines understood.
func recognised(res *analyzer.Result, o Options) bool {
	var lines, unreadable, records int64
	for _, in := range res.Inputs {
		switch in.Kind {
		case "log":
			lines += in.Lines
			unreadable += in.Unreadable
			records += in.Records
		case "pgss", "trace", "sql", "digest":
			records += in.Records
		}
	}
	if records == 0 {
		return false
	}
	if lines > 0 && float64(lines-unreadable) < o.MinParseRate*float64(lines) {
		return false
	}
	return res.Workload.Distinct > 0 || o.AllowEmpty
}
