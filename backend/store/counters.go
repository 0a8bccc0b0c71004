package store

import (
	"context"
	"fmt"

	"scimdesk/backend/scim"
)

// Counts of a type. Deleted ones are not in Total. All groups are Active, since a group can't be disabled.
type Counts struct{ Total, Active, Deleted int }

// Counts gives how many there are. It costs the same however many that is: the numbers are kept in the transactions of
// the changes themselves.
func (s *Store) Counts(ctx context.Context, t *scim.ResourceType) (Counts, error) {
	c, err := counts(ctx, s.read, t)
	return c, s.broken(err)
}

// Counts is Store.Counts as the write at hand sees it.
func (tx *Tx) Counts(t *scim.ResourceType) (Counts, error) {
	return counts(context.Background(), tx.s, t)
}

func counts(ctx context.Context, s *session, t *scim.ResourceType) (Counts, error) {
	var c Counts
	err := s.row(ctx, `select total, active, deleted from counters where type = $1`, []any{t.Name}, &c.Total, &c.Active, &c.Deleted)
	if err != nil {
		return Counts{}, fmt.Errorf("read counters: %w", err)
	}
	return c, nil
}

// count moves the numbers. Probes are not counted.
func (tx *Tx) count(c Cause, t *scim.ResourceType, total, active, deleted int) error {
	if c.Probe || total == 0 && active == 0 && deleted == 0 {
		return nil
	}
	_, err := tx.exec(`update counters set total = total + $2, active = active + $3, deleted = deleted + $4 where type = $1`,
		t.Name, total, active, deleted)
	if err != nil {
		return fmt.Errorf("count: %w", err)
	}
	return nil
}
