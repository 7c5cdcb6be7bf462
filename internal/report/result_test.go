package report

import "github.com/apilint/apilint/analyzer"

func some[T any](v T) *T { return &v }

// shop is a log with all that is found in logs: a loop with its parent, an
// index that the planner judged, a wildcard, an index too many.
func shop() *analyzer.Result {
	return &analyzer.Result{
		Schema: "apilint.report/v1",
		Tool:   analyzer.Tool{Name: "apilint", Version: "1.2.3"},
		Inputs: []analyzer.Input{{
			Path: "slow.log", Kind: "log", Format: "stderr", Prefix: "%m [%p] %c-%l %q%u@%d/%a ", PrefixRate: some(.998), Language: "en",
			Bytes: 4_100_000, Lines: 22_410, Records: 22_400, Executions: 11_204, Fetches: 3, Parse: 14, Bind: 25, Errors: 4,
			ExecMS: 8900.5, MaxExecMS: 151.25, Unreadable: 4, From: some("2026-11-23T08:00:02Z"), To: some("2026-11-23T08:01:03Z"),
			Examples: []string{"make: *** [all] Error $1", "Killed"},
		}},
		Workload: analyzer.Summary{Executions: 11_204, Distinct: 5, ExecMS: 8900.5, Sessions: 9, From: some("2026-11-23T08:00:02Z"), To: some("2026-11-23T08:01:03Z")},
		Queries: []analyzer.Query{
			{
				ID: "a1", Database: "app", Text: "SELECT id, total FROM orders WHERE status = $1 ORDER BY created_at DESC LIMIT $2", Calls: 900, ExecMS: 4806, MeanMS: some(5.34),
				Observed: []analyzer.Observed{{Source: "log", Calls: 900, ExecMS: 4806}}, Tables: []string{"public.orders"},
				Verdict: analyzer.Verdict{Kind: "recommended", Reason: "filters 180,000 rows to return 20", Indexes: []string{"orders_status_created_at_idx"}},
			},
			{
				ID: "b2", Database: "app", Text: "SELECT id, title FROM posts WHERE user_id = $1", Calls: 2120, ExecMS: 2136, MeanMS: some(1.007),
				Verdict: analyzer.Verdict{Kind: "recommended", Reason: "reads all of posts", Indexes: []string{"posts_user_id_idx"}},
			},
			{
				ID: "c3", Database: "app", Text: "SELECT id FROM users WHERE email ILIKE $1", Calls: 30, ExecMS: 890, MeanMS: some(29.7),
				Verdict: analyzer.Verdict{Kind: "recommended", Reason: "no b-tree serves a pattern that begins with %", Indexes: []string{"users_email_trgm_idx"}},
			},
			{
				ID: "d4", Database: "app", Text: "SELECT id, name FROM users ORDER BY id LIMIT $1", Calls: 212, ExecMS: 40, MeanMS: some(.19),
				Verdict: analyzer.Verdict{Kind: "served", Reason: "users_pkey gives the order", Indexes: []string{"users_pkey"}},
			},
			{
				ID: "e5", Database: "app", Text: "SELECT name, rate FROM currencies", Calls: 7942, ExecMS: 1028, MeanMS: some(.13),
				Verdict: analyzer.Verdict{Kind: "no-index-helps", Reason: "reads the whole table by intent"},
			},
		},
		Findings: []analyzer.Finding{
			{
				ID: "composite-index:00000001", Rule: "composite-index", Severity: analyzer.Error, Confidence: .95, Basis: "planner",
				Message: "filters 180,000 rows and sorts 9,400 to return 20, 900 times", Table: "public.orders", Columns: []string{"status", "created_at"}, Query: "a1",
				Impact: analyzer.Impact{Calls: some(int64(900)), ExecMS: some(4806.0), SavedMS: some(4790.0), Share: some(.54)},
				Fixes: []analyzer.Fix{{
					Kind: "index", Title: "create the index", SQL: "CREATE INDEX CONCURRENTLY orders_status_created_at_idx ON orders (status, created_at);",
					Rollback: "DROP INDEX CONCURRENTLY orders_status_created_at_idx;",
				}},
				Location: &analyzer.Location{Path: "schema.sql", Line: 31},
				Notes:    []string{"pays while status matches less than 41 % of the rows (now 5 %)"},
			},
			{
				ID: "n-plus-one:00000002", Rule: "n-plus-one", Severity: analyzer.Error, Confidence: .96, Basis: "observed",
				Message: "posts ran 10 times in a row after each list of users, in 212 requests", Table: "public.posts", Columns: []string{"user_id"}, Query: "b2", Route: "GET /v1/users",
				Parent: &analyzer.Parent{Query: "d4", Table: "public.users", Columns: []string{"id"}},
				Loop: &analyzer.Loop{
					Iterations: analyzer.Distribution{Min: some(8), Median: 10, Max: some(12)}, Requests: some(212), DistinctParams: some(10),
					Children: []analyzer.Child{{Query: "b2", Table: "public.posts", Columns: []string{"user_id"}, PerIteration: 1}},
				},
				Impact: analyzer.Impact{Calls: some(int64(2120)), ExecMS: some(2136.0), SavedMS: some(1908.0), Share: some(.24)},
				Fixes:  []analyzer.Fix{{Kind: "rewrite", Title: "load the posts of all users at once", SQL: "SELECT id, title, user_id FROM posts WHERE user_id = ANY($1)"}},
				Evidence: []analyzer.Evidence{
					{Input: "slow.log", Line: 812, Time: "2026-11-23T08:00:04Z", Session: "6b03f8cf.4239"},
					{Input: "slow.log", Line: 1830, Time: "2026-11-23T08:00:09Z", Session: "6b03f8cf.4240"},
				},
			},
			{
				ID: "leading-wildcard:00000003", Rule: "leading-wildcard", Severity: analyzer.Warning, Confidence: .9, Basis: "estimated",
				Message: "no b-tree can serve a pattern that starts with %; trigrams can (3 letters or more)", Table: "public.users", Columns: []string{"email"}, Query: "c3",
				Impact: analyzer.Impact{Calls: some(int64(30)), ExecMS: some(890.0), Share: some(.1)},
				Fixes:  []analyzer.Fix{{Kind: "index", SQL: "CREATE EXTENSION IF NOT EXISTS pg_trgm;\nCREATE INDEX CONCURRENTLY users_email_trgm_idx ON users USING gin (email gin_trgm_ops);"}},
			},
		},
		Indexes: []analyzer.Index{
			{
				Name: "orders_status_created_at_idx", DDL: "CREATE INDEX CONCURRENTLY orders_status_created_at_idx ON orders (status, created_at);", Rollback: "DROP INDEX CONCURRENTLY orders_status_created_at_idx;",
				Action: "create", Table: "public.orders", Method: "btree", Columns: []string{"status", "created_at"}, Bytes: some(int64(3_100_000)), Basis: "planner",
				Serves: []analyzer.Served{{Query: "a1", Before: some(10715.0), After: some(16.0), Calls: 900}}, Ledger: &analyzer.Ledger{WALBytesPerDay: some(400_000.0)},
			},
			{
				Name: "posts_user_id_idx", DDL: "CREATE INDEX CONCURRENTLY posts_user_id_idx ON posts (user_id);", Rollback: "DROP INDEX CONCURRENTLY posts_user_id_idx;",
				Action: "create", Table: "public.posts", Method: "btree", Columns: []string{"user_id"}, Bytes: some(int64(12_000_000)), Basis: "planner", Reason: "reads 4,310 pages for 10 rows",
				Serves: []analyzer.Served{{Query: "b2", Before: some(4310.0), After: some(12.0), Calls: 2120}},
			},
			{
				Name: "users_email_trgm_idx", DDL: "CREATE EXTENSION IF NOT EXISTS pg_trgm;\nCREATE INDEX CONCURRENTLY users_email_trgm_idx ON users USING gin (email gin_trgm_ops);", Rollback: "DROP INDEX CONCURRENTLY users_email_trgm_idx;",
				Action: "create", Table: "public.users", Method: "gin", Columns: []string{"email gin_trgm_ops"}, Bytes: some(int64(2_000_000)), Basis: "estimated",
				Serves: []analyzer.Served{{Query: "c3", Before: some(900.0), After: some(30.0), Calls: 30}},
			},
			{
				Name: "users_email_idx2", DDL: "DROP INDEX CONCURRENTLY users_email_idx2;", Rollback: "CREATE UNIQUE INDEX CONCURRENTLY users_email_idx2 ON users (email);",
				Action: "drop", Table: "public.users", Method: "btree", Columns: []string{"email"}, Unique: true, Basis: "heuristic", Reason: "duplicates users_email_key",
			},
		},
		Cost:    analyzer.Cost{Coster: "twin", Before: some(18_800_000.0), After: some(40_000.0), Explains: 412},
		Skips:   []analyzer.Skip{{Kind: "parse-failed", Count: 2, Example: "SELECT * FROM WHERE id = $1"}},
		Summary: analyzer.Counts{Error: 2, Warning: 1, Suppressed: 3, New: 3},
		Exit:    1,
	}
}

// blind is a log that shows only what is slow.
func blind() *analyzer.Result {
	return &analyzer.Result{
		Schema: "apilint.report/v1",
		Tool:   analyzer.Tool{Name: "apilint", Version: "1.2.3"},
		Inputs: []analyzer.Input{{
			Path: "slow.csv", Kind: "log", Format: "csvlog", Language: "de", Envelopes: []string{"gzip"}, Bytes: 900, Lines: 1930, Records: 1930,
			Executions: 1930, ExecMS: 700_000, MaxExecMS: 90_000, ThresholdMS: some(200.0),
			Notes: []string{"the last record is cut"}, Truncated: 1,
		}},
		Workload: analyzer.Summary{Executions: 1930, Distinct: 212, ExecMS: 700_000, Sessions: 4},
		Queries: []analyzer.Query{
			{ID: "a1", Text: "SELECT 1 FROM a WHERE b LIKE $1", Calls: 1930, ExecMS: 700_000, Verdict: analyzer.Verdict{Kind: "not-analysed", Reason: "the pattern is unknown: log the parameters"}},
		},
		Skips: []analyzer.Skip{
			{Kind: "n-plus-one-blind", Count: 1, Example: "slow.csv"},
			{Kind: "no-schema", Count: 1, Example: "unindexed-foreign-key"},
			{Kind: "something-new", Count: 7, Example: "of which this report knows nothing"},
		},
	}
}

// mixed is many inputs, some of them nothing that apilint can read.
func mixed() *analyzer.Result {
	r := &analyzer.Result{
		Inputs: []analyzer.Input{
			{Path: "pg_stat_statements.csv", Kind: "pgss", Format: "pg_stat_statements", Bytes: 12_000, Lines: 213, Records: 212},
			{Path: "trace.jsonl", Kind: "trace", Format: "otlp", Bytes: 64_000, Lines: 4, Records: 31, Executions: 21, ExecMS: 12.5, From: some("2026-11-23T08:00:02Z"), To: some("2026-11-24T08:01:03Z")},
			{Path: "photo.jpg", Kind: "unknown", Format: "unknown", Bytes: 2_000_000, Notes: []string{"binary content"}},
			{Path: "queries/a.sql", Kind: "sql", Format: "sql", Bytes: 100, Lines: 3, Records: 2},
			{Path: "schema.sql", Kind: "schema", Format: "sql", Bytes: 9000, Lines: 300, Records: 14},
			{Path: "stats/pg_stats.csv", Kind: "stats", Format: "csv", Bytes: 9000, Lines: 300},
		},
		Workload: analyzer.Summary{Executions: 21, Distinct: 14, ExecMS: 12.5},
		Summary:  analyzer.Counts{},
	}
	for _, day := range []string{"1", "2", "3", "4", "5"} {
		r.Inputs = append(r.Inputs, analyzer.Input{
			Path: "archive/of/logs/with/a/long/name/that/goes/on/and/on/postgresql-2026-11-0" + day + ".log", Kind: "log", Format: "stderr", Prefix: "%t ", Language: "en",
			Bytes: 10_000_000, Lines: 90_000, Records: 89_000, Executions: 80_000, ExecMS: 1e6, Unreadable: 12, Bare: 3, Pending: 2, Nested: 6, Filtered: 7, Ambiguous: 1, Empty: 2, Plans: 5,
			Examples: []string{"one line of them"},
		})
	}
	return r
}

// sqlFile is statements that nobody ran: no calls, no time, no judge.
func sqlFile() *analyzer.Result {
	return &analyzer.Result{
		Inputs:   []analyzer.Input{{Path: "queries.sql", Kind: "sql", Format: "sql", Bytes: 120, Lines: 2, Records: 2}},
		Workload: analyzer.Summary{Distinct: 1},
		Queries: []analyzer.Query{{
			ID: "a1", Text: "SELECT id FROM posts WHERE user_id = $1", Sources: []analyzer.Location{{Path: "queries.sql", Line: 1}},
			Verdict: analyzer.Verdict{Kind: "recommended", Indexes: []string{"posts_user_id_idx"}},
		}},
		Findings: []analyzer.Finding{{
			ID: "missing-index:1", Rule: "missing-index", Severity: analyzer.Warning, Confidence: .6, Basis: "heuristic", Message: "posts has no index that begins with user_id",
			Table: "posts", Columns: []string{"user_id"}, Query: "a1", Location: &analyzer.Location{Path: "queries.sql", Line: 1},
			Fixes: []analyzer.Fix{{Kind: "index", Title: "create the index", SQL: "CREATE INDEX CONCURRENTLY posts_user_id_idx ON posts (user_id);"}},
		}},
		Indexes: []analyzer.Index{{
			Name: "posts_user_id_idx", DDL: "CREATE INDEX CONCURRENTLY posts_user_id_idx ON posts (user_id);", Rollback: "DROP INDEX CONCURRENTLY posts_user_id_idx;",
			Action: "create", Table: "posts", Method: "btree", Columns: []string{"user_id"}, Basis: "heuristic", Serves: []analyzer.Served{{Query: "a1"}},
		}},
		Summary: analyzer.Counts{Warning: 1, New: 1},
	}
}

// nothing is an input of which nothing was understood.
func nothing() *analyzer.Result {
	return &analyzer.Result{
		Inputs: []analyzer.Input{{Path: "story.txt", Kind: "unknown", Format: "unknown", Bytes: 63, Notes: []string{"no line looks like a log, a CSV or a statement"}}},
		Exit:   3,
	}
}
