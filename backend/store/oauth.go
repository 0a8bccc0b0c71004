package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// OAuthClient is the record of an OAuth client; of its secret only the hash is kept.
type OAuthClient struct {
	ID       string
	Hash     []byte
	LastFour string    // of the secret
	Created  time.Time // when the secret was made
	LastUsed time.Time // when an access token of it was last used or asked for; zero: not yet
}

// AccessToken is the record of what an OAuth client was given; only its hash is kept.
type AccessToken struct {
	Hash             []byte
	Client           string
	Created, Expires time.Time
}

// OAuthClient gives the client that is accepted; false if there is none. Its last use is told as far as it is known now.
func (s *Store) OAuthClient(ctx context.Context) (c OAuthClient, found bool, err error) {
	var created int64
	var used sql.NullInt64
	err = s.read.row(ctx, `select id, hash, last_four, created_at, last_used_at from oauth_clients where ended_at is null order by created_at desc limit 1`,
		nil, &c.ID, &c.Hash, &c.LastFour, &created, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return OAuthClient{}, false, nil
	}
	if err != nil {
		return OAuthClient{}, false, s.broken(fmt.Errorf("read OAuth client: %w", err))
	}
	c.Created, c.LastUsed = fromMillis(created), s.journal.latest(touch{clientUsed, c.ID}, someTime(used))
	return c, true, nil
}

// AccessTokens gives all that was given and not removed, oldest first.
func (s *Store) AccessTokens(ctx context.Context) ([]AccessToken, error) {
	all := []AccessToken{}
	err := s.read.each(ctx, `select hash, client_id, created_at, expires_at from access_tokens order by expires_at`, nil, func(rows *sql.Rows) error {
		var a AccessToken
		var created, expires int64
		err := rows.Scan(&a.Hash, &a.Client, &created, &expires)
		a.Created, a.Expires = fromMillis(created), fromMillis(expires)
		all = append(all, a)
		return err
	})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read access tokens: %w", err))
	}
	return all, nil
}

// SaveOAuthClient makes c the only client, or gives it a new secret. Every access token that was given ends.
func (s *Store) SaveOAuthClient(ctx context.Context, c OAuthClient) error {
	return s.writer.write(ctx, func(tx *Tx) error {
		if err := tx.endOAuth(c.ID, c.Created); err != nil {
			return err
		}
		_, err := tx.exec(`insert into oauth_clients (id, hash, last_four, created_at) values ($1, $2, $3, $4)
			on conflict (id) do update set hash = excluded.hash, last_four = excluded.last_four, created_at = excluded.created_at`,
			c.ID, c.Hash, c.LastFour, millis(c.Created))
		if err != nil {
			return fmt.Errorf("save OAuth client: %w", err)
		}
		tx.commit.Tokens = true
		return nil
	})
}

// EndOAuth ends every client and every access token.
func (s *Store) EndOAuth(ctx context.Context, at time.Time) error {
	return s.writer.write(ctx, func(tx *Tx) error {
		tx.commit.Tokens = true
		return tx.endOAuth("", at)
	})
}

// endOAuth ends every access token, and every client but one.
func (tx *Tx) endOAuth(except string, at time.Time) error {
	if _, err := tx.exec(`update oauth_clients set ended_at = $2 where ended_at is null and id <> $1`, except, millis(at)); err != nil {
		return fmt.Errorf("end OAuth clients: %w", err)
	}
	if _, err := tx.exec(`delete from access_tokens`); err != nil {
		return fmt.Errorf("end access tokens: %w", err)
	}
	return nil
}

// AddAccessToken keeps what a client is given, and removes others: those that have expired when it was made, and given ones.
func (s *Store) AddAccessToken(ctx context.Context, a AccessToken, remove ...[]byte) error {
	return s.writer.write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(`delete from access_tokens where expires_at <= $1`, millis(a.Created)); err != nil {
			return fmt.Errorf("remove expired access tokens: %w", err)
		}
		for _, hash := range remove {
			if _, err := tx.exec(`delete from access_tokens where hash = $1`, hash); err != nil {
				return fmt.Errorf("remove access token: %w", err)
			}
		}
		_, err := tx.exec(`insert into access_tokens (hash, client_id, created_at, expires_at) values ($1, $2, $3, $4)`,
			a.Hash, a.Client, millis(a.Created), millis(a.Expires))
		if err != nil {
			return fmt.Errorf("insert access token: %w", err)
		}
		return nil
	})
}

// TouchOAuth notes a use of the client, as TouchToken does of a token.
func (s *Store) TouchOAuth(id string, at time.Time) { s.journal.touch(touch{clientUsed, id}, at) }
