package store

import (
	"context"
	"database/sql"
	"fmt"

	"scimdesk/backend/scim"
)

// MemberRow is a member as a face lists it. Names are empty where nobody has the id.
type MemberRow struct{ ID, Type, UserName, DisplayName string }

const memberRows = `select m.member_id, m.type, r.type, r.doc from members m join resources g on g.seq = m.group_seq
	left join resources r on r.id = m.member_id and r.deleted_at is null
	where g.id = $1 and g.type = 'Group' and m.member_id > $2 and m.hidden = 0
	order by m.member_id limit 0 + $3`

// MemberRows gives the members of a group in the order of their ids, those behind the id after, at most limit. A deleted group has
// those that come back with it, one that is not there has none.
func (s *Store) MemberRows(ctx context.Context, group, after string, limit int) ([]MemberRow, error) {
	var out []MemberRow
	err := s.browse.each(ctx, memberRows, []any{group, after, limit}, func(rows *sql.Rows) error {
		var m MemberRow
		var kind, doc sql.NullString
		if err := rows.Scan(&m.ID, &m.Type, &kind, &doc); err != nil {
			return err
		}
		if doc.Valid {
			t := scim.User
			if kind.String == scim.Group.Name {
				t = scim.Group
			}
			r, err := scim.FromDocument(t, []byte(doc.String))
			if err != nil {
				return fmt.Errorf("read %s %s: %w", t.Name, m.ID, err)
			}
			m.Type, m.UserName, m.DisplayName = t.Name, r.UserName(), r.DisplayName()
		}
		out = append(out, m)
		return nil
	})
	return out, s.broken(err)
}
