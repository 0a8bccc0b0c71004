package backend

import "context"

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
	return GroupsPage{}, errNotYet
}

// Group gives one group; a deleted one too.
func (b *Backend) Group(ctx context.Context, id string) (Group, error) { return Group{}, errNotYet }

// Members gives a part of the list of ListQuery.Group's members.
func (b *Backend) Members(ctx context.Context, q ListQuery) (MembersPage, error) {
	return MembersPage{}, errNotYet
}
