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
