package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"

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

// ChangeRow is a change with whom it was about. Of a membership Resource is the group and Other the member, whichever of them was
// asked for.
type ChangeRow struct {
	HistoryEntry
	Resource, Other Ref
	Activity        int64 // Seq of the request behind it, 0 if it is not in the log
}

// changeText reads changes with everybody's names. A local change has no request id, and neither have rows of the log that stand for none.
const changeText = `select h.seq, h.at, h.request_id, h.origin, h.action, h.changes,
		r.type, r.id, r.name, coalesce(r.active, 1), r.deleted_at is not null,
		coalesce(h.member_id, ''), coalesce(o.type, ''), coalesce(o.name, ''), coalesce(o.active, 1), o.deleted_at is not null,
		case when h.request_id = '' then 0 else coalesce((select max(a.seq) from activity a where a.request_id = h.request_id), 0) end
	from `

const changeNames = ` join resources r on r.seq = h.resource_seq left join resources o on o.id = h.member_id order by h.seq desc`

const (
	changesOfAll = changeText + `(select * from history where seq < $1 order by seq desc limit 0 + $2) h` + changeNames
	changesOfOne = changeText + `(select h.seq as found from history h where h.resource_seq = $1 and h.seq < $3
			union all
			select h.seq as found from history h where h.member_id = $2 and h.seq < $3 and h.resource_seq <> $1
			order by 1 desc limit 0 + $4) join history h on h.seq = found` + changeNames
	changesBy = changeText + `(select * from history where request_id = $1 order by seq desc limit 0 + $2) h` + changeNames
)

// Changes gives the changes of everything, newest first. before is the Seq of the last row of the page before, 0 for the
// first page; limit is at most 1,000, 0 means 100.
func (s *Store) Changes(ctx context.Context, before int64, limit int) ([]ChangeRow, error) {
	return s.changes(ctx, changesOfAll, beforeOrEnd(before), clampLimit(limit, 100))
}

// ChangesOf is Changes of one resource, also of a deleted one; a *scim.Error of kind NotFound if there never was one of that
// type and id, or it is no longer kept.
func (s *Store) ChangesOf(ctx context.Context, t *scim.ResourceType, id string, before int64, limit int) ([]ChangeRow, error) {
	var seq int64
	err := s.read.row(ctx, `select seq from resources where id = $1 and type = $2`, []any{id, t.Name}, &seq)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound(t, id)
	}
	if err != nil {
		return nil, s.broken(err)
	}
	return s.changes(ctx, changesOfOne, seq, id, beforeOrEnd(before), clampLimit(limit, 100))
}

// ChangesBy gives what a request changed, newest first; limit is at most 1,000, 0 means 100.
func (s *Store) ChangesBy(ctx context.Context, requestID string, limit int) ([]ChangeRow, error) {
	if requestID == "" {
		return []ChangeRow{}, nil
	}
	return s.changes(ctx, changesBy, requestID, clampLimit(limit, 100))
}

func beforeOrEnd(before int64) int64 {
	if before <= 0 {
		return math.MaxInt64
	}
	return before
}

func (s *Store) changes(ctx context.Context, text string, args ...any) ([]ChangeRow, error) {
	found := []ChangeRow{}
	err := s.read.each(ctx, text, args, func(rows *sql.Rows) error {
		c, err := scanChange(rows)
		found = append(found, c)
		return err
	})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read history: %w", err))
	}
	return found, nil
}

func scanChange(row scanner) (ChangeRow, error) {
	var c ChangeRow
	var at int64
	var changes sql.NullString
	var kind, otherKind string
	err := row.Scan(&c.Seq, &at, &c.RequestID, &c.Origin, &c.Action, &changes,
		&kind, &c.Resource.ID, &c.Resource.Name, &c.Resource.Active, &c.Resource.Deleted,
		&c.Other.ID, &otherKind, &c.Other.Name, &c.Other.Active, &c.Other.Deleted, &c.Activity)
	if err != nil {
		return ChangeRow{}, err
	}
	c.At, c.OtherID = fromMillis(at), c.Other.ID
	c.Resource.Type, c.Resource.Found = typeNamed(kind), kind != ""
	c.Other.Type, c.Other.Found = typeNamed(otherKind), otherKind != ""
	if changes.Valid {
		in := json.NewDecoder(bytes.NewReader([]byte(changes.String)))
		in.UseNumber() // numbers as they were written
		if err := in.Decode(&c.Changes); err != nil {
			return ChangeRow{}, fmt.Errorf("history %d: %w", c.Seq, err)
		}
	}
	return c, nil
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
