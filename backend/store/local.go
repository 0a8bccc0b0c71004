package store

import (
	"context"
	"errors"
	"time"

	"scimdesk/backend/scim"
)

var errUnbuilt = errors.New("not built")

// OriginSCIM is the Cause.Origin of what a SCIM client asked for. Who was changed by it is Record.Entra.
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

// SetLocal changes what the admin keeps of a living person. Former is not edit's to change. A *scim.Error of kind Uniqueness names who has the
// localId already. The version and lastModified that SCIM shows stay.
func (s *Store) SetLocal(ctx context.Context, c Cause, id string, edit func(*Local) error) (Record, error) {
	return Record{}, errUnbuilt
}

// Purge removes those of ids that are deleted for good, at once, in steps, and says how many. Those not deleted are left alone.
func (s *Store) Purge(ctx context.Context, c Cause, t *scim.ResourceType, ids []string) (int, error) {
	return 0, errUnbuilt
}

// Batch runs fn as one write. An error leaves nothing of it. fn may run twice.
func (s *Store) Batch(ctx context.Context, fn func(tx *Tx) error) error { return errUnbuilt }

// Create is Store.Create with what the admin keeps of the person.
func (tx *Tx) Create(c Cause, r *scim.Resource, l Local) (Record, error) { return Record{}, errUnbuilt }

// Update is Store.Update, whatever the version.
func (tx *Tx) Update(c Cause, t *scim.ResourceType, id string, e Edit) (Record, error) {
	return Record{}, errUnbuilt
}

// SetLocal is Store.SetLocal.
func (tx *Tx) SetLocal(c Cause, id string, edit func(*Local) error) (Record, error) {
	return Record{}, errUnbuilt
}

// Rename gives a living person another userName and keeps the old one as a former one if keepFormer.
func (tx *Tx) Rename(c Cause, id, userName string, keepFormer bool) (Record, error) {
	return Record{}, errUnbuilt
}

// Remove is Store.Delete, whatever the version: what it removes can be restored.
func (tx *Tx) Remove(c Cause, t *scim.ResourceType, id string) error { return errUnbuilt }

// Park takes a person's userName out of the way until Rename gives it another, so that people can swap theirs inside one write.
func (tx *Tx) Park(id string) error { return errUnbuilt }

// Nested runs fn in a savepoint of its own: an error leaves nothing of fn.
func (tx *Tx) Nested(fn func() error) error { return errUnbuilt }

// ByUserName gives the id of the living person whose userName has this scim.Key.
func (tx *Tx) ByUserName(key string) (id string, found bool, err error) { return "", false, errUnbuilt }

// ByLocalID gives the id of the living person whose localId has this scim.Key.
func (tx *Tx) ByLocalID(key string) (id string, found bool, err error) { return "", false, errUnbuilt }
