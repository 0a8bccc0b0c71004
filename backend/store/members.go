package store

import (
	"database/sql"
	"errors"
	"fmt"

	"scimdesk/backend/scim"
)

// What history calls a change of a membership; one row stands in the group's history and in the member's.
const (
	actionMemberAdded   = "member added"
	actionMemberRemoved = "member removed"
)

// A memberEdit changes one group's rows of members. It touches only the rows that the operations name, so adding one
// person costs the same whether the group has a hundred members or a million. What is there already is not added,
// what is not there is not removed, and neither is an error: Entra repeats itself.
type memberEdit struct {
	tx             *Tx
	cause          Cause
	group          int64
	added, removed []string // what did change
}

func (e *memberEdit) run(ops []scim.MemberOp) error {
	for _, op := range ops {
		var err error
		switch op.Kind {
		case scim.AddMembers:
			err = e.add(op.Members)
		case scim.RemoveMembers:
			err = e.removeOp(op)
		case scim.ReplaceMembers:
			err = e.replace(op.Members)
		default:
			err = fmt.Errorf("unknown member operation %d", op.Kind)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// add inserts the members that are not there. A row that is hidden, because its person is deleted, is shown again: a
// member that names nobody is kept as it was sent.
func (e *memberEdit) add(members []scim.Member) error {
	for _, m := range members {
		seq, err := e.tx.next(&e.tx.numbers.members)
		if err != nil {
			return err
		}
		n, err := e.tx.exec(`insert into members (seq, group_seq, member_id, type, display, added_at) values ($1, $2, $3, $4, $5, $6)
			on conflict (group_seq, member_id) do update set hidden = 0 where members.hidden = 1`,
			seq, e.group, m.Value, m.Type, m.Display, millis(e.tx.now))
		if err != nil {
			return fmt.Errorf("add member: %w", err)
		}
		if n == 0 {
			e.tx.numbers.members.last-- // no row has it: Entra repeats itself more often than it adds
			continue
		}
		kind, err := e.changed(m.Value, actionMemberAdded)
		if err != nil {
			return err
		}
		if m.Type == "" && kind != "" {
			if _, err := e.tx.exec(`update members set type = $3 where group_seq = $1 and member_id = $2`,
				e.group, m.Value, kind); err != nil {
				return fmt.Errorf("type of member: %w", err)
			}
		}
		e.added = append(e.added, m.Value)
	}
	return nil
}

func (e *memberEdit) removeOp(op scim.MemberOp) error {
	if op.Where == nil {
		for _, m := range op.Members {
			if err := e.remove(m.Value); err != nil {
				return err
			}
		}
		return nil
	}
	var matching []string
	err := e.tx.each(membersOfGroup, []any{e.group}, func(rows *sql.Rows) error {
		var m scim.Member
		if err := rows.Scan(&m.Value, &m.Type, &m.Display); err != nil {
			return err
		}
		if op.Where.MatchMember(m) {
			matching = append(matching, m.Value)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("match members: %w", err)
	}
	for _, id := range matching {
		if err := e.remove(id); err != nil {
			return err
		}
	}
	return nil
}

// remove deletes a member's row if there is one, hidden or not: somebody taken out of a group while deleted must not come back
// into it when restored.
func (e *memberEdit) remove(id string) error {
	n, err := e.tx.exec(`delete from members where group_seq = $1 and member_id = $2`, e.group, id)
	if err != nil {
		return fmt.Errorf("remove member: %w", err)
	}
	if n == 0 {
		return nil
	}
	if _, err := e.changed(id, actionMemberRemoved); err != nil {
		return err
	}
	e.removed = append(e.removed, id)
	return nil
}

// replace makes the group's members exactly these. Only ids are read, one by one; rows that stay are not touched.
func (e *memberEdit) replace(members []scim.Member) error {
	wanted := make(map[string]bool, len(members))
	for _, m := range members {
		wanted[m.Value] = true
	}
	var leave []string
	err := e.tx.each(`select member_id from members where group_seq = $1 order by seq`, []any{e.group}, func(rows *sql.Rows) error {
		var id string
		if err := rows.Scan(&id); err != nil {
			return err
		}
		if !wanted[id] {
			leave = append(leave, id)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("compare members: %w", err)
	}
	for _, id := range leave {
		if err := e.remove(id); err != nil {
			return err
		}
	}
	return e.add(members)
}

// changed notes a membership that came or went, and gives the member's type, "" if the id names nobody. A person's groups are in
// its representation, so its version moves; its lastModified does not.
func (e *memberEdit) changed(id, action string) (kind string, err error) {
	if err := e.tx.noteMember(e.cause, e.group, id, action); err != nil {
		return "", err
	}
	err = e.tx.row(`update resources set version = version + (case when type = 'User' then 1 else 0 end)
		where id = $1 and deleted_at is null returning type`, []any{id}, &kind)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("version of member: %w", err)
	}
	return kind, nil
}

// bumpMembers moves the version of everybody in a group: the group's name and being are in their representation.
func (tx *Tx) bumpMembers(group int64) error {
	_, err := tx.exec(bumpMembersText, group)
	if err != nil {
		return fmt.Errorf("versions of members: %w", err)
	}
	return nil
}

// bumpGroups moves the version and lastModified of every group that somebody is shown in.
func (tx *Tx) bumpGroups(member string) error {
	n, err := tx.exec(bumpGroupsText, member, millis(tx.now))
	if err != nil {
		return fmt.Errorf("versions of groups: %w", err)
	}
	if n > 0 {
		tx.commit.Groups = true
	}
	return nil
}

const (
	bumpMembersText = `update resources set version = version + 1 where type = 'User' and deleted_at is null
		and id in (select member_id from members where group_seq = $1 and hidden = 0)`
	bumpGroupsText = `update resources set version = version + 1, updated_at = $2 where deleted_at is null
		and seq in (select group_seq from members where member_id = $1 and hidden = 0)`
)
