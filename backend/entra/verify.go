package entra

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Difference is one thing in which the target is not as Entra believes it to be.
type Difference struct {
	// Type is User or Group.
	Type string
	// Name is the userName or displayName of what differs.
	Name string
	// Text says what differs.
	Text string
}

// String is the difference in one line.
func (d Difference) String() string { return fmt.Sprintf("%s %q %s", d.Type, d.Name, d.Text) }

const pageSize = 100

// comparison collects differences while the target is read.
type comparison struct {
	*visit
	found []Difference
}

func (c *comparison) differ(kind, name, format string, args ...any) {
	c.found = append(c.found, Difference{kind, c.wire.clean(name), c.wire.clean(fmt.Sprintf(format, args...))})
}

// Verify reads all people and groups back from the target and compares them with the client's own idea: every mapped
// attribute of every person with active and manager, every group, every member, and nobody else. What Survey has seen
// may be there as well, unless Entra has taken it away since. An empty answer means that all agree; an error means that the target could not be read.
//
// Entra itself never does this. The requests are told to Progress, and are in no cycle and no report.
func (c *Client) Verify(ctx context.Context) ([]Difference, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.verify(ctx)
}

func (c *Client) verify(ctx context.Context) ([]Difference, error) {
	cmp := &comparison{visit: c.visit()}
	if err := cmp.users(ctx); err != nil {
		return nil, fmt.Errorf("verify people: %w", err)
	}
	if err := cmp.groups(ctx); err != nil {
		return nil, fmt.Errorf("verify groups: %w", err)
	}
	return cmp.found, nil
}

// Found is what Survey saw at the target.
type Found struct {
	// People and Groups are how many there are.
	People, Groups int
	// StrangePeople and StrangeGroups are how many of them no office with this seed and domain has provisioned: people with
	// a userName of another domain, groups whose externalId is not one of this office's.
	StrangePeople, StrangeGroups int
}

// Survey looks at the target before the first cycle. What is there is no difference to Verify later: neither people and
// groups nor, as Entra never reads members, those of a group that will be adopted by its name. Names that were found are
// not given to anybody new, since the target would refuse them, as it refuses Entra. Survey is not part of what Entra
// does; it only reads.
func (c *Client) Survey(ctx context.Context) (Found, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, err := c.survey(ctx)
	if err != nil {
		return Found{}, fmt.Errorf("survey: %w", err)
	}
	return found, nil
}

func (c *Client) survey(ctx context.Context) (found Found, err error) {
	v, o, before := c.visit(), c.office, map[string]bool{}
	err = v.pages(ctx, "/Users", func(resource map[string]any) {
		before[userPath(text(resource, "id"))] = true
		found.People++
		if local, own := strings.CutSuffix(strings.ToLower(text(resource, "userName")), "@"+o.domain); own {
			o.taken[local] = max(o.taken[local], 1)
		} else {
			found.StrangePeople++
		}
	})
	if err != nil {
		return found, err
	}
	var adopted []string
	err = v.pages(ctx, "/Groups", func(resource map[string]any) {
		id, name := text(resource, "id"), strings.ToLower(text(resource, "displayName"))
		before[groupPath(id)] = true
		found.Groups++
		if !o.identifies(text(resource, "externalId")) {
			found.StrangeGroups++
		}
		if o.called[name] {
			adopted = append(adopted, id)
		}
		o.called[name] = true
	})
	if err != nil {
		return found, err
	}
	for _, id := range adopted {
		resource, f := v.do(ctx, ReadBack, http.MethodGet, groupPath(id), "", nil)
		if f != nil {
			return found, f
		}
		for _, member := range objects(resource, "members") {
			before[memberPath(id, text(member, "value"))] = true
		}
	}
	c.before = before
	return found, nil
}

// memberPath names a membership among what Survey has seen.
func memberPath(group, member string) string { return groupPath(group) + userPath(member) }

// removed notes that Entra took something away at the target: that it was there before excuses it no longer.
func (v *visit) removed(path string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.before, path)
}

// pages lists everything, page by page (RFC 7644 section 3.4.2.4).
func (v *visit) pages(ctx context.Context, path string, each func(map[string]any)) error {
	for start := 1; ; {
		query := fmt.Sprintf("startIndex=%d&count=%d", start, pageSize)
		if path == "/Groups" {
			query = withoutMembers + "&" + query
		}
		answer, f := v.do(ctx, ReadBack, http.MethodGet, path, query, nil)
		if f != nil {
			return f
		}
		total, ok := number(answer, "totalResults")
		if !ok {
			return v.reject(ReadBack, http.MethodGet, path, query, codeIncompatible, "the list is not SCIM: totalResults is missing")
		}
		resources := objects(answer, "Resources")
		for _, resource := range resources {
			each(resource)
		}
		start += len(resources)
		if start > total {
			return nil
		}
		if len(resources) == 0 {
			return v.reject(ReadBack, http.MethodGet, path, query, codeIncompatible, "the page is empty, and totalResults is %d", total)
		}
	}
}

func (c *comparison) users(ctx context.Context) error {
	byID, byName := make(map[string]*person, len(c.office.people)), map[string]*person{}
	for _, p := range c.office.people {
		if p.link.id != "" {
			byID[p.link.id] = p
		} else if p.state != forgotten {
			byName[strings.ToLower(p.userPrincipalName)] = p
		}
	}
	seen := map[string]bool{}
	err := c.pages(ctx, "/Users", func(resource map[string]any) {
		id, name := text(resource, "id"), text(resource, "userName")
		switch p := byID[id]; {
		case seen[id]:
			c.differ("User", name, "is listed twice with the id %s", id)
		case p != nil:
			c.person(p, resource)
		case c.before[userPath(id)]:
		case byName[strings.ToLower(name)] != nil:
			c.differ("User", name, "is there with the id %s, which Entra was never told", id)
		default:
			c.differ("User", name, "is there, and nobody in the office has the id %s", id)
		}
		seen[id] = true
	})
	if err != nil {
		return err
	}
	for _, p := range c.office.people {
		if p.expected().Expected && !seen[p.link.id] {
			if p.link.id == "" {
				c.differ("User", p.userPrincipalName, "is missing: never created with success")
			} else {
				c.differ("User", p.userPrincipalName, "is missing: the id %s is not listed", p.link.id)
			}
		}
	}
	return nil
}

func (c *comparison) person(p *person, resource map[string]any) {
	want, got := p.expected(), parseUser(resource)
	name := p.userPrincipalName
	if !want.Expected {
		c.differ("User", name, "is still there, though deleted for good")
		return
	}
	if got.oddity != "" {
		c.differ("User", name, "has an odd shape: %s", got.oddity)
	}
	if got.active != want.Active {
		c.differ("User", name, "has active %t where %t is expected", got.active, want.Active)
	}
	for i, at := range attributes {
		if p.mapped == nil && !p.maps(i) {
			continue // a target may have it of its own
		}
		c.value("User", name, at.path, got.values[i], want.Values[at.path])
	}
	c.value("User", name, managerPath, got.manager, want.ManagerID)
}

func (c *comparison) value(kind, name, path, got, want string) {
	switch {
	case got == want:
	case got == "":
		c.differ(kind, name, "has no %s where %q is expected", path, want)
	case want == "":
		c.differ(kind, name, "has %s %q where nothing is expected", path, got)
	default:
		c.differ(kind, name, "has %s %q where %q is expected", path, got, want)
	}
}

func (c *comparison) groups(ctx context.Context) error {
	byID := make(map[string]*group, len(c.office.groups))
	for _, g := range c.office.groups {
		if g.link.id != "" {
			byID[g.link.id] = g
		}
	}
	names := map[string]string{} // by the id, of what is compared member by member
	var order []string
	err := c.pages(ctx, "/Groups", func(resource map[string]any) {
		id, name := text(resource, "id"), text(resource, "displayName")
		switch {
		case names[id] != "":
			c.differ("Group", name, "is listed twice with the id %s", id)
		case byID[id] != nil:
			order = append(order, id)
		case !c.before[groupPath(id)]:
			c.differ("Group", name, "is there, and no group in the office has the id %s", id)
		}
		names[id] = name
	})
	if err != nil {
		return err
	}
	people := make(map[string]string, len(c.office.people))
	for _, p := range c.office.people {
		if p.link.id != "" {
			people[p.link.id] = p.userPrincipalName
		}
	}
	for _, id := range order {
		resource, f := c.do(ctx, ReadBack, http.MethodGet, groupPath(id), "", nil)
		if f != nil {
			return f
		}
		c.group(byID[id].expected(), byID[id].external(), resource, people)
	}
	for _, g := range c.office.groups {
		if _, listed := names[g.link.id]; g.assigned && (g.link.id == "" || !listed) {
			c.differ("Group", g.name, "is missing")
		}
	}
	return nil
}

func (c *comparison) group(want Group, external string, resource map[string]any, people map[string]string) {
	name := want.DisplayName
	if !want.Expected {
		c.differ("Group", name, "is still there, though no longer assigned")
		return
	}
	c.value("Group", name, "displayName", text(resource, "displayName"), want.DisplayName)
	c.value("Group", name, "externalId", text(resource, "externalId"), external)
	who := func(id string) string {
		if known := people[id]; known != "" {
			return known
		}
		return "somebody unknown with the id " + id
	}
	got := map[string]bool{}
	for _, member := range objects(resource, "members") {
		id := text(member, "value")
		switch _, wanted := slices.BinarySearch(want.MemberIDs, id); {
		case got[id]:
			c.differ("Group", name, "lists the member %s twice", who(id))
		case !wanted && !c.before[memberPath(want.ID, id)]:
			c.differ("Group", name, "has the member %s, who is not in it", who(id))
		}
		got[id] = true
	}
	for _, id := range want.MemberIDs {
		if !got[id] {
			c.differ("Group", name, "lacks the member %s", who(id))
		}
	}
}
