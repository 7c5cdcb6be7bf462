package trace

import (
	"bytes"
	"encoding/json"
)

// Forms of traces, as a report and --input-format name them.
const (
	formOTLP        = "otlp"
	formJaeger      = "jaeger"
	formZipkin      = "zipkin"
	formDatadog     = "datadog"
	formSentry      = "sentry"
	formElastic     = "elastic-apm"
	formStdouttrace = "stdouttrace"
	formConsole     = "otel-console"
)

// Forms are all of them.
var Forms = []string{formOTLP, formJaeger, formZipkin, formDatadog, formSentry, formElastic, formStdouttrace, formConsole}

// headSize is how much of an input decides what it is.
const headSize = 256 << 10

// shapeOf returns the shape of a form.
func shapeOf(form string) *shape {
	switch form {
	case formJaeger:
		return jaegerShape()
	case formZipkin:
		return zipkinShape()
	case formDatadog:
		return datadogShape()
	case formSentry:
		return sentryShape()
	case formElastic:
		return elasticShape()
	case formStdouttrace:
		return stdouttraceShape()
	case formConsole:
		return consoleShape()
	}
	return otlpShape()
}

// Detect returns the form of a trace that begins with head, "" when it is
// none.
func Detect(head []byte) string {
	head = head[:min(len(head), headSize)]
	if framingOf(head) != nil || isMessage(head) {
		return formOTLP
	}
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(head) == 0 || head[0] != '{' && head[0] != '[' {
		return ""
	}
	return formOf(keysOf(head))
}

// formOf tells a form by the keys that its spans cannot be without.
func formOf(keys map[string]bool) string {
	all := func(names ...string) bool {
		for _, n := range names {
			if !keys[n] {
				return false
			}
		}
		return true
	}
	switch {
	case keys["resourceSpans"], keys["scopeSpans"], keys["instrumentationLibrarySpans"]:
		return formOTLP
	case all("traceID", "spanID", "operationName"):
		return formJaeger
	case all("traceId", "id") && (all("timestamp", "duration") && (keys["localEndpoint"] || keys["tags"] || keys["name"]) || keys["binaryAnnotations"] || keys["localEndpoint"]):
		return formZipkin
	case all("SpanContext", "TraceID", "StartTime"):
		return formStdouttrace
	case all("context", "trace_id", "span_id", "start_time", "parent_id"):
		return formConsole
	case all("trace_id", "span_id", "start", "duration", "resource") && (keys["meta"] || keys["service"]):
		return formDatadog
	case all("start_timestamp", "span_id") && (keys["op"] || keys["contexts"]):
		return formSentry
	case all("trace_id", "duration") && (all("transaction", "sampled") || all("span", "transaction_id")) && !keys["message"]:
		return formElastic
	case all("processor", "trace", "duration", "us") && (keys["transaction"] || keys["span"]):
		return formElastic
	}
	return ""
}

// maxKeys is how many keys of the head are looked at: the first spans have all
// that are needed.
const maxKeys = 4000

// keysOf returns the keys of the objects in the head, which may be cut.
func keysOf(head []byte) map[string]bool {
	keys := map[string]bool{}
	d := json.NewDecoder(bytes.NewReader(head))
	var objects []bool // what is open: an object, or a list
	key := false       // the next string is one
	for range 4 * maxKeys {
		token, err := d.Token()
		if err != nil {
			break
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			objects = append(objects, token == json.Delim('{'))
			key = token == json.Delim('{')
			continue
		case json.Delim('}'), json.Delim(']'):
			objects = objects[:len(objects)-1]
		default:
			if name, isText := token.(string); isText && key {
				keys[name], key = true, false
				continue
			}
		}
		key = len(objects) > 0 && objects[len(objects)-1]
	}
	return keys
}
