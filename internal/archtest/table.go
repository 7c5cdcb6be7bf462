// Package archtest holds who may import whom and, in its tests, holds the tree
// to it. docs/architecture.md says the same in words.
package archtest

// anyOfOurs allows every package of this module but the demo.
const anyOfOurs = "*"

// data are the packages of facts that detectors and reports read.
var data = []string{
	"analyzer", "analyzer/query", "analyzer/schema", "analyzer/workload", "analyzer/sequence", "analyzer/index",
}

// packages lists every package and which of ours it may import. A name that
// ends in /* stands for each folder below it that has no line of its own.
var packages = map[string][]string{
	"analyzer/sqltree":  {},
	"analyzer/schema":   {"analyzer/sqltree"},
	"analyzer/query":    {"analyzer/schema", "analyzer/sqltree"},
	"analyzer/workload": {"analyzer/sqltree"},
	"analyzer/sequence": {"analyzer/workload"},
	"analyzer/index":    {"analyzer/query", "analyzer/schema", "analyzer/workload"},
	"analyzer":          {"analyzer/query", "analyzer/schema", "analyzer/workload", "analyzer/sequence", "analyzer/index"},
	"analyzer/engine":   append([]string{"analyzer/sqltree"}, data...),

	"analyzer/analyzertest": append([]string{"analyzer/sqltree", "analyzer/engine"}, data...),

	"detectors/*": data,
	"detectors":   {"detectors/*", "analyzer"},

	"internal/source":          {"analyzer/workload", "analyzer/schema", "analyzer/sqltree", "internal/snapshot", "internal/source/*"},
	"internal/source/envelope": {"analyzer/workload", "internal/source/jsonscan"},
	"internal/source/trace":    {"analyzer/workload", "internal/source/bounded", "internal/source/compression"},
	"internal/source/*":        {},
	"internal/snapshot":        {"analyzer/sqltree"},
	"internal/doctor":          {"analyzer", "internal/snapshot"},
	"internal/pg":              {"internal/pgserver", "internal/snapshot", "analyzer/schema", "analyzer/index", "analyzer/query", "analyzer/workload"},
	"internal/digest":          {"analyzer/workload", "analyzer/sequence"},
	"internal/report":          data,
	"internal/ruledoc":         data,
	"internal/ruledoc/pages":   {"detectors", "internal/ruledoc"},
	"internal/pgserver":        {},
	"internal/pgserver/pgtest": {"internal/pgserver"},
	"internal/cli":             {anyOfOurs},
	"internal/archtest":        {},
	"cmd/apilint":              {"internal/cli"},
	"fixtures":                 {},
	"fixtures/record":          {"fixtures", "internal/pgserver"},
	"internal/bench":           {},

	"internal/samples":        {"internal/source", "analyzer/workload"},
	"internal/samples/record": {"internal/samples", "internal/pgserver"},
	"internal/samples/table":  {"internal/samples"},
}

// modules lists what of others is used, and where. Whatever is not listed may
// be imported by tests only.
var modules = map[string][]string{
	"github.com/pganalyze/pg_query_go/v5": {"analyzer/sqltree", "analyzer/query", "analyzer/schema"},
	"google.golang.org/protobuf":          {"analyzer/sqltree", "analyzer/query", "analyzer/schema", "internal/source/trace"}, // pg_query's nodes, OTLP
	"github.com/cespare/xxhash/v2":        {"analyzer/sqltree", "internal/source"},
	"github.com/DataDog/sketches-go":      {"analyzer/workload", "analyzer/engine"},
	"github.com/bmatcuk/doublestar/v4":    {"internal/source"},
	"github.com/klauspost/compress":       {"internal/source/compression", "internal/snapshot", "internal/digest"},
	"github.com/pierrec/lz4/v4":           {"internal/source/compression"},
	"github.com/ulikunitz/xz":             {"internal/source/compression"},
	"github.com/olekukonko/tablewriter":   {"internal/report"},
	"github.com/spf13/cobra":              {"internal/cli"},
	"github.com/spf13/pflag":              {"internal/cli"},
	"github.com/jackc/pgx/v5":             {"internal/pg", "fixtures/record", "internal/samples/record"},
	"golang.org/x/term":                   {"internal/cli"},
	"golang.org/x/sys":                    {"internal/cli", "internal/source", "internal/pgserver"},
	"testing":                             {"analyzer/analyzertest", "internal/pgserver/pgtest"},
}
