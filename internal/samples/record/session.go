package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// session is one client that speaks the protocol message by message, so that
// it can count them.
type session struct {
	ctx context.Context
	pg  *pgconn.PgConn
	t   *tally
}

func connect(ctx context.Context, dsn, application string, t *tally) (*session, error) {
	config, err := pgconn.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	config.User = role
	config.RuntimeParams["application_name"] = application
	pg, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	return &session{ctx, pg, t}, nil
}

func (s *session) close() { s.pg.Close(context.WithoutCancel(s.ctx)) }

// simple sends a text by the simple protocol: one execution, however many
// statements it holds.
func (s *session) simple(sql string) error {
	if _, err := s.pg.Exec(s.ctx, sql).ReadAll(); err != nil {
		return fmt.Errorf("%.80s: %w", sql, err)
	}
	s.t.execution(sql)
	return nil
}

// nothing sends a text without a statement.
func (s *session) nothing(text string) error {
	s.t.add(&s.t.empty)
	return s.simple(text)
}

// fails sends a text that the server must refuse.
func (s *session) fails(sql string) error {
	return s.refused(sql, func() error {
		_, err := s.pg.Exec(s.ctx, sql).ReadAll()
		return err
	})
}

func (s *session) refused(sql string, send func() error) error {
	var refusal *pgconn.PgError
	if err := send(); !errors.As(err, &refusal) {
		return fmt.Errorf("%.80s: not refused, but %v", sql, err)
	}
	s.t.add(&s.t.errors)
	return nil
}

func bytesOf(values []*string) [][]byte {
	var out [][]byte
	for _, v := range values {
		if v == nil {
			out = append(out, nil)
		} else {
			out = append(out, []byte(*v))
		}
	}
	return out
}

// texts makes values of strings and nils.
func texts(values ...any) []*string {
	var out []*string
	for _, v := range values {
		if v == nil {
			out = append(out, nil)
			continue
		}
		text := fmt.Sprint(v)
		out = append(out, &text)
	}
	return out
}

// params sends Parse, Bind and Execute of the unnamed statement.
func (s *session) params(sql string, values ...any) error {
	v := texts(values...)
	if r := s.pg.ExecParams(s.ctx, sql, bytesOf(v), nil, nil, nil).Read(); r.Err != nil {
		return fmt.Errorf("%.80s: %w", sql, r.Err)
	}
	s.t.extended(1, 1)
	s.t.execution(sql)
	s.t.gave(sql, v)
	return nil
}

// prepare sends Parse of a named statement.
func (s *session) prepare(name, sql string) error {
	if _, err := s.pg.Prepare(s.ctx, name, sql, nil); err != nil {
		return fmt.Errorf("%.80s: %w", sql, err)
	}
	s.t.extended(1, 0)
	return nil
}

// prepared sends Bind and Execute of a named statement.
func (s *session) prepared(name, sql string, values ...any) error {
	v := texts(values...)
	if r := s.pg.ExecPrepared(s.ctx, name, bytesOf(v), nil, nil).Read(); r.Err != nil {
		return fmt.Errorf("%s: %w", name, r.Err)
	}
	s.t.extended(0, 1)
	s.t.execution(sql)
	s.t.gave(sql, v)
	return nil
}

// emptyExtended sends an empty text by the extended protocol: the server
// executes nothing and logs no execution.
func (s *session) emptyExtended() error {
	if r := s.pg.ExecParams(s.ctx, "", nil, nil, nil, nil).Read(); r.Err != nil {
		return r.Err
	}
	s.t.extended(1, 1)
	return nil
}

// portal opens a named portal and fetches its rows in pieces, as drivers with
// a fetch size do.
func (s *session) portal(statement, portal, sql string, rows uint32, values ...any) error {
	f := s.pg.Frontend()
	f.SendParse(&pgproto3.Parse{Name: statement, Query: sql})
	f.SendBind(&pgproto3.Bind{DestinationPortal: portal, PreparedStatement: statement, Parameters: bytesOf(texts(values...))})
	s.t.extended(1, 1)
	for first := true; ; first = false {
		f.SendExecute(&pgproto3.Execute{Portal: portal, MaxRows: rows})
		f.Send(&pgproto3.Flush{})
		if err := f.Flush(); err != nil {
			return err
		}
		suspended, err := s.piece()
		if err != nil {
			return err
		}
		if first {
			s.t.execution(sql)
		} else {
			s.t.fetch()
		}
		if !suspended {
			break
		}
	}
	f.SendSync(&pgproto3.Sync{})
	if err := f.Flush(); err != nil {
		return err
	}
	return s.untilReady()
}

// piece reads what one Execute returns.
func (s *session) piece() (suspended bool, err error) {
	for {
		message, err := s.pg.ReceiveMessage(s.ctx)
		if err != nil {
			return false, err
		}
		switch m := message.(type) {
		case *pgproto3.PortalSuspended:
			return true, nil
		case *pgproto3.CommandComplete:
			return false, nil
		case *pgproto3.ErrorResponse:
			return false, pgconn.ErrorResponseToPgError(m)
		}
	}
}

func (s *session) untilReady() error {
	for {
		message, err := s.pg.ReceiveMessage(s.ctx)
		if err != nil {
			return err
		}
		if _, ok := message.(*pgproto3.ReadyForQuery); ok {
			return nil
		}
	}
}

// function calls one by the fast path, which is no statement.
func (s *session) function(oid uint32) error {
	f := s.pg.Frontend()
	f.Send(&pgproto3.FunctionCall{Function: oid})
	if err := f.Flush(); err != nil {
		return err
	}
	s.t.add(&s.t.fastpath)
	return s.untilReady()
}

// pipeline sends a statement with many values at once.
func (s *session) pipeline(sql string, rows ...[]any) error {
	p := s.pg.StartPipeline(s.ctx)
	for _, values := range rows {
		p.SendQueryParams(sql, bytesOf(texts(values...)), nil, nil, nil)
	}
	if err := p.Sync(); err != nil {
		return err
	}
	for {
		results, err := p.GetResults()
		if err != nil {
			return err
		}
		if reader, ok := results.(*pgconn.ResultReader); ok {
			if r := reader.Read(); r.Err != nil {
				return r.Err
			}
			s.t.extended(1, 1)
			s.t.execution(sql)
		}
		if _, ok := results.(*pgconn.PipelineSync); ok {
			return p.Close()
		}
	}
}

func (s *session) copyFrom(sql string, r io.Reader) error {
	if _, err := s.pg.CopyFrom(s.ctx, r, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	s.t.execution(sql)
	return nil
}

func (s *session) copyTo(sql string) error {
	if _, err := s.pg.CopyTo(s.ctx, io.Discard, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	s.t.execution(sql)
	return nil
}
