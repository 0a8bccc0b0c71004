package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"scimdesk/backend/scim"
)

// Row is a resource as a list shows it, deleted or not. One that is not there any more has no ID.
type Row struct {
	Record
	Linked     int    // groups of a person, members of a group; those that come back with a deleted one
	LastAction string // what history calls its newest change
}

const (
	linkedGroups  = `(select count(*) from members m join resources g on g.seq = m.group_seq where m.member_id = r.id and g.deleted_at is null)`
	linkedMembers = `(select count(*) from members m where m.group_seq = r.seq) - (select count(*) from members m where m.group_seq = r.seq and m.hidden = 1)`
	lastAction    = `coalesce((select h.action from history h where h.resource_seq = r.seq order by h.seq desc limit 1), '')`

	personRow = "select " + recordColumns + ", " + linkedGroups + ", " + lastAction + " from resources r where r.seq = $1 and r.type = 'User'"
	groupRow  = "select " + recordColumns + ", " + linkedMembers + ", " + lastAction + " from resources r where r.seq = $1 and r.type = 'Group'"
)

// Rows gives what rows of a list need: one for each seq, in their order.
func (s *Store) Rows(ctx context.Context, t *scim.ResourceType, seqs []int64) ([]Row, error) {
	text := personRow
	if t == scim.Group {
		text = groupRow
	}
	all := make([]Row, len(seqs))
	for i, seq := range seqs {
		err := s.browse.each(ctx, text, []any{seq}, func(rows *sql.Rows) (err error) {
			all[i].Record, err = scanRecord(t, also{rows, []any{&all[i].Linked, &all[i].LastAction}})
			return err
		})
		if err != nil {
			return nil, s.broken(fmt.Errorf("read %s: %w", t.Name, err))
		}
	}
	return all, nil
}

const getAnySeq = "select " + recordColumns + " from resources r where r.seq = $1 and r.type = $2"

// Seqs gives the seqs of the resources with these ids in their order, deleted or not; ids that nobody has are left out.
func (s *Store) Seqs(ctx context.Context, t *scim.ResourceType, ids []string) ([]int64, error) {
	seqs := make([]int64, 0, len(ids))
	for _, id := range ids {
		var seq int64
		err := s.browse.row(ctx, `select seq from resources where id = $1 and type = $2`, []any{id, t.Name}, &seq)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, s.broken(fmt.Errorf("look up %s: %w", t.Name, err))
		}
		seqs = append(seqs, seq)
	}
	return seqs, nil
}

// Each gives the resources with these seqs in their order, deleted or not. Those that are not there any more are left out. No read
// is open while each runs.
func (s *Store) Each(ctx context.Context, t *scim.ResourceType, seqs []int64, w With, each func(Record) error) error {
	for _, seq := range seqs {
		var found []Record
		err := s.browse.each(ctx, getAnySeq, []any{seq, t.Name}, func(rows *sql.Rows) error {
			rec, err := scanRecord(t, rows)
			found = append(found, rec)
			return err
		})
		if err != nil {
			return s.broken(fmt.Errorf("read %s: %w", t.Name, err))
		}
		for _, rec := range found {
			if err := fill(ctx, s.browse, &rec, w); err != nil {
				return s.broken(err)
			}
			if err := each(rec); err != nil {
				return err
			}
		}
	}
	return nil
}

// also scans further columns behind those that somebody else scans.
type also struct {
	scanner
	more []any
}

func (a also) Scan(dest ...any) error { return a.scanner.Scan(append(dest, a.more...)...) }

// A Tally says how many members a group has, as SCIM shows them, and how many of their ids name nobody.
type Tally struct{ Members, Unknown int }

// tallyText counts all members, and those hidden: few are, so they are taken off. Indexes alone answer it.
const tallyText = `select (select count(*) from members m where m.group_seq = $1), count(*),
	coalesce(sum(not exists (select 1 from resources r where r.id = m.member_id)), 0) from members m where m.group_seq = $1 and m.hidden = 1`

// Tally counts a group's members; seq is Record.Seq. Whether they are known is looked up in slices.
func (s *Store) Tally(ctx context.Context, seq int64) (Tally, error) {
	var members, hidden, hiddenUnknown, unknown int
	if err := s.browse.row(ctx, tallyText, []any{seq}, &members, &hidden, &hiddenUnknown); err != nil {
		return Tally{}, s.broken(fmt.Errorf("count members: %w", err))
	}
	err := s.sweep(ctx, unknownSweep(), seq, nil, func(found) { unknown++ })
	if err != nil {
		return Tally{}, s.broken(fmt.Errorf("count unknown members: %w", err))
	}
	return Tally{Members: members - hidden, Unknown: max(unknown-hiddenUnknown, 0)}, nil
}

func unknownSweep() sweep {
	w := membersSweep("")
	w.where, w.key = " and r.seq is null", sortKey{}
	return w
}

const firstMembersText = `select member_id, type, display from members where group_seq = $1 and hidden = 0 order by seq limit 0 + $2`

// FirstMembers gives a group's first members, at most limit, as SCIM shows them.
func (s *Store) FirstMembers(ctx context.Context, seq int64, limit int) ([]scim.Member, error) {
	all := []scim.Member{}
	err := s.browse.each(ctx, firstMembersText, []any{seq, limit}, func(rows *sql.Rows) error {
		var m scim.Member
		err := rows.Scan(&m.Value, &m.Type, &m.Display)
		all = append(all, m)
		return err
	})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read members: %w", err))
	}
	return all, nil
}

const allGroupsOf = `select r.id, r.name from members m join resources r on r.seq = m.group_seq
	where m.member_id = $1 and r.deleted_at is null order by r.name_key, r.seq`

// GroupsOf gives the groups of a person in order of name; of a deleted one those that they come back into when restored.
func (s *Store) GroupsOf(ctx context.Context, id string) ([]scim.GroupRef, error) {
	all := []scim.GroupRef{}
	err := s.browse.each(ctx, allGroupsOf, []any{id}, func(rows *sql.Rows) error {
		var g scim.GroupRef
		err := rows.Scan(&g.ID, &g.Display)
		all = append(all, g)
		return err
	})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read groups: %w", err))
	}
	return all, nil
}
