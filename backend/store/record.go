package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"scimdesk/backend/scim"
)

// ErrNotFound is the cause in the *scim.Error for a resource that does not exist or is deleted.
var ErrNotFound = errors.New("not found")

// Record is a stored resource.
type Record struct {
	Seq               int64 // internal number, in order of creation
	Type              *scim.ResourceType
	ID                string
	Name              string // how a list calls it: displayName, else userName
	Doc               []byte // canonical document; nil of an Update whose Edit.Apply is nil
	Version           int64
	Created, Modified time.Time
	Deleted           time.Time       // zero: not deleted
	Changed           bool            // of a write: something did change
	Action            string          // of a write: what history calls it; empty if only members changed, or nothing
	Groups            []scim.GroupRef // of a User, filled where asked
	Members           []scim.Member   // of a Group, filled where asked; empty, not nil, if it has none
	Local             Local           // of a User: what the admin keeps of it
	Entra             bool            // SCIM has written it
}

// Meta is the record as scim.Render wants it.
func (r Record) Meta() scim.Meta {
	return scim.Meta{ID: r.ID, Version: r.Version, Created: r.Created, Modified: r.Modified, Members: r.Members, Groups: r.Groups}
}

// With says what reads and writes shall fill in beside the document. Members of a big group are many: ask only where they
// will be shown.
type With struct{ Groups, Members bool }

// columns are what a resource is searched and sorted by, computed from its document. null is for an attribute that is absent or
// empty. nameKey and emailKey are what lists sort by (see Fold). Those from local on come from Local and Record.Entra.
type columns struct {
	name, nameKey, emailKey   string
	unique, display, external sql.NullString
	active                    sql.NullInt64
	search                    string
	emails                    []string
	title, department         string // folded
	manager                   sql.NullString
	local, role               string
	localKey                  sql.NullString
	entra                     int
}

// searchLimit bounds the search column, in bytes; former user names have formerBytes for themselves, so that an old ID is found whatever else
// there is.
const (
	searchLimit = 600
	formerBytes = 600
)

func (s *Store) columnsOf(id string, r *scim.Resource, l Local, entra bool) columns {
	c := columns{
		local:    l.text(),
		localKey: nullable(scim.Key(l.LocalID)),
		role:     l.Role,
		entra:    bit(entra),
		name:     r.DisplayName(),
		unique:   nullable(scim.Key(s.o.GroupKey(r))),
		display:  nullable(scim.Key(r.DisplayName())),
		external: nullable(scim.Key(r.ExternalID())),
	}
	if r.Type == scim.User {
		c.name = cmp.Or(r.DisplayName(), r.UserName())
		c.unique = nullable(scim.Key(r.UserName()))
	}
	if value, present := r.Active(); present || r.Type == scim.User {
		c.active = sql.NullInt64{Int64: int64(bit(value)), Valid: true}
	}
	seen := make(map[string]bool)
	for _, email := range r.Emails() {
		if key := scim.Key(email); key != "" && !seen[key] {
			seen[key] = true
			c.emails = append(c.emails, key)
		}
	}
	c.nameKey, c.emailKey, c.search = listKeys(id, c.name, r, l)
	c.title, c.department, c.manager = workKeys(r)
	return c
}

// listKeys gives what lists sort by and search in.
func listKeys(id, name string, r *scim.Resource, l Local) (nameKey, emailKey, search string) {
	parts, _ := r.Attrs["name"].(map[string]any)
	work, _ := r.Attrs[scim.EnterpriseURN].(map[string]any)
	text := searchText{limit: searchLimit}
	text.add(name, r.UserName(), r.ExternalID(), id, l.LocalID, parts["formatted"], parts["givenName"], parts["familyName"])
	for _, email := range r.Emails() {
		text.add(email)
	}
	text.add(r.Attrs["title"], work["department"], work["employeeNumber"])
	text.limit = text.size + formerBytes
	for _, f := range l.Former {
		text.add(f.UserName)
	}
	return Fold(name), Fold(Email(r)), strings.Join(text.words, "\n")
}

// Email is the address by which a person is shown: the first of type work that has a value, else the first that has one.
func Email(r *scim.Resource) string {
	list, _ := r.Attrs["emails"].([]any)
	first := ""
	for _, e := range list {
		m, _ := e.(map[string]any)
		value, _ := m["value"].(string)
		if kind, _ := m["type"].(string); value != "" && scim.Key(kind) == "work" {
			return value
		}
		first = cmp.Or(first, value)
	}
	return first
}

// workKeys gives what lists sort by beside that, and whose report a person is.
func workKeys(r *scim.Resource) (title, department string, manager sql.NullString) {
	title, _ = r.Attrs["title"].(string)
	work, _ := r.Attrs[scim.EnterpriseURN].(map[string]any)
	department, _ = work["department"].(string)
	over, _ := work["manager"].(map[string]any)
	id, _ := over["value"].(string)
	return Fold(title), Fold(department), nullable(scim.Key(id))
}

// A searchText collects what somebody may be searched by, folded and each once, up to a limit in bytes. What does not fit is cut.
type searchText struct {
	words       []string
	size, limit int
}

func (s *searchText) add(values ...any) {
	for _, v := range values {
		text, _ := v.(string)
		word := Fold(text)
		if room := max(s.limit-s.size, 0); len(word) > room {
			word = strings.ToValidUTF8(word[:room], "")
		}
		if word == "" || slices.Contains(s.words, word) {
			continue
		}
		s.words = append(s.words, word)
		s.size += len(word) + 1
	}
}

func nullable(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// recordColumns is what scanRecord reads.
const recordColumns = "r.seq, r.id, r.name, r.doc, r.version, r.created_at, r.updated_at, r.deleted_at, r.local, r.entra"

type scanner interface{ Scan(dest ...any) error }

func scanRecord(t *scim.ResourceType, row scanner) (Record, error) {
	rec := Record{Type: t}
	var created, updated int64
	var deleted sql.NullInt64
	var doc, local string
	if err := row.Scan(&rec.Seq, &rec.ID, &rec.Name, &doc, &rec.Version, &created, &updated, &deleted, &local, &rec.Entra); err != nil {
		return Record{}, err
	}
	var err error
	if rec.Local, err = localOf(local); err != nil {
		return Record{}, fmt.Errorf("read what is kept of %s %s: %w", t.Name, rec.ID, err)
	}
	rec.Doc = []byte(doc)
	rec.Created, rec.Modified = fromMillis(created), fromMillis(updated)
	if deleted.Valid {
		rec.Deleted = fromMillis(deleted.Int64)
	}
	return rec, nil
}

func notFound(t *scim.ResourceType, id string) error {
	return &scim.Error{Kind: scim.NotFound, Detail: t.Name + " " + id + " not found", Err: ErrNotFound}
}

const (
	getLiving  = "select " + recordColumns + " from resources r where r.id = $1 and r.type = $2 and r.deleted_at is null"
	getDeleted = "select " + recordColumns + " from resources r where r.id = $1 and r.type = $2 and r.deleted_at is not null"
	getAny     = "select " + recordColumns + " from resources r where r.id = $1 and r.type = $2"
	getBySeq   = "select " + recordColumns + " from resources r where r.seq = $1 and r.deleted_at is null"

	// getBare reads no document: of a group it is what a change of members needs.
	getBare = `select r.seq, r.id, r.name, '', r.version, r.created_at, r.updated_at, r.deleted_at, r.local, r.entra
		from resources r where r.id = $1 and r.type = $2 and r.deleted_at is null`
)

// Get gives a resource; a *scim.Error of kind NotFound if there is none of that type and id, or it is deleted.
func (s *Store) Get(ctx context.Context, t *scim.ResourceType, id string, w With) (Record, error) {
	rec, err := getRecord(ctx, s.read, getLiving, t, t.Name, id, w)
	return rec, s.broken(err)
}

// Look is Get for a resource that may be deleted: then Record.Deleted says when.
func (s *Store) Look(ctx context.Context, t *scim.ResourceType, id string, w With) (Record, error) {
	rec, err := getRecord(ctx, s.read, getAny, t, t.Name, id, w)
	return rec, s.broken(err)
}

// Get is Store.Get as the write at hand sees it.
func (tx *Tx) Get(t *scim.ResourceType, id string, w With) (Record, error) {
	return getRecord(context.Background(), tx.s, getLiving, t, t.Name, id, w)
}

// getRecord gives a resource of a kind, which typeOf knows.
func getRecord(ctx context.Context, s *session, text string, t *scim.ResourceType, kind, id string, w With) (Record, error) {
	var rec Record
	found := false
	err := s.each(ctx, text, []any{id, kind}, func(rows *sql.Rows) (err error) {
		rec, err = scanRecord(t, rows)
		found = true
		return err
	})
	if err != nil {
		return Record{}, err
	}
	if !found {
		return Record{}, notFound(t, id)
	}
	if err := fill(ctx, s, &rec, w); err != nil {
		return Record{}, err
	}
	return rec, nil
}

const (
	groupsOfMember = `select r.id, r.name from members m join resources r on r.seq = m.group_seq
		where m.member_id = $1 and m.hidden = 0 and r.deleted_at is null order by r.seq`
	membersOfGroup = `select member_id, type, display from members where group_seq = $1 and hidden = 0 order by seq`
)

// fill adds what With asks for.
func fill(ctx context.Context, s *session, rec *Record, w With) error {
	if w.Groups && rec.Type == scim.User {
		rec.Groups = []scim.GroupRef{}
		if err := s.each(ctx, groupsOfMember, []any{rec.ID}, func(rows *sql.Rows) error {
			var g scim.GroupRef
			err := rows.Scan(&g.ID, &g.Display)
			rec.Groups = append(rec.Groups, g)
			return err
		}); err != nil {
			return err
		}
	}
	if w.Members && rec.Type == scim.Group {
		rec.Members = []scim.Member{}
		return s.each(ctx, membersOfGroup, []any{rec.Seq}, func(rows *sql.Rows) error {
			var m scim.Member
			err := rows.Scan(&m.Value, &m.Type, &m.Display)
			rec.Members = append(rec.Members, m)
			return err
		})
	}
	return nil
}
