package report

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"testing/quick"

	"github.com/apilint/apilint/analyzer"
)

// whole is the report as encoding/json writes it in one piece.
func whole(t *testing.T, r *analyzer.Result) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(normal(reflect.ValueOf(r).Elem(), "").Interface()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestJSON_inPiecesIsWhatItIsInOnePiece(t *testing.T) {
	for name, r := range results() {
		if got := written(t, JSON, r, Options{}); got != whole(t, r) {
			t.Errorf("%s: %s", name, got)
		}
	}
	err := quick.Check(func(seed uint64) bool {
		r := &analyzer.Result{}
		random(rand.New(rand.NewPCG(seed, 1)), reflect.ValueOf(r).Elem(), 4)
		return written(t, JSON, r, Options{}) == whole(t, r)
	}, &quick.Config{MaxCount: 200})
	if err != nil {
		t.Error(err)
	}
}

// random fills a value with what a report may hold, lists at most depth deep.
func random(r *rand.Rand, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			random(r, v.Field(i), depth)
		}
	case reflect.Pointer:
		if r.IntN(3) > 0 && depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			random(r, v.Elem(), depth-1)
		}
	case reflect.Slice:
		if n := r.IntN(4); n > 0 && depth > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n-1, n))
			for i := range v.Len() {
				random(r, v.Index(i), depth-1)
			}
		}
	case reflect.String:
		v.SetString([]string{"", "a", "<&>", "\"\\\n\t\x00\x1b", "\u2028\u202e", "\xff\xfe", "日本", "a long text, as a statement is one"}[r.IntN(8)])
	case reflect.Float64:
		v.SetFloat([]float64{0, -1, .1 + .2, 1e21, 1e-7, 3, math.MaxFloat64, r.Float64() * 1e6}[r.IntN(8)])
	case reflect.Int, reflect.Int64:
		v.SetInt([]int64{0, 1, -5, math.MaxInt32}[r.IntN(4)])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	}
}
