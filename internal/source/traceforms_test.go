package source

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/encoding/protowire"
)

// madeSpan is a span of which every form is written. Times are in µs.
type madeSpan struct {
	id, parent byte // of which ids are made; parent 0 is none
	name       string
	server     bool
	start, end int64
	attributes [][2]string // "db.query.parameter.0" and such
}

const (
	madeEpoch   = int64(1_795_423_306_000_000)
	madeService = "shop"
)

// madeRequest is a request that lists posts and reads the author of each, the
// spans in the order in which they ended.
func madeRequest() (out []madeSpan) {
	sql := func(text string, rest ...[2]string) [][2]string {
		return append([][2]string{{"db.system.name", "postgresql"}, {"db.namespace", "app"}, {"db.query.text", text}}, rest...)
	}
	out = append(out, madeSpan{id: 2, parent: 1, name: "SELECT", start: 1000, end: 2200, attributes: sql("SELECT id, author_id, title FROM posts ORDER BY id LIMIT 8")})
	for i := range byte(8) {
		at := int64(3000) + int64(i)*1000
		out = append(out, madeSpan{
			id: 10 + i, parent: 1, name: "SELECT", start: at, end: at + 600,
			attributes: sql("SELECT id, name FROM authors WHERE id = $1", [2]string{"db.query.parameter.0", fmt.Sprint(40 + i)},
				[2]string{"code.file.path", "app/posts.go"}, [2]string{"code.line.number", "31"}),
		})
	}
	return append(out, madeSpan{
		id: 1, name: "GET", server: true, start: 0, end: 20_000,
		attributes: [][2]string{{"http.route", "/posts"}, {"http.request.method", "GET"}},
	})
}

func madeID(n byte, size int) string { return strings.Repeat("00", size-1) + fmt.Sprintf("%02x", n) }

func madeBase64(n byte, size int) string {
	raw, _ := hex.DecodeString(madeID(n, size))
	return base64.StdEncoding.EncodeToString(raw)
}

const madeTrace = 0xa7

// written is JSON of anything.
func written(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

type tree = map[string]any

func otlpForm(spans []madeSpan, id func(byte, int) string, scopes string) string {
	var list []tree
	for _, s := range spans {
		kind := 1
		if s.server {
			kind = 2
		}
		o := tree{
			"traceId": id(madeTrace, 16), "spanId": id(s.id, 8), "name": s.name, "kind": kind,
			"startTimeUnixNano": fmt.Sprint((madeEpoch+s.start)*1000 + 1), "endTimeUnixNano": fmt.Sprint((madeEpoch+s.end)*1000 + 1),
			"attributes": otlpList(s.attributes),
		}
		if s.parent != 0 {
			o["parentSpanId"] = id(s.parent, 8)
		}
		list = append(list, o)
	}
	return written(tree{
		"resource": tree{"attributes": otlpList([][2]string{{"service.name", madeService}})},
		scopes:     []tree{{"scope": tree{"name": "x"}, "spans": list}},
	})
}

func otlpList(attributes [][2]string) (out []tree) {
	for _, a := range attributes {
		out = append(out, tree{"key": a[0], "value": tree{"stringValue": a[1]}})
	}
	return out
}

func otlpMessage(spans []madeSpan) []byte {
	field := func(b []byte, n protowire.Number, value []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), value)
	}
	pair := func(key, value string) []byte {
		return field(field(nil, 1, []byte(key)), 2, field(nil, 1, []byte(value)))
	}
	raw := func(text string) []byte { b, _ := hex.DecodeString(text); return b }
	var scope []byte
	scope = field(scope, 1, field(nil, 1, []byte("otelpgx")))
	for _, s := range spans {
		b := field(nil, 1, raw(madeID(madeTrace, 16)))
		b = field(b, 2, raw(madeID(s.id, 8)))
		if s.parent != 0 {
			b = field(b, 4, raw(madeID(s.parent, 8)))
		}
		b = field(b, 5, []byte(s.name))
		kind := uint64(1)
		if s.server {
			kind = 2
		}
		b = protowire.AppendVarint(protowire.AppendTag(b, 6, protowire.VarintType), kind)
		b = protowire.AppendFixed64(protowire.AppendTag(b, 7, protowire.Fixed64Type), uint64((madeEpoch+s.start)*1000))
		b = protowire.AppendFixed64(protowire.AppendTag(b, 8, protowire.Fixed64Type), uint64((madeEpoch+s.end)*1000))
		for _, a := range s.attributes {
			b = field(b, 9, pair(a[0], a[1]))
		}
		scope = field(scope, 2, b)
	}
	resource := field(nil, 1, pair("service.name", madeService))
	return field(nil, 1, field(field(nil, 1, resource), 2, scope))
}

// framedForm writes messages as the collector's file exporter does.
func framedForm(messages ...[]byte) string {
	var out []byte
	for _, m := range messages {
		out = append(binary.BigEndian.AppendUint32(out, uint32(len(m))), m...)
	}
	return string(out)
}

func zstdOf(message []byte) []byte {
	z, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err)
	}
	return z.EncodeAll(message, nil)
}

func jaegerSpan(s madeSpan) tree {
	tags := []tree{}
	for _, a := range s.attributes {
		tags = append(tags, tree{"key": a[0], "type": "string", "value": a[1]})
	}
	if s.server {
		tags = append(tags, tree{"key": "span.kind", "type": "string", "value": "server"})
	}
	o := tree{
		"traceID": madeID(madeTrace, 16), "spanID": madeID(s.id, 8), "operationName": s.name, "references": []tree{},
		"startTime": madeEpoch + s.start, "duration": s.end - s.start, "tags": tags, "logs": []tree{}, "processID": "p1",
	}
	if s.parent != 0 {
		o["references"] = []tree{{"refType": "CHILD_OF", "traceID": madeID(madeTrace, 16), "spanID": madeID(s.parent, 8)}}
	}
	return o
}

func each(spans []madeSpan, write func(madeSpan) tree) (out []tree) {
	for _, s := range spans {
		out = append(out, write(s))
	}
	return out
}

func zipkinSpan(s madeSpan) tree {
	tags := tree{}
	for _, a := range s.attributes {
		tags[a[0]] = a[1]
	}
	o := tree{
		"traceId": madeID(madeTrace, 16), "id": madeID(s.id, 8), "name": s.name, "timestamp": madeEpoch + s.start,
		"duration": s.end - s.start, "localEndpoint": tree{"serviceName": madeService}, "tags": tags,
	}
	if s.parent != 0 {
		o["parentId"] = madeID(s.parent, 8)
	}
	if s.server {
		o["kind"] = "SERVER"
	}
	return o
}

func oldZipkinSpan(s madeSpan) tree {
	o := zipkinSpan(s)
	endpoint := tree{"serviceName": madeService}
	binary := []tree{}
	for _, a := range s.attributes {
		binary = append(binary, tree{"key": a[0], "value": a[1], "endpoint": endpoint})
	}
	delete(o, "tags")
	delete(o, "localEndpoint")
	delete(o, "kind")
	o["binaryAnnotations"] = binary
	if s.server {
		o["annotations"] = []tree{{"timestamp": madeEpoch + s.start, "value": "sr", "endpoint": endpoint}}
	}
	return o
}

func lines(all []tree) string {
	var b strings.Builder
	for _, o := range all {
		b.WriteString(written(o) + "\n")
	}
	return b.String()
}

// traceForm is a way to write a trace.
type traceForm struct {
	name, format string
	write        func([]madeSpan) string
	loses        func(told string) string // what the form has no place for
}

var traceForms = []traceForm{
	{"OTLP", "otlp", func(s []madeSpan) string { return `{"resourceSpans":[` + otlpForm(s, madeID, "scopeSpans") + `]}` }, nil},
	{"OTLP, a document per span", "otlp", func(s []madeSpan) (out string) {
		for i := range s {
			out += `{"resourceSpans":[` + otlpForm(s[i:i+1], madeID, "scopeSpans") + "]}\n"
		}
		return out
	}, nil},
	{"OTLP, one resource per line", "otlp", func(s []madeSpan) string { return otlpForm(s, madeID, "scopeSpans") + "\n" }, nil},
	{"OTLP of old", "otlp", func(s []madeSpan) string {
		return `{"resourceSpans":[` + otlpForm(s, madeID, "instrumentationLibrarySpans") + `]}`
	}, nil},
	{"Tempo", "otlp", func(s []madeSpan) string { return `{"batches":[` + otlpForm(s, madeBase64, "scopeSpans") + `]}` }, nil},
	{"Tempo of old", "otlp", func(s []madeSpan) string {
		return `{"batches":[` + otlpForm(s, madeBase64, "instrumentationLibrarySpans") + `]}`
	}, nil},
	{"Tempo's second API", "otlp", func(s []madeSpan) string {
		return `{"trace":{"resourceSpans":[` + otlpForm(s, madeBase64, "scopeSpans") + `]}}`
	}, nil},
	{"Jaeger's third API", "otlp", func(s []madeSpan) string {
		return `{"result":{"resourceSpans":[` + otlpForm(s, madeID, "scopeSpans") + `]}}`
	}, nil},
	{"OTLP, protocol buffers", "otlp", func(s []madeSpan) string { return string(otlpMessage(s)) }, nil},
	{"OTLP, frames", "otlp", func(s []madeSpan) string { return framedForm(otlpMessage(s[:3]), otlpMessage(s[3:])) }, nil},
	{"OTLP, frames with zstd", "otlp", func(s []madeSpan) string { return framedForm(zstdOf(otlpMessage(s[:3])), zstdOf(otlpMessage(s[3:]))) }, nil},
	{"OTLP, frames of JSON with zstd", "otlp", func(s []madeSpan) string {
		return framedForm(zstdOf([]byte(`{"resourceSpans":[` + otlpForm(s, madeID, "scopeSpans") + `]}`)))
	}, nil},
	{"OTLP, delimited", "otlp", func(s []madeSpan) string {
		return string(protowire.AppendBytes(protowire.AppendBytes(nil, otlpMessage(s[:3])), otlpMessage(s[3:])))
	}, nil},
	{"Jaeger", "jaeger", func(s []madeSpan) string {
		return written(tree{"data": []tree{{
			"traceID": madeID(madeTrace, 16), "spans": each(s, jaegerSpan),
			"processes": tree{"p1": tree{"serviceName": madeService, "tags": []tree{}}},
		}}, "total": 0, "limit": 0, "offset": 0, "errors": nil})
	}, nil},
	{"Jaeger, over lines", "jaeger", func(s []madeSpan) string {
		raw, _ := json.MarshalIndent(tree{"data": []tree{{
			"spans": each(s, jaegerSpan), "processes": tree{"p1": tree{"serviceName": madeService}},
		}}}, "", "    ")
		return string(raw)
	}, nil},
	{"Jaeger in Elasticsearch", "jaeger", func(s []madeSpan) string {
		return lines(each(s, func(s madeSpan) tree {
			o := jaegerSpan(s)
			delete(o, "processID")
			o["process"] = tree{"serviceName": madeService}
			return tree{"_index": "jaeger-span", "_source": o}
		}))
	}, nil},
	{"Zipkin", "zipkin", func(s []madeSpan) string { return written(each(s, zipkinSpan)) }, nil},
	{"Zipkin, a list of traces", "zipkin", func(s []madeSpan) string { return written([]any{each(s, zipkinSpan)}) }, nil},
	{"Zipkin, a span per line", "zipkin", func(s []madeSpan) string { return lines(each(s, zipkinSpan)) }, nil},
	{"Zipkin's first format", "zipkin", func(s []madeSpan) string { return written(each(s, oldZipkinSpan)) }, nil},
	{"Datadog", "datadog", func(s []madeSpan) string { return written([]any{each(s, datadogSpan)}) }, nil},
	{"Sentry", "sentry", sentryForm, loseService},
	{"an envelope of Sentry", "sentry", func(s []madeSpan) string {
		event := sentryForm(s)
		return `{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc","sent_at":"2026-11-23T08:41:46Z"}` + "\n" + fmt.Sprintf(`{"type":"transaction","length":%d}`, len(event)) + "\n" + event + "\n"
	}, loseService},
	{"stdouttrace", "stdouttrace", func(s []madeSpan) string { return lines(each(s, stdouttraceSpan)) }, nil},
	{"stdouttrace, over lines", "stdouttrace", func(s []madeSpan) string { return indented(each(s, stdouttraceSpan), "\t") }, nil},
	{"the console of OpenTelemetry for Python", "otel-console", func(s []madeSpan) string { return indented(each(s, consoleSpan), "    ") }, nil},
	{"what an agent of Elastic APM sends", "elastic-apm", func(s []madeSpan) string {
		return `{"metadata":{"service":{"name":"shop","agent":{"name":"go"}}}}` + "\n" + lines(each(s, elasticSpan))
	}, nil},
	{"what Elastic APM keeps", "elastic-apm", func(s []madeSpan) string {
		return written(tree{"took": 1, "hits": tree{"hits": each(s, storedSpan)}})
	}, loseParameters},
}

// told is what an execution is read as.
func (s *seenEvents) told() (out []string) {
	for i, e := range s.events {
		c := s.contexts[i]
		out = append(out, fmt.Sprintf("%s at %d for %d of %s %v in %d: %s %s %s %s:%d", s.groups[i].Text, e.Start-madeEpoch, e.Dur, c.Database,
			e.Params, e.Session, c.App, c.User, c.Route, c.CodePath, c.CodeLine))
	}
	return out
}

func TestTraces_everyFormOfATraceReadsTheSame(t *testing.T) {
	spans := madeRequest()
	seen, _ := observeAny(t, traceForms[0].write(spans))
	want := seen.told()
	if len(want) != 9 || !strings.Contains(want[3], "at 5000 for 600 of app") || !strings.Contains(want[3], "shop  GET /posts app/posts.go:31") {
		t.Fatalf("read as %q", want)
	}
	for _, f := range traceForms {
		t.Run(f.name, func(t *testing.T) {
			seen, w := observeAny(t, f.write(spans))
			in := w.Inputs[0]
			if in.Kind != "trace" || in.Format != f.format || in.Records != int64(len(spans)) || in.Unreadable != 0 || in.Truncated != 0 {
				t.Errorf("%s %s: %d records, %d unreadable %v, %d truncated; want %d records of %s", in.Kind, in.Format, in.Records, in.Unreadable, in.Examples, in.Truncated, len(spans), f.format)
			}
			want := slices.Clone(want)
			for i := range want {
				if f.loses != nil {
					want[i] = f.loses(want[i])
				}
			}
			if got := seen.told(); !slices.Equal(got, want) {
				t.Errorf("read as\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

func TestTraces_damageInAFrameCostsTheFrameOnly(t *testing.T) {
	spans := madeRequest()
	whole := otlpMessage(spans)
	broken := append(bytes.Clone(whole[:len(whole)-7]), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	for _, c := range []struct {
		name                              string
		text                              string
		records, unreadable, cut, atLeast int64
	}{
		{"a frame between", framedForm(whole, []byte{0xff, 0xff, 0xff}, whole), 20, 1, 0, 0},
		{"the end of a frame", framedForm(broken, whole), 19, 1, 0, 0},
		{"the end of a compressed frame", framedForm(zstdOf(whole), zstdOf(whole)[:40], zstdOf(whole)), 20, 1, 0, 0},
		{"the end of the file", framedForm(whole, whole)[:2*len(whole)-30], 19, 0, 1, 0},
		{"the end of a message", string(whole[:len(whole)-30]), 9, 0, 1, 0},
		{"an empty frame", framedForm(whole, nil, whole), 20, 0, 0, 0},
	} {
		_, w := observeAny(t, c.text)
		in := w.Inputs[0]
		if in.Records != c.records || in.Unreadable != c.unreadable || in.Truncated != c.cut {
			t.Errorf("%s: %d records, %d unreadable %v, %d truncated; want %d, %d, %d", c.name, in.Records, in.Unreadable, in.Examples, in.Truncated, c.records, c.unreadable, c.cut)
		}
	}
}

// indented writes one document after the other.
func indented(all []tree, by string) string {
	var b strings.Builder
	for _, o := range all {
		raw, err := json.MarshalIndent(o, "", by)
		if err != nil {
			panic(err)
		}
		b.Write(append(raw, '\n'))
	}
	return b.String()
}

// split takes the statement out of the attributes.
func (s madeSpan) split() (text string, rest tree) {
	rest = tree{}
	for _, a := range s.attributes {
		if a[0] == "db.query.text" {
			text = a[1]
		} else {
			rest[a[0]] = a[1]
		}
	}
	return text, rest
}

func (s madeSpan) attribute(key string) string {
	for _, a := range s.attributes {
		if a[0] == key {
			return a[1]
		}
	}
	return ""
}

func datadogSpan(s madeSpan) tree {
	text, meta := s.split()
	o := tree{
		"trace_id": json.Number("18364758544493064720"), "span_id": s.id, "parent_id": s.parent, "name": "pgx.query",
		"resource": text, "service": madeService, "type": "sql", "error": 0, "metrics": tree{"_sampling_priority_v1": 1},
		"start": (madeEpoch + s.start) * 1000, "duration": (s.end - s.start) * 1000, "meta": meta,
	}
	if s.server {
		o["type"], o["name"], o["resource"] = "web", "http.request", "GET /posts"
	}
	return o
}

func sentryForm(spans []madeSpan) string {
	seconds := func(us int64) json.Number { return json.Number(fmt.Sprintf("%d.%06d", us/1_000_000, us%1_000_000)) }
	event := tree{"type": "transaction", "event_id": "9ec79c33ec9942ab8353589fcb2e04dc"}
	var list []tree
	for _, s := range spans {
		text, data := s.split()
		if s.server {
			event["transaction"], event["transaction_info"] = "GET /posts", tree{"source": "route"}
			event["start_timestamp"], event["timestamp"] = seconds(madeEpoch+s.start), seconds(madeEpoch+s.end)
			event["contexts"] = tree{"trace": tree{"trace_id": madeID(madeTrace, 16), "span_id": madeID(s.id, 8), "op": "http.server"}}
			event["request"] = tree{"method": "GET"}
			continue
		}
		list = append(list, tree{
			"trace_id": madeID(madeTrace, 16), "span_id": madeID(s.id, 8), "parent_span_id": madeID(s.parent, 8), "op": "db", "description": text,
			"start_timestamp": seconds(madeEpoch + s.start), "timestamp": seconds(madeEpoch + s.end), "data": data, "status": "ok",
		})
	}
	event["spans"] = list
	return written(event)
}

func stdouttraceSpan(s madeSpan) tree {
	list := func(attributes [][2]string) (out []tree) {
		for _, a := range attributes {
			out = append(out, tree{"Key": a[0], "Value": tree{"Type": "STRING", "Value": a[1]}})
		}
		return out
	}
	at := func(us int64) string { return time.UnixMicro(madeEpoch + us).UTC().Format(time.RFC3339Nano) }
	kind := 3
	if s.server {
		kind = 2
	}
	return tree{
		"Name": s.name, "SpanContext": tree{"TraceID": madeID(madeTrace, 16), "SpanID": madeID(s.id, 8), "TraceFlags": "01"},
		"Parent": tree{"TraceID": madeID(0, 16), "SpanID": madeID(s.parent, 8)}, "SpanKind": kind, "StartTime": at(s.start), "EndTime": at(s.end),
		"Attributes": list(s.attributes), "Events": nil, "Status": tree{"Code": "Unset"}, "Resource": list([][2]string{{"service.name", madeService}}),
	}
}

func consoleSpan(s madeSpan) tree {
	text, attributes := s.split()
	if text != "" {
		attributes["db.query.text"] = text
	}
	at := func(us int64) string {
		return time.UnixMicro(madeEpoch + us).UTC().Format("2006-01-02T15:04:05.000000Z")
	}
	o := tree{
		"name": s.name, "context": tree{"trace_id": "0x" + madeID(madeTrace, 16), "span_id": "0x" + madeID(s.id, 8), "trace_state": "[]"},
		"kind": "SpanKind.CLIENT", "parent_id": nil, "start_time": at(s.start), "end_time": at(s.end), "status": tree{"status_code": "UNSET"},
		"attributes": attributes, "events": []tree{}, "links": []tree{}, "resource": tree{"attributes": tree{"service.name": madeService}},
	}
	if s.server {
		o["kind"] = "SpanKind.SERVER"
	}
	if s.parent != 0 {
		o["parent_id"] = "0x" + madeID(s.parent, 8)
	}
	return o
}

func elasticSpan(s madeSpan) tree {
	text, attributes := s.split()
	o := tree{
		"id": madeID(s.id, 8), "trace_id": madeID(madeTrace, 16), "name": s.name, "timestamp": madeEpoch + s.start,
		"duration": float64(s.end-s.start) / 1000, "outcome": "success", "otel": tree{"attributes": attributes},
	}
	if s.server {
		o["type"], o["sampled"], o["name"] = "request", true, "GET /posts"
		o["context"] = tree{"request": tree{"method": "GET"}}
		return tree{"transaction": o}
	}
	o["parent_id"], o["transaction_id"] = madeID(s.parent, 8), madeID(1, 8)
	o["type"], o["subtype"], o["action"] = "db", "postgresql", "query"
	o["context"] = tree{"db": tree{"statement": text, "type": "sql", "instance": "app"}}
	return tree{"span": o}
}

func storedSpan(s madeSpan) tree {
	text, _ := s.split()
	o := tree{
		"processor": tree{"event": "span"}, "trace": tree{"id": madeID(madeTrace, 16)}, "timestamp": tree{"us": madeEpoch + s.start},
		"service": tree{"name": madeService}, "event": tree{"outcome": "success"}, "transaction": tree{"id": madeID(1, 8)},
	}
	if s.server {
		o["transaction"] = tree{"id": madeID(s.id, 8), "name": "GET /posts", "type": "request", "duration": tree{"us": s.end - s.start}}
		return tree{"_index": "traces-apm", "_source": o}
	}
	o["parent"] = tree{"id": madeID(s.parent, 8)}
	span := tree{
		"id": madeID(s.id, 8), "name": s.name, "type": "db", "subtype": "postgresql", "duration": tree{"us": s.end - s.start},
		"db": tree{"statement": text, "instance": "app"},
	}
	if file := s.attribute("code.file.path"); file != "" {
		span["stacktrace"] = []tree{{"filename": "pgx/conn.go", "library_frame": true}, {"filename": file, "lineno": 31}}
	}
	o["span"] = span
	return tree{"_index": "traces-apm", "_source": o}
}

func loseService(told string) string { return strings.Replace(told, ": shop ", ":  ", 1) }

var parameterOfMade = regexp.MustCompile(`\$1 (.*) \[\d+\]`)

func loseParameters(told string) string { return parameterOfMade.ReplaceAllString(told, "$$1 $1 []") }
