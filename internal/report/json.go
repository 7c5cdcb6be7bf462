package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"math"
	"reflect"
	"strings"

	"github.com/apilint/apilint/analyzer"
)

// indentation of one level of the JSON report.
const indentation = "  "

// JSON writes the result as docs/report-schema.json describes it. A report of
// many thousand statements is larger than all that the analysis holds: it is
// written element by element, and no copy of it is made.
func JSON(w io.Writer, r *analyzer.Result, _ Options) error {
	out := &jsonWriter{Writer: bufio.NewWriterSize(w, 1<<16)}
	if err := out.object(reflect.ValueOf(r).Elem()); err != nil {
		return err
	}
	return out.Flush()
}

// jsonWriter writes what encoding/json would, indented, with as much of it in
// memory as one element of a list takes.
type jsonWriter struct {
	*bufio.Writer
	element bytes.Buffer
}

// object writes the fields of a struct; those that are lists element by element.
func (w *jsonWriter) object(v reflect.Value) error {
	w.WriteByte('{')
	before := "\n"
	for i := range v.NumField() {
		name, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		field := v.Field(i)
		if options == "omitempty" && (field.IsZero() || field.Kind() == reflect.Slice && field.Len() == 0) {
			continue
		}
		w.WriteString(before + indentation + `"` + name + `": `)
		before = ",\n"
		if err := w.field(field, name); err != nil {
			return err
		}
	}
	w.WriteString("\n}\n")
	return nil
}

func (w *jsonWriter) field(v reflect.Value, name string) error {
	if v.Kind() != reflect.Slice {
		return w.value(v, name, indentation)
	}
	if v.Len() == 0 {
		w.WriteString("[]")
		return nil
	}
	before := "[\n"
	for i := range v.Len() {
		w.WriteString(before + indentation + indentation)
		before = ",\n"
		if err := w.value(v.Index(i), name, indentation+indentation); err != nil {
			return err
		}
	}
	w.WriteString("\n" + indentation + "]")
	return nil
}

// value writes one value, its lines but the first behind margin.
func (w *jsonWriter) value(v reflect.Value, name, margin string) error {
	w.element.Reset()
	e := json.NewEncoder(&w.element)
	e.SetEscapeHTML(false)
	e.SetIndent(margin, indentation)
	if err := e.Encode(normal(v, name).Interface()); err != nil {
		return err
	}
	_, err := w.Write(bytes.TrimSuffix(w.element.Bytes(), []byte{'\n'}))
	return err
}

// normal returns a deep copy in the one form that a report has: an empty list
// is [] and never null, times are rounded to the microsecond and other
// fractions to a millionth, and a pointer to what is not a number is null.
// name is the JSON name of the field that holds v.
func normal(v reflect.Value, name string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			field, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			out.Field(i).Set(normal(v.Field(i), field))
		}
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(normal(v.Index(i), name))
		}
	case reflect.Pointer:
		if v.IsNil() || v.Elem().Kind() == reflect.Float64 && notANumber(v.Elem().Float()) {
			return out
		}
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(normal(v.Elem(), name))
	case reflect.Float64:
		out.SetFloat(rounded(v.Float(), name))
	default:
		out.Set(v)
	}
	return out
}

func notANumber(f float64) bool { return math.IsNaN(f) || math.IsInf(f, 0) }

// rounded keeps the digits that were measured: sums of microseconds, carried
// as milliseconds, otherwise end in dust such as 0.30000000000000004.
func rounded(f float64, name string) float64 {
	digits := 1e6
	if name == "ms" || strings.HasSuffix(name, "_ms") || strings.HasSuffix(name, "_ms_per_day") {
		digits = 1e3
	}
	if math.Abs(f) > math.MaxInt64/digits {
		return f // no fraction left to round
	}
	return math.Round(f*digits) / digits
}
