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
	Ended       time.Time // zero: accepted, as far as Expires allows
	FirstUsed   time.Time // zero: not yet
	LastUsed    time.Time // zero: not yet
	ReplacedBy  string    // id of the token that takes its place, while both are accepted and after
	Expires     time.Time // zero: never
	LastRefused time.Time // zero: it was not sent after its end
}

// Tokens gives all tokens, newest first, with their last use and refusal as far as they are known now.
func (s *Store) Tokens(ctx context.Context) ([]Token, error) {
	all := []Token{}
	err := s.read.each(ctx, `select id, hash, last_four, created_at, ended_at, first_used_at, last_used_at,
			replaced_by, expires_at, last_refused_at from tokens order by created_at desc, id desc`,
		nil, func(rows *sql.Rows) error {
			var t Token
			var created int64
			var ended, first, used, expires, refused sql.NullInt64
			var replaced sql.NullString
			if err := rows.Scan(&t.ID, &t.Hash, &t.LastFour, &created, &ended, &first, &used, &replaced, &expires, &refused); err != nil {
				return err
			}
			t.Created, t.Ended, t.ReplacedBy, t.Expires = fromMillis(created), someTime(ended), replaced.String, someTime(expires)
			t.FirstUsed, t.LastUsed, t.LastRefused = someTime(first), someTime(used), someTime(refused)
			all = append(all, t)
			return nil
		})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read tokens: %w", err))
	}
	for i := range all {
		t := &all[i]
		t.LastUsed = s.journal.latest(touch{tokenUsed, t.ID}, t.LastUsed)
		t.LastRefused = s.journal.latest(touch{tokenRefused, t.ID}, t.LastRefused)
		if t.FirstUsed.IsZero() {
			t.FirstUsed = t.LastUsed // of a token from before first uses were kept, or not on disk yet
		}
	}
	return all, nil
}

// SaveTokens writes what one step of a rotation changes, all of it or nothing: tokens that are new, and of others when they end or
// expire and what replaces them. What has ended stays so. Uses and refusals are TouchToken's and RefuseToken's.
func (s *Store) SaveTokens(ctx context.Context, tokens ...Token) error {
	return s.writer.write(ctx, func(tx *Tx) error {
		for _, t := range tokens {
			_, err := tx.exec(`insert into tokens (id, hash, last_four, created_at, ended_at, replaced_by, expires_at) values ($1, $2, $3, $4, $5, $6, $7)
				on conflict (id) do update set ended_at = coalesce(ended_at, excluded.ended_at), replaced_by = excluded.replaced_by, expires_at = excluded.expires_at`,
				t.ID, t.Hash, t.LastFour, millis(t.Created), orNull(t.Ended), sql.NullString{String: t.ReplacedBy, Valid: t.ReplacedBy != ""}, orNull(t.Expires))
			if err != nil {
				return fmt.Errorf("save token: %w", err)
			}
		}
		tx.commit.Tokens = len(tokens) > 0
		return nil
	})
}

// TouchToken notes a use, and RefuseToken that a token was sent after its end. Both are kept in memory and written with a later
// batch: a request must not cost a write only because it carried a token.
func (s *Store) TouchToken(id string, at time.Time) { s.journal.touch(touch{tokenUsed, id}, at) }

// RefuseToken is described with TouchToken.
func (s *Store) RefuseToken(id string, at time.Time) { s.journal.touch(touch{tokenRefused, id}, at) }

// A touch says that something was used or refused; of several only the last is kept.
type touch struct {
	what touched
	id   string
}

type touched int

const (
	tokenUsed touched = iota
	tokenRefused
	clientUsed
)

// touch writes the time of the last one, and of the first use of a token. An earlier one that comes late changes nothing.
func (tx *Tx) touch(t touch, at time.Time) error {
	text := `update tokens set last_used_at = $2, first_used_at = coalesce(first_used_at, $2) where id = $1 and coalesce(last_used_at, 0) < $2`
	switch t.what {
	case tokenUsed:
	case tokenRefused:
		text = `update tokens set last_refused_at = $2 where id = $1 and coalesce(last_refused_at, 0) < $2`
	case clientUsed:
		text = `update oauth_clients set last_used_at = $2 where id = $1 and coalesce(last_used_at, 0) < $2`
	}
	if _, err := tx.exec(text, t.id, millis(at)); err != nil {
		return fmt.Errorf("note the use of a secret: %w", err)
	}
	return nil
}

// someTime and orNull read and write a time that may be none.
func someTime(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return fromMillis(ms.Int64)
}

func orNull(t time.Time) sql.NullInt64 { return sql.NullInt64{Int64: millis(t), Valid: !t.IsZero()} }
