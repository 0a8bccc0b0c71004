package store

import (
	"context"
	"fmt"
	"time"
)

// CountMemberships gives how many memberships there are, those of deleted people and groups included. It counts an index, and is for a page that
// somebody looks at.
func (s *Store) CountMemberships(ctx context.Context) (int, error) {
	var n int
	if err := s.browse.row(ctx, `select count(*) from members`, nil, &n); err != nil {
		return 0, s.broken(fmt.Errorf("count memberships: %w", err))
	}
	return n, nil
}

// WasCutOff tells whether a request that came from a time on, and not after another, was not answered since its client went away.
func (s *Store) WasCutOff(ctx context.Context, from, to time.Time) (bool, error) {
	var found bool
	err := s.browse.row(ctx, `select exists (select 1 from activity where at >= $1 and at <= $2 and status in (0, 499))`,
		[]any{millis(from), millis(to)}, &found)
	if err != nil {
		return false, s.broken(fmt.Errorf("look for requests that were cut off: %w", err))
	}
	return found, nil
}
