package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"scimdesk/backend/scim"
)

// Ref is a person or group as others name it; Type and Name are empty and Found false where nobody has the id.
type Ref struct {
	Type    *scim.ResourceType
	ID      string
	Name    string
	Active  bool
	Deleted bool
	Found   bool
}

// HistoryEntry is one change with whom it was about. Of a membership Resource is the group and Other the member, whichever of
// them was asked for; of anything else Other has no ID.
type HistoryEntry struct {
	Seq             int64
	At              time.Time
	RequestID       string // of the request that asked for it: its Activity has the same
	Activity        int64  // Seq of that, 0 if it is not in the log
	Origin          string
	Action          string // created, updated, disabled, enabled, deleted, restored, member added, member removed
	Changes         []scim.Change
	Resource, Other Ref
}

// note writes a history row in the change's own transaction. Probes have none.
func (tx *Tx) note(c Cause, seq int64, action string, changes []scim.Change) error {
	if c.Probe {
		return nil
	}
	var text sql.NullString
	if len(changes) > 0 {
		raw, err := json.Marshal(changes)
		if err != nil {
			return fmt.Errorf("word changes: %w", err)
		}
		text = sql.NullString{String: string(raw), Valid: true}
	}
	row, err := tx.next(&tx.numbers.history)
	if err != nil {
		return err
	}
	_, err = tx.exec(`insert into history (seq, resource_seq, at, request_id, origin, action, changes) values ($1, $2, $3, $4, $5, $6, $7)`,
		row, seq, millis(tx.now), c.RequestID, c.Origin, action, text)
	if err != nil {
		return fmt.Errorf("insert history: %w", err)
	}
	return nil
}

func (tx *Tx) noteMember(c Cause, group int64, member, action string) error {
	row, err := tx.next(&tx.numbers.history)
	if err != nil {
		return err
	}
	_, err = tx.exec(`insert into history (seq, resource_seq, member_id, at, request_id, origin, action) values ($1, $2, $3, $4, $5, $6, $7)`,
		row, group, member, millis(tx.now), c.RequestID, c.Origin, action)
	if err != nil {
		return fmt.Errorf("insert history: %w", err)
	}
	return nil
}

// historyText reads changes with everybody's names. A local change has no request id, and neither have rows of the log that stand for none.
const historyText = `select h.seq, h.at, h.request_id, h.origin, h.action, h.changes,
		r.type, r.id, r.name, coalesce(r.active, 1), r.deleted_at is not null,
		coalesce(h.member_id, ''), coalesce(o.type, ''), coalesce(o.name, ''), coalesce(o.active, 1), o.deleted_at is not null,
		case when h.request_id = '' then 0 else coalesce((select max(a.seq) from activity a where a.request_id = h.request_id), 0) end
	from `

const historyNames = ` join resources r on r.seq = h.resource_seq left join resources o on o.id = h.member_id order by h.seq desc`

const (
	historyOfAll = historyText + `(select * from history where seq < $1 order by seq desc limit 0 + $2) h` + historyNames
	historyOfOne = historyText + `(select h.seq as found from history h where h.resource_seq = $1 and h.seq < $3
			union all
			select h.seq as found from history h where h.member_id = $2 and h.seq < $3 and h.resource_seq <> $1
			order by 1 desc limit 0 + $4) join history h on h.seq = found` + historyNames
	historyOfRequest = historyText + `(select * from history where request_id = $1 order by seq desc limit 0 + $2) h` + historyNames
)

// HistoryOfAll gives the changes of everything, newest first. before is the Seq of the last row of the page before, 0 for the
// first page; limit is at most 1,000, 0 means 100.
func (s *Store) HistoryOfAll(ctx context.Context, before int64, limit int) ([]HistoryEntry, error) {
	return s.history(ctx, historyOfAll, beforeOrEnd(before), clampLimit(limit, 100))
}

// History is HistoryOfAll of one resource, also of a deleted one; a *scim.Error of kind NotFound if there never was one of that
// type and id, or it is no longer kept.
func (s *Store) History(ctx context.Context, t *scim.ResourceType, id string, before int64, limit int) ([]HistoryEntry, error) {
	var seq int64
	err := s.read.row(ctx, `select seq from resources where id = $1 and type = $2`, []any{id, t.Name}, &seq)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound(t, id)
	}
	if err != nil {
		return nil, s.broken(err)
	}
	return s.history(ctx, historyOfOne, seq, id, beforeOrEnd(before), clampLimit(limit, 100))
}

// HistoryOfRequest gives what a request changed, newest first; limit is at most 1,000, 0 means 100.
func (s *Store) HistoryOfRequest(ctx context.Context, requestID string, limit int) ([]HistoryEntry, error) {
	if requestID == "" {
		return []HistoryEntry{}, nil
	}
	return s.history(ctx, historyOfRequest, requestID, clampLimit(limit, 100))
}

func beforeOrEnd(before int64) int64 {
	if before <= 0 {
		return math.MaxInt64
	}
	return before
}

func (s *Store) history(ctx context.Context, text string, args ...any) ([]HistoryEntry, error) {
	found := []HistoryEntry{}
	err := s.read.each(ctx, text, args, func(rows *sql.Rows) error {
		e, err := scanEntry(rows)
		found = append(found, e)
		return err
	})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read history: %w", err))
	}
	return found, nil
}

func scanEntry(row scanner) (HistoryEntry, error) {
	var e HistoryEntry
	var at int64
	var changes sql.NullString
	var kind, otherKind string
	err := row.Scan(&e.Seq, &at, &e.RequestID, &e.Origin, &e.Action, &changes,
		&kind, &e.Resource.ID, &e.Resource.Name, &e.Resource.Active, &e.Resource.Deleted,
		&e.Other.ID, &otherKind, &e.Other.Name, &e.Other.Active, &e.Other.Deleted, &e.Activity)
	if err != nil {
		return HistoryEntry{}, err
	}
	e.At = fromMillis(at)
	e.Resource.Type, e.Resource.Found = typeNamed(kind), kind != ""
	if !e.Resource.Found { // it is being removed for good
		e.Resource.ID = strings.TrimPrefix(e.Resource.ID, tombPrefix)
	}
	e.Other.Type, e.Other.Found = typeNamed(otherKind), otherKind != ""
	if changes.Valid {
		in := json.NewDecoder(bytes.NewReader([]byte(changes.String)))
		in.UseNumber() // numbers as they were written
		if err := in.Decode(&e.Changes); err != nil {
			return HistoryEntry{}, fmt.Errorf("history %d: %w", e.Seq, err)
		}
	}
	return e, nil
}

// Names gives what people and groups are called, deleted ones too, by id; whom nobody knows is not in it.
func (s *Store) Names(ctx context.Context, ids []string) (map[string]string, error) {
	names := make(map[string]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	wanted, err := json.Marshal(ids)
	if err != nil {
		return nil, fmt.Errorf("word ids: %w", err)
	}
	err = s.read.each(ctx, `select id, name from resources where id in (select value from json_each($1))`, []any{string(wanted)}, func(rows *sql.Rows) error {
		var id, name string
		err := rows.Scan(&id, &name)
		names[id] = name
		return err
	})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read names: %w", err))
	}
	return names, nil
}

// typeNamed gives the type that the database calls so, nil for none.
func typeNamed(name string) *scim.ResourceType {
	switch name {
	case scim.User.Name:
		return scim.User
	case scim.Group.Name:
		return scim.Group
	}
	return nil
}

// clampLimit bounds the length of a page.
func clampLimit(limit, otherwise int) int {
	if limit <= 0 {
		return otherwise
	}
	return min(limit, 1000)
}
