package report

import (
	"encoding/json"
	"io"
	"math"
	"reflect"
	"strings"

	"github.com/apilint/apilint/analyzer"
)

// JSON writes the result as docs/report-schema.json describes it.
func JSON(w io.Writer, r *analyzer.Result, _ Options) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(normal(reflect.ValueOf(r).Elem(), "").Interface())
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
