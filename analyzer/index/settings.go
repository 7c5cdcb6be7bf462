package index

import (
	"strconv"

	"github.com/apilint/apilint/analyzer/schema"
)

// settings are the planner's parameters, in the planner's units.
type settings struct {
	seqPage, randomPage             float64 // per page
	cpuTuple, cpuIndexTuple, cpuOp  float64
	cachePages                      float64 // effective_cache_size
	workMem                         float64 // bytes
	hashMem                         float64 // hash_mem_multiplier
	indexScan, indexOnly, bitmap    bool
	seqScan, sort, nestLoop, hashed bool
}

// disableCost is what a path costs that a setting forbids (disable_cost in
// costsize.c).
const disableCost = 1e10

const pageBytes = 8192

// settingsOf reads the parameters of a statistics export: SHOW-less values,
// each in its own unit. What is missing has PostgreSQL's default.
func settingsOf(sch *schema.Schema) settings {
	number := func(name string, fallback float64) float64 {
		if sch == nil {
			return fallback
		}
		v, err := strconv.ParseFloat(sch.Settings[name], 64)
		if err != nil || v < 0 {
			return fallback
		}
		return v
	}
	enabled := func(name string) bool { return sch == nil || sch.Settings[name] != "off" }
	return settings{
		seqPage: number("seq_page_cost", 1), randomPage: number("random_page_cost", 4),
		cpuTuple: number("cpu_tuple_cost", .01), cpuIndexTuple: number("cpu_index_tuple_cost", .005), cpuOp: number("cpu_operator_cost", .0025),
		cachePages: number("effective_cache_size", 524288), workMem: 1024 * max(64, number("work_mem", 4096)),
		hashMem:   max(1, number("hash_mem_multiplier", 2)),
		indexScan: enabled("enable_indexscan"), indexOnly: enabled("enable_indexonlyscan"), bitmap: enabled("enable_bitmapscan"),
		seqScan: enabled("enable_seqscan"), sort: enabled("enable_sort"), nestLoop: enabled("enable_nestloop"), hashed: enabled("enable_hashjoin"),
	}
}
