package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"scimdesk/backend/scim"
)

// A probe is a person that a self-check makes, changes and deletes, by the same steps and on the same disk as anybody. It stands beside the
// people as a type of its own, so that no list, count, search, filter or rule of uniqueness of theirs can meet it; it has no history,
// its deletion leaves nothing, and nobody is told of it. A self-check in turn meets nothing but probes.
const (
	probeType = "Probe"
	noGroup   = "Probe of a group" // there are none
)

// typeOf is a resource's type as the database has it.
func typeOf(t *scim.ResourceType, probe bool) string {
	switch {
	case !probe:
		return t.Name
	case t == scim.User:
		return probeType
	}
	return noGroup
}

// GetProbe is Get for a self-check.
func (s *Store) GetProbe(ctx context.Context, t *scim.ResourceType, id string) (Record, error) {
	rec, err := getRecord(ctx, s.read, getLiving, t, typeOf(t, true), id, With{})
	rec.Groups = []scim.GroupRef{}
	return rec, s.broken(err)
}

// RemoveProbes removes what self-checks that were cut off have left. Open does so too.
func (s *Store) RemoveProbes(ctx context.Context) error {
	return s.writer.write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(removeProbes); err != nil {
			return fmt.Errorf("remove probes: %w", err)
		}
		return nil
	})
}

const (
	anyProbe     = `select 1 from resources where type = '` + probeType + `' and deleted_at is null limit 1`
	removeProbes = `delete from resources where type = '` + probeType + `' and deleted_at is null`
)

// dropProbes is RemoveProbes while the folder is being opened. It writes only where there are some.
func dropProbes(ctx context.Context, conn *sql.Conn) error {
	var one int
	err := conn.QueryRowContext(ctx, anyProbe).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		_, err = conn.ExecContext(ctx, removeProbes)
	}
	if err != nil {
		return fmt.Errorf("remove probes: %w", err)
	}
	return nil
}

// removeProbe removes a probe at once and for good. Its addresses go with it.
func (tx *Tx) removeProbe(rec *Record) error {
	if _, err := tx.exec(`delete from resources where seq = $1`, rec.Seq); err != nil {
		return fmt.Errorf("remove probe: %w", err)
	}
	rec.Deleted, rec.Changed, rec.Action = tx.now, true, actionDeleted
	return nil
}
