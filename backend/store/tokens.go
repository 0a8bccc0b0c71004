package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Token is the record of a secret; only its hash is kept.
type Token struct {
	ID          string
	Hash        []byte
	LastFour    string
	Created     time.Time
	Ended       time.Time // zero: active
	LastUsed    time.Time // zero: not yet
	ReplacedBy  string    // id of the token that takes its place, while both are accepted and after
	Expires     time.Time // zero: never
	LastRefused time.Time // zero: it was not sent after its end
}

// Tokens gives all tokens, newest first, with their last use as far as it is known now.
func (s *Store) Tokens(ctx context.Context) ([]Token, error) {
	all := []Token{}
	err := s.read.each(ctx, `select id, hash, last_four, created_at, ended_at, last_used_at from tokens order by created_at desc, id desc`,
		nil, func(rows *sql.Rows) error {
			var t Token
			var created int64
			var ended, used sql.NullInt64
			if err := rows.Scan(&t.ID, &t.Hash, &t.LastFour, &created, &ended, &used); err != nil {
				return err
			}
			t.Created = fromMillis(created)
			if ended.Valid {
				t.Ended = fromMillis(ended.Int64)
			}
			if used.Valid {
				t.LastUsed = fromMillis(used.Int64)
			}
			all = append(all, t)
			return nil
		})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read tokens: %w", err))
	}
	s.journal.lastUses(all)
	return all, nil
}

// ReplaceToken adds t and ends all others in one transaction: at no moment are there two, and at none is there none.
func (s *Store) ReplaceToken(ctx context.Context, t Token) error {
	return s.writer.write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(`update tokens set ended_at = $1 where ended_at is null`, millis(t.Created)); err != nil {
			return fmt.Errorf("end tokens: %w", err)
		}
		_, err := tx.exec(`insert into tokens (id, hash, last_four, created_at) values ($1, $2, $3, $4)`,
			t.ID, t.Hash, t.LastFour, millis(t.Created))
		if err != nil {
			return fmt.Errorf("insert token: %w", err)
		}
		tx.commit.Tokens = true
		return nil
	})
}

// EndToken ends a token. One that has ended, or that nobody knows, is left as it is.
func (s *Store) EndToken(ctx context.Context, id string, at time.Time) error {
	return s.writer.write(ctx, func(tx *Tx) error {
		n, err := tx.exec(`update tokens set ended_at = $2 where id = $1 and ended_at is null`, id, millis(at))
		if err != nil {
			return fmt.Errorf("end token: %w", err)
		}
		tx.commit.Tokens = n > 0
		return nil
	})
}

// TouchToken notes the last use. It is kept in memory and written with a later batch: a request must not cost a write
// only because it carried a token.
func (s *Store) TouchToken(id string, at time.Time) { s.journal.touch(id, at) }
