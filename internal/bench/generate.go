package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// clients is how many sessions write to the log.
const clients = 16

// client is one session of pgbench in the middle of its transaction.
type client struct {
	pid                          int
	step                         int
	account, teller, branch, sum int
}

// generate writes a log of at least size bytes as `pgbench -c 16` leaves it
// behind: the transactions of its standard script, sessions interleaved, in
// the default log_line_prefix. It is the same on every machine.
func generate(w io.Writer, size int64) error {
	b := bufio.NewWriterSize(w, 1<<20)
	r := rand.New(rand.NewPCG(1, 2))
	all := make([]client, clients)
	for i := range all {
		all[i].pid = 4100 + i
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var line []byte
	for written := int64(0); written < size; written += int64(len(line)) {
		at = at.Add(time.Duration(r.IntN(300)) * time.Microsecond)
		c := &all[r.IntN(clients)]
		line = at.AppendFormat(line[:0], "2006-01-02 15:04:05.000 UTC")
		line = fmt.Appendf(line, " [%d] LOG:  duration: %.3f ms  statement: ", c.pid, .01+r.ExpFloat64()*.4)
		line = c.next(line, r)
		line = append(line, '\n')
		if _, err := b.Write(line); err != nil {
			return err
		}
	}
	return b.Flush()
}

// next appends the statement the client sends now (pgbench, built-in script
// tpcb-like).
func (c *client) next(line []byte, r *rand.Rand) []byte {
	step := c.step
	c.step = (step + 1) % 7
	switch step {
	case 0:
		c.account, c.teller, c.branch, c.sum = 1+r.IntN(1_000_000), 1+r.IntN(100), 1+r.IntN(10), r.IntN(10_001)-5000
		return append(line, "BEGIN;"...)
	case 1:
		return fmt.Appendf(line, "UPDATE pgbench_accounts SET abalance = abalance + %d WHERE aid = %d;", c.sum, c.account)
	case 2:
		return fmt.Appendf(line, "SELECT abalance FROM pgbench_accounts WHERE aid = %d;", c.account)
	case 3:
		return fmt.Appendf(line, "UPDATE pgbench_tellers SET tbalance = tbalance + %d WHERE tid = %d;", c.sum, c.teller)
	case 4:
		return fmt.Appendf(line, "UPDATE pgbench_branches SET bbalance = bbalance + %d WHERE bid = %d;", c.sum, c.branch)
	case 5:
		return fmt.Appendf(line, "INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (%d, %d, %d, %d, CURRENT_TIMESTAMP);",
			c.teller, c.branch, c.account, c.sum)
	default:
		return append(line, "END;"...)
	}
}
