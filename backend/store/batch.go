package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"scimdesk/backend/scim"
)

// Batch runs fn as one write: all of it is on disk when Batch returns, and an error leaves nothing of it. fn may run twice, so it touches nothing
// but tx and variables that it sets anew. SCIM waits while it runs.
func (s *Store) Batch(ctx context.Context, fn func(tx *Tx) error) error {
	return s.writer.write(ctx, s.batch(fn))
}

func (s *Store) batch(fn func(tx *Tx) error) func(*Tx) error {
	return func(tx *Tx) error {
		tx.store = s
		if err := fn(tx); err != nil {
			return err
		}
		return tx.unparked()
	}
}

// Create is Store.Create with what the admin keeps of the person.
func (tx *Tx) Create(c Cause, r *scim.Resource, l Local) (Record, error) {
	return tx.store.create(tx, c, r, l, With{})
}

// Update is Store.Update, whatever the version.
func (tx *Tx) Update(c Cause, t *scim.ResourceType, id string, e Edit) (Record, error) {
	return tx.store.update(tx, c, t, id, 0, e)
}

// Remove is Store.Delete, whatever the version: what it removes can be restored.
func (tx *Tx) Remove(c Cause, t *scim.ResourceType, id string) error {
	return tx.store.remove(tx, c, t, id, 0)
}

// Nested runs fn in a savepoint of its own: an error leaves nothing of fn, and is given.
func (tx *Tx) Nested(fn func() error) error {
	if tx.spoiled != nil {
		return tx.spoiled
	}
	if _, err := tx.exec("savepoint nested"); err != nil {
		return tx.spoil(err)
	}
	before := *tx
	before.parked = slices.Clone(tx.parked)
	if err := fn(); err != nil && tx.spoiled == nil {
		*tx = before
		if _, back := tx.exec("rollback to nested"); back != nil {
			return tx.spoil(errors.Join(err, back))
		}
		if _, back := tx.exec("release nested"); back != nil {
			return tx.spoil(errors.Join(err, back))
		}
		return err
	}
	if tx.spoiled != nil {
		return tx.spoiled
	}
	if _, err := tx.exec("release nested"); err != nil {
		return tx.spoil(err)
	}
	return nil
}

// spoil ends the write as a whole: what is kept of it is not known any more.
func (tx *Tx) spoil(err error) error {
	tx.spoiled = fmt.Errorf("savepoint: %w", err)
	return tx.spoiled
}

// Park takes a living person's userName out of the way until Rename gives them one, so that people can swap theirs inside one write. A write
// that leaves somebody parked is refused.
func (tx *Tx) Park(id string) error {
	n, err := tx.exec(`update resources set unique_key = null where id = $1 and type = 'User' and deleted_at is null`, id)
	if err != nil {
		return fmt.Errorf("park %s: %w", id, err)
	}
	if n == 0 {
		return notFound(scim.User, id)
	}
	if !slices.Contains(tx.parked, id) {
		tx.parked = append(tx.parked, id)
	}
	return nil
}

// unparked refuses to leave somebody without a userName.
func (tx *Tx) unparked() error {
	if len(tx.parked) == 0 {
		return nil
	}
	return fmt.Errorf("%s was left without a userName", strings.Join(tx.parked, ", "))
}

const (
	renameText  = `update resources set doc = $2, updated_at = $3, version = version + 1, unique_key = $4, search = $5, local = $6 where seq = $1`
	renameShown = `update resources set doc = $2, updated_at = $3, version = version + 1, unique_key = $4, search = $5, local = $6, name = $7, name_key = $8
		where seq = $1`
)

// Rename gives a living person another userName, and keeps the one that they had as a former one if keepFormer. Otherwise it takes a
// conversion back: the newest former one is forgotten where it is the one that they get. A *scim.Error of kind Uniqueness names who has the userName
// already. It writes nothing that a userName is not in.
func (tx *Tx) Rename(c Cause, id, userName string, keepFormer bool) (Record, error) {
	return tx.rename(c, id, userName, keepFormer, func(string) bool { return true })
}

// ErrOtherName means that somebody has another userName than whoever renames them expects.
var ErrOtherName = errors.New("the person has another userName")

// RenameFrom is Rename for somebody whose userName has the scim.Key of from; ErrOtherName where it has another.
func (tx *Tx) RenameFrom(c Cause, id, from, userName string, keepFormer bool) (Record, error) {
	return tx.rename(c, id, userName, keepFormer, func(was string) bool { return was == from || scim.Key(was) == scim.Key(from) })
}

func (tx *Tx) rename(c Cause, id, userName string, keepFormer bool, expected func(was string) bool) (Record, error) {
	if userName == "" {
		return Record{}, &scim.Error{Kind: scim.InvalidValue, Detail: "userName must not be empty"}
	}
	rec, err := tx.Get(scim.User, id, With{})
	if err != nil {
		return Record{}, err
	}
	before, err := scim.FromDocument(scim.User, rec.Doc)
	if err != nil {
		return Record{}, fmt.Errorf("read %s %s: %w", scim.User.Name, id, err)
	}
	was, parked := before.UserName(), slices.Contains(tx.parked, id)
	if !expected(was) {
		return Record{}, ErrOtherName
	}
	if was == userName && !parked {
		return rec, nil
	}
	after := &scim.Resource{Type: scim.User, Attrs: maps.Clone(before.Attrs)}
	after.Attrs["userName"] = userName
	local := rec.Local.renamed(was, userName, keepFormer, tx)
	name := cmp.Or(after.DisplayName(), userName)
	nameKey, _, search := listKeys(id, name, after, local)
	doc := after.Document()
	text, args := renameText, []any{rec.Seq, string(doc), millis(tx.now), scim.Key(userName), search, local.text()}
	if name != rec.Name {
		text, args = renameShown, append(args, name, nameKey)
	}
	_, err = tx.exec(text, args...)
	if isUniqueViolation(err) {
		return Record{}, tx.store.taken(tx, c, after, local, columns{unique: nullable(scim.Key(userName))})
	}
	if err != nil {
		return Record{}, fmt.Errorf("rename %s: %w", id, err)
	}
	if parked {
		tx.parked = slices.DeleteFunc(slices.Clone(tx.parked), func(other string) bool { return other == id })
	}
	if was != userName {
		if err := tx.note(c, rec.Seq, actionUpdated, []scim.Change{{Path: "userName", Old: was, New: userName}}); err != nil {
			return Record{}, err
		}
	}
	if err := tx.markEntra(c, &rec); err != nil {
		return Record{}, err
	}
	rec.Version++
	rec.Doc, rec.Name, rec.Modified, rec.Changed, rec.Action, rec.Local = doc, name, tx.now, true, actionUpdated, local
	return tx.store.finish(tx, c, rec, Change{Origin: c.Origin, Type: scim.User, ID: id, Local: local, Before: before, After: after}, With{})
}

// renamed is what the admin keeps of somebody who gets another userName. A change of letter case alone is none: it is found anyway.
func (l Local) renamed(was, is string, keepFormer bool, tx *Tx) Local {
	switch key := scim.Key(is); {
	case key == scim.Key(was):
	case keepFormer:
		l.Former = former(l.Former, was, tx.now)
	case len(l.Former) > 0 && scim.Key(l.Former[0].UserName) == key:
		l.Former = l.Former[1:]
	}
	return l
}
