package backend

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// membersShown is how many members the JSON of a group has at most.
const membersShown = 1000

// GroupsPage is a part of a list of groups.
type GroupsPage struct {
	Store string     `json:"store"`
	List  string     `json:"list"`
	Total int        `json:"total"`
	From  int        `json:"from"`
	Rows  []GroupRow `json:"rows"`
}

// GroupRow is a group as the list shows it.
type GroupRow struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	State      string `json:"state"` // StateActive or StateDeleted
	ExternalID string `json:"externalId"`
	Members    int    `json:"members"`
	Created    string `json:"created"`
	Changed    string `json:"changed"`
	LastAction string `json:"lastAction"`
}

// Group is one group in full but for its members, deleted ones included. JSON has at most 1,000 members; MembersCut says that
// there are more.
type Group struct {
	Store      string      `json:"store"`
	ID         string      `json:"id"`
	ExternalID string      `json:"externalId"`
	Name       string      `json:"name"`
	State      string      `json:"state"`
	Members    int         `json:"members"`
	Unknown    int         `json:"unknown"` // members whose id names nobody
	Created    string      `json:"created"`
	Changed    string      `json:"changed"`
	Deleted    string      `json:"deleted"`
	Version    int64       `json:"version"`
	Attributes []Attribute `json:"attributes"`
	JSON       string      `json:"json"`
	MembersCut bool        `json:"membersCut"`
}

// MembersPage is a part of the list of a group's members.
type MembersPage struct {
	Store string      `json:"store"`
	List  string      `json:"list"`
	Total int         `json:"total"`
	From  int         `json:"from"`
	Rows  []MemberRow `json:"rows"`
}

// MemberRow is a member; Name is empty and State "unknown" where nobody has the id.
type MemberRow struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Name     string `json:"name"`
	UserName string `json:"userName"`
	State    string `json:"state"`
	Added    string `json:"added"`
}

// Groups gives a part of the list of groups.
func (b *Backend) Groups(ctx context.Context, q ListQuery) (GroupsPage, error) {
	list, seqs, err := b.part(ctx, groupsList(), q)
	if err != nil {
		return GroupsPage{}, err
	}
	rows, err := b.store.Rows(ctx, scim.Group, seqs)
	if err != nil {
		return GroupsPage{}, err
	}
	page := GroupsPage{Store: b.id, List: list.name, Total: len(list.seqs), From: q.From, Rows: make([]GroupRow, 0, len(rows))}
	for _, r := range rows {
		row, err := groupRow(r)
		if err != nil {
			return GroupsPage{}, err
		}
		page.Rows = append(page.Rows, row)
	}
	return page, nil
}

func groupRow(r store.Row) (GroupRow, error) {
	if r.ID == "" {
		return GroupRow{State: StateGone}, nil
	}
	group, err := scim.FromDocument(scim.Group, r.Doc)
	if err != nil {
		return GroupRow{}, fmt.Errorf("read %s: %w", r.ID, err)
	}
	return GroupRow{
		ID: r.ID, Name: r.Name, State: stateOf(r.Record, group), ExternalID: group.ExternalID(), Members: r.Linked,
		Created: stamp(r.Created), Changed: stamp(changed(r.Record)), LastAction: r.LastAction,
	}, nil
}

// Group gives one group; a deleted one too, with the members that come back with it. NOT_FOUND if no group has or had the id.
func (b *Backend) Group(ctx context.Context, id string) (Group, error) {
	rec, err := b.store.Look(ctx, scim.Group, id, store.With{})
	if err != nil {
		return Group{}, err
	}
	r, err := scim.FromDocument(scim.Group, rec.Doc)
	if err != nil {
		return Group{}, fmt.Errorf("read %s: %w", id, err)
	}
	tally, err := b.store.Tally(ctx, rec.Seq)
	if err != nil {
		return Group{}, err
	}
	if rec.Members, err = b.store.FirstMembers(ctx, rec.Seq, membersShown); err != nil {
		return Group{}, err
	}
	g := Group{
		Store: b.id, ID: rec.ID, ExternalID: r.ExternalID(), Name: rec.Name, State: stateOf(rec, r), Members: tally.Members, Unknown: tally.Unknown,
		Created: stamp(rec.Created), Changed: stamp(changed(rec)), Deleted: stamp(rec.Deleted), Version: rec.Version,
		MembersCut: tally.Members > membersShown,
	}
	if g.Attributes, err = attributes(rec.Doc); err != nil {
		return Group{}, fmt.Errorf("read %s: %w", id, err)
	}
	g.JSON, err = b.pretty(rec)
	return g, err
}

// GroupNamed gives the id of the group that has an id, or is the only one of a name, whose letters' case does not count. NOT_FOUND if none is, BAD_QUERY
// with the ids if several are.
func (b *Backend) GroupNamed(ctx context.Context, name string) (string, error) {
	rec, err := b.store.Look(ctx, scim.Group, name, store.With{})
	if err == nil {
		return rec.ID, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	named, err := b.named(ctx, scim.Group, "displayName", name, namesakes)
	if err != nil {
		return "", err
	}
	switch len(named.Records) {
	case 0:
		return "", &scim.Error{Kind: scim.NotFound, Detail: fmt.Sprintf("no group has the name or the id %q", name), Err: store.ErrNotFound}
	case 1:
		return named.Records[0].ID, nil
	}
	ids := make([]string, len(named.Records))
	for i, rec := range named.Records {
		ids[i] = rec.ID
	}
	if named.Total > len(ids) {
		ids = append(ids, "…")
	}
	return "", fmt.Errorf("%w: %d groups are called %q; say the id of one: %s", ErrQuery, named.Total, name, strings.Join(ids, ", "))
}

// namesakes is how many groups of one name are listed.
const namesakes = 20

// Members gives a part of the list of ListQuery.Group's members. NOT_FOUND if no group has or had the id.
func (b *Backend) Members(ctx context.Context, q ListQuery) (MembersPage, error) {
	list, seqs, err := b.part(ctx, membersList(), q)
	if err != nil {
		return MembersPage{}, err
	}
	rows, err := b.store.Memberships(ctx, q.Group, seqs)
	if err != nil {
		return MembersPage{}, err
	}
	page := MembersPage{Store: b.id, List: list.name, Total: len(list.seqs), From: q.From, Rows: make([]MemberRow, 0, len(rows))}
	for _, m := range rows {
		row, err := memberRow(m)
		if err != nil {
			return MembersPage{}, err
		}
		page.Rows = append(page.Rows, row)
	}
	return page, nil
}

func memberRow(m store.Membership) (MemberRow, error) {
	rec := m.Record
	switch {
	case m.ID == "":
		return MemberRow{State: StateGone}, nil
	case rec.ID == "":
		return MemberRow{ID: m.ID, Type: m.Type, State: StateUnknown, Added: stamp(m.Added)}, nil
	}
	r, err := scim.FromDocument(rec.Type, rec.Doc)
	if err != nil {
		return MemberRow{}, fmt.Errorf("read %s: %w", rec.ID, err)
	}
	return MemberRow{ID: m.ID, Type: rec.Type.Name, Name: rec.Name, UserName: r.UserName(), State: stateOf(rec, r), Added: stamp(m.Added)}, nil
}
