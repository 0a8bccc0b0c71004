package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
)

// preparedLimit bounds how many statements a session keeps. All fixed statements fit many times; what goes beyond are
// the shapes of clients' filters, and a client must not be able to fill the memory with them.
const preparedLimit = 400

// A session runs statements on the readers' pool or on the writer's connection and prepares each text once. Methods
// that are asked for by both readers and writes take a session, so that a write sees its own changes.
type session struct {
	prepare func(ctx context.Context, text string) (*sql.Stmt, error)
	mu      sync.RWMutex
	stmts   map[string]*sql.Stmt
}

func newSession(prepare func(context.Context, string) (*sql.Stmt, error)) *session {
	return &session{prepare: prepare, stmts: make(map[string]*sql.Stmt)}
}

// statement gives the prepared text and what to do with it after use. Closing a statement can't fail in a way that matters:
// what it did was reported when it ran.
func (s *session) statement(ctx context.Context, text string) (st *sql.Stmt, done func(), err error) {
	s.mu.RLock()
	st, ok := s.stmts[text]
	s.mu.RUnlock()
	if ok {
		return st, func() {}, nil
	}
	st, err = s.prepare(ctx, text)
	if err != nil {
		return nil, nil, fmt.Errorf("prepare: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.stmts[text]; taken || len(s.stmts) >= preparedLimit {
		return st, func() { _ = st.Close() }, nil
	}
	s.stmts[text] = st
	return st, func() {}, nil
}

// exec runs a statement and gives the number of rows it touched.
func (s *session) exec(ctx context.Context, text string, args ...any) (int64, error) {
	st, done, err := s.statement(ctx, text) //nolint:sqlclosecheck // done closes it
	if err != nil {
		return 0, err
	}
	defer done()
	res, err := st.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// row reads one row into dest; sql.ErrNoRows if there is none.
func (s *session) row(ctx context.Context, text string, args []any, dest ...any) error {
	st, done, err := s.statement(ctx, text) //nolint:sqlclosecheck // done closes it
	if err != nil {
		return err
	}
	defer done()
	return st.QueryRowContext(ctx, args...).Scan(dest...)
}

// each calls fn for every row. The rows are closed when it returns, so no read outlives it.
func (s *session) each(ctx context.Context, text string, args []any, fn func(*sql.Rows) error) error {
	st, done, err := s.statement(ctx, text) //nolint:sqlclosecheck // done closes it
	if err != nil {
		return err
	}
	defer done()
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// close drops the prepared statements.
func (s *session) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.stmts {
		_ = st.Close()
	}
	clear(s.stmts)
}
