package backend

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// What an edit may hold, in characters.
const (
	localIDLimit = 256
	noteLimit    = 4000
	valueLimit   = 4000
	valuesLimit  = 200 // values of one edit
)

// ErrEntraOwns refuses a change of what Entra writes; what wraps it names the attributes.
var ErrEntraOwns = errors.New("these values are written by Entra itself")

// ErrChanged refuses a change to a person who is not any more as the page has them.
var ErrChanged = errors.New("the person has changed meanwhile")

// PersonEdit changes what Entra does not own. Of somebody whom Entra has written that is localId, role, note and protected; of one made
// here all of it. Version and Mark are those of Person: CHANGED if one is another by now; Version is not looked at
// where only what is kept here changes and Mark is given, nor is Mark "". A new person has neither, and ID "".
type PersonEdit struct {
	ID        string      `json:"id"`
	Version   int64       `json:"version"`
	Mark      string      `json:"mark,omitempty"`
	LocalID   string      `json:"localId"`
	Role      string      `json:"role"`
	Note      string      `json:"note"`
	Protected bool        `json:"protected"`
	Values    []Attribute `json:"values"` // of one made here: path and value, "" removes it; those not named stay
}

// EditPerson changes a person or, without an ID, makes one, and gives them as they are then. ENTRA_OWNS names what only Entra may change,
// REFUSED who has the user ID or local ID already.
func (b *Backend) EditPerson(ctx context.Context, e PersonEdit) (Person, error) {
	e.LocalID, e.Note = strings.TrimSpace(e.LocalID), strings.TrimSpace(e.Note)
	if err := e.check(); err != nil {
		return Person{}, err
	}
	id := e.ID
	err := b.store.Batch(ctx, func(tx *store.Tx) (err error) {
		if e.ID != "" {
			return b.changePerson(tx, e)
		}
		id, err = b.makePerson(tx, e)
		return err
	})
	if err != nil {
		return Person{}, err
	}
	return b.Person(ctx, id)
}

// check refuses what can't be kept of anybody.
func (e PersonEdit) check() error {
	switch {
	case utf8.RuneCountInString(e.LocalID) > localIDLimit:
		return cantEdit("the local ID has more than %d characters", localIDLimit)
	case strings.ContainsFunc(e.LocalID, unicode.IsControl):
		return cantEdit("the local ID has a line break or another control character in it")
	case utf8.RuneCountInString(e.Note) > noteLimit:
		return cantEdit("the note has more than %d characters", noteLimit)
	case e.Role != "" && e.Role != store.RoleAdministrator && e.Role != store.RoleUserManager:
		return cantEdit("the role is %s, %s or none, not %q", store.RoleAdministrator, store.RoleUserManager, e.Role)
	case len(e.Values) > valuesLimit:
		return cantEdit("%d values are changed, and %d are allowed at once", len(e.Values), valuesLimit)
	}
	for _, v := range e.Values {
		if utf8.RuneCountInString(v.Value) > valueLimit {
			return cantEdit("%s has more than %d characters", v.Path, valueLimit)
		}
	}
	return nil
}

func cantEdit(format string, args ...any) error {
	return &scim.Error{Kind: scim.InvalidValue, Detail: fmt.Sprintf(format, args...)}
}

// makePerson makes somebody whom Entra has not written.
func (b *Backend) makePerson(tx *store.Tx, e PersonEdit) (id string, err error) {
	r := &scim.Resource{Type: scim.User, Attrs: map[string]any{"active": true}}
	edit, err := editOf(e.Values)
	if err != nil {
		return "", err
	}
	if err := edit.Apply(r); err != nil {
		return "", err
	}
	if err := userNameFree(tx, "", r.UserName()); err != nil {
		return "", err
	}
	if err := localIDFree(tx, "", e.LocalID); err != nil {
		return "", err
	}
	rec, err := tx.Create(store.Cause{Origin: b.face}, r, store.Local{LocalID: e.LocalID, Role: e.Role, Note: e.Note, Protected: e.Protected})
	return rec.ID, err
}

// changePerson changes somebody who is there.
func (b *Backend) changePerson(tx *store.Tx, e PersonEdit) error {
	rec, err := tx.Get(scim.User, e.ID, store.With{})
	if err != nil {
		return err
	}
	values, err := changedValues(rec, e.Values)
	if err != nil {
		return err
	}
	if e.changed(rec, values) {
		return ErrChanged
	}
	c := store.Cause{Origin: b.face}
	if len(values) > 0 {
		if err := b.changeValues(tx, c, rec, values); err != nil {
			return err
		}
	}
	if err := localIDFree(tx, e.ID, e.LocalID); err != nil {
		return err
	}
	_, err = tx.SetLocal(c, e.ID, func(l *store.Local) error {
		l.LocalID, l.Role, l.Note, l.Protected = e.LocalID, e.Role, e.Note, e.Protected
		return nil
	})
	return err
}

// changed tells whether what is edited is not any more as the page has it. What Entra writes meanwhile is in nobody's way where the mark says that
// nothing kept here is another.
func (e PersonEdit) changed(rec store.Record, values []Attribute) bool {
	if e.Mark == "" || len(values) > 0 {
		if rec.Version != e.Version {
			return true
		}
	}
	return e.Mark != "" && e.Mark != mark(rec.Local)
}

// changedValues gives those of the values that are others than a person has. Values that stand several times under one path have none of
// their own, so they can't be told apart.
func changedValues(rec store.Record, values []Attribute) ([]Attribute, error) {
	have, err := attributes(rec.Doc)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", rec.ID, err)
	}
	now := make(map[string][]string, len(have))
	for _, a := range have {
		now[a.Path] = append(now[a.Path], a.Value)
	}
	var out []Attribute
	for _, v := range values {
		switch had := now[v.Path]; {
		case len(had) > 1:
			return nil, cantEdit("%s has %d values, which can't be changed here", v.Path, len(had))
		case len(had) == 1 && had[0] == v.Value, len(had) == 0 && v.Value == "":
		default:
			out = append(out, v)
		}
	}
	return out, nil
}

// changeValues changes the attributes of somebody made here.
func (b *Backend) changeValues(tx *store.Tx, c store.Cause, rec store.Record, values []Attribute) error {
	if rec.Entra {
		paths := make([]string, len(values))
		for i, v := range values {
			paths[i] = v.Path
		}
		return fmt.Errorf("%w: %s. Change them in Entra: what is changed here it would overwrite", ErrEntraOwns, strings.Join(paths, ", "))
	}
	edit, err := editOf(values)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(values, func(v Attribute) bool { return strings.EqualFold(v.Path, "userName") }); i >= 0 {
		if err := userNameFree(tx, rec.ID, values[i].Value); err != nil {
			return err
		}
	}
	_, err = tx.Update(c, scim.User, rec.ID, edit)
	return err
}

// editOf makes of values the PATCH that Entra would send, so that all that holds for the one holds for the other.
func editOf(values []Attribute) (store.Edit, error) {
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value string `json:"value,omitempty"`
	}
	message := struct {
		Schemas    []string    `json:"schemas"`
		Operations []operation `json:"Operations"`
	}{Schemas: []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}}
	for _, v := range values {
		op := operation{"replace", v.Path, v.Value}
		if v.Value == "" {
			op.Op = "remove"
		}
		message.Operations = append(message.Operations, op)
	}
	body, err := json.Marshal(message)
	if err != nil {
		return store.Edit{}, fmt.Errorf("write the edit: %w", err)
	}
	patch, err := scim.ParsePatch(scim.User, body)
	if err != nil {
		return store.Edit{}, err
	}
	return store.Edit{Apply: patch.Apply}, nil
}

// localIDFree refuses a local ID that somebody else has, by their name.
func localIDFree(tx *store.Tx, id, localID string) error {
	if localID == "" {
		return nil
	}
	owner, found, err := tx.ByLocalID(scim.Key(localID))
	if err != nil || !found || owner == id {
		return err
	}
	return taken(tx, "local ID", localID, owner)
}

// userNameFree refuses a user ID that somebody else has, by their name.
func userNameFree(tx *store.Tx, id, userName string) error {
	owner, found, err := tx.ByUserName(scim.Key(userName))
	if err != nil || !found || owner == id {
		return err
	}
	return taken(tx, "user ID", userName, owner)
}

func taken(tx *store.Tx, what, value, owner string) error {
	rec, err := tx.Get(scim.User, owner, store.With{})
	if err != nil {
		return err
	}
	return &scim.Error{Kind: scim.Uniqueness, Detail: fmt.Sprintf("The %s %s is that of %s (%s) already. Nothing was changed.", what, value, rec.Name, owner)}
}

// mark moves with everything that the admin keeps of a person and may change by hand, which the version does not.
func mark(l store.Local) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %t", l.LocalID, l.Role, l.Note, l.Protected))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// Purge removes deleted people ("User") or groups ("Group") for good, and says how many. Those who are not deleted stay.
func (b *Backend) Purge(ctx context.Context, kind string, ids []string) (int, error) {
	t, err := typeNamed(kind, "purge")
	if err != nil {
		return 0, err
	}
	return b.store.Purge(ctx, store.Cause{Origin: b.face}, t, ids)
}

// typeNamed gives the type of a kind of resource.
func typeNamed(kind, deed string) (*scim.ResourceType, error) {
	switch kind {
	case scim.User.Name:
		return scim.User, nil
	case scim.Group.Name:
		return scim.Group, nil
	}
	return nil, fmt.Errorf("%w: %s a User or a Group, not %q", ErrQuery, deed, kind)
}

// Quality says how many people want a look, by what for, as ListQuery.Quality names it.
type Quality struct {
	Counts   []StateCount `json:"counts"`
	LocalIDs bool         `json:"localIds"` // somebody has a local ID, so that it is worth showing, and that others have none too
}

// Quality counts whose data want a look: all there is to look at in one order, also where it is nobody.
func (b *Backend) Quality(ctx context.Context) (Quality, error) {
	counts, err := b.store.QualityCounts(ctx)
	if err != nil {
		return Quality{}, err
	}
	q := Quality{Counts: make([]StateCount, 0, len(qualities()))}
	if q.LocalIDs, err = b.store.AnyLocalID(ctx); err != nil {
		return Quality{}, err
	}
	for _, name := range qualities() {
		q.Counts = append(q.Counts, StateCount{State: name, Count: counts[name]})
	}
	return q, nil
}

// qualities are what a list of people can be narrowed to, in the order in which they are shown.
func qualities() []string {
	return []string{store.NoEmail, store.SameEmail, store.NoManagerFound, store.NoGroup, store.NoLocalID, store.MadeHere}
}
