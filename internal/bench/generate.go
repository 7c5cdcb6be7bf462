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

// log says what a generated log is like.
type log struct {
	form   string // stderr, csvlog, jsonlog
	shapes int    // every tenth statement has literals and is one of so many; 0 for none
}

// generate writes a log of at least size bytes as `pgbench -c 16` leaves it
// behind: the transactions of its standard script, sessions interleaved, in
// the default log_line_prefix. It is the same on every machine.
func (l log) generate(w io.Writer, size int64) error {
	b := bufio.NewWriterSize(w, 1<<20)
	r := rand.New(rand.NewPCG(1, 2))
	all := make([]client, clients)
	for i := range all {
		all[i].pid = 4100 + i
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var line, message []byte
	for written, n := int64(0), 1; written < size; written, n = written+int64(len(line)), n+1 {
		at = at.Add(time.Duration(r.IntN(300)) * time.Microsecond)
		c := &all[r.IntN(clients)]
		message = fmt.Appendf(message[:0], "duration: %.3f ms  statement: ", .01+r.ExpFloat64()*.4)
		if l.shapes > 0 && n%10 == 0 {
			message = shape(message, r.IntN(l.shapes), r)
		} else {
			message = c.next(message, r)
		}
		line = l.record(line[:0], at, c.pid, n, message)
		if _, err := b.Write(line); err != nil {
			return err
		}
	}
	return b.Flush()
}

// shape appends one of many statements that differ in their columns and tables,
// with values of its own.
func shape(b []byte, n int, r *rand.Rand) []byte {
	return fmt.Appendf(b, "SELECT c%d, c%d FROM t%d WHERE k%d = %d AND st = 'v%d' ORDER BY c%d LIMIT 20;",
		n%97, n%89, n%300, n, r.IntN(1_000_000), r.IntN(9), n%13)
}

// record appends a record with its line break. No message has a byte that csvlog
// or jsonlog would have to write in another way.
func (l log) record(b []byte, at time.Time, pid, n int, message []byte) []byte {
	const layout = "2006-01-02 15:04:05.000 UTC"
	switch l.form {
	case "csvlog":
		b = at.AppendFormat(b, layout)
		b = fmt.Appendf(b, `,"postgres","bench",%d,"[local]",6955b900.%x,%d,"UPDATE",2026-01-01 00:00:00 UTC,3/%d,0,LOG,00000,"%s",,,,,,,,,"pgbench","client backend",,0`,
			pid, pid, n, n, message)
	case "jsonlog":
		b = append(b, `{"timestamp":"`...)
		b = at.AppendFormat(b, layout)
		b = fmt.Appendf(b, `","user":"postgres","dbname":"bench","pid":%d,"remote_host":"[local]","session_id":"6955b900.%x","line_num":%d,"ps":"UPDATE","session_start":"2026-01-01 00:00:00 UTC","vxid":"3/%d","txid":0,"error_severity":"LOG","message":"%s","application_name":"pgbench","backend_type":"client backend","query_id":0}`,
			pid, pid, n, n, message)
	default:
		b = at.AppendFormat(b, layout)
		b = fmt.Appendf(b, " [%d] LOG:  %s", pid, message)
	}
	return append(b, '\n')
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
