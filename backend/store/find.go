package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"scimdesk/backend/scim"
)

// States that Find and FindMembers ask for. A group is active or deleted; StateUnknown is a member whose id names nobody.
const (
	FindLiving   = "" // not deleted
	FindActive   = "active"
	FindDisabled = "disabled"
	FindDeleted  = "deleted"
	FindUnknown  = "unknown"
	FindAll      = "all"
)

// What Find sorts by. Letter case and accents don't count, but in user names accents do.
const (
	SortName     = "name"
	SortUserName = "userName"
	SortEmail    = "email"
	SortState    = "state" // active, disabled, deleted
	SortCreated  = "created"
	SortChanged  = "changed" // of a deleted one: when it was deleted

	SortLocalID    = "localId"
	SortTitle      = "title"
	SortDepartment = "department"
	SortExternalID = "externalId"
	SortGroups     = "groups" // number of groups of a person, of members of a group
)

// What Find.Quality asks for: living people of whom something is missing or doubled.
const (
	NoEmail        = "no-email"
	SameEmail      = "same-email"       // an address that another living person has too
	NoManagerFound = "no-manager-found" // the manager's id names nobody living
	NoGroup        = "no-group"
	NoLocalID      = "no-local-id"
	MadeHere       = "made-here" // SCIM has not written them

	NoMembers = "no-members" // of groups: living ones whom nobody is in
)

// Find says which resources of a list, and in which order.
type Find struct {
	Search     string // words that must all occur somewhere in what a resource is searched by
	State      string // one of the Find constants
	Sort       string // one of the Sort constants, "" is SortName
	Descending bool

	// Of people alone; "" is everybody. All that are given must hold.
	Group   string // id of a group that SCIM shows them in
	Quality string // one of NoEmail and those after it
	Manager string // id of the person whose reports they are; deleted ones report to nobody
	Role    string // Local.Role
}

// findStates are the conditions of States, for people and for groups.
var findStates = map[string]struct{ people, groups string }{
	FindLiving:   {" and r.deleted_at is null", " and r.deleted_at is null"},
	FindActive:   {" and r.deleted_at is null and r.active = 1", " and r.deleted_at is null"},
	FindDisabled: {" and r.deleted_at is null and r.active = 0", " and false"},
	FindDeleted:  {" and r.deleted_at is not null", " and r.deleted_at is not null"},
	FindAll:      {"", ""},
}

// sortKey is SQL for what Find reads to sort by: a text, a number, or nothing where rows come in order.
type sortKey struct{ text, number string }

var findKeys = map[string]sortKey{
	SortName:     {},
	SortUserName: {text: "coalesce(r.unique_key, '')"},
	SortEmail:    {text: "r.email_key"},
	SortState:    {number: "case when r.deleted_at is not null then 2 when r.active = 0 then 1 else 0 end"},
	SortCreated:  {number: "r.created_at"},
	SortChanged:  {number: "coalesce(r.deleted_at, 0)"}, // the others' is added

	SortLocalID:    {text: "coalesce(r.local_key, '')"},
	SortTitle:      {text: "r.title_key"},
	SortDepartment: {text: "r.department_key"},
	SortExternalID: {text: "coalesce(r.external_key, '')"},
	SortGroups:     {}, // added
}

// found is a row of a list on its way to its place.
type found struct {
	seq    int64
	text   string
	number int64
	rank   int // by name
}

// Find gives the seqs of a whole list in order. Those who are alike in what the list is sorted by stand by name, and those of one
// name in order of creation. It reads one narrow index in slices, so that no read lasts; somebody renamed meanwhile may be
// missing, but is never there twice.
func (s *Store) Find(ctx context.Context, t *scim.ResourceType, f Find) ([]int64, error) {
	f.Sort = cmp.Or(f.Sort, SortName)
	_, known := findStates[f.State]
	_, sorted := findKeys[f.Sort]
	_, picked := qualities[f.Quality]
	if !sorted || !known || f.Quality != "" && !picked {
		return nil, fmt.Errorf("there is no list of state %q and quality %q in order of %q", f.State, f.Quality, f.Sort)
	}
	all, err := s.find(ctx, t, f)
	if err != nil {
		return nil, s.broken(err)
	}
	if f.Sort == SortGroups {
		if err := s.addLinks(ctx, t, all); err != nil {
			return nil, s.broken(err)
		}
	}
	if f.Sort == SortChanged {
		if err := s.addChanged(ctx, t, all); err != nil {
			return nil, s.broken(err)
		}
	}
	if f.Sort == SortName {
		if f.Descending {
			slices.Reverse(all)
		}
		return seqsOf(all), nil
	}
	direction := 1
	if f.Descending {
		direction = -1
	}
	arrange(all, direction)
	return seqsOf(all), nil
}

// arrange sorts by number, text and rank.
func arrange(all []found, direction int) {
	slices.SortFunc(all, func(a, b found) int {
		return cmp.Or(direction*cmp.Compare(a.number, b.number), direction*strings.Compare(a.text, b.text), cmp.Compare(a.rank, b.rank))
	})
}

func seqsOf(all []found) []int64 {
	seqs := make([]int64, len(all))
	for i := range all {
		seqs[i] = all[i].seq
	}
	return seqs
}

// find reads what a list holds, in order of name.
func (s *Store) find(ctx context.Context, t *scim.ResourceType, f Find) ([]found, error) {
	words := FoldWords(f.Search)
	p, err := s.pick(ctx, f)
	if err != nil {
		return nil, err
	}
	args := words
	if f.Role != "" {
		args = append(args, f.Role)
	}
	if p.few(s.o.findSlice) {
		all, err := s.findFew(ctx, t, f, len(words), args, p.in)
		if err != nil {
			return nil, fmt.Errorf("find %ss: %w", t.Name, err)
		}
		return all, nil
	}
	var all []found
	var seen seqSet
	err = s.sweep(ctx, findSweep(t, f, len(words)), t.Name, args, func(row found) {
		if p.has(row.seq) && seen.add(row.seq) {
			row.rank = len(all)
			all = append(all, row)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("find %ss: %w", t.Name, err)
	}
	return all, nil
}

func findSweep(t *scim.ResourceType, f Find, words int) sweep {
	return sweep{table: "resources r", of: "r.type = $1", seq: "r.seq", place: "r.name_key", where: findWhere(t, f, words), key: findKeys[f.Sort], first: ""}
}

// findWhere is what a row of a list must meet. Behind the words, the role is an argument.
func findWhere(t *scim.ResourceType, f Find, words int) string {
	where := findStates[f.State].people
	if t == scim.Group {
		where = findStates[f.State].groups
	}
	for i := range words {
		where += " and instr(r.search, " + wordAt(i) + ") > 0"
	}
	if f.Role != "" {
		where += " and r.role = " + wordAt(words)
	}
	return where + qualities[f.Quality]
}

// changedSweep reads when those who are not deleted changed. The time stands in an index of its own, since it moves with every change.
var changedSweep = sweep{table: "resources r", of: "r.type = $1 and r.deleted_at is null", seq: "r.seq", place: "r.updated_at",
	key: sortKey{number: "r.updated_at"}, first: int64(math.MinInt64)}

// addChanged sets the number of those who are not deleted to when they changed.
func (s *Store) addChanged(ctx context.Context, t *scim.ResourceType, all []found) error {
	var last int64
	for i := range all {
		last = max(last, all[i].seq)
	}
	places := make([]int, last+1) // by seq, plus 1; seqs are counted up from 1
	for i := range all {
		if all[i].number == 0 {
			places[all[i].seq] = i + 1
		}
	}
	err := s.sweep(ctx, changedSweep, t.Name, nil, func(row found) {
		if row.seq <= last && places[row.seq] > 0 {
			all[places[row.seq]-1].number = row.number
		}
	})
	if err != nil {
		return fmt.Errorf("find when %ss changed: %w", t.Name, err)
	}
	return nil
}

// A seqSet is a set of seqs. They are counted up from 1, so it holds a bit for each.
type seqSet struct{ bits []uint64 }

// has tells whether a seq is in the set.
func (s *seqSet) has(seq int64) bool {
	at := int(seq / 64)
	return at < len(s.bits) && s.bits[at]&(1<<(seq%64)) != 0
}

// add tells whether the seq is new.
func (s *seqSet) add(seq int64) bool {
	at, bit := int(seq/64), uint64(1)<<(seq%64)
	if at >= len(s.bits) {
		s.bits = append(s.bits, make([]uint64, at+1-len(s.bits)+len(s.bits)/2)...)
	}
	had := s.bits[at]&bit != 0
	s.bits[at] |= bit
	return !had
}
