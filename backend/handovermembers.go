package backend

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"scimdesk/backend/handover"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// Attributes of a group in the file of members.
const (
	attrGroup       = "group"
	attrGroupID     = "groupId"
	attrGroupExtern = "groupExternalId"
)

// handedMemberAttributes are what columns of members may have.
func handedMemberAttributes() []string {
	all := []string{handover.AttrAction, attrGroup, attrGroupID, attrGroupExtern}
	for _, a := range handedPersonAttributes() {
		if a != handover.AttrAction && a != handover.AttrFormerLocalID && a != handover.AttrFormerUserName {
			all = append(all, a)
		}
	}
	return all
}

// brief is what members' rows say of a person.
type brief struct {
	living bool
	person string // JSON of the members' columns
}

// handedGroupAttributes are those of the members' columns that are compared: those of people are told by their own rows.
func handedGroupAttributes(members []string) []string {
	return slices.DeleteFunc(slices.Clone(members), func(a string) bool { return a != attrGroup && a != attrGroupExtern && a != attrGroupID })
}

func (c *comparer) lookAtGroup(id string) {
	if !c.grouped[id] {
		c.grouped[id] = true
		c.groups = append(c.groups, id)
	}
}

func (c *comparer) lookAtPair(group, member string) {
	if pair := [2]string{group, member}; !c.paired[pair] {
		c.paired[pair] = true
		c.pairs = append(c.pairs, pair)
	}
}

// knowMember notes the same of a membership.
func knowMember(tx *store.Tx, group store.Record, member string) error {
	res, err := scim.FromDocument(scim.Group, group.Doc)
	if err != nil {
		return fmt.Errorf("read group %s: %w", group.ID, err)
	}
	vals, err := wordGroup([]string{attrGroup, attrGroupID, attrGroupExtern}, group.ID, res)
	if err != nil {
		return err
	}
	return tx.KnowMember(store.HandedMember{Group: group.ID, Member: member, Action: handover.In, Vals: vals, Person: "{}"})
}

// compareMembers compares memberships: those that came or went, all of groups that changed themselves, and all of people who came or went.
func (c *comparer) compareMembers() error {
	for _, p := range c.out.people {
		if c.all {
			break // all groups are looked at
		}
		if p.Action == handover.Leave || p.Action == handover.Moved || p.Action == handover.Join {
			if err := c.lookAtGroupsOf(p.ID); err != nil {
				return err
			}
		}
	}
	for _, heir := range c.heirs {
		if err := c.lookAtGroupsOf(heir); err != nil {
			return err
		}
	}
	for _, g := range c.groups {
		known, err := c.b.store.KnownInGroup(c.ctx, g, c.upTo)
		if err != nil {
			return err
		}
		now, err := c.b.store.MemberIDs(c.ctx, g)
		if err != nil {
			return err
		}
		for _, m := range known {
			c.lookAtPair(g, m.Member)
		}
		for _, id := range now {
			c.lookAtPair(g, id)
		}
	}
	slices.SortStableFunc(c.pairs, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for _, pair := range c.pairs {
		if err := c.comparePair(pair[0], pair[1]); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparer) lookAtGroupsOf(id string) error {
	known, err := c.b.store.KnownOf(c.ctx, id, c.upTo)
	if err != nil {
		return err
	}
	for _, m := range known {
		c.lookAtPair(m.Group, id)
	}
	now, err := c.b.store.GroupIDs(c.ctx, id)
	for _, g := range now {
		c.lookAtPair(g, id)
	}
	return err
}

func (c *comparer) comparePair(group, member string) error {
	known, found, err := c.b.store.KnownMember(c.ctx, group, member, c.upTo)
	if err != nil {
		return err
	}
	was := found && known.Action == handover.In
	now, is, err := c.membership(group, member)
	if err != nil {
		return err
	}
	if was && is && known.Vals == now.Vals {
		return nil
	}
	if was && is {
		same, err := c.sameGroup(known.Vals, now.Vals)
		if err != nil || same {
			return err
		}
	}
	if was {
		if err := c.end(known, is); err != nil {
			return err
		}
	}
	if !is {
		return nil
	}
	now.Action, now.Rank = handover.In, handover.Rank(handover.In)
	if !was && c.ancestors[member] != "" {
		before, found, err := c.b.store.KnownMember(c.ctx, group, c.ancestors[member], c.upTo)
		if err != nil {
			return err
		}
		if found && before.Action == handover.In {
			same, err := c.sameGroup(before.Vals, now.Vals)
			if err != nil {
				return err
			}
			if same {
				now.Rank = 0
			}
		}
	}
	c.out.members = append(c.out.members, now)
	return nil
}

// end tells that a membership ended. It is kept without being told where it goes on as that of who was created again.
func (c *comparer) end(known store.HandedMember, is bool) error {
	b, err := c.brief(known.Member)
	if err != nil {
		return err
	}
	known.Action, known.Rank, known.Person = handover.Out, handover.Rank(handover.Out), b.person
	if heir := c.heirs[known.Member]; heir != "" && !is {
		now, goesOn, err := c.membership(known.Group, heir)
		if err != nil {
			return err
		}
		if goesOn {
			same, err := c.sameGroup(known.Vals, now.Vals)
			if err != nil {
				return err
			}
			if same {
				known.Rank = 0
			}
		}
	}
	c.out.members = append(c.out.members, known)
	return nil
}

// sameGroup compares the attributes of a group that are in a column.
func (c *comparer) sameGroup(was, is string) (bool, error) {
	before, err := toldState(was)
	if err != nil {
		return false, err
	}
	now, err := toldState(is)
	if err != nil {
		return false, err
	}
	for _, a := range handedGroupAttributes(c.members) {
		if before[a] != now[a] {
			return false, nil
		}
	}
	return true, nil
}

// membership gives how a membership stands now: it is one where group and person are there, and the old system has the person or gets them now.
func (c *comparer) membership(group, member string) (m store.HandedMember, is bool, err error) {
	m = store.HandedMember{Group: group, Member: member}
	if is, err = c.b.store.IsMember(c.ctx, group, member); err != nil || !is {
		return m, false, err
	}
	b, err := c.brief(member)
	if err != nil || !b.living {
		return m, false, err
	}
	m.Person = b.person
	m.Vals, err = c.group(group)
	return m, m.Vals != "", err
}

// group gives the attributes of a living group that are in a column, as JSON; "" for one that is not there.
func (c *comparer) group(id string) (string, error) {
	if text, ok := c.names[id]; ok {
		return text, nil
	}
	rec, err := c.b.store.LookAside(c.ctx, scim.Group, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && !rec.Deleted.IsZero() {
		c.names[id] = ""
		return "", nil
	}
	if err != nil {
		return "", err
	}
	res, err := scim.FromDocument(scim.Group, rec.Doc)
	if err != nil {
		return "", fmt.Errorf("read group %s: %w", id, err)
	}
	c.names[id], err = wordGroup(handedGroupAttributes(c.members), id, res)
	return c.names[id], err
}

func wordGroup(attributes []string, id string, res *scim.Resource) (string, error) {
	vals := handover.State{}
	all := handover.State{attrGroup: res.DisplayName(), attrGroupID: id, attrGroupExtern: res.ExternalID()}
	for _, a := range attributes {
		vals[a] = all[a]
	}
	text, err := json.Marshal(vals)
	return string(text), err
}

// brief gives what members' rows say of a person.
func (c *comparer) brief(id string) (brief, error) {
	if b, ok := c.briefs[id]; ok {
		return b, nil
	}
	b, err := c.newBrief(id)
	if err == nil {
		c.briefs[id] = b
	}
	return b, err
}

func (c *comparer) newBrief(id string) (b brief, err error) {
	now, err := c.person(id)
	if err != nil {
		return b, err
	}
	known, found, err := c.b.store.KnownPerson(c.ctx, id, c.upTo)
	if err != nil {
		return b, err
	}
	vals := handover.State{}
	if now.living {
		key := c.told[id]
		if key == "" {
			if key, err = c.key(now, known); err != nil {
				return b, err
			}
		}
		_, told := c.told[id]
		b.living = told || found && handover.Lives(known.Action)
		vals, err = c.values(c.members, now, key)
	} else if found {
		vals, err = c.lastValues(id, known)
	}
	if err != nil {
		return b, err
	}
	text, err := json.Marshal(vals)
	b.person = string(text)
	return b, err
}

// lastValues are the values by which the old system knows somebody who is gone.
func (c *comparer) lastValues(id string, known store.HandedPerson) (handover.State, error) {
	before, err := c.before(known)
	if err != nil {
		return nil, err
	}
	vals := handover.State{attrUserName: before[attrUserName]}
	for _, a := range c.members {
		if v, ok := before[a]; ok {
			vals[a] = v
		}
	}
	vals[handover.AttrLocalID] = cmp.Or(c.told[id], known.LocalID)
	return vals, nil
}
