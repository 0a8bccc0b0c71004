package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"scimdesk/backend/scim"
)

// rekeySlice is how many groups one step gives their keys; rekeyTime ends a step of long documents.
const (
	rekeySlice = 200
	rekeyTime  = 40 * time.Millisecond
)

// Browse is Scan for a face: it reads with the connections that SCIM does not wait for.
func (s *Store) Browse(ctx context.Context, t *scim.ResourceType, each func(Record) error) error {
	p := planFilter(t, nil)
	for after := int64(0); ; {
		var records []Record
		err := s.browse.each(ctx, p.sliceText(), append(p.args, after, sliceSize), func(rows *sql.Rows) error {
			rec, err := scanRecord(t, rows)
			records = append(records, rec)
			return err
		})
		if err != nil {
			return s.broken(err)
		}
		for _, rec := range records {
			if err := each(rec); err != nil {
				return err
			}
			after = rec.Seq
		}
		if len(records) < sliceSize {
			return nil
		}
	}
}

// GroupsSharing gives the names of groups that have the same key, each key's names next to each other, in order of creation of the first; at most
// limit keys.
func (s *Store) GroupsSharing(ctx context.Context, key func(*scim.Resource) string, limit int) ([][]string, error) {
	named := map[string][]string{}
	var order []string
	err := s.Browse(ctx, scim.Group, func(rec Record) error {
		r, err := scim.FromDocument(scim.Group, rec.Doc)
		if err != nil {
			return fmt.Errorf("read %s %s: %w", scim.Group.Name, rec.ID, err)
		}
		k := scim.Key(key(r))
		if k == "" {
			return nil
		}
		if named[k] = append(named[k], rec.Name); len(named[k]) == 2 {
			order = append(order, k)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var all [][]string
	for _, k := range order[:min(len(order), limit)] {
		all = append(all, named[k])
	}
	return all, nil
}

// RekeyGroups brings all groups, deleted ones too, to what Options.GroupKey says now, in short steps. Those that come into being meanwhile have
// that key already. A group whose key another one has keeps none, so that the other stays the one; such are named. GroupsSharing finds
// them before.
func (s *Store) RekeyGroups(ctx context.Context) (keyless []string, err error) {
	for after := int64(0); ; {
		last, left, names := int64(0), false, []string(nil)
		err := s.writer.writeLong(ctx, func(tx *Tx) (err error) {
			last, left, names, err = s.rekey(tx, after)
			return err
		})
		if err != nil {
			return keyless, fmt.Errorf("key groups anew: %w", err)
		}
		if keyless = append(keyless, names...); !left {
			return keyless, nil
		}
		after = last
	}
}

const (
	groupsAfter = `select seq, name, doc, unique_key, deleted_at is null from resources where type = 'Group' and seq > $1 order by seq limit 0 + $2`
	groupWith   = `select seq from resources where type = 'Group' and unique_key = $1 and deleted_at is null`
	setGroupKey = `update resources set unique_key = $2 where seq = $1`
)

// rekey is a step behind a seq. It gives the seq that it came to, and whether groups may be left.
func (s *Store) rekey(tx *Tx, after int64) (last int64, left bool, keyless []string, err error) {
	type group struct {
		seq       int64
		name, doc string
		key       sql.NullString
		living    bool
	}
	var groups []group
	err = tx.each(groupsAfter, []any{after, rekeySlice}, func(rows *sql.Rows) error {
		var g group
		err := rows.Scan(&g.seq, &g.name, &g.doc, &g.key, &g.living)
		groups = append(groups, g)
		return err
	})
	if err != nil {
		return 0, false, nil, err
	}
	began := time.Now()
	for _, g := range groups {
		if last > 0 && time.Since(began) > rekeyTime {
			return last, true, keyless, nil
		}
		last = g.seq
		r, err := scim.FromDocument(scim.Group, []byte(g.doc))
		if err != nil {
			return 0, false, nil, fmt.Errorf("read %s of row %d: %w", scim.Group.Name, g.seq, err)
		}
		want := nullable(scim.Key(s.o.GroupKey(r)))
		if g.living && want.Valid {
			free, err := tx.freeGroupKey(g.seq, want)
			if err != nil {
				return 0, false, nil, err
			}
			if !free {
				want, keyless = sql.NullString{}, append(keyless, g.name)
			}
		}
		if want == g.key {
			continue
		}
		if _, err := tx.exec(setGroupKey, g.seq, want); err != nil {
			return 0, false, nil, fmt.Errorf("key row %d: %w", g.seq, err)
		}
	}
	return last, len(groups) == rekeySlice, slices.Clone(keyless), nil
}

// freeGroupKey takes a key from a group whose turn has not come yet, which will get its own. It tells false where the key belongs to another.
func (tx *Tx) freeGroupKey(seq int64, key sql.NullString) (bool, error) {
	var holder int64
	err := tx.row(groupWith, []any{key}, &holder)
	if errors.Is(err, sql.ErrNoRows) || err == nil && holder == seq {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("look up who has the key of row %d: %w", seq, err)
	}
	if holder < seq {
		return false, nil
	}
	if _, err := tx.exec(setGroupKey, holder, sql.NullString{}); err != nil {
		return false, fmt.Errorf("key row %d: %w", holder, err)
	}
	return true, nil
}
