package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"scimdesk/backend/scim"
)

// memberStates are the conditions of states that a group's members can be asked for.
var memberStates = map[string]string{
	FindLiving:   "",
	FindAll:      "",
	FindActive:   " and r.deleted_at is null and (r.active = 1 or r.type = 'Group')",
	FindDisabled: " and r.deleted_at is null and r.active = 0",
	FindDeleted:  " and r.deleted_at is not null",
	FindUnknown:  " and r.id is null",
}

// FindMembers gives the seqs of a group's memberships in order of the members' names; members whose id names nobody come last. Of f,
// Search and State count; FindLiving is all of them. A deleted group has the members that it had.
func (s *Store) FindMembers(ctx context.Context, group string, f Find) ([]int64, error) {
	where, ok := memberStates[f.State]
	if !ok {
		return nil, fmt.Errorf("there are no members of state %q", f.State)
	}
	var seq int64
	err := s.browse.row(ctx, `select seq from resources where id = $1 and type = 'Group'`, []any{group}, &seq)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound(scim.Group, group)
	}
	if err != nil {
		return nil, s.broken(err)
	}
	words := FoldWords(f.Search)
	for i := range words {
		where += " and instr(coalesce(r.search, lower(m.member_id)), " + wordAt(i) + ") > 0"
	}
	var all []found
	var seen seqSet
	err = s.sweep(ctx, membersSweep(where), seq, words, func(row found) {
		if seen.add(row.seq) {
			row.rank = len(all)
			all = append(all, row)
		}
	})
	if err != nil {
		return nil, s.broken(fmt.Errorf("find members: %w", err))
	}
	arrange(all, 1)
	return seqsOf(all), nil
}

func membersSweep(where string) sweep {
	return sweep{table: "members m left join resources r on r.id = m.member_id", of: "m.group_seq = $1", seq: "m.seq", place: "m.member_id", first: "",
		where: " and m.hidden = 0" + where, key: sortKey{text: "coalesce(r.name_key, '')", number: "r.id is null"}}
}

// Membership is a member as a list shows it. Record is what the id names, deleted or not; its ID is empty where it names nothing.
type Membership struct {
	ID     string // as it was sent; empty of a membership that is not there any more
	Type   string // as it was sent, "" if it was not
	Added  time.Time
	Record Record
}

const membershipText = `select m.member_id, m.type, m.added_at, coalesce(r.type, ''), r.seq from members m
	left join resources r on r.id = m.member_id where m.seq = $1 and m.group_seq = (select seq from resources where id = $2 and type = 'Group')`

// Memberships gives what rows of a list of a group's members need: one for each seq, in their order.
func (s *Store) Memberships(ctx context.Context, group string, seqs []int64) ([]Membership, error) {
	all := make([]Membership, len(seqs))
	for i, seq := range seqs {
		var m Membership
		var added int64
		var kind string
		var resource sql.NullInt64
		err := s.browse.row(ctx, membershipText, []any{seq, group}, &m.ID, &m.Type, &added, &kind, &resource)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, s.broken(fmt.Errorf("read member: %w", err))
		}
		m.Added = fromMillis(added)
		if resource.Valid {
			rows, err := s.Rows(ctx, typeNamed(kind), []int64{resource.Int64})
			if err != nil {
				return nil, err
			}
			m.Record = rows[0].Record
		}
		all[i] = m
	}
	return all, nil
}
