package envelope

// columnKeys are the keys of jsonlog by the names of csvlog's columns.
var columnKeys = map[string]string{
	"timestamp": "timestamp", "log_time": "timestamp", "user_name": "user", "user": "user", "database_name": "dbname", "dbname": "dbname",
	"process_id": "pid", "pid": "pid", "session_id": "session_id", "virtual_transaction_id": "vxid", "vxid": "vxid",
	"error_severity": "error_severity", "sql_state_code": "state_code", "state_code": "state_code", "message": "message", "detail": "detail",
	"context": "context", "query": "statement", "statement": "statement", "application_name": "application_name", "backend_type": "backend_type",
}

// addColumn adds a column to the line of jsonlog that the record becomes.
func (x *extractor) addColumn(name, value []byte) {
	key, ok := columnKeys[string(name)]
	if !ok {
		return
	}
	if string(value) == "null" && key != "message" {
		return
	}
	f := &x.found
	switch key {
	case "error_severity":
		f.severity = true
	case "message":
		if x.text != x.columns+"message" {
			return
		}
	case "timestamp":
		if _, n := x.grammar.Time(value); n == 0 {
			at, ok := recordTime(x.grammar, value)
			if !ok {
				return
			}
			value = appendTime(nil, at)
		}
		f.timestamp = true
	case "statement", "context":
		if len(value) == 0 {
			return
		}
	}
	f.columns = appendMember(f.columns, key, value)
}

// columnsLine writes the line of jsonlog.
func (x *extractor) columnsLine(f *found) {
	if x.text != x.columns+"message" {
		f.columns = appendMember(f.columns, "message", f.text)
	}
	if !f.timestamp && x.it.at != 0 {
		f.columns = appendMember(f.columns, "timestamp", appendTime(nil, x.it.at))
	}
	x.b = append(append(append(x.b, '{'), f.columns...), '}')
}

// appendMember appends a key and a string to an object.
func appendMember(b []byte, key string, value []byte) []byte {
	if len(b) > 0 {
		b = append(b, ',')
	}
	b = append(append(append(b, '"'), key...), `":"`...)
	for _, c := range value {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\t':
			b = append(b, '\\', 't')
		case c < ' ':
			b = append(b, `\u00`...)
			b = append(b, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
