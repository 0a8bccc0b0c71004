package backend

import (
	"context"
	"errors"
)

var errNotYet = errors.New("not yet")

// States of a person, as lists name and filter them. A group is active or deleted.
const (
	StateActive   = "active"
	StateDisabled = "disabled"
	StateDeleted  = "deleted"
)

// ListQuery asks for a part of a list of people, groups or members. The first question about a list has no List: the order is
// then found and kept for a while under the name that the answer gives, so that the list does not move while somebody
// looks through it. A name that is not kept any more is answered with a new one; drop what was loaded under the old.
type ListQuery struct {
	List string `json:"list"`
	// Search has words that must all occur, in any letter case, with or without accents; at most 200 characters count.
	Search string `json:"search"`
	// State is StateActive, StateDisabled, StateDeleted, "" for all that are not deleted, or "all".
	State string `json:"state"`
	// Sort is one of name, userName, email, state, created, changed; "" is name. Groups know name, created, changed.
	Sort       string `json:"sort"`
	Descending bool   `json:"descending"`
	From       int    `json:"from"`  // index of the first row wanted
	Limit      int    `json:"limit"` // at most 500; 0 means 200
	Group      string `json:"group"` // Members: the group's id
}

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
	Groups     int    `json:"groups"`
	Created    string `json:"created"`
	Changed    string `json:"changed"`
	LastAction string `json:"lastAction"` // of history, such as "updated"
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
	Manager    Reference   `json:"manager"` // ID is empty without one
	Groups     []Reference `json:"groups"`
	Attributes []Attribute `json:"attributes"`
	JSON       string      `json:"json"` // as SCIM shows it, indented
}

// People gives a part of the list of people.
func (b *Backend) People(ctx context.Context, q ListQuery) (PeoplePage, error) {
	return PeoplePage{}, errNotYet
}

// Person gives one person; a deleted one too.
func (b *Backend) Person(ctx context.Context, id string) (Person, error) { return Person{}, errNotYet }

// Restore brings a deleted person ("User") or group ("Group") back. REFUSED says who has taken the name meanwhile.
func (b *Backend) Restore(ctx context.Context, kind, id string) error { return errNotYet }
