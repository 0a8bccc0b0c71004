package backend

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// memberChunk is how many memberships one row of a job makes, so that none takes long.
const memberChunk = 200

// plannedGroup is a group that gets members, or is made.
type plannedGroup struct {
	row                  *importRow // of an import of groups; nil of one that people name
	id, name, externalID string
	entra                bool
	members              []importMember
	seen                 map[string]bool // of members, those who are in it already too
	fill                 string          // externalId that it gets
}

// importMember is somebody who gets into a group: who is here, or is made by the same import.
type importMember struct {
	ID       string `json:"id,omitempty"`
	UserName string `json:"userName,omitempty"`
	Group    string `json:"group,omitempty"`
}

func (m importMember) key() string {
	return m.ID + "\n" + scim.Key(m.UserName) + "\n" + scim.Key(m.Group)
}

// groupPlan is all groups of an import, in the order in which they are met.
type groupPlan struct {
	all    []*plannedGroup
	byName map[string]*plannedGroup
	here   map[string]*hereGroup // by the key of the name
	ids    map[string]*hereGroup // by the key of the id
	extern map[string]*hereGroup
}

type hereGroup struct {
	id, name, externalID string
	entra                bool
	twice                bool // another group has the name
}

func (b *Backend) groupsHere(ctx context.Context) (*groupPlan, error) {
	g := &groupPlan{byName: map[string]*plannedGroup{}, here: map[string]*hereGroup{}, ids: map[string]*hereGroup{}, extern: map[string]*hereGroup{}}
	err := b.store.Scan(ctx, scim.Group, store.With{}, func(rec store.Record) error {
		r, err := scim.FromDocument(scim.Group, rec.Doc)
		if err != nil {
			return fmt.Errorf("read %s: %w", rec.ID, err)
		}
		h := &hereGroup{id: rec.ID, name: r.DisplayName(), externalID: r.ExternalID(), entra: rec.Entra}
		g.ids[scim.Key(h.id)] = h
		if key := scim.Key(h.externalID); key != "" {
			g.extern[key] = h
		}
		if other := g.here[scim.Key(h.name)]; other != nil {
			other.twice = true
		} else {
			g.here[scim.Key(h.name)] = h
		}
		return nil
	})
	return g, err
}

// group gives the group of a name, as it is here or as it will be made.
func (g *groupPlan) group(name string, here *hereGroup) *plannedGroup {
	key := scim.Key(name)
	if here != nil {
		key = here.id
	}
	if p := g.byName[key]; p != nil {
		return p
	}
	p := &plannedGroup{name: name, seen: map[string]bool{}}
	if here != nil {
		p.id, p.name, p.externalID, p.entra = here.id, here.name, here.externalID, here.entra
	}
	g.byName[key] = p
	g.all = append(g.all, p)
	return p
}

// known reads who is in a group already.
func (b *Backend) known(ctx context.Context, p *plannedGroup) error {
	if p.id == "" || len(p.seen) > 0 {
		return nil
	}
	after := ""
	for {
		members, err := b.store.MemberRows(ctx, p.id, after, memberSlice)
		if err != nil {
			return err
		}
		for _, m := range members {
			p.seen[importMember{ID: m.ID}.key()] = true
			after = m.ID
		}
		if len(members) < memberSlice {
			return nil
		}
	}
}

// add puts somebody into a group, and reports whether that changes it.
func (p *plannedGroup) add(m importMember) bool {
	if p.seen[m.key()] {
		return false
	}
	p.seen[m.key()] = true
	p.members = append(p.members, m)
	return true
}

// planMemberships works out the groups that a file of people names. Entra's groups stay as they are.
func (b *Backend) planMemberships(ctx context.Context, p *importPlan, d *directory) error {
	if !slices.ContainsFunc(p.rows, func(r *importRow) bool { return len(r.memberOf) > 0 }) {
		return nil
	}
	g, err := b.groupsHere(ctx)
	if err != nil {
		return err
	}
	p.groups = g
	for _, r := range p.rows {
		if r.st != ImportCreate && r.st != ImportUpdate && r.st != ImportSame {
			continue
		}
		member := importMember{UserName: r.key}
		if r.here >= 0 {
			member = importMember{ID: d.people[r.here].id}
		}
		for _, name := range r.memberOf {
			if err := checkKey("displayName", name, keyLimit); err != nil {
				why := reasonOf(err)
				why.Code = "GROUP_" + why.Code
				r.remark(why)
				continue
			}
			group := g.group(name, g.here[scim.Key(name)])
			if err := b.known(ctx, group); err != nil {
				return err
			}
			if group.seen[member.key()] {
				continue
			}
			if group.entra {
				r.remark(because("ENTRAS_GROUP_STAYS", group.name))
				continue
			}
			group.add(member)
			r.changes = append(r.changes, Change{Path: "groups", Kind: "added", New: group.name})
			if r.st == ImportSame {
				r.st = ImportUpdate
			}
		}
	}
	return nil
}

// planGroups works out what an import of groups would do. Several rows of one name are one group: a row a membership, as ScimDesk's own export has
// it, or a row a group with its members in a cell.
func (b *Backend) planGroups(ctx context.Context, s ImportSource, f *importFile) (*importPlan, error) {
	d, err := b.directory(ctx)
	if err != nil {
		return nil, err
	}
	g, err := b.groupsHere(ctx)
	if err != nil {
		return nil, err
	}
	p := &importPlan{source: s, file: f, groups: g}
	wanted := map[string]*fileGroup{}
	var all []*fileGroup
	for i := range f.rows() {
		if f.blank(i) {
			continue
		}
		row, err := f.group(i)
		if err != nil {
			bad := &importRow{line: f.line(i), here: -1, name: row.name, key: row.name}
			bad.fail(ImportInvalid, reasonOf(err))
			all = append(all, &fileGroup{row: bad})
			continue
		}
		known := wanted[scim.Key(row.name)]
		if known != nil && !known.isOther(row) {
			known.members = append(known.members, row.members...)
			known.id, known.externalID = cmp.Or(known.id, row.id), cmp.Or(known.externalID, row.externalID)
			continue
		}
		row.row = &importRow{line: f.line(i), here: -1, name: row.name, key: row.name}
		if known != nil {
			what := columnID
			if differ(known.externalID, row.externalID) {
				what = columnExternalID
			}
			row.row.fail(ImportDouble, because("TWO_OF_A_NAME", known.row.line).of(what))
			all = append(all, row)
			continue
		}
		wanted[scim.Key(row.name)] = row
		all = append(all, row)
	}
	for i, row := range all {
		row.row.n = i + 1
		p.rows = append(p.rows, row.row)
		if row.row.st == "" {
			if err := b.planGroup(ctx, p, row, d, wanted); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

// fileGroup is a group as a file has it.
type fileGroup struct {
	row                  *importRow
	id, name, externalID string
	deleted              bool
	members              []fileMember
}

// isOther tells a group of the same name that is another one.
func (g *fileGroup) isOther(o *fileGroup) bool {
	return differ(g.externalID, o.externalID) || differ(g.id, o.id)
}

// fileMember is a member as a file names it: by ids and the like, best first, at the end by how it is called.
type fileMember struct {
	keys    []string
	name    string
	isGroup bool
}

func (m fileMember) called() string {
	for _, k := range append(slices.Clone(m.keys), m.name) {
		if k != "" && !isUUID(k) {
			return k
		}
	}
	return strings.Join(m.keys, " ")
}

func (f *importFile) group(i int) (*fileGroup, error) {
	if f.table == nil {
		return f.resources[i].group()
	}
	g, one := &fileGroup{}, fileMember{}
	for j, name := range f.mapped {
		value := f.table.Rows[i][j]
		if value == "" {
			continue
		}
		switch name {
		case "displayName":
			g.name = value
		case columnExternalID:
			g.externalID = value
		case columnID:
			g.id = value
		case columnDeleted:
			yes, ok := yesNo(value)
			g.deleted = yes || !ok
		case columnMembers:
			for _, text := range cellList(value) {
				g.members = append(g.members, fileMember{keys: []string{text}, name: text})
			}
		case columnMember:
			one.keys = append(one.keys, value)
		case columnMemberID:
			one.keys = append([]string{value}, one.keys...)
		case columnMemberName:
			one.name = value
		}
	}
	if len(one.keys) > 0 || one.name != "" {
		if one.name == "" {
			one.name = one.keys[0]
		}
		g.members = append(g.members, one)
	}
	return g, g.check()
}

func (g *fileGroup) check() error {
	if g.name == "" {
		return because("NO_NAME").err()
	}
	return checkKey("displayName", g.name, keyLimit)
}

func (s *importResource) group() (*fileGroup, error) {
	var raw struct {
		ID, DisplayName, ExternalID, Deleted string
		Members                              []struct{ Value, Display, Type string }
	}
	if err := json.Unmarshal(s.raw, &raw); err != nil {
		return &fileGroup{}, fmt.Errorf("it can't be read: %w", err)
	}
	g := &fileGroup{id: raw.ID, name: strings.TrimSpace(raw.DisplayName), externalID: raw.ExternalID, deleted: raw.Deleted != ""}
	for _, m := range raw.Members {
		g.members = append(g.members, fileMember{keys: []string{m.Value}, name: m.Display, isGroup: m.Type == scim.Group.Name})
	}
	return g, g.check()
}

// planGroup works out one group.
func (b *Backend) planGroup(ctx context.Context, p *importPlan, f *fileGroup, d *directory, wanted map[string]*fileGroup) error {
	row, g := f.row, p.groups
	if f.deleted {
		row.fail(ImportSkip, because("DELETED"))
		return nil
	}
	here, conflict := g.find(f)
	if conflict != nil {
		row.fail(ImportConflict, *conflict)
		return nil
	}
	if here != nil {
		row.id, row.here = here.id, 0
		switch {
		case here.entra:
			row.fail(ImportSkip, because("ENTRAS_GROUP"))
			return nil
		case p.source.Existing == existingSkip:
			row.fail(ImportSkip, because("HERE"))
			return nil
		}
	}
	group := g.group(f.name, here)
	if group.row != nil {
		row.fail(ImportDouble, because("SAME_GROUP", group.row.line, group.name))
		return nil
	}
	group.row = row
	if err := b.known(ctx, group); err != nil {
		return err
	}
	row.st = ImportCreate
	if here != nil {
		row.st = ImportSame
		if f.externalID != "" && f.externalID != here.externalID && (here.externalID == "" || p.source.Existing == existingOverwrite) {
			group.fill = f.externalID
			row.changes = append(row.changes, Change{Path: "externalId", Kind: "changed", Old: here.externalID, New: f.externalID})
		}
	} else {
		group.externalID = f.externalID
	}
	group.take(g, f, d, wanted)
	if here != nil && len(row.changes) > 0 {
		row.st = ImportUpdate
	}
	return nil
}

// shownMembers is how many members a preview names of a group.
const shownMembers = 100

// take finds who is meant by the members of a file's group.
func (p *plannedGroup) take(g *groupPlan, f *fileGroup, d *directory, wanted map[string]*fileGroup) {
	var unknown []string
	added := 0
	for _, m := range g.apart(f.members, d, wanted) {
		member, name, ok := g.member(m, d, wanted)
		if !ok {
			unknown = append(unknown, m.called())
			continue
		}
		if p.add(member) {
			if added++; added <= shownMembers {
				f.row.changes = append(f.row.changes, Change{Path: "members", Kind: "added", New: name})
			}
		}
	}
	if added > shownMembers {
		f.row.changes = append(f.row.changes, Change{Path: "members", Kind: "added", New: fmt.Sprintf("… %d", added-shownMembers)})
	}
	switch n := len(unknown); {
	case n == 1:
		f.row.remark(because("NO_MEMBER", unknown[0]))
	case n > 1:
		f.row.remark(because("NO_MEMBERS", n, strings.Join(unknown[:min(n, 5)], ", ")))
	}
}

// apart takes a text that names nobody for several names, if some of them are known: a name may have a comma in it, as in "Berg, Anna".
func (g *groupPlan) apart(members []fileMember, d *directory, wanted map[string]*fileGroup) []fileMember {
	all := make([]fileMember, 0, len(members))
	for _, m := range members {
		parts := memberParts(m)
		_, _, whole := g.member(m, d, wanted)
		known := slices.ContainsFunc(parts, func(p fileMember) bool { _, _, ok := g.member(p, d, wanted); return ok })
		if whole || !known {
			parts = []fileMember{m}
		}
		all = append(all, parts...)
	}
	return all
}

// memberParts are the names in a member that is told by one text alone.
func memberParts(m fileMember) []fileMember {
	if m.isGroup || len(m.keys) != 1 || m.name != m.keys[0] {
		return nil
	}
	texts := strings.FieldsFunc(m.name, func(r rune) bool { return strings.ContainsRune(",;|\n", r) })
	parts := make([]fileMember, 0, len(texts))
	for _, text := range texts {
		if text = strings.TrimSpace(text); text != "" {
			parts = append(parts, fileMember{keys: []string{text}, name: text})
		}
	}
	return parts
}

// find gives the group that is here, or why it can't be told.
func (g *groupPlan) find(f *fileGroup) (here *hereGroup, conflict *ImportReason) {
	no := func(why ImportReason) (*hereGroup, *ImportReason) { return nil, &why }
	by, with := "", ""
	for _, key := range []struct {
		what, value string
		hit         *hereGroup
	}{
		{columnID, f.id, g.ids[scim.Key(f.id)]},
		{"displayName", f.name, g.here[scim.Key(f.name)]},
		{columnExternalID, f.externalID, g.extern[scim.Key(f.externalID)]},
	} {
		switch {
		case key.hit == nil:
		case here != nil && here != key.hit && !(key.what == "displayName" && key.hit.twice):
			return no(because("KEYS_DIFFER", with, here.name, key.value, key.hit.name).of(by, key.what))
		case here != nil:
		case key.what == "displayName" && key.hit.twice:
			return no(because("NAME_SHARED", f.name))
		default:
			here, by, with = key.hit, key.what, key.value
		}
	}
	return here, nil
}

// member finds who a file means.
func (g *groupPlan) member(m fileMember, d *directory, wanted map[string]*fileGroup) (one importMember, name string, ok bool) {
	if !m.isGroup {
		for _, key := range m.keys {
			if at := d.find(key); at >= 0 {
				return importMember{ID: d.people[at].id}, d.people[at].called(), true
			}
		}
		text := m.name
		if cn, ok := commonName(text); ok {
			text = cn
		}
		if at := d.displayName[scim.Key(text)]; len(at) == 1 && !(wanted[scim.Key(text)] != nil || g.here[scim.Key(text)] != nil) {
			return importMember{ID: d.people[at[0]].id}, d.people[at[0]].called(), true
		}
	}
	for _, key := range m.keys {
		if h := g.ids[scim.Key(key)]; h != nil {
			return importMember{ID: h.id}, h.name, true
		}
	}
	if h := g.here[scim.Key(m.name)]; h != nil && !h.twice {
		return importMember{ID: h.id}, h.name, true
	}
	if w := wanted[scim.Key(m.name)]; w != nil && m.name != "" {
		return importMember{Group: w.name}, w.name, true
	}
	return importMember{}, "", false
}

// steps are the rows of the job that make the groups: first each group that is not here, so that groups can be in groups, then who gets into them.
func (g *groupPlan) steps(yield func(importStep, string) bool) bool {
	for _, p := range g.all {
		if p.id != "" && p.fill == "" || p.row != nil && !p.row.taken() || p.id == "" && p.row == nil && len(p.members) == 0 {
			continue
		}
		s := importStep{Do: ActionCreate, Group: p.name, ID: p.id, ExternalID: p.externalID}
		if p.id != "" {
			s.Do, s.ExternalID = ActionUpdate, p.fill
		}
		if !yield(s, p.name) {
			return false
		}
	}
	for _, p := range g.all {
		for part := range slices.Chunk(p.members, memberChunk) {
			if !yield(importStep{Do: ActionUpdate, Group: p.name, ID: p.id, Members: part}, p.name) {
				return false
			}
		}
	}
	return true
}
