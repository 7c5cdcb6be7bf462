// Package truth is what a program says about the log that it made.
package truth

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Finding is what a reader of the log should find; Parent is "" where the log cannot tell.
type Finding struct {
	Rule       string   `json:"rule"`
	Child      string   `json:"child"`
	Parent     string   `json:"parent"`
	Iterations int      `json:"iterations"`
	Requests   int      `json:"requests"`
	Children   []string `json:"children,omitempty"`
}

// Loop is a loop of reads in one request.
func Loop(child, parent string, iterations int, children ...string) Finding {
	return Finding{"n-plus-one", child, parent, iterations, 1, children}
}

// Write is a loop of writes in one request.
func Write(child, parent string, iterations int, children ...string) Finding {
	return Finding{"n-plus-one-write", child, parent, iterations, 1, children}
}

// Again is the same read over and over, Pages a walk by offset.
func Again(child string, n int) Finding { return Finding{"duplicate-query", child, "", n, 1, nil} }

// Pages is a walk by offset.
func Pages(child string, n int) Finding { return Finding{"offset-pagination", child, "", n, 1, nil} }

// In says how many requests ran the loop.
func (f Finding) In(requests int) Finding { f.Requests = requests; return f }

// Scenario is one run of a program.
type Scenario struct {
	Name string
	Run  func() []Finding
}

// Main lists the scenarios or runs the one that the command line names.
func Main(scenarios []Scenario, open func()) {
	if os.Args[1] != "list" {
		open()
	}
	for _, s := range scenarios {
		if os.Args[1] == "list" {
			fmt.Println(s.Name)
		} else if s.Name == os.Args[1] {
			found := s.Run()
			if found == nil {
				found = []Finding{}
			}
			out, err := json.Marshal(map[string]any{"findings": found})
			Must(err)
			fmt.Println(string(out))
		}
	}
}

// Must ends the program at an error.
func Must(err error) {
	if err != nil {
		panic(err)
	}
}

// Workers runs requests of count workers beside each other and says how many.
func Workers(count, requests int, work func(*rand.Rand)) int {
	var wg sync.WaitGroup
	var done atomic.Int64
	for k := range count {
		wg.Go(func() {
			r := rand.New(rand.NewSource(int64(k)))
			for range requests {
				time.Sleep(time.Duration(2+r.Intn(20)) * time.Millisecond)
				work(r)
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return int(done.Load())
}

// Dsn is a URL of the database to use.
func Dsn(parameters ...string) string {
	parameters = append(parameters, "sslmode=disable")
	return fmt.Sprintf("postgres://%s:x@%s:%s/%s?%s", os.Getenv("PGUSER"), os.Getenv("PGHOST"), os.Getenv("PGPORT"), os.Getenv("PGDATABASE"), strings.Join(parameters, "&"))
}
