package sqltree

import (
	"net/url"
	"strconv"
	"strings"
)

// ReadTags reads the tags of one comment, without its delimiters or with them:
// sqlcommenter (key='value',...), marginalia (key:value,...), sqlc
// (-- name: GetUser :one) and apilint:ignore.
func ReadTags(comment []byte) Tags {
	text := strings.TrimSpace(string(comment))
	text = strings.TrimPrefix(strings.TrimPrefix(text, "--"), "/*")
	text = strings.TrimSpace(strings.TrimSuffix(text, "*/"))
	var t Tags
	if rules, ok := strings.CutPrefix(text, "apilint:ignore"); ok {
		t.Ignore = ignored(rules)
		return t
	}
	if name, ok := strings.CutPrefix(text, "name:"); ok {
		if f := strings.Fields(name); len(f) > 0 && len(f) <= 2 {
			t.Name = f[0]
			return t
		}
	}
	var controller, action string
	for _, pair := range splitTags(text) {
		key, value, ok := cutTag(pair)
		if !ok {
			continue
		}
		switch strings.ToLower(key) {
		case "route", "http.route", "http_route", "endpoint":
			t.Route = value
		case "apilint":
			if rules, ok := strings.CutPrefix(value, "ignore"); ok {
				t.Ignore = ignored(rules)
			}
		case "controller", "controller_with_namespace":
			controller = value
		case "action":
			action = value
		case "app", "application", "app_name":
			t.App = value
		case "file", "code.file.path", "code_filepath", "code.filepath":
			t.File = value
			if path, line, ok := strings.Cut(value, ":"); ok {
				if n, err := strconv.Atoi(strings.SplitN(line, ":", 2)[0]); err == nil {
					t.File, t.Line = path, n
				}
			}
		case "line", "code.line.number", "code.lineno", "code_lineno":
			if n, err := strconv.Atoi(value); err == nil {
				t.Line = n
			}
		case "traceparent":
			if parts := strings.Split(value, "-"); len(parts) == 4 {
				t.Request = parts[1]
			}
		case "request_id", "requestid", "request-id", "x-request-id", "job_id", "jid", "trace_id":
			if t.Request == "" {
				t.Request = value
			}
		}
	}
	switch {
	case t.Route != "":
	case controller != "" && action != "":
		t.Route = controller + "#" + action
	case controller != "":
		t.Route = controller
	case action != "":
		t.Route = action
	}
	return t
}

// splitTags cuts at commas outside quotes.
func splitTags(text string) []string {
	var out []string
	start, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quoted:
			i++
		case c == '\'':
			quoted = !quoted
		case c == ',' && !quoted:
			out = append(out, text[start:i])
			start = i + 1
		}
	}
	return append(out, text[start:])
}

// cutTag reads key='value' or key:value. Keys are single words, so that prose
// is no tag.
func cutTag(pair string) (key, value string, ok bool) {
	i := strings.IndexAny(pair, "=:")
	if i <= 0 {
		return "", "", false
	}
	key, value = strings.TrimSpace(pair[:i]), strings.TrimSpace(pair[i+1:])
	if key == "" || value == "" || strings.ContainsAny(key, " \t\n'\"") {
		return "", "", false
	}
	value = strings.TrimSuffix(strings.TrimPrefix(value, "'"), "'")
	value = strings.ReplaceAll(value, `\'`, "'")
	return unescape(key), unescape(value), true
}

func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}
