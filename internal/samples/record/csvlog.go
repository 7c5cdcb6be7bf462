package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// logged is what a csvlog says of a recording, read without the reader that it
// will test: the columns of a csvlog are fixed, and the command tag tells Parse
// and Bind from executions in every language.
type logged struct {
	executions, parse, bind, plans, nested, errors, fastpath int
	bare                                                     int   // durations without a text, of whatever message
	us                                                       int64 // of the executions
	planUS                                                   int64 // of plans that are not nested
	// A text of several statements that fails leaves the plans of the first ones
	// and no duration: early are those plans, executions of their own.
	early   int
	earlyUS int64
	open    map[string][]int64 // by session, plans that no duration or error followed yet
}

// Columns of a csvlog, from 0 (PostgreSQL documentation, "Using CSV-Format Log
// Output").
const (
	userName     = 1
	commandTag   = 7
	sessionID    = 5
	sqlState     = 12
	messageText  = 13
	contextText  = 18
	csvlogFields = 26
)

// duration is how a message begins in every language: a word or two, nothing
// quoted, then the time in milliseconds, then its unit.
var duration = regexp.MustCompile(`(?s)^[^0-9'"$]{1,30}?(\d+\.\d{3})[  ]*(ms|мс|ミリ秒|მწმ)(.*)$`)

func readCSVLog(files []string) (*logged, error) {
	out := &logged{open: map[string][]int64{}}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		r := csv.NewReader(f)
		r.FieldsPerRecord = csvlogFields
		rows, err := r.ReadAll()
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, row := range rows {
			if row[userName] == role {
				if err := out.add(row); err != nil {
					return nil, err
				}
			}
		}
	}
	return out, nil
}

func (l *logged) add(row []string) error {
	// Classes of success and warning are those of errcodes.txt.
	if class := row[sqlState][:2]; class != "00" && class != "01" {
		l.errors++
		for _, us := range l.open[row[sessionID]] {
			l.early++
			l.earlyUS += us
		}
		delete(l.open, row[sessionID])
		return nil
	}
	found := duration.FindStringSubmatch(row[messageText])
	if found == nil || row[sqlState] != "00000" {
		return nil
	}
	us, err := strconv.ParseInt(strings.Replace(found[1], ".", "", 1), 10, 64)
	if err != nil {
		return err
	}
	rest := found[3]
	switch {
	case strings.HasPrefix(rest, "  plan:\n"):
		l.plans++
		if row[contextText] != "" {
			l.nested++
		} else {
			l.planUS += us
			l.open[row[sessionID]] = append(l.open[row[sessionID]], us)
		}
		return nil
	case row[contextText] != "": // RAISE LOG
		return nil
	case row[commandTag] == "PARSE":
		l.parse++
	case row[commandTag] == "BIND":
		l.bind++
	case row[commandTag] == "<FASTPATH>":
		l.fastpath++
	default:
		l.executions++
		l.us += us
		delete(l.open, row[sessionID])
	}
	if !strings.ContainsAny(rest, ":：") {
		l.bare++
	}
	return nil
}
