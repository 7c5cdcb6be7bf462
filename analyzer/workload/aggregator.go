package workload

// Limits bound what an [Aggregator] holds. The zero value is right.
type Limits struct {
	Groups   int // distinct statements; default 100,000
	Sessions int // sessions in flight; default 10,000
}

// Session returns the name of session n as the log wrote it.
func (w *Workload) Session(n uint32) string {
	if int(n) < len(w.names) {
		return w.names[n]
	}
	return ""
}
