package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"scimdesk/backend/scim"
)

// HistoryEntry is one change of a resource.
type HistoryEntry struct {
	Seq       int64
	At        time.Time
	RequestID string // of the request that asked for it: its Activity has the same
	Origin    string
	Action    string // created, updated, disabled, enabled, deleted, restored, member added, member removed
	Changes   []scim.Change
	OtherID   string // of a membership: the member (in a group's history) or the group (in a member's)
}

// note writes a history row in the change's own transaction.
func (tx *Tx) note(c Cause, seq int64, action string, changes []scim.Change) error {
	var text sql.NullString
	if len(changes) > 0 {
		raw, err := json.Marshal(changes)
		if err != nil {
			return fmt.Errorf("word changes: %w", err)
		}
		text = sql.NullString{String: string(raw), Valid: true}
	}
	_, err := tx.exec(`insert into history (resource_seq, at, request_id, origin, action, changes) values ($1, $2, $3, $4, $5, $6)`,
		seq, millis(tx.now), c.RequestID, c.Origin, action, text)
	if err != nil {
		return fmt.Errorf("insert history: %w", err)
	}
	return nil
}

func (tx *Tx) noteMember(c Cause, group int64, member, action string) error {
	_, err := tx.exec(`insert into history (resource_seq, member_id, at, request_id, origin, action) values ($1, $2, $3, $4, $5, $6)`,
		group, member, millis(tx.now), c.RequestID, c.Origin, action)
	if err != nil {
		return fmt.Errorf("insert history: %w", err)
	}
	return nil
}

const historyText = `select h.seq, h.at, h.request_id, h.origin, h.action, h.changes, coalesce(h.member_id, '') as other
		from history h where h.resource_seq = $1 and h.seq < $3
	union all
	select h.seq, h.at, h.request_id, h.origin, h.action, h.changes, (select g.id from resources g where g.seq = h.resource_seq)
		from history h where h.member_id = $2 and h.seq < $3
	order by 1 desc limit 0 + $4`

// History gives a resource's changes, newest first, also those of a deleted one. before is the Seq of the last entry of the page
// before, 0 for the first page; limit is at most 1,000, 0 means 100.
func (s *Store) History(ctx context.Context, t *scim.ResourceType, id string, before int64, limit int) ([]HistoryEntry, error) {
	var seq int64
	err := s.read.row(ctx, `select seq from resources where id = $1 and type = $2`, []any{id, t.Name}, &seq)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound(t, id)
	}
	if err != nil {
		return nil, s.broken(err)
	}
	if before <= 0 {
		before = math.MaxInt64
	}
	entries := []HistoryEntry{}
	err = s.read.each(ctx, historyText, []any{seq, id, before, clampLimit(limit, 100)}, func(rows *sql.Rows) error {
		var e HistoryEntry
		var at int64
		var changes sql.NullString
		if err := rows.Scan(&e.Seq, &at, &e.RequestID, &e.Origin, &e.Action, &changes, &e.OtherID); err != nil {
			return err
		}
		e.At = fromMillis(at)
		if changes.Valid {
			if err := json.Unmarshal([]byte(changes.String), &e.Changes); err != nil {
				return fmt.Errorf("history %d: %w", e.Seq, err)
			}
		}
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		return nil, s.broken(err)
	}
	return entries, nil
}

// clampLimit bounds the length of a page.
func clampLimit(limit, otherwise int) int {
	if limit <= 0 {
		return otherwise
	}
	return min(limit, 1000)
}
