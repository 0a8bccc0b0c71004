package backend

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

const (
	listLimit    = 200 // rows of one part
	listMaxLimit = 500
	listsKept    = 8
	searchLimit  = 200 // characters
)

// Other states than a person's.
const (
	StateUnknown = "unknown" // a member whose id names nobody
	StateGone    = "gone"    // a row of a list whose person, group or membership is not there any more; its place stays
	stateAll     = "all"
)

// ListQuery asks for a part of a list of people, groups or members. The first question about a list has no List: the order is
// then found and kept for a while under the name that the answer gives, so that the list does not move while somebody
// looks through it. A name that is not kept any more, or belongs to another question, is answered with a new one; drop what was
// loaded under the old. A part has as many rows as there are places: what is gone since the order was found is a row of StateGone. What
// can't be asked gives the code BAD_QUERY.
type ListQuery struct {
	List string `json:"list"`
	// Search has words that must all occur, in any letter case, with or without accents; at most 200 characters.
	Search string `json:"search"`
	// State is StateActive, StateDisabled, StateDeleted, "" for all that are not deleted, or "all". Groups are not disabled.
	// Members know StateUnknown too, and "" is all of them.
	State string `json:"state"`
	// Sort is one of name, userName, email, state, created, changed, localId, title, department, externalId, groups (how many); "" is name. Groups
	// know name, members (how many), created, changed; members name.
	Sort       string `json:"sort"`
	Descending bool   `json:"descending"`
	From       int    `json:"from"`  // index of the first row wanted
	Limit      int    `json:"limit"` // at most 500; 0 means 200
	Group      string `json:"group"` // Members: the group's id. People: only its members
	// Quality narrows people to those whose data want a look: no-email, same-email, no-manager-found, no-group, no-local-id, made-here,
	// and groups to those without members: no-members.
	Quality string `json:"quality,omitempty"`
	Manager string `json:"manager,omitempty"` // People: only those who report to this person, by id
	// IDs, if there are any, ask for these people or groups instead, deleted or not, in this order: at most 500 at once. Those
	// that nobody has are left out, and no order is kept.
	IDs []string `json:"ids,omitempty"`
}

// A listKind is what there is a list of, with what may be asked of it.
type listKind struct {
	name          string
	states, sorts []string
	qualities     []string
	narrowed      bool // by group and manager
}

func (k listKind) check(q ListQuery) error {
	if n := utf8.RuneCountInString(q.Search); n > searchLimit {
		return fmt.Errorf("%w: the search has %d characters, and %d are allowed", ErrQuery, n, searchLimit)
	}
	if q.From < 0 || q.Limit < 0 {
		return fmt.Errorf("%w: a list begins at 0, not at %d, and %d rows can't be given", ErrQuery, q.From, q.Limit)
	}
	if q.State != "" && !slices.Contains(k.states, q.State) {
		return fmt.Errorf("%w: the state of %s is one of %s, not %q", ErrQuery, k.name, strings.Join(k.states, ", "), q.State)
	}
	if q.Sort != "" && !slices.Contains(k.sorts, q.Sort) {
		return fmt.Errorf("%w: %s are sorted by one of %s, not by %q", ErrQuery, k.name, strings.Join(k.sorts, ", "), q.Sort)
	}
	if q.Quality != "" && !slices.Contains(k.qualities, q.Quality) {
		return k.noQuality(q.Quality)
	}
	if q.Manager != "" && !k.narrowed {
		return fmt.Errorf("%w: only people have a manager, %s have none", ErrQuery, k.name)
	}
	if len(q.IDs) > listMaxLimit {
		return fmt.Errorf("%w: %d ids are asked for, and %d are allowed at once", ErrQuery, len(q.IDs), listMaxLimit)
	}
	return nil
}

// sortMembers sorts groups by how many members they have.
const sortMembers = "members"

func (k listKind) noQuality(asked string) error {
	if len(k.qualities) == 0 {
		return fmt.Errorf("%w: %s have no quality to be narrowed to, not %q either", ErrQuery, k.name, asked)
	}
	return fmt.Errorf("%w: the quality of %s is one of %s, not %q", ErrQuery, k.name, strings.Join(k.qualities, ", "), asked)
}

func peopleList() listKind {
	return listKind{name: "people", states: []string{StateActive, StateDisabled, StateDeleted, stateAll},
		sorts: []string{store.SortName, store.SortUserName, store.SortEmail, store.SortState, store.SortCreated, store.SortChanged,
			store.SortLocalID, store.SortTitle, store.SortDepartment, store.SortExternalID, store.SortGroups},
		qualities: qualities(), narrowed: true}
}

func groupsList() listKind {
	return listKind{name: "groups", states: []string{StateActive, StateDeleted, stateAll},
		sorts: []string{store.SortName, sortMembers, store.SortCreated, store.SortChanged}, qualities: []string{store.NoMembers}}
}

func membersList() listKind {
	return listKind{name: "members", states: []string{StateActive, StateDisabled, StateDeleted, StateUnknown, stateAll}, sorts: []string{store.SortName}}
}

// question is what a list of that kind is asked for.
func (k listKind) question(q ListQuery) store.Find {
	f := store.Find{Search: q.Search, State: q.State, Sort: q.Sort, Descending: q.Descending, Quality: q.Quality, Manager: q.Manager}
	if k.name != "groups" {
		f.Group = q.Group
	} else if q.Sort == sortMembers {
		f.Sort = store.SortGroups // what the store calls the number of memberships, of either side
	}
	return f
}

// find gives the whole order of a list.
func (b *Backend) find(ctx context.Context, kind listKind, q ListQuery) ([]int64, error) {
	if err := kind.check(q); err != nil {
		return nil, err
	}
	f := kind.question(q)
	switch kind.name {
	case "people":
		return b.store.Find(ctx, scim.User, f)
	case "groups":
		return b.store.Find(ctx, scim.Group, f)
	}
	return b.store.FindMembers(ctx, q.Group, f)
}

// part gives the kept list that q asks for, or a new one, and the seqs of the rows wanted.
func (b *Backend) part(ctx context.Context, kind listKind, q ListQuery) (list *keptList, seqs []int64, err error) {
	if err := kind.check(q); err != nil {
		return nil, nil, err
	}
	limit := min(q.Limit, listMaxLimit)
	if limit == 0 {
		limit = listLimit
	}
	if t := exportTypes[kind.name]; t != nil && len(q.IDs) > 0 {
		seqs, err := b.store.Seqs(ctx, t, q.IDs)
		return &keptList{seqs: seqs}, seqs, err
	}
	about := listAbout{kind.name, kind.question(q)}
	list = b.lists.get(q.List, about)
	if list == nil {
		found, err := b.find(ctx, kind, q)
		if err != nil {
			return nil, nil, err
		}
		list = &keptList{name: rand.Text(), about: about, seqs: found}
		b.lists.keep(list)
	}
	from := min(q.From, len(list.seqs))
	return list, list.seqs[from:min(from+limit, len(list.seqs))], nil
}

// lists keeps the orders of the lists that were looked at last. The zero value is ready.
type lists struct {
	mu     sync.Mutex
	kept   []*keptList // the one looked at last is the last
	closed bool
}

// A keptList is an order that does not change any more.
type keptList struct {
	name  string
	about listAbout
	seqs  []int64
}

// listAbout is what a list was asked for.
type listAbout struct {
	kind string
	find store.Find
}

// get gives a kept list, nil if it is not kept or is about something else.
func (l *lists) get(name string, about listAbout) *keptList {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := slices.IndexFunc(l.kept, func(k *keptList) bool { return k.name == name && k.about == about })
	if at < 0 {
		return nil
	}
	list := l.kept[at]
	l.kept = append(slices.Delete(l.kept, at, at+1), list)
	return list
}

func (l *lists) keep(list *keptList) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	if len(l.kept) == listsKept {
		l.kept = slices.Delete(l.kept, 0, 1)
	}
	l.kept = append(l.kept, list)
}

// close drops all lists; none is kept afterwards.
func (l *lists) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept, l.closed = nil, true
}
