// Package workload folds a stream of executed statements into a small, bounded
// workload: groups of the same statement with their totals, and sessions whose
// order is handed on to an [Observer].
//
// The way of the data: a reader fills one [Shard] per block of input, in
// parallel and without any knowledge of other blocks; the [Aggregator] takes
// the shards in file order, maps their local numbers to global ones, decides
// everything that depends on order (bare durations, plans logged twice,
// evictions) and passes each [Event] to its observer.
//
// Nothing here grows with the input except what is named as bounded.
package workload
