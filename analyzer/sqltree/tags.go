package sqltree

// Tags are what a client wrote about a statement into its comment, by
// sqlcommenter, marginalia or sqlc.
type Tags struct {
	Route   string   // route, or controller#action
	App     string   // application, app
	File    string   // file, code.file.path (path only)
	Line    int      // of File, 0 unknown
	Request string   // trace id of traceparent, request_id, job_id: differs per request
	Name    string   // sqlc: -- name: GetUser :one
	Ignore  []string // rules named in apilint:ignore, none for all of them; nil without it
}
