package backend

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"scimdesk/backend/handover"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// Attributes of people that are not just values of theirs.
const (
	attrID              = "id"
	attrUserName        = "userName"
	attrActive          = "active"
	attrEmail           = "email"
	attrRole            = "role"
	attrManagerLocalID  = "managerLocalId"
	attrManagerUserName = "managerUserName"
)

// handedPersonAttributes are what columns of people may have, in the order in which they are offered.
func handedPersonAttributes() []string {
	all := []string{handover.AttrAction, handover.AttrLocalID, handover.AttrFormerLocalID, attrID, attrUserName, handover.AttrFormerUserName}
	for _, c := range personColumns {
		if !slices.Contains(all, c.header) && c.header != "manager" {
			all = append(all, c.header)
		}
	}
	return append(all, attrManagerLocalID, attrManagerUserName, attrRole)
}

// handing is what a hand-over would hold.
type handing struct {
	history, gone int64 // how far it looked
	people        []handedPerson
	members       []store.HandedMember
	keys          []movedKey // localIds that go on with somebody created again
}

type handedPerson struct {
	store.HandedPerson
	name string
}

// files tells whether anything would stand in a file.
func (h *handing) files() bool {
	told := func(rank int) bool { return rank > 0 }
	return slices.ContainsFunc(h.people, func(p handedPerson) bool { return told(p.Rank) }) ||
		slices.ContainsFunc(h.members, func(m store.HandedMember) bool { return told(m.Rank) })
}

// A comparer works out what the old system is to be told: whatever changed since the last hand-over is compared with what it knows. What changes while it
// reads is looked at again by the next one, so nothing is lost and nothing told twice.
type comparer struct {
	b       *Backend
	ctx     context.Context //nolint:containedctx // of one call, which the comparer does not outlive
	upTo    int64           // the last hand-over that counts
	people  []string        // attributes of the people's columns
	members []string        // of the members' columns
	reports bool            // a manager's key is in a column
	paths   map[string]scim.Path

	out     handing
	queue   []string // ids of people to look at
	queued  map[string]bool
	all     bool                 // everybody is
	at      int                  // of the queue
	later   []store.HandedPerson // whose manager may go on with the key of somebody who is gone
	keys    map[string]string    // of heirs; nil until they are found
	groups  []string
	grouped map[string]bool
	pairs   [][2]string // group and member
	paired  map[[2]string]bool

	joiners []joiner
	joins   map[string]bool
	leavers []leaver
	heirs   map[string]string // of who is gone: who goes on in their place
	removed map[string]store.Gone
	briefs  map[string]brief
	names   map[string]string // attributes of groups, as JSON

	ancestors map[string]string // the other way round than heirs
	told      map[string]string // who has a row, and their key in it
}

func (b *Backend) comparer(ctx context.Context, s HandoverSettings) (*comparer, error) {
	c := &comparer{
		b: b, ctx: ctx, people: handedAttributes(s.People), members: handedAttributes(s.Members), paths: map[string]scim.Path{},
		queued: map[string]bool{}, grouped: map[string]bool{}, paired: map[[2]string]bool{}, joins: map[string]bool{},
		heirs: map[string]string{}, removed: map[string]store.Gone{}, briefs: map[string]brief{}, names: map[string]string{},
		ancestors: map[string]string{}, told: map[string]string{},
	}
	for _, a := range append(slices.Clone(c.people), c.members...) {
		c.reports = c.reports || a == attrManagerLocalID || a == attrManagerUserName
	}
	for _, col := range personColumns {
		p, err := scim.ParsePath(scim.User, col.path)
		if err != nil {
			return nil, fmt.Errorf("attribute %s: %w", col.header, err)
		}
		c.paths[col.header] = p
	}
	return c, nil
}

func handedAttributes(columns []HandoverColumn) []string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = c.Attribute
	}
	return all
}

// since works out what changed since the last hand-over. Its cost goes with that; only the first one, and one with new columns, look at everybody.
func (c *comparer) since() (*handing, error) {
	last, err := c.b.store.Handovers(c.ctx, 1)
	if err != nil {
		return nil, err
	}
	if c.out.history, err = c.b.store.HistoryHead(c.ctx); err != nil {
		return nil, err
	}
	gone, err := c.b.store.Gone(c.ctx)
	if err != nil {
		return nil, err
	}
	everybody, after := true, int64(0)
	if len(last) > 0 {
		about, err := aboutHandover(last[0])
		if err != nil {
			return nil, err
		}
		c.upTo, after = last[0].Seq, last[0].HistoryTo
		everybody = !handover.Covers(handedAttributes(about.People), c.people) || !handover.Covers(handedAttributes(about.Members), handedGroupAttributes(c.members))
	}
	for _, g := range gone {
		c.out.gone = g.N
		c.removed[g.ID] = g
		if g.Type == scim.Group {
			c.lookAtGroup(g.ID)
		} else {
			c.lookAt(g.ID)
		}
	}
	if everybody {
		err = c.everybody()
	} else {
		err = c.b.store.ChangedBetween(c.ctx, after, c.out.history, func(ch store.ChangedOne) {
			switch {
			case ch.Member != "":
				c.lookAtPair(ch.ID, ch.Member)
			case ch.Type == scim.Group:
				c.lookAtGroup(ch.ID)
			default:
				c.lookAt(ch.ID)
			}
		})
	}
	if err == nil {
		err = c.comparePeople()
	}
	if err == nil {
		err = c.compareMembers()
	}
	return &c.out, err
}

func (c *comparer) everybody() error {
	c.all = true
	err := c.b.store.Scan(c.ctx, scim.User, store.With{}, func(r store.Record) error {
		if c.queued[r.ID] {
			return nil
		}
		c.queued[r.ID] = true
		now := standing{rec: r, there: true, living: true}
		var err error
		if now.res, err = scim.FromDocument(scim.User, r.Doc); err != nil {
			return fmt.Errorf("read %s: %w", r.ID, err)
		}
		return c.compare(r.ID, now)
	})
	return errors.Join(
		err,
		c.b.store.KnownPeople(c.ctx, c.upTo, c.lookAt),
		c.b.store.KnownGroups(c.ctx, c.upTo, c.lookAtGroup),
		c.b.store.Scan(c.ctx, scim.Group, store.With{}, func(r store.Record) error { c.lookAtGroup(r.ID); return nil }),
	)
}

func (c *comparer) lookAt(id string) {
	if !c.queued[id] {
		c.queued[id] = true
		c.queue = append(c.queue, id)
	}
}

// A standing is how somebody stands now.
type standing struct {
	rec    store.Record
	res    *scim.Resource
	there  bool // also deleted
	living bool
}

func (c *comparer) person(id string) (p standing, err error) {
	p.rec, err = c.b.store.LookAside(c.ctx, scim.User, id)
	if errors.Is(err, store.ErrNotFound) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.there, p.living = true, p.rec.Deleted.IsZero()
	if p.res, err = scim.FromDocument(scim.User, p.rec.Doc); err != nil {
		return p, fmt.Errorf("read %s: %w", id, err)
	}
	return p, nil
}

// comparePeople compares those in the queue, which grows by those who report to somebody whose key is another.
func (c *comparer) comparePeople() error {
	if err := c.compareQueue(); err != nil {
		return err
	}
	if err := c.findHeirs(); err != nil {
		return err
	}
	for _, known := range c.later {
		now, err := c.person(known.ID)
		if err == nil && now.living {
			err = c.change(known, now)
		}
		if err != nil {
			return err
		}
	}
	if err := c.compareQueue(); err != nil {
		return err
	}
	for _, l := range c.leavers {
		if err := c.leave(l); err != nil {
			return err
		}
	}
	for _, j := range c.joiners {
		if err := c.join(j); err != nil {
			return err
		}
	}
	return nil
}

// compareQueue compares those who were not compared yet.
func (c *comparer) compareQueue() error {
	for ; c.at < len(c.queue); c.at++ {
		if err := c.comparePerson(c.queue[c.at]); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparer) comparePerson(id string) error {
	now, err := c.person(id)
	if err != nil {
		return err
	}
	return c.compare(id, now)
}

// compare says of somebody whether they are new, may have changed or are gone.
func (c *comparer) compare(id string, now standing) error {
	known, found, err := c.b.store.KnownPerson(c.ctx, id, c.upTo)
	if err != nil {
		return err
	}
	isKnown := found && handover.Lives(known.Action)
	switch {
	case isKnown && now.living:
		return c.change(known, now)
	case isKnown:
		key := known.LocalID
		if g, ok := c.removed[id]; ok && g.LocalID != "" {
			key = g.LocalID
		} else if now.rec.Local.LocalID != "" {
			key = now.rec.Local.LocalID
		}
		c.leavers = append(c.leavers, leaver{id, key, known})
		return c.lookAtReports(id)
	case now.living:
		c.joiners = append(c.joiners, joiner{id: id, key: now.rec.Local.LocalID})
		c.joins[id] = true
		if wait, err := c.waits(now); err != nil || wait {
			return errors.Join(err, c.lookAtReports(id))
		}
		row, err := c.joinRow(now)
		c.joiners[len(c.joiners)-1].row = &row
		return errors.Join(err, c.lookAtReports(id))
	}
	return nil
}

// lookAtReports looks at those whose manager is another now, or has another key.
func (c *comparer) lookAtReports(id string) error {
	if !c.reports || c.all {
		return nil
	}
	ids, err := c.b.store.ReportIDs(c.ctx, id)
	for _, report := range ids {
		c.lookAt(report)
	}
	return err
}

// change compares somebody whom the old system has with how they are now.
func (c *comparer) change(known store.HandedPerson, now standing) error {
	if wait, err := c.waits(now); err != nil || wait {
		c.later = append(c.later, known)
		return err
	}
	before, err := c.before(known)
	if err != nil {
		return err
	}
	key, err := c.key(now, known)
	if err != nil {
		return err
	}
	is, err := c.values(c.people, now, key)
	if err != nil {
		return err
	}
	action := handover.Compare(c.people, before, is, known.LocalID, key)
	if key != known.LocalID || before[attrUserName] != is[attrUserName] {
		if err := c.lookAtReports(now.rec.ID); err != nil {
			return err
		}
	}
	if action == handover.Same && key == known.LocalID {
		return nil
	}
	return c.tell(known, before, is, now.rec, action, key)
}

// tell adds a row. What the old system knew them by stands in it where it is another now.
func (c *comparer) tell(known store.HandedPerson, before, is handover.State, rec store.Record, action, key string) error {
	if known.LocalID != "" && known.LocalID != key {
		is[handover.AttrFormerLocalID] = known.LocalID
	}
	if was := before[attrUserName]; was != "" && was != is[attrUserName] {
		is[handover.AttrFormerUserName] = was
	}
	return c.add(rec.ID, rec.Name, action, key, handover.Told(before, is))
}

func (c *comparer) add(id, name, action, key string, vals handover.State) error {
	row, err := rowOf(id, name, action, key, vals)
	if err != nil {
		return err
	}
	c.told[id] = key
	c.out.people = append(c.out.people, row)
	return nil
}

func rowOf(id, name, action, key string, vals handover.State) (handedPerson, error) {
	text, err := json.Marshal(vals)
	if err != nil {
		return handedPerson{}, fmt.Errorf("write what is told of %s: %w", id, err)
	}
	return handedPerson{store.HandedPerson{ID: id, LocalID: key, Action: action, Rank: handover.Rank(action), Vals: string(text)}, name}, nil
}

// before gives what the old system knows of somebody. Of an import the row has the document, whose attributes are taken out only here.
func (c *comparer) before(known store.HandedPerson) (handover.State, error) {
	if known.Action != handover.Known {
		return toldState(known.Vals)
	}
	res, err := scim.FromDocument(scim.User, []byte(known.Vals))
	if err != nil {
		return nil, fmt.Errorf("read what is known of %s: %w", known.ID, err)
	}
	p := standing{rec: store.Record{ID: known.ID}, res: res, there: true}
	return c.values(handedPersonAttributes(), p, known.LocalID)
}

// knowPerson notes inside an import's write that the old system has somebody with the values of a document: hand-overs tell what is different from them.
func knowPerson(tx *store.Tx, id, localID string, doc []byte) error {
	return tx.KnowPerson(store.HandedPerson{ID: id, LocalID: localID, Action: handover.Known, Vals: string(doc)})
}

func toldState(text string) (handover.State, error) {
	vals := handover.State{}
	if err := json.Unmarshal([]byte(text), &vals); err != nil {
		return nil, fmt.Errorf("read what was told: %w", err)
	}
	return vals, nil
}

// key is a living person's key in the old system: theirs, or the one by which it knows them unless somebody else has that now.
func (c *comparer) key(now standing, known store.HandedPerson) (string, error) {
	if now.rec.Local.LocalID != "" || known.LocalID == "" {
		return now.rec.Local.LocalID, nil
	}
	other, err := c.b.store.WithLocalID(c.ctx, known.LocalID)
	if err != nil || other != "" {
		return "", err
	}
	return known.LocalID, nil
}

// values gives a person's attributes as text: those asked for, and the user name.
func (c *comparer) values(attributes []string, p standing, key string) (handover.State, error) {
	vals := handover.State{attrUserName: p.res.UserName()}
	for _, a := range attributes {
		switch a {
		case attrID:
			vals[a] = p.rec.ID
		case handover.AttrLocalID:
			vals[a] = key
		case attrRole:
			vals[a] = p.rec.Local.Role
		case attrEmail:
			vals[a] = store.Email(p.res)
		case attrActive:
			active, _ := p.res.Active()
			vals[a] = strconv.FormatBool(active)
		case attrManagerLocalID, attrManagerUserName:
			value, err := c.manager(a, p)
			if err != nil {
				return nil, err
			}
			vals[a] = value
		default:
			if path, ok := c.paths[a]; ok {
				vals[a] = cell(p.res.Get(path))
			}
		}
	}
	return vals, nil
}

// waits tells whether somebody's manager may turn out to go on with the key of one who is gone.
func (c *comparer) waits(p standing) (bool, error) {
	if !c.reports || c.keys != nil {
		return false, nil
	}
	boss, err := c.boss(p)
	return boss.living && boss.rec.Local.LocalID == "", err
}

// boss gives somebody's manager.
func (c *comparer) boss(p standing) (standing, error) {
	id := cell(p.res.Get(c.paths["manager"]))
	if id == "" {
		return standing{}, nil
	}
	return c.person(id)
}

// manager gives what a column says of somebody's living manager.
func (c *comparer) manager(attribute string, p standing) (string, error) {
	m, err := c.boss(p)
	if err != nil || !m.living {
		return "", err
	}
	if attribute == attrManagerUserName {
		return m.res.UserName(), nil
	}
	if key := cmp.Or(m.rec.Local.LocalID, c.keys[m.rec.ID]); key != "" {
		return key, nil
	}
	known, _, err := c.b.store.KnownPerson(c.ctx, m.rec.ID, c.upTo)
	if err != nil {
		return "", err
	}
	return c.key(m, known)
}
