package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"scimdesk/backend/scim"
)

// OriginSCIM is the Cause.Origin of what a SCIM client asked for. Whom it changed has Record.Entra from then on.
const OriginSCIM = "scim"

// What Local.Role says.
const (
	RoleAdministrator = "administrator"
	RoleUserManager   = "user-manager"
)

// formerLimit is how many former user names are kept of a person.
const formerLimit = 20

// Local is what the admin keeps of a person beside what SCIM says: nobody outside ever reads or writes it.
type Local struct {
	LocalID   string   // key in the old system; unique among the living by scim.Key, "" for none
	Role      string   // "", RoleAdministrator, RoleUserManager
	Note      string   // free text
	Protected bool     // may not be disabled, deleted or renamed by SCIM; Options.Check decides, not the store
	Former    []Former // userNames that the person had before conversions or renames, newest first, at most 20
}

// Former is a userName that somebody had, and until when.
type Former struct {
	UserName string
	Until    time.Time
}

// A keptLocal is Local as the database has it.
type keptLocal struct {
	LocalID   string       `json:"localId,omitempty"`
	Role      string       `json:"role,omitempty"`
	Note      string       `json:"note,omitempty"`
	Protected bool         `json:"protected,omitempty"`
	Former    []keptFormer `json:"former,omitempty"`
}

type keptFormer struct {
	UserName string `json:"userName"`
	Until    int64  `json:"until"` // milliseconds
}

// text is "" for nothing: most people have nothing, and reading them costs nothing.
func (l Local) text() string {
	if l.LocalID == "" && l.Role == "" && l.Note == "" && !l.Protected && len(l.Former) == 0 {
		return ""
	}
	kept := keptLocal{LocalID: l.LocalID, Role: l.Role, Note: l.Note, Protected: l.Protected}
	for _, f := range l.Former {
		kept.Former = append(kept.Former, keptFormer{f.UserName, millis(f.Until)})
	}
	raw, _ := json.Marshal(kept) // texts, numbers and truths can always be written
	return string(raw)
}

func localOf(text string) (Local, error) {
	if text == "" {
		return Local{}, nil
	}
	var kept keptLocal
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		return Local{}, err
	}
	l := Local{LocalID: kept.LocalID, Role: kept.Role, Note: kept.Note, Protected: kept.Protected}
	for _, f := range kept.Former {
		l.Former = append(l.Former, Former{f.UserName, fromMillis(f.Until)})
	}
	return l, nil
}

// former puts a user name before those that somebody had.
func former(had []Former, userName string, until time.Time) []Former {
	all := append([]Former{{UserName: userName, Until: until}}, had...)
	return all[:min(len(all), formerLimit)]
}

// localChanges is what history says of a change of what the admin keeps.
func localChanges(before, after Local) []scim.Change {
	var all []scim.Change
	texts := func(path, was, is string) {
		if was == is {
			return
		}
		c := scim.Change{Path: path}
		if was != "" {
			c.Old = was
		}
		if is != "" {
			c.New = is
		}
		all = append(all, c)
	}
	texts("localId", before.LocalID, after.LocalID)
	texts("note", before.Note, after.Note)
	if before.Protected != after.Protected {
		all = append(all, scim.Change{Path: "protected", Old: before.Protected, New: after.Protected})
	}
	texts("role", before.Role, after.Role)
	return all
}

// SetLocal changes what the admin keeps of a living person. Former is not edit's to change. A *scim.Error of kind Uniqueness names who has the
// localId already. The version and lastModified that SCIM shows stay. What changes nothing writes nothing.
func (s *Store) SetLocal(ctx context.Context, c Cause, id string, edit func(*Local) error) (Record, error) {
	var rec Record
	err := s.Batch(ctx, func(tx *Tx) (err error) {
		rec, err = tx.SetLocal(c, id, edit)
		return err
	})
	if err != nil {
		return Record{}, c.failed(err)
	}
	return rec, nil
}

// SetLocal is Store.SetLocal.
func (tx *Tx) SetLocal(c Cause, id string, edit func(*Local) error) (Record, error) {
	rec, err := tx.Get(scim.User, id, With{})
	if err != nil {
		return Record{}, err
	}
	before, after := rec.Local, rec.Local
	after.Former = slices.Clone(before.Former)
	if err := edit(&after); err != nil {
		return Record{}, err
	}
	after.Former = before.Former
	change := Change{Origin: c.Origin, Type: scim.User, ID: id, Local: after}
	if changes := localChanges(before, after); len(changes) > 0 {
		if err := tx.keepLocal(&rec, after); err != nil {
			return Record{}, err
		}
		if err := tx.note(c, rec.Seq, actionUpdated, changes); err != nil {
			return Record{}, err
		}
		rec.Changed, rec.Action = true, actionUpdated
		change.LocalBefore, change.LocalAfter = &before, &after
	}
	return tx.store.finish(tx, c, rec, change, With{})
}

// keepLocal writes what the admin keeps of somebody and nothing else.
func (tx *Tx) keepLocal(rec *Record, after Local) error {
	r, err := scim.FromDocument(scim.User, rec.Doc)
	if err != nil {
		return fmt.Errorf("read %s %s: %w", scim.User.Name, rec.ID, err)
	}
	old, cols := tx.store.columnsOf(rec.ID, r, rec.Local, rec.Entra), tx.store.columnsOf(rec.ID, r, after, rec.Entra)
	args := []any{rec.Seq}
	var sets []byte
	sets, args = appendSets(sets, args, old, cols)
	_, err = tx.exec("update resources set "+string(sets)+" where seq = $1", args...)
	if isUniqueViolation(err) {
		return tx.localTaken(after)
	}
	if err != nil {
		return fmt.Errorf("update what is kept of %s: %w", rec.ID, err)
	}
	rec.Local = after
	return nil
}

// localTaken words a violation of localId's uniqueness.
func (tx *Tx) localTaken(l Local) error {
	id, found, err := tx.ByLocalID(scim.Key(l.LocalID))
	if err == nil && !found {
		err = sql.ErrNoRows
	}
	if err != nil {
		return fmt.Errorf("look up who has the localId %q: %w", l.LocalID, err)
	}
	return &scim.Error{Kind: scim.Uniqueness, Detail: fmt.Sprintf("localId '%s' is already used by user %s", l.LocalID, id),
		Err: errors.New("localId is taken")}
}

const (
	byUserName = `select id from resources where type = 'User' and unique_key = $1 and deleted_at is null`
	byLocalID  = `select id from resources where local_key = $1 and deleted_at is null`
)

// ByUserName gives the id of the living person whose userName has this scim.Key.
func (tx *Tx) ByUserName(key string) (id string, found bool, err error) {
	return tx.idBy(byUserName, key)
}

// ByLocalID gives the id of the living person whose localId has this scim.Key.
func (tx *Tx) ByLocalID(key string) (id string, found bool, err error) {
	return tx.idBy(byLocalID, key)
}

func (tx *Tx) idBy(text, key string) (id string, found bool, err error) {
	err = tx.row(text, []any{key}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("look up %q: %w", key, err)
	}
	return id, true, nil
}
