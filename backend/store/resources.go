package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"scimdesk/backend/scim"
)

// Edit is a change to one resource. Both functions may run twice, so they touch only their argument.
type Edit struct {
	// Apply changes the resource it is given. nil: the document is neither loaded nor written.
	Apply func(*scim.Resource) error
	// Members are carried out after Apply, in order, as operations on rows: a group is never loaded to change a member.
	Members []scim.MemberOp
	// With is what the Record given to Cause.Answer and returned is filled with.
	With With
}

// What history calls a change of a resource itself.
const (
	actionCreated  = "created"
	actionUpdated  = "updated"
	actionDisabled = "disabled"
	actionEnabled  = "enabled"
	actionDeleted  = "deleted"
	actionRestored = "restored"
)

// Create stores a new resource and gives it an id. A *scim.Error of kind Uniqueness names who has the userName (or group key)
// already. If the newest deleted resource had the same, the new one is linked to it.
func (s *Store) Create(ctx context.Context, c Cause, r *scim.Resource, w With) (Record, error) {
	var rec Record
	err := s.writer.write(ctx, func(tx *Tx) (err error) {
		rec, err = s.create(tx, c, r, Local{}, w)
		return err
	})
	if err != nil {
		return Record{}, c.failed(err)
	}
	return rec, nil
}

// Update reads, changes and writes one resource in one transaction. ifVersion other than 0 must be the resource's version, or a
// *scim.Error of kind PreconditionFailed is given. What changes nothing writes nothing: Record.Changed is then false, the
// version stays, no history is kept; only the request's activity row is written.
func (s *Store) Update(ctx context.Context, c Cause, t *scim.ResourceType, id string, ifVersion int64, e Edit) (Record, error) {
	var rec Record
	err := s.writer.write(ctx, func(tx *Tx) (err error) {
		rec, err = s.update(tx, c, t, id, ifVersion, e)
		return err
	})
	if err != nil {
		return Record{}, c.failed(err)
	}
	return rec, nil
}

// Delete hides a resource at once from everything and keeps it for Restore. Its memberships are hidden with it.
func (s *Store) Delete(ctx context.Context, c Cause, t *scim.ResourceType, id string, ifVersion int64) error {
	return c.failed(s.writer.write(ctx, func(tx *Tx) error { return s.remove(tx, c, t, id, ifVersion) }))
}

// Restore brings a deleted resource back, with its memberships. A *scim.Error of kind Uniqueness names who has taken its userName (or
// group key) or its localId meanwhile.
func (s *Store) Restore(ctx context.Context, c Cause, t *scim.ResourceType, id string) (Record, error) {
	var rec Record
	err := s.writer.write(ctx, func(tx *Tx) (err error) {
		rec, err = s.restore(tx, c, t, id)
		return err
	})
	if err != nil {
		return Record{}, c.failed(err)
	}
	return rec, nil
}

// failed takes back the number that an activity row got in a transaction that did not come to be.
func (c Cause) failed(err error) error {
	if err != nil && c.Activity != nil {
		c.Activity.Seq = 0
	}
	return err
}

func (s *Store) create(tx *Tx, c Cause, r *scim.Resource, l Local, w With) (Record, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Record{}, fmt.Errorf("make id: %w", err)
	}
	entra := c.Origin == OriginSCIM
	cols := s.columnsOf(id.String(), r, l, entra)
	rec := Record{Type: r.Type, ID: id.String(), Name: cols.name, Doc: r.Document(), Version: 1,
		Created: tx.now, Modified: tx.now, Changed: true, Action: actionCreated, Local: l, Entra: entra}
	if rec.Seq, err = tx.next(&tx.numbers.resources); err != nil {
		return Record{}, err
	}
	_, err = tx.exec(`insert into resources
			(seq, type, id, name, unique_key, display_key, external_key, active, doc, search, version, created_at, updated_at, name_key, email_key,
			title_key, department_key, manager_id, local, local_key, role, entra, follows)
		values ($13, $1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $10, $11, $12, $14, $15, $16, $17, $18, $19, $20, (select id from resources
			where type = $1 and unique_key = $4 and deleted_at is not null order by seq desc limit 1))`,
		typeOf(r.Type, c.Probe), rec.ID, cols.name, cols.unique, cols.display, cols.external, cols.active, string(rec.Doc),
		cols.search, millis(tx.now), cols.nameKey, cols.emailKey, rec.Seq, cols.title, cols.department, cols.manager,
		cols.local, cols.localKey, cols.role, cols.entra)
	if isUniqueViolation(err) {
		return Record{}, s.taken(tx, c, r, l, cols)
	}
	if err != nil {
		return Record{}, fmt.Errorf("insert %s: %w", r.Type.Name, err)
	}
	if err := tx.putEmails(rec.Seq, cols.emails); err != nil {
		return Record{}, err
	}
	if err := tx.count(c, r.Type, 1, activeOf(r), 0); err != nil {
		return Record{}, err
	}
	changes := scim.Diff(&scim.Resource{Type: r.Type, Attrs: map[string]any{}}, r)
	changes = append(changes, localChanges(Local{}, l)...)
	if err := tx.note(c, rec.Seq, actionCreated, changes); err != nil {
		return Record{}, err
	}
	change := Change{Origin: c.Origin, Type: r.Type, ID: rec.ID, Local: l, After: r}
	if len(r.Members) > 0 {
		m := memberEdit{tx: tx, cause: c, group: rec.Seq}
		if err := m.add(r.Members); err != nil {
			return Record{}, err
		}
		change.Added = m.added
	}
	if w.Groups && r.Type == scim.User {
		rec.Groups, w.Groups = []scim.GroupRef{}, false // nobody could name an id that was made just now
	}
	return s.finish(tx, c, rec, change, w)
}

func (s *Store) update(tx *Tx, c Cause, t *scim.ResourceType, id string, ifVersion int64, e Edit) (Record, error) {
	text := getLiving
	if e.Apply == nil {
		text = getBare
	}
	rec, err := getRecord(context.Background(), tx.s, text, t, typeOf(t, c.Probe), id, With{})
	if err != nil {
		return Record{}, err
	}
	if err := rec.expect(ifVersion); err != nil {
		return Record{}, err
	}
	change := Change{Origin: c.Origin, Type: t, ID: id, Local: rec.Local}
	if e.Apply == nil {
		rec.Doc = nil
	} else if err := s.apply(tx, c, &rec, e.Apply, &change); err != nil {
		return Record{}, err
	}
	if len(e.Members) > 0 {
		m := memberEdit{tx: tx, cause: c, group: rec.Seq}
		if err := m.run(e.Members); err != nil {
			return Record{}, err
		}
		change.Added, change.Removed = m.added, m.removed
		if len(m.added)+len(m.removed) > 0 && !rec.Changed {
			rec.Modified, rec.Changed = tx.now, true
			if err := tx.row(`update resources set version = version + 1, updated_at = $2 where seq = $1 returning version`,
				[]any{rec.Seq, millis(tx.now)}, &rec.Version); err != nil {
				return Record{}, fmt.Errorf("update %s: %w", t.Name, err)
			}
			if err := tx.markEntra(c, &rec); err != nil {
				return Record{}, err
			}
		}
	}
	return s.finish(tx, c, rec, change, e.With)
}

// apply changes the document and its columns. If nothing changed it leaves rec as it is.
func (s *Store) apply(tx *Tx, c Cause, rec *Record, fn func(*scim.Resource) error, change *Change) error {
	before, err := scim.FromDocument(rec.Type, rec.Doc)
	if err != nil {
		return fmt.Errorf("read %s %s: %w", rec.Type.Name, rec.ID, err)
	}
	after := before.Clone()
	if err := fn(after); err != nil {
		return err
	}
	after.Type = rec.Type
	doc := after.Document()
	change.Before, change.After = before, after
	if bytes.Equal(doc, rec.Doc) {
		return nil
	}
	local, entra := rec.Local, rec.Entra || c.Origin == OriginSCIM
	if was := before.UserName(); rec.Type == scim.User && scim.Key(was) != scim.Key(after.UserName()) {
		local.Former = former(slices.DeleteFunc(slices.Clone(local.Former), func(f Former) bool { return scim.Key(f.UserName) == scim.Key(was) }), was, tx.now)
	}
	old, cols := s.columnsOf(rec.ID, before, rec.Local, rec.Entra), s.columnsOf(rec.ID, after, local, entra)
	text, args := updateOf(rec.Seq, doc, tx.now, old, cols)
	err = tx.row(text, args, &rec.Version)
	if isUniqueViolation(err) {
		return s.taken(tx, c, after, local, cols)
	}
	if err != nil {
		return fmt.Errorf("update %s: %w", rec.Type.Name, err)
	}
	if !slices.Equal(old.emails, cols.emails) {
		if _, err := tx.exec(`delete from emails where resource_seq = $1`, rec.Seq); err != nil {
			return fmt.Errorf("delete e-mails: %w", err)
		}
		if err := tx.putEmails(rec.Seq, cols.emails); err != nil {
			return err
		}
	}
	if err := tx.count(c, rec.Type, 0, activeOf(after)-activeOf(before), 0); err != nil {
		return err
	}
	action := actionUpdated
	if is, was := activeOf(after), activeOf(before); is < was {
		action = actionDisabled
	} else if is > was {
		action = actionEnabled
	}
	if err := tx.note(c, rec.Seq, action, scim.Diff(before, after)); err != nil {
		return err
	}
	rec.Doc, rec.Name, rec.Modified, rec.Changed, rec.Action = doc, cols.name, tx.now, true, action
	rec.Local, rec.Entra = local, entra
	return nil
}

// updateOf gives the statement and its arguments that write the document and the columns that move. It names no other column: the
// engine writes every index of a column that is named, even where its value stays.
func updateOf(seq int64, doc []byte, now time.Time, old, cols columns) (text string, args []any) {
	sets, args := appendSets([]byte("update resources set doc = $2, updated_at = $3, version = version + 1"), []any{seq, string(doc), millis(now)}, old, cols)
	return string(sets) + " where seq = $1 returning version", args
}

// appendSets adds the columns that move to a list of sets and their arguments.
func appendSets(sets []byte, args []any, old, cols columns) ([]byte, []any) {
	for _, c := range []struct {
		name     string
		was, now any
	}{
		{"search", old.search, cols.search}, {"name", old.name, cols.name}, {"name_key", old.nameKey, cols.nameKey},
		{"email_key", old.emailKey, cols.emailKey}, {"unique_key", old.unique, cols.unique}, {"display_key", old.display, cols.display},
		{"external_key", old.external, cols.external}, {"active", old.active, cols.active}, {"title_key", old.title, cols.title},
		{"department_key", old.department, cols.department}, {"manager_id", old.manager, cols.manager}, {"local", old.local, cols.local},
		{"local_key", old.localKey, cols.localKey}, {"role", old.role, cols.role}, {"entra", old.entra, cols.entra},
	} {
		if c.was != c.now {
			args = append(args, c.now)
			if len(sets) > 0 {
				sets = append(sets, ", "...)
			}
			sets = append(sets, c.name+" = $"+strconv.Itoa(len(args))...)
		}
	}
	return sets, args
}

func (s *Store) remove(tx *Tx, c Cause, t *scim.ResourceType, id string, ifVersion int64) error {
	rec, err := getRecord(context.Background(), tx.s, getLiving, t, typeOf(t, c.Probe), id, With{})
	if err != nil {
		return err
	}
	if err := rec.expect(ifVersion); err != nil {
		return err
	}
	if c.Probe {
		if err := tx.removeProbe(&rec); err != nil {
			return err
		}
		_, err = s.finish(tx, c, rec, Change{}, With{})
		return err
	}
	before, err := scim.FromDocument(t, rec.Doc)
	if err != nil {
		return fmt.Errorf("read %s %s: %w", t.Name, id, err)
	}
	if t == scim.Group {
		if err := tx.bumpMembers(rec.Seq); err != nil {
			return err
		}
	}
	if err := tx.bumpGroups(id); err != nil {
		return err
	}
	if _, err := tx.exec(`update members set hidden = 1 where member_id = $1`, id); err != nil {
		return fmt.Errorf("hide memberships: %w", err)
	}
	if err := tx.row(`update resources set deleted_at = $2, version = version + 1 where seq = $1 returning version`,
		[]any{rec.Seq, millis(tx.now)}, &rec.Version); err != nil {
		return fmt.Errorf("delete %s: %w", t.Name, err)
	}
	if err := tx.count(c, t, -1, -activeOf(before), 1); err != nil {
		return err
	}
	if err := tx.note(c, rec.Seq, actionDeleted, nil); err != nil {
		return err
	}
	if err := tx.markEntra(c, &rec); err != nil {
		return err
	}
	rec.Deleted, rec.Changed, rec.Action = tx.now, true, actionDeleted
	tx.commit.removed = true
	_, err = s.finish(tx, c, rec, Change{Origin: c.Origin, Type: t, ID: id, Local: rec.Local, Before: before}, With{})
	return err
}

func (s *Store) restore(tx *Tx, c Cause, t *scim.ResourceType, id string) (Record, error) {
	rec, err := getRecord(context.Background(), tx.s, getDeleted, t, typeOf(t, c.Probe), id, With{})
	if err != nil {
		return Record{}, err
	}
	after, err := scim.FromDocument(t, rec.Doc)
	if err != nil {
		return Record{}, fmt.Errorf("read %s %s: %w", t.Name, id, err)
	}
	err = tx.row(`update resources set deleted_at = null, version = version + 1, updated_at = $2 where seq = $1 returning version`,
		[]any{rec.Seq, millis(tx.now)}, &rec.Version)
	if isUniqueViolation(err) {
		return Record{}, s.taken(tx, c, after, rec.Local, s.columnsOf(id, after, rec.Local, rec.Entra))
	}
	if err != nil {
		return Record{}, fmt.Errorf("restore %s: %w", t.Name, err)
	}
	if _, err := tx.exec(`update members set hidden = 0 where member_id = $1`, id); err != nil {
		return Record{}, fmt.Errorf("show memberships: %w", err)
	}
	if err := tx.bumpGroups(id); err != nil {
		return Record{}, err
	}
	if t == scim.Group {
		if err := tx.bumpMembers(rec.Seq); err != nil {
			return Record{}, err
		}
	}
	if err := tx.count(c, t, 1, activeOf(after), -1); err != nil {
		return Record{}, err
	}
	if err := tx.note(c, rec.Seq, actionRestored, nil); err != nil {
		return Record{}, err
	}
	rec.Modified, rec.Deleted, rec.Changed, rec.Action = tx.now, time.Time{}, true, actionRestored
	tx.commit.removed = true
	return s.finish(tx, c, rec, Change{Origin: c.Origin, Type: t, ID: id, Local: rec.Local, After: after}, With{Groups: true, Members: true})
}

// finish is the end of every write: it asks Check, lets the caller answer and puts the request's activity row beside the change.
func (s *Store) finish(tx *Tx, c Cause, rec Record, change Change, w With) (Record, error) {
	if c.Probe {
		rec.Groups, w = []scim.GroupRef{}, With{} // nobody else knows of it
	} else if rec.Changed {
		if rec.Type == scim.Group {
			tx.commit.Groups = true
		} else {
			tx.commit.People = true
		}
		if s.o.Check != nil {
			if err := s.o.Check(tx, change); err != nil {
				return Record{}, err
			}
		}
	}
	if err := fill(context.Background(), tx.s, &rec, w); err != nil {
		return Record{}, err
	}
	if c.Answer != nil {
		if err := c.Answer(rec); err != nil {
			return Record{}, err
		}
	}
	if c.Activity != nil {
		row := c.Activity.kept()
		if err := tx.log(row); err != nil {
			return Record{}, err
		}
		c.Activity.Seq = row.Seq
	}
	return rec, nil
}

// markEntra notes that SCIM has written a resource by a statement that wrote nothing else of it that says so.
func (tx *Tx) markEntra(c Cause, rec *Record) error {
	if rec.Entra || c.Origin != OriginSCIM {
		return nil
	}
	if _, err := tx.exec(`update resources set entra = 1 where seq = $1`, rec.Seq); err != nil {
		return fmt.Errorf("mark %s: %w", rec.Type.Name, err)
	}
	rec.Entra = true
	return nil
}

// expect checks the version that the client has seen.
func (r Record) expect(version int64) error {
	if version == 0 || version == r.Version {
		return nil
	}
	return &scim.Error{Kind: scim.PreconditionFailed, Detail: fmt.Sprintf("%s %s has version %s, not %s",
		r.Type.Name, r.ID, scim.ETag(r.Version), scim.ETag(version))}
}

// taken words a violation of uniqueness after looking up who was there first.
func (s *Store) taken(tx *Tx, c Cause, r *scim.Resource, l Local, cols columns) error {
	var id string
	err := tx.row(`select id from resources where type = $1 and unique_key = $2 and deleted_at is null`,
		[]any{typeOf(r.Type, c.Probe), cols.unique}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return tx.localTaken(l)
	}
	if err != nil {
		return fmt.Errorf("look up who has %q: %w", cols.unique.String, err)
	}
	attribute, value, who := "userName", r.UserName(), "user"
	if r.Type == scim.Group {
		attribute, value, who = "displayName", s.o.GroupKey(r), "group"
		if value == r.ExternalID() && value != r.DisplayName() {
			attribute = "externalId"
		}
	}
	return &scim.Error{Kind: scim.Uniqueness, Detail: fmt.Sprintf("%s '%s' is already used by %s %s", attribute, value, who, id),
		Err: errors.New("unique key is taken")}
}

func (tx *Tx) putEmails(seq int64, keys []string) error {
	for _, key := range keys {
		if _, err := tx.exec(`insert into emails (key, resource_seq) values ($1, $2)`, key, seq); err != nil {
			return fmt.Errorf("insert e-mail: %w", err)
		}
	}
	return nil
}

// activeOf is what a resource adds to its type's count of active ones. Groups can't be disabled: all are active.
func activeOf(r *scim.Resource) int {
	if r.Type == scim.Group {
		return 1
	}
	value, _ := r.Active()
	return bit(value)
}
