package store

import (
	"context"
	"database/sql"
	"fmt"

	"scimdesk/backend/scim"
)

// fillSlice is how many resources are computed at once.
const fillSlice = 1000

// fillLists computes for every resource what lists sort by and search in. A document that can't be read has at least its name:
// it must not keep the folder from being opened.
func fillLists(ctx context.Context, conn *sql.Conn) error {
	s := newSession(conn.PrepareContext)
	defer s.close()
	type row struct {
		seq            int64
		kind, id, name string
		doc            string
	}
	for after := int64(0); ; {
		var slice []row
		err := s.each(ctx, `select seq, type, id, name, doc from resources where seq > $1 order by seq limit 0 + $2`, []any{after, fillSlice},
			func(rows *sql.Rows) error {
				var r row
				err := rows.Scan(&r.seq, &r.kind, &r.id, &r.name, &r.doc)
				slice = append(slice, r)
				return err
			})
		if err != nil {
			return fmt.Errorf("read resources: %w", err)
		}
		for _, r := range slice {
			resource, err := scim.FromDocument(typeNamed(r.kind), []byte(r.doc))
			if err != nil {
				resource = &scim.Resource{}
			}
			name, email, search := listKeys(r.id, r.name, resource)
			if _, err := s.exec(ctx, `update resources set name_key = $2, email_key = $3, search = $4 where seq = $1`, r.seq, name, email, search); err != nil {
				return fmt.Errorf("update list of resources: %w", err)
			}
			after = r.seq
		}
		if len(slice) < fillSlice {
			return nil
		}
	}
}
