package pg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Limits of what a server is asked for: nothing of apilint's may stand in the
// way of the server's own work, and nothing may wait long for a lock.
const (
	statementTimeout = 30 * time.Second
	lockTimeout      = 2 * time.Second
)

// oldest is the oldest server whose catalog the queries fit.
const oldest = 130000

// session is one read-only transaction.
type session struct {
	conn     *pgconn.PgConn
	database string
	version  int // server_version_num
}

// connect opens the transaction. Everything in it sees one state of the
// catalog, and nothing in it can write.
func connect(ctx context.Context, dsn string) (*session, error) {
	config, err := configOf(dsn)
	if err != nil {
		return nil, err
	}
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connecting to the server: %w", withoutPassword(err, config))
	}
	s := &session{conn: conn}
	if err := s.begin(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *session) begin(ctx context.Context) error {
	if _, err := s.query(ctx, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"); err != nil {
		if strings.Contains(reason(err), "statement pooling") {
			return errors.New("the pooler shares connections in statement mode: connect to the server itself, or to a pool in transaction mode")
		}
		return fmt.Errorf("opening a read-only transaction: %w", err)
	}
	// What apilint asks is no part of the workload; not everybody may say so.
	_ = s.attempt(ctx, func() error { return s.set(ctx, "pg_stat_statements.track", "none") })
	settings := []string{
		"statement_timeout", milliseconds(statementTimeout), "lock_timeout", milliseconds(lockTimeout),
		"idle_in_transaction_session_timeout", milliseconds(2 * statementTimeout),
		"search_path", "pg_catalog", "quote_all_identifiers", "off", "DateStyle", "ISO", "extra_float_digits", "1",
	}
	if s.conn.ParameterStatus("server_encoding") == "SQL_ASCII" {
		// Such a database knows no encoding and would refuse to send what is not UTF-8.
		settings = append(settings, "client_encoding", "SQL_ASCII")
	}
	if err := s.set(ctx, settings...); err != nil {
		return fmt.Errorf("opening a read-only transaction: %w", err)
	}
	rows, err := s.query(ctx, "SELECT current_database(), current_setting('server_version_num')")
	if err != nil {
		return err
	}
	s.database = rows[0][0]
	if s.version, err = strconv.Atoi(rows[0][1]); err != nil {
		return fmt.Errorf("the server's version: %w", err)
	}
	if s.version < oldest {
		return fmt.Errorf("the server is PostgreSQL %d; apilint asks PostgreSQL %d and newer, and reads pg_dump --schema-only of older ones", s.version/10000, oldest/10000)
	}
	return nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// set sets settings for the transaction: pairs of name and value.
func (s *session) set(ctx context.Context, pairs ...string) error {
	var calls []string
	for i := 0; i < len(pairs); i += 2 {
		calls = append(calls, "pg_catalog.set_config('"+pairs[i]+"', '"+pairs[i+1]+"', true)")
	}
	_, err := s.query(ctx, "SELECT "+strings.Join(calls, ", "))
	return err
}

// mark stands in what apilint asks. Where pg_stat_statements counts it all the
// same, it is told from the workload by it.
const mark = "/* apilint */"

// marked puts the mark where the server keeps it: behind the first word.
func marked(query string) string {
	if rest, ok := strings.CutPrefix(query, "SELECT "); ok {
		return "SELECT " + mark + " " + rest
	}
	return query
}

// close ends the transaction and the connection. It waits a moment for the
// server, whatever became of the context.
func (s *session) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.conn.Close(ctx)
}

// query returns the rows of the last statement as text, NULL as "". It uses
// the simple protocol: poolers that share connections pass it on.
func (s *session) query(ctx context.Context, sql string) ([][]string, error) {
	results, err := s.conn.Exec(ctx, marked(sql)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(results) == 0 {
		return nil, nil
	}
	var out [][]string
	for _, row := range results[len(results)-1].Rows {
		fields := make([]string, len(row))
		for i, f := range row {
			fields[i] = string(f)
		}
		out = append(out, fields)
	}
	return out, nil
}

// attempt runs what may fail without ending the transaction.
func (s *session) attempt(ctx context.Context, run func() error) error {
	if _, err := s.query(ctx, "SAVEPOINT apilint"); err != nil {
		return err
	}
	err := run()
	after := "RELEASE apilint"
	if err != nil {
		after = "ROLLBACK TO apilint"
	}
	_, end := s.query(ctx, after)
	if err != nil {
		return err
	}
	return end
}

// csv returns what a query gives as CSV with a header.
func (s *session) csv(ctx context.Context, query string) (string, error) {
	var b bytes.Buffer
	if _, err := s.conn.CopyTo(ctx, &b, "COPY ("+marked(query)+") TO STDOUT (FORMAT csv, HEADER)"); err != nil {
		return "", err
	}
	return b.String(), nil
}

// failed says what was being read. A table that is locked exclusively cannot be
// described: even its expressions are printed with a lock.
func (s *session) failed(what string, err error) error {
	if code(err) == lockNotAvailable {
		return fmt.Errorf("reading %s: a table is locked by another session (ALTER TABLE, VACUUM FULL, ...): try again when that has ended: %w", what, err)
	}
	return fmt.Errorf("reading %s: %w", what, err)
}

// code is the SQLSTATE of an error, "" where it has none.
func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// reason is a server's error in its own words.
func reason(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}

// SQLSTATEs that are told apart (errcodes.txt).
const (
	notPrepared      = "55000" // object_not_in_prerequisite_state
	noPrivilege      = "42501" // insufficient_privilege
	lockNotAvailable = "55P03"
	queryCanceled    = "57014"
)

// withoutPassword makes sure that an error does not quote the password.
func withoutPassword(err error, config *pgconn.Config) error {
	if config.Password == "" {
		return err
	}
	if text := err.Error(); bytes.Contains([]byte(text), []byte(config.Password)) {
		return errors.New(string(bytes.ReplaceAll([]byte(text), []byte(config.Password), []byte("********"))))
	}
	return err
}
