package store

import (
	"context"
	"database/sql"
	"fmt"

	"scimdesk/backend/scim"
)

// fillSlice is how many resources are computed at once.
const fillSlice = 1000

// A filling is a resource whose columns are computed.
type filling struct {
	seq            int64
	kind, id, name string
	resource       *scim.Resource // empty where its document can't be read: that must not keep the folder from being opened
}

// fillLists computes for every resource what lists sort by and search in.
func fillLists(ctx context.Context, conn *sql.Conn) error {
	return fillEach(ctx, conn, func(s *session, r filling) error {
		name, email, search := listKeys(r.id, r.name, r.resource, Local{})
		_, err := s.exec(ctx, `update resources set name_key = $2, email_key = $3, search = $4 where seq = $1`, r.seq, name, email, search)
		return err
	})
}

// fillWork computes for every person who has any of them what lists sort by beside that, and whose report they are.
func fillWork(ctx context.Context, conn *sql.Conn) error {
	return fillEach(ctx, conn, func(s *session, r filling) error {
		title, department, manager := workKeys(r.resource)
		if title == "" && department == "" && !manager.Valid {
			return nil
		}
		_, err := s.exec(ctx, `update resources set title_key = $2, department_key = $3, manager_id = $4 where seq = $1`, r.seq, title, department, manager)
		return err
	})
}

// fillEach calls fill for every resource.
func fillEach(ctx context.Context, conn *sql.Conn, fill func(*session, filling) error) error {
	s := newSession(conn.PrepareContext)
	defer s.close()
	for after := int64(0); ; {
		var slice []filling
		err := s.each(ctx, `select seq, type, id, name, doc from resources where seq > $1 order by seq limit 0 + $2`, []any{after, fillSlice},
			func(rows *sql.Rows) error {
				var r filling
				var doc string
				if err := rows.Scan(&r.seq, &r.kind, &r.id, &r.name, &doc); err != nil {
					return err
				}
				var err error
				if r.resource, err = scim.FromDocument(typeNamed(r.kind), []byte(doc)); err != nil {
					r.resource = &scim.Resource{}
				}
				slice = append(slice, r)
				return nil
			})
		if err != nil {
			return fmt.Errorf("read resources: %w", err)
		}
		for _, r := range slice {
			if err := fill(s, r); err != nil {
				return fmt.Errorf("update list of resources: %w", err)
			}
			after = r.seq
		}
		if len(slice) < fillSlice {
			return nil
		}
	}
}
