package backend

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// States of a person, as lists name and filter them. A group is active or deleted.
const (
	StateActive   = "active"
	StateDisabled = "disabled"
	StateDeleted  = "deleted"
)

// PeoplePage is a part of a list of people.
type PeoplePage struct {
	Store string      `json:"store"`
	List  string      `json:"list"`
	Total int         `json:"total"`
	From  int         `json:"from"`
	Rows  []PersonRow `json:"rows"`
}

// PersonRow is a person as the list shows them.
type PersonRow struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	UserName   string `json:"userName"`
	Email      string `json:"email"`
	State      string `json:"state"`
	Title      string `json:"title"`
	Department string `json:"department"`
	ExternalID string `json:"externalId"`
	LocalID    string `json:"localId"` // key in the old system
	Role       string `json:"role"`    // "", administrator or user-manager
	Protected  bool   `json:"protected"`
	Entra      bool   `json:"entra"` // Entra has written this person: what it writes is its own
	Groups     int    `json:"groups"`
	Reports    int    `json:"reports"` // people whose manager this is; counted only where ListQuery.Manager asks for somebody's reports
	Created    string `json:"created"`
	Changed    string `json:"changed"`
	LastAction string `json:"lastAction"` // of history, such as "updated"
	// Former are the user IDs of before, the newest first: a search finds people by them.
	Former []string `json:"former"`
}

// Reference names another resource; Name is empty and Found false where nobody has the id.
type Reference struct {
	Type  string `json:"type"` // "User" or "Group"
	ID    string `json:"id"`
	Name  string `json:"name"`
	State string `json:"state"`
	Found bool   `json:"found"`
}

// Attribute is one value of a resource. Path is its SCIM path, such as name.givenName.
type Attribute struct {
	Path  string `json:"path"`
	Value string `json:"value"`
}

// Person is one person in full, deleted ones included.
type Person struct {
	Store      string      `json:"store"`
	ID         string      `json:"id"`
	ExternalID string      `json:"externalId"`
	Name       string      `json:"name"`
	UserName   string      `json:"userName"`
	Email      string      `json:"email"`
	State      string      `json:"state"`
	Created    string      `json:"created"`
	Changed    string      `json:"changed"`
	Deleted    string      `json:"deleted"`
	Version    int64       `json:"version"`
	Mark       string      `json:"mark"` // moves with what the admin keeps of the person; see PersonEdit
	LocalID    string      `json:"localId"`
	Role       string      `json:"role"`
	Note       string      `json:"note"`
	Protected  bool        `json:"protected"` // SCIM may not disable, delete or rename this person
	Entra      bool        `json:"entra"`
	Former     []Former    `json:"former"`  // user IDs of before, the newest first
	Manager    Reference   `json:"manager"` // ID is empty without one
	Above      []Reference `json:"above"`   // the manager's manager and so on, nearest first, at most 20; it ends before anybody twice
	Circle     bool        `json:"circle"`  // Above ended because its last one's manager is somebody before them
	Reports    int         `json:"reports"` // people whose manager this is
	Groups     []Reference `json:"groups"`
	Attributes []Attribute `json:"attributes"`
	JSON       string      `json:"json"` // as SCIM shows it, indented
}

// Former is a user ID that a person had.
type Former struct {
	UserName string `json:"userName"`
	Until    string `json:"until"`
}

// People gives a part of the list of people.
func (b *Backend) People(ctx context.Context, q ListQuery) (PeoplePage, error) {
	list, seqs, err := b.part(ctx, peopleList(), q)
	if err != nil {
		return PeoplePage{}, err
	}
	rows, err := b.store.Rows(ctx, scim.User, seqs)
	if err != nil {
		return PeoplePage{}, err
	}
	page := PeoplePage{Store: b.id, List: list.name, Total: len(list.seqs), From: q.From, Rows: make([]PersonRow, 0, len(rows))}
	for _, r := range rows {
		row, err := personRow(r)
		if err != nil {
			return PeoplePage{}, err
		}
		if q.Manager != "" && row.ID != "" {
			if row.Reports, err = b.store.Reports(ctx, row.ID); err != nil {
				return PeoplePage{}, err
			}
		}
		page.Rows = append(page.Rows, row)
	}
	return page, nil
}

func personRow(r store.Row) (PersonRow, error) {
	if r.ID == "" {
		return PersonRow{State: StateGone, Former: []string{}}, nil
	}
	person, err := scim.FromDocument(scim.User, r.Doc)
	if err != nil {
		return PersonRow{}, fmt.Errorf("read %s: %w", r.ID, err)
	}
	title, _ := person.Attrs["title"].(string)
	work, _ := person.Attrs[scim.EnterpriseURN].(map[string]any)
	department, _ := work["department"].(string)
	return PersonRow{
		ID: r.ID, Name: r.Name, UserName: person.UserName(), Email: store.Email(person), State: stateOf(r.Record, person),
		Title: title, Department: department, ExternalID: person.ExternalID(), Groups: r.Linked,
		LocalID: r.Local.LocalID, Role: r.Local.Role, Protected: r.Local.Protected, Entra: r.Entra, Former: formerNames(r.Local),
		Created: stamp(r.Created), Changed: stamp(changed(r.Record)), LastAction: r.LastAction,
	}, nil
}

// stateOf gives the state of a person or a group.
func stateOf(rec store.Record, r *scim.Resource) string {
	if !rec.Deleted.IsZero() {
		return StateDeleted
	}
	if active, _ := r.Active(); !active {
		return StateDisabled
	}
	return StateActive
}

// changed is when a list says that somebody changed last: of a deleted one, when they were deleted.
func changed(rec store.Record) time.Time {
	if !rec.Deleted.IsZero() {
		return rec.Deleted
	}
	return rec.Modified
}

// Person gives one person; a deleted one too, with the groups that they come back into. NOT_FOUND if nobody has or had the id.
func (b *Backend) Person(ctx context.Context, id string) (Person, error) {
	rec, err := b.store.Look(ctx, scim.User, id, store.With{Groups: true})
	if err != nil {
		return Person{}, err
	}
	r, err := scim.FromDocument(scim.User, rec.Doc)
	if err != nil {
		return Person{}, fmt.Errorf("read %s: %w", id, err)
	}
	p := Person{
		Store: b.id, ID: rec.ID, ExternalID: r.ExternalID(), Name: rec.Name, UserName: r.UserName(), Email: store.Email(r),
		State: stateOf(rec, r), Created: stamp(rec.Created), Changed: stamp(changed(rec)), Deleted: stamp(rec.Deleted), Version: rec.Version,
		Mark: mark(rec.Local), LocalID: rec.Local.LocalID, Role: rec.Local.Role, Note: rec.Local.Note, Protected: rec.Local.Protected, Entra: rec.Entra,
		Former: make([]Former, 0, len(rec.Local.Former)),
	}
	for _, f := range rec.Local.Former {
		p.Former = append(p.Former, Former{UserName: f.UserName, Until: stamp(f.Until)})
	}
	if err := b.hierarchy(ctx, r, &p); err != nil {
		return Person{}, err
	}
	groups, err := b.store.GroupsOf(ctx, id)
	if err != nil {
		return Person{}, err
	}
	p.Groups = make([]Reference, 0, len(groups))
	for _, g := range groups {
		p.Groups = append(p.Groups, Reference{Type: scim.Group.Name, ID: g.ID, Name: g.Display, State: StateActive, Found: true})
	}
	if p.Attributes, err = attributes(rec.Doc); err != nil {
		return Person{}, fmt.Errorf("read %s: %w", id, err)
	}
	p.JSON, err = b.pretty(rec)
	return p, err
}

// aboveLimit is how far up a person's managers are followed.
const aboveLimit = 20

// hierarchy fills in who stands above a person and how many report to them.
func (b *Backend) hierarchy(ctx context.Context, r *scim.Resource, p *Person) (err error) {
	p.Above = []Reference{}
	if p.Reports, err = b.store.Reports(ctx, p.ID); err != nil {
		return err
	}
	id := managerOf(r)
	if p.Manager, id, err = b.manager(ctx, id); err != nil {
		return err
	}
	seen := map[string]bool{p.ID: true, p.Manager.ID: true}
	for range aboveLimit {
		if id == "" || seen[id] {
			p.Circle = id != ""
			return nil
		}
		seen[id] = true
		var next Reference
		if next, id, err = b.manager(ctx, id); err != nil {
			return err
		}
		p.Above = append(p.Above, next)
	}
	return nil
}

// managerOf gives the id of a person's manager, "" for none.
func managerOf(r *scim.Resource) string {
	work, _ := r.Attrs[scim.EnterpriseURN].(map[string]any)
	manager, _ := work["manager"].(map[string]any)
	id, _ := manager["value"].(string)
	return id
}

// manager looks up who is somebody's manager, and the id of theirs; nobody is a Reference without an ID.
func (b *Backend) manager(ctx context.Context, id string) (ref Reference, next string, err error) {
	if id == "" {
		return Reference{}, "", nil
	}
	ref = Reference{Type: scim.User.Name, ID: id}
	rec, err := b.store.Look(ctx, scim.User, id, store.With{})
	if errors.Is(err, store.ErrNotFound) {
		return ref, "", nil
	}
	if err != nil {
		return Reference{}, "", err
	}
	boss, err := scim.FromDocument(scim.User, rec.Doc)
	if err != nil {
		return Reference{}, "", fmt.Errorf("read %s: %w", id, err)
	}
	ref.Name, ref.State, ref.Found = rec.Name, stateOf(rec, boss), true
	return ref, managerOf(boss), nil
}

// pretty is a resource as SCIM shows it, indented.
func (b *Backend) pretty(rec store.Record) (string, error) {
	text, err := scim.Render(rec.Type, rec.Doc, rec.Meta(), b.address(), nil)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "  "); err != nil {
		return "", fmt.Errorf("indent %s: %w", rec.ID, err)
	}
	return out.String(), nil
}

// Restore brings a deleted person ("User") or group ("Group") back. REFUSED says who has taken the name meanwhile, NOT_FOUND that there
// is nobody to restore.
func (b *Backend) Restore(ctx context.Context, kind, id string) error {
	t, err := typeNamed(kind, "restore")
	if err != nil {
		return err
	}
	_, err = b.store.Restore(ctx, store.Cause{Origin: b.face}, t, id)
	if e, ok := errors.AsType[*scim.Error](err); ok && e.Kind == scim.Uniqueness {
		return b.whoHasTheName(ctx, t, id, e)
	}
	return err
}

// whoHasTheName puts a person's or group's name into the refusal to restore another one; the refusal stays as it is where nobody
// has the name any more.
func (b *Backend) whoHasTheName(ctx context.Context, t *scim.ResourceType, id string, refusal *scim.Error) error {
	rec, err := b.store.Look(ctx, t, id, store.With{})
	if err != nil {
		return err
	}
	r, err := scim.FromDocument(t, rec.Doc)
	if err != nil {
		return fmt.Errorf("read %s: %w", id, err)
	}
	attribute, value := "userName", r.UserName()
	if t == scim.Group {
		attribute, value = "displayName", r.DisplayName()
	}
	page, err := b.named(ctx, t, attribute, value, 1)
	if err != nil {
		return err
	}
	if len(page.Records) == 0 {
		return refusal
	}
	now := page.Records[0]
	return &scim.Error{Kind: scim.Uniqueness, Err: refusal, Detail: fmt.Sprintf("%s can't be restored: %s %q belongs to %s (%s) now. Rename or delete that %s in Entra first.",
		rec.Name, attribute, value, now.Name, now.ID, map[*scim.ResourceType]string{scim.User: "person", scim.Group: "group"}[t])}
}

// named gives the first of those who have a value of an attribute that is found by an index.
func (b *Backend) named(ctx context.Context, t *scim.ResourceType, attribute, value string, count int) (store.Page, error) {
	quoted, err := json.Marshal(value)
	if err != nil {
		return store.Page{}, fmt.Errorf("quote %s: %w", attribute, err)
	}
	filter, err := scim.ParseFilter(t, attribute+" eq "+string(quoted))
	if err != nil {
		return store.Page{}, err
	}
	return b.store.List(ctx, t, store.Query{Filter: filter, Count: count})
}
