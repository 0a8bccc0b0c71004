package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// metaPrefix keeps what Meta and SetMeta name apart from the store's own keys.
const metaPrefix = "kept "

// Meta gives a short text that SetMeta kept, "" if there is none.
func (s *Store) Meta(ctx context.Context, key string) (string, error) {
	var value string
	err := s.read.row(ctx, `select value from meta where key = $1`, []any{metaPrefix + key}, &value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", s.broken(fmt.Errorf("read %s: %w", key, err))
	}
	return value, nil
}

// SetMeta keeps a short text under a key, on disk when it returns; "" removes it.
func (s *Store) SetMeta(ctx context.Context, key, value string) error {
	return s.writer.write(ctx, func(tx *Tx) error {
		text, args := `insert into meta (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value`, []any{metaPrefix + key, value}
		if value == "" {
			text, args = `delete from meta where key = $1`, args[:1]
		}
		if _, err := tx.exec(text, args...); err != nil {
			return fmt.Errorf("keep %s: %w", key, err)
		}
		return nil
	})
}
