package report

import (
	"encoding/json"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/apilint/apilint/analyzer"
)

const schemaPath = "../../docs/report-schema.json"

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(schemaPath)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestJSON_isWhatTheSchemaDescribes(t *testing.T) {
	schema := compiled(t)
	for name, r := range results() {
		if name == "hostile" || name == "the zero result" {
			continue // no result of the engine has such a kind or no schema name
		}
		r.Schema, r.Tool.Name = "apilint.report/v1", "apilint"
		for i := range r.Queries {
			r.Queries[i].ID = "0123456789abcdef"
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(written(t, JSON, r, Options{})))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSchema_refusesWhatIsNoReport(t *testing.T) {
	schema := compiled(t)
	for _, c := range []struct {
		name   string
		change func(report map[string]any)
	}{
		{"a field that nobody described", func(r map[string]any) { r["more"] = 1 }},
		{"a missing field", func(r map[string]any) { delete(r, "skips") }},
		{"null for a list", func(r map[string]any) { r["findings"] = nil }},
		{"a severity that does not exist", func(r map[string]any) { finding(r)["severity"] = "fatal" }},
		{"a confidence in percent", func(r map[string]any) { finding(r)["confidence"] = 96 }},
		{"a fraction of a call", func(r map[string]any) { finding(r)["impact"].(map[string]any)["calls"] = .5 }},
		{"another version", func(r map[string]any) { r["schema"] = "apilint.report/v2" }},
	} {
		var report map[string]any
		r := shop()
		for i := range r.Queries {
			r.Queries[i].ID = "0123456789abcdef"
		}
		if err := json.Unmarshal([]byte(written(t, JSON, r, Options{})), &report); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(report); err != nil {
			t.Fatal(err)
		}
		c.change(report)
		if schema.Validate(report) == nil {
			t.Errorf("%s passes", c.name)
		}
	}
}

func finding(report map[string]any) map[string]any {
	return report["findings"].([]any)[0].(map[string]any)
}

// described is what this test needs to know of a schema.
type described struct {
	Ref         string               `json:"$ref"`
	Type        any                  `json:"type"`
	Description string               `json:"description"`
	Properties  map[string]described `json:"properties"`
	Required    []string             `json:"required"`
	Items       *described           `json:"items"`
	AnyOf       []described          `json:"anyOf"`
	Closed      *bool                `json:"additionalProperties"`
	Defs        map[string]described `json:"$defs"`
	Const       any                  `json:"const"`
}

// Every field of the Go types is in the schema and every property of the
// schema is a field; what may be null is a pointer and the other way round.
func TestSchema_andTypesSayTheSame(t *testing.T) {
	content, err := os.ReadFile(schemaPath)
	if err != nil {
		t.Fatal(err)
	}
	var root described
	if err := json.Unmarshal(content, &root); err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	var compare func(path string, d described, typ reflect.Type)
	compare = func(path string, d described, typ reflect.Type) {
		if d.Description == "" && d.Ref == "" && d.Const == nil && !strings.HasSuffix(path, "[]") {
			t.Errorf("%s has no description", path)
		}
		nullable := false
		if len(d.AnyOf) == 2 && d.AnyOf[1].Type == "null" {
			nullable, d = true, d.AnyOf[0]
		}
		if d.Ref != "" {
			name := strings.TrimPrefix(d.Ref, "#/$defs/")
			seen := used[name]
			used[name] = true
			d = root.Defs[name]
			if seen && typ == reflect.TypeFor[analyzer.Child]() {
				return // children of children
			}
		}
		name := d.Type
		if types, ok := d.Type.([]any); ok {
			nullable = nullable || slices.Contains(types, any("null"))
			name = types[0]
		}
		pointer := typ.Kind() == reflect.Pointer
		if pointer {
			typ = typ.Elem()
		}
		omitted := strings.HasSuffix(path, "?")
		if nullable != (pointer && !omitted) {
			t.Errorf("%s: null allowed %v, Go type is a pointer %v", path, nullable, pointer)
		}
		want := map[reflect.Kind]string{
			reflect.String: "string", reflect.Bool: "boolean", reflect.Int: "integer", reflect.Int64: "integer",
			reflect.Float64: "number", reflect.Slice: "array", reflect.Struct: "object",
		}[typ.Kind()]
		if name != want && d.Const == nil {
			t.Errorf("%s is %v in the schema and %v in Go", path, name, typ)
		}
		switch typ.Kind() {
		case reflect.Slice:
			compare(path+"[]", *d.Items, typ.Elem())
		case reflect.Struct:
			if d.Closed == nil || *d.Closed {
				t.Errorf("%s allows more than it describes", path)
			}
			fields := map[string]bool{}
			for i := range typ.NumField() {
				field, options, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
				fields[field] = true
				p, ok := d.Properties[field]
				if !ok {
					t.Errorf("%s.%s is not in the schema", path, field)
					continue
				}
				optional := options == "omitempty"
				if optional == slices.Contains(d.Required, field) {
					t.Errorf("%s.%s: required in the schema %v, omitempty in Go %v", path, field, !optional, optional)
				}
				mark := ""
				if optional {
					mark = "?"
				}
				compare(path+"."+field+mark, p, typ.Field(i).Type)
			}
			for name := range d.Properties {
				if !fields[name] {
					t.Errorf("%s.%s is in the schema only", path, name)
				}
			}
		}
	}
	compare("report", root, reflect.TypeFor[analyzer.Result]())
	for name := range root.Defs {
		if !used[name] {
			t.Errorf("$defs/%s is not used", name)
		}
	}
}

func TestJSON_unknownIsNullAndNothingIsEmptyList(t *testing.T) {
	got := written(t, JSON, &analyzer.Result{Queries: []analyzer.Query{{MeanMS: some(math.NaN()), P50MS: some(math.Inf(1)), P95MS: some(.1 + .2)}}}, Options{})
	for _, want := range []string{`"mean_ms": null`, `"p50_ms": null`, `"p95_ms": 0.3`, `"findings": []`, `"tables": []`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if strings.Contains(got, `"findings": null`) || strings.Contains(got, "NaN") {
		t.Errorf("%s", got)
	}
}

func TestJSON_keepsSQLReadable(t *testing.T) {
	r := &analyzer.Result{Queries: []analyzer.Query{{Text: "SELECT a FROM b WHERE c > 1 AND d <> 'é' && e"}}}
	if got := written(t, JSON, r, Options{}); !strings.Contains(got, "c > 1 AND d <> 'é' && e") {
		t.Errorf("%s", got)
	}
}
