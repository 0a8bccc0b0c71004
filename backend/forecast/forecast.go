// Package forecast works out what Entra's first cycle will do to the people and groups that are here already: whom it adopts and with which
// values, whom it creates, where it is refused, and whom it never touches. It is pure: Entra's own export of users on one side, documents on the
// other. It decides by what the server decides by (package scim: the same keys, the same filters, the same patches), so that forecast and
// reality agree.
package forecast

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"scimdesk/backend/scim"
)

// What the first cycle does with a user, or with somebody here.
const (
	Adopt    = "adopt"
	Same     = "same"
	Create   = "create"
	Conflict = "conflict"
	Refused  = "refused"
	Out      = "out"
	Orphan   = "orphan"
	Invalid  = "invalid"
)

// Reasons are codes; a face has the sentences.
const (
	NotInScope      = "NOT_IN_SCOPE"
	DisabledInEntra = "DISABLED_IN_ENTRA" // and not here: Entra does not create who may not sign in
	Several         = "SEVERAL_MATCH"     // DuplicateTargetEntries: Entra gives up on this user
	Taken           = "USER_ID_TAKEN"     // 409: somebody else here has the userName
	TakenInCycle    = "TAKEN_IN_CYCLE"    // 409: another user of the same cycle gets it first
	Claimed         = "CLAIMED"           // DuplicateSourceEntries: another of Entra's users is matched with the same person, or became it
	NoUserName      = "NO_USER_NAME"
	NotInFile       = "NOT_IN_FILE" // the scope names somebody whom the users' file does not have
	NoGroupName     = "NO_GROUP_NAME"
	NoObjectID      = "NO_OBJECT_ID"
	NotSecurity     = "NOT_SECURITY_ENABLED"
	NoGroups        = "TARGET_HAS_NO_GROUPS" // its mapping has none, so Entra sends none
	DependsOnOrder  = "DEPENDS_ON_ORDER"
	SeemsHere       = "SEEMS_HERE"
	MayBeHere       = "MAY_BE_HERE" // somebody here may be the same person, but so may another: nothing is mended by itself
	NotInEntra      = "NOT_IN_ENTRA"
	OutOfScopeHere  = "IN_ENTRA_OUT_OF_SCOPE" // an orphan whom Entra knows, but does not send
)

// ErrMatching means that there is nothing to match by; what wraps it says what there is.
var ErrMatching = errors.New("there is nothing that Entra could match by")

// Input is what a forecast is made of. One of groups has groups wherever this speaks of users and people, and its own table.
type Input struct {
	Kind    *scim.ResourceType // scim.Group for groups, nil for people
	Unique  string             // of groups: what no two here may share
	Users   *Export
	Scope   Scope // nil is everybody
	Mapping []Mapping
	People  []Person
	// Refuse says why the server would refuse a change for another reason than a userName that is taken, nil if it would not; before is nil
	// for a create. The resources are the forecast's own. Untold are the paths whose values the file does not tell. It may be nil.
	Refuse func(id string, before, after *scim.Resource, untold []string) error
}

// Row is one user or group of Entra's, or one here that none of them is.
type Row struct {
	Line     int    // 0 for an orphan
	UPN      string // as the file has it
	ObjectID string
	Name     string
	State    string
	By       string // the attribute by which they are matched
	ID       string // of the person here
	Here     string // their user ID before the cycle, or the group's name
	With     string // who stands in the way, or seems to be the same person; WithID is their id
	WithID   string
	Reason   string
	Detail   string // the server's own words for a refusal
	Changes  []scim.Change
}

// Result is a forecast.
type Result struct {
	Rows     []Row
	Matching []string // in order of precedence
	Unknown  []string // paths whose values the file does not tell
}

// Make works out the first cycle, in the order of the file. Orphans come behind the users.
func Make(in Input) (*Result, error) {
	unique := "userName"
	switch in.Kind {
	case nil:
		in.Kind = scim.User
	case scim.Group:
		unique = in.Unique
	}
	ready, unknown, err := lines(in.Kind, in.Mapping, in.Users)
	if err != nil {
		return nil, err
	}
	matching := matchingOf(ready)
	none := in.Kind == scim.Group && len(in.Mapping) == 0
	if !none && !slices.ContainsFunc(matching, func(l line) bool { return l.known }) {
		return nil, fmt.Errorf("%w: it would match by %s, which the file does not tell", ErrMatching, paths(matching))
	}
	only, err := scim.ParsePath(in.Kind, unique)
	if err != nil {
		return nil, err
	}
	indexed := []scim.Path{only}
	for _, m := range matching {
		if m.Path != unique {
			indexed = append(indexed, m.path)
		}
	}
	d, err := newDirectory(in.Kind, in.People, indexed)
	if err != nil {
		return nil, err
	}
	c := &cycle{in: in, none: none, unique: only, lines: ready, unknown: unknown, matching: matching, indexed: indexed, here: d, left: map[string]int{}}
	return &Result{Rows: c.run(), Matching: slices.Collect(pathsOf(matching)), Unknown: unknown}, nil
}

func matchingOf(ready []line) []line {
	var all []line
	for _, l := range ready {
		if l.Match > 0 && !l.active {
			all = append(all, l)
		}
	}
	slices.SortStableFunc(all, func(a, b line) int { return cmp.Compare(a.Match, b.Match) })
	return all
}

func pathsOf(lines []line) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, l := range lines {
			if !yield(l.Path) {
				return
			}
		}
	}
}

func paths(lines []line) string { return strings.Join(slices.Collect(pathsOf(lines)), ", ") }

// A cycle is the first one, being played.
type cycle struct {
	in       Input
	none     bool      // nothing is sent at all
	unique   scim.Path // what no two may share
	lines    []line
	unknown  []string
	matching []line
	indexed  []scim.Path
	here     *Directory
	left     map[string]int // key of what is unique that the cycle takes from somebody -> from whom
}

func (c *cycle) run() []Row {
	users := c.in.Users.Users()
	rows := make([]Row, 0, len(users))
	met := map[string]bool{}
	outside := map[string]bool{}
	for _, u := range users {
		row := Row{Line: u.Line, UPN: u.Get("userPrincipalName"), ObjectID: u.Get("objectId")}
		row.Name = cmp.Or(u.Get("displayName"), row.UPN, row.ObjectID)
		if row.Reason = c.leaves(u, met); row.Reason == "" {
			c.sync(u, &row)
		} else {
			row.State = Out
			for _, name := range c.names(u) {
				outside[scim.Key(name)] = true
			}
		}
		rows = append(rows, row)
	}
	c.here.resemble(users, rows)
	for name := range c.in.Scope {
		if !met[name] {
			rows = append(rows, Row{Name: name, UPN: name, State: Invalid, Reason: NotInFile})
		}
	}
	slices.SortStableFunc(rows[len(users):], func(a, b Row) int { return strings.Compare(a.Name, b.Name) })
	for _, p := range c.here.people {
		if !p.claimed && p.ID != "" {
			row := Row{Name: p.Name, State: Orphan, ID: p.ID, Here: p.userName, Reason: NotInEntra}
			if outside[scim.Key(p.userName)] {
				row.Reason = OutOfScopeHere
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// leaves says why Entra does not send one that is in its list, "" where it does.
func (c *cycle) leaves(u User, met map[string]bool) string {
	switch {
	case c.none:
		return NoGroups
	case !c.in.Scope.holds(u, met):
		return NotInScope
	case !u.secures():
		return NotSecurity
	}
	return ""
}

// names are what somebody here would go by who is one that Entra does not send.
func (c *cycle) names(u User) []string {
	all := []string{sent("userPrincipalName", u.Get("userPrincipalName")), u.Get("mail")}
	if c.in.Kind == scim.Group {
		all = []string{u.Get("displayName")}
	}
	return slices.DeleteFunc(all, func(name string) bool { return name == "" })
}

// sync plays what Entra does with one user.
func (c *cycle) sync(u User, row *Row) {
	at, by, several := c.match(u)
	switch {
	case several != "":
		row.State, row.Reason, row.By = Conflict, Several, by
		row.With, row.WithID = several, ""
	case at >= 0:
		row.By = by
		c.adopt(u, at, row)
	case !u.enabled():
		row.State, row.Reason = Out, DisabledInEntra
	default:
		c.create(u, row)
	}
}

// match looks for the user here, by each matching attribute in order, as the server would answer the query.
func (c *cycle) match(u User) (at int, by, several string) {
	for _, m := range c.matching {
		if !m.known {
			continue
		}
		value := m.value(u)
		if value == "" {
			continue
		}
		found := c.query(m, value)
		switch {
		case len(found) == 1:
			return found[0], m.Path, ""
		case len(found) > 1:
			var names []string
			for _, f := range found[:min(len(found), namedAtMost)] {
				names = append(names, c.here.people[f].Name)
			}
			if len(found) > namedAtMost {
				names = append(names, "…")
			}
			return -1, m.Path, strings.Join(names, ", ")
		}
	}
	return -1, "", ""
}

// namedAtMost bounds how many people are named who all match one user.
const namedAtMost = 5

// query is GET ?filter=path eq "value": the index gives who may match, the filter itself decides. One more than are named is enough.
func (c *cycle) query(m line, value string) []int {
	quoted, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	filter, err := scim.ParseFilter(c.in.Kind, m.Path+" eq "+string(quoted))
	if err != nil {
		return nil // Entra's own query fails on it too
	}
	var found []int
	for _, i := range c.here.by[m.path.String()][scim.Key(value)] {
		r, err := scim.FromDocument(c.in.Kind, c.here.people[i].Doc)
		if err == nil && filter.Match(r, scim.Meta{ID: c.here.people[i].ID}) && !slices.Contains(found, i) {
			if found = append(found, i); len(found) > namedAtMost {
				break
			}
		}
	}
	return found
}

// adopt plays the PATCH of what differs. Of somebody who may not sign in, Entra changes nothing but active.
func (c *cycle) adopt(u User, at int, row *Row) {
	p := &c.here.people[at]
	if p.ID == "" {
		row.State, row.Reason, row.With = Conflict, Claimed, p.Name
		return
	}
	row.ID, row.Here = p.ID, p.userName
	if p.claimed {
		row.State, row.Reason, row.With, row.WithID = Conflict, Claimed, p.Name, p.ID
		return
	}
	before, err := scim.FromDocument(c.in.Kind, p.Doc)
	if err != nil {
		row.State, row.Detail = Invalid, err.Error()
		return
	}
	p.claimed = true
	after := before.Clone()
	if err := c.patch(u, before, after, false); err != nil {
		row.State, row.Detail = Refused, detail(err)
		return
	}
	changes := scim.Diff(before, after)
	if len(changes) == 0 {
		row.State = Same
		return
	}
	row.Changes = changes
	was, now := c.key(before), c.key(after)
	if was != now && c.taken(now, at, row) {
		return
	}
	if c.refused(p.ID, before, after, row) {
		return
	}
	row.State = Adopt
	if was != now {
		c.left[was] = at
	}
	for _, path := range c.indexed {
		c.here.reindex(path, at, before, after)
	}
	p.Doc = after.Document()
}

// refused says whether the server's own rules refuse a change, and puts what they say into the row.
func (c *cycle) refused(id string, before, after *scim.Resource, row *Row) bool {
	if c.in.Refuse == nil {
		return false
	}
	err := c.in.Refuse(id, before, after, c.unknown)
	if err != nil {
		row.State, row.Detail = Refused, detail(err)
	}
	return err != nil
}

// patch applies what Entra would send to after: of somebody new whatever it maps, of others what differs and is not applied once.
func (c *cycle) patch(u User, before, after *scim.Resource, isNew bool) error {
	type operation struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value"`
	}
	var ops []operation
	enabled := u.enabled()
	active, has := before.Active()
	for _, l := range c.lines {
		switch {
		case l.active:
			if isNew || l.known && (active != enabled || enabled && !has) {
				ops = append(ops, operation{"replace", l.Path, enabled})
			}
		case !l.known || l.Once && !isNew || !enabled || l.path.Attr == "manager" || l.path.Sub == "manager":
		default:
			if want := l.value(u); want != "" && want != text(before.Get(l.path)) {
				ops = append(ops, operation{"replace", l.Path, want})
			}
		}
	}
	if len(ops) == 0 {
		return nil
	}
	body, err := json.Marshal(map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": ops})
	if err != nil {
		return fmt.Errorf("write the patch: %w", err)
	}
	patch, err := scim.ParsePatch(c.in.Kind, body)
	if err != nil {
		return err
	}
	return patch.Apply(after)
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// create plays the POST.
func (c *cycle) create(u User, row *Row) {
	after := &scim.Resource{Type: c.in.Kind, Attrs: map[string]any{}}
	err := c.patch(u, after, after, true)
	key := c.key(after)
	switch reason := c.lacks(u, after); {
	case reason != "":
		row.State, row.Reason = Invalid, reason
		return
	case err != nil:
		row.State, row.Detail = Refused, detail(err)
		return
	}
	if c.taken(key, -1, row) {
		return
	}
	if c.refused("", nil, after, row) {
		return
	}
	row.State = Create
	row.Changes = scim.Diff(&scim.Resource{Type: c.in.Kind, Attrs: map[string]any{}}, after)
	c.here.add(c.indexed, row.Name, after)
	if at, was := c.left[key]; was {
		row.Reason, row.With, row.WithID = DependsOnOrder, c.here.people[at].Name, c.here.people[at].ID
	}
}

// key is what no two may share, of a resource.
func (c *cycle) key(r *scim.Resource) string { return scim.Key(text(r.Get(c.unique))) }

// lacks says what somebody new would lack to be made at all. What the file does not tell of a group is not held against it.
func (c *cycle) lacks(u User, r *scim.Resource) string {
	switch {
	case c.in.Kind == scim.User && c.key(r) == "":
		return NoUserName
	case c.in.Kind == scim.Group && r.DisplayName() == "" && u.of.Has("displayName"):
		return NoGroupName
	case c.in.Kind == scim.Group && c.key(r) == "":
		return NoObjectID
	}
	return ""
}

// taken says whether somebody else has what is unique at this moment of the cycle, and puts them into the row.
func (c *cycle) taken(key string, me int, row *Row) bool {
	for _, i := range c.here.by[c.unique.String()][key] {
		if i != me {
			p := c.here.people[i]
			row.State, row.Reason, row.With, row.WithID = Conflict, Taken, p.Name, p.ID
			if p.ID == "" {
				row.Reason = TakenInCycle
			}
			return true
		}
	}
	return false
}

// detail is what a refusal says to the client.
func detail(err error) string {
	if e, ok := errors.AsType[*scim.Error](err); ok {
		return e.Detail
	}
	return err.Error()
}
