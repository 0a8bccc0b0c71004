package store

import (
	"database/sql"
	"errors"
	"fmt"
)

const (
	byGroupName = `select id from resources where type = 'Group' and display_key = $1 and deleted_at is null order by seq limit 1`
	memberNow   = `select m.seq from resources r join members m on m.group_seq = r.seq
		where r.id = $1 and r.type = 'Group' and r.deleted_at is null and m.member_id = $2 and m.hidden = 0`
)

// ByGroupName gives the id of the first living group whose displayName has this scim.Key.
func (tx *Tx) ByGroupName(key string) (id string, found bool, err error) {
	return tx.idBy(byGroupName, key)
}

// IsMember tells whether somebody is shown in a living group now.
func (tx *Tx) IsMember(group, member string) (bool, error) {
	var seq int64
	err := tx.row(memberNow, []any{group, member}, &seq)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for member %s of %s: %w", member, group, err)
	}
	return true, nil
}

const knownByImport = `select local_id, action, vals from handover_people where id = $1 and handover = 0 order by n desc limit 1`

// KnownByImport gives what KnowPerson noted of somebody, so that an import that is taken back can note it again.
func (tx *Tx) KnownByImport(id string) (p HandedPerson, found bool, err error) {
	p.ID = id
	err = tx.row(knownByImport, []any{id}, &p.LocalID, &p.Action, &p.Vals)
	if errors.Is(err, sql.ErrNoRows) {
		return HandedPerson{}, false, nil
	}
	if err != nil {
		return HandedPerson{}, false, fmt.Errorf("look up what is known of %s: %w", id, err)
	}
	return p, true, nil
}
