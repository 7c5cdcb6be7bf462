package nplusone_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// traced is a span of a test, its times in µs.
type traced struct {
	id, parent string
	kind       int // 2 is a server's
	start, end int
	attributes map[string]string
}

// document writes spans as OTLP.
func document(spans []traced) string {
	type pair struct {
		Key   string            `json:"key"`
		Value map[string]string `json:"value"`
	}
	var list []map[string]any
	for _, s := range spans {
		attributes := []pair{}
		for k, v := range s.attributes {
			attributes = append(attributes, pair{k, map[string]string{"stringValue": v}})
		}
		list = append(list, map[string]any{
			"traceId": "t", "spanId": s.id, "parentSpanId": s.parent, "name": "x", "kind": s.kind, "attributes": attributes,
			"startTimeUnixNano": fmt.Sprint(1_795_423_306_000_000_000 + s.start*1000), "endTimeUnixNano": fmt.Sprint(1_795_423_306_000_000_000 + s.end*1000),
		})
	}
	raw, err := json.Marshal(map[string]any{"resourceSpans": []any{map[string]any{"scopeSpans": []any{map[string]any{"spans": list}}}}})
	if err != nil {
		panic(err)
	}
	return string(raw)
}

const (
	listOfPosts = "SELECT id, author_id, title FROM posts ORDER BY id LIMIT 10"
	oneAuthor   = "SELECT id, name FROM authors WHERE id = $1"
)

func sql(text string, more ...string) map[string]string {
	m := map[string]string{"db.system": "postgresql", "db.statement": text}
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i]] = more[i+1]
	}
	return m
}

// request is a server's span around a list and what follows it.
func request(list string, rest ...traced) []traced {
	out := []traced{{id: "r", kind: 2, start: 0, end: 100_000, attributes: map[string]string{"http.route": "/posts", "http.request.method": "GET"}}}
	if list != "" {
		out = append(out, traced{id: "list", parent: "r", start: 1000, end: 2000, attributes: sql(list)})
	}
	return append(out, rest...)
}

// calls makes n spans below parent, one after the other.
func calls(n int, parent string, attributes func(i int) map[string]string) (out []traced) {
	for i := range n {
		at := 3000 + i*1000
		out = append(out, traced{id: fmt.Sprint("c", i), parent: parent, start: at, end: at + 700, attributes: attributes(i)})
	}
	return out
}

func same(text string, more ...string) func(int) map[string]string {
	return func(int) map[string]string { return sql(text, more...) }
}

// numbered gives each call a value of its own.
func numbered(text string) func(int) map[string]string {
	return func(i int) map[string]string { return sql(text, "db.query.parameter.0", fmt.Sprint(40+i)) }
}

func TestReview_ofTraces(t *testing.T) {
	resolvers := func() (out []traced) { // each call in a span of its own
		for i, c := range calls(10, "", numbered(oneAuthor)) {
			c.parent = fmt.Sprint("resolve", i)
			out = append(out, traced{id: c.parent, parent: "r", start: c.start - 50, end: c.end + 50}, c)
		}
		return out
	}
	together := calls(10, "r", numbered(oneAuthor))
	for i := range together {
		together[i].start, together[i].end = 3000+i, 9000+i
	}
	both := func(i int) map[string]string {
		return sql(oneAuthor, "db.system.name", "postgresql", "db.query.text", oneAuthor, "db.query.parameter.0", fmt.Sprint(i))
	}
	served := func() (out []traced) { // another service is called in a loop, each request of which reads once
		for i, c := range calls(10, "", numbered(oneAuthor)) {
			c.parent = fmt.Sprint("server", i)
			out = append(out, traced{id: c.parent, parent: "r", kind: 2, start: c.start - 50, end: c.end + 50, attributes: map[string]string{"http.route": "/authors/{id}"}}, c)
		}
		return out
	}
	backwards := calls(10, "r", numbered(oneAuthor))
	for i := range backwards {
		backwards[i].end = backwards[i].start - 400
	}
	for _, c := range []struct {
		name  string
		spans []traced
		want  string
	}{
		{"P27: ten at once", request(listOfPosts, together...), "n-plus-one authors.id ×10 after posts GET /posts high"},
		{"P28: each below its own resolver", request(listOfPosts, resolvers()...), "n-plus-one authors.id ×10 after posts GET /posts high"},
		{"P30: both generations of names", request(listOfPosts, calls(10, "r", both)...), "n-plus-one authors.id ×10 after posts GET /posts high"},
		{"P31: with parameters", request(listOfPosts, calls(10, "r", numbered(oneAuthor))...), "n-plus-one authors.id ×10 after posts GET /posts high"},
		{"without parameters", request(listOfPosts, calls(10, "r", same(oneAuthor))...), "n-plus-one authors.id ×10 after posts GET /posts medium"},
		{"P33: exactly five", request("", calls(5, "r", numbered(oneAuthor))...), "n-plus-one authors.id ×5 GET /posts medium"},
		{"P33: exactly four", request("", calls(4, "r", numbered(oneAuthor))...), ""},
		{"P33: three that follow a list", request("SELECT id, author_id FROM posts LIMIT 3", calls(3, "r", numbered(oneAuthor))...), "n-plus-one authors.id ×3 after posts GET /posts high"},
		{"P33: three without one", request("", calls(3, "r", numbered(oneAuthor))...), ""},
		{"N25: a cache answers", request(listOfPosts, calls(10, "r", same(oneAuthor, "cached", "true"))...), ""},
		{"N25: a pool connects", request(listOfPosts, calls(11, "r", same("pg-pool.connect"))...), ""},
		{"N25: a cursor fetches", request(listOfPosts, calls(11, "r", same("FETCH FORWARD 100 FROM c1"))...), ""},
		{"N25: redis", request(listOfPosts, calls(10, "r", same("GET author:1", "db.system", "redis"))...), ""},
		{"N26: texts that were cut", request(listOfPosts, calls(10, "r", same("SELECT id, name, biography, picture FROM authors WHERE …"))...), ""},
		{"preparing only", request(listOfPosts, calls(10, "r", same(oneAuthor, "pgx.prepare_stmt.name", "s1"))...), ""},
		{"a service called in a loop: the request is the outermost", request(listOfPosts, served()...), "n-plus-one authors.id ×10 after posts GET /posts high"},
		{"clocks that run backwards", request(listOfPosts, backwards...), "n-plus-one authors.id ×10 after posts GET /posts high"},
		{"each span twice", append(request(listOfPosts, calls(10, "r", numbered(oneAuthor))...), calls(10, "r", numbered(oneAuthor))...), "n-plus-one authors.id ×10 after posts GET /posts high"},
		{"no parents", request(listOfPosts, calls(10, "gone", numbered(oneAuthor))...), "n-plus-one authors.id ×10 after posts high"},
	} {
		if got := outline(analyse(t, strings.NewReader(document(c.spans)), "-")); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// A composite of Elastic APM is one span for calls with one text.
func TestReview_ofACompositeSpan(t *testing.T) {
	text := `{"transaction":{"id":"a","trace_id":"t","name":"GET /posts","type":"request","timestamp":1795423306000000,"duration":50,"sampled":true}}
{"span":{"id":"b","trace_id":"t","transaction_id":"a","parent_id":"a","name":"SELECT FROM posts","type":"db","subtype":"postgresql","timestamp":1795423306001000,"duration":1,"context":{"db":{"statement":"` + listOfPosts + `"}}}}
{"span":{"id":"c","trace_id":"t","transaction_id":"a","parent_id":"a","name":"SELECT FROM authors","type":"db","subtype":"postgresql","timestamp":1795423306003000,"duration":12,"composite":{"count":12,"sum":12,"compression_strategy":"exact_match"},"context":{"db":{"statement":"` + oneAuthor + `"}}}}`
	res := analyse(t, strings.NewReader(text), "-")
	if got, want := outline(res), "n-plus-one authors.id ×12 after posts GET /posts medium"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	for _, f := range res.Findings {
		if f.Confidence > .75 {
			t.Errorf("%.2f sure although no parameter is known", f.Confidence)
		}
	}
}

// What would be saved is the time that passed, not the sum of what ran at once.
func TestReview_ofCallsAtOnceSavesTheTimeThatPassed(t *testing.T) {
	together := calls(10, "r", numbered(oneAuthor))
	for i := range together {
		together[i].start, together[i].end = 3000+i, 9000+i
	}
	res := analyse(t, strings.NewReader(document(request(listOfPosts, together...))), "-")
	if len(res.Findings) != 1 || res.Findings[0].Impact.SavedMS == nil || *res.Findings[0].Impact.SavedMS > 6.1 {
		t.Errorf("%+v, want at most the 6 ms that passed", res.Findings)
	}
}
