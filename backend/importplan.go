package backend

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// importPlan is an import that was worked out. Nobody changes it any more.
type importPlan struct {
	source ImportSource // without its token
	file   *importFile
	rows   []*importRow
	groups *groupPlan // memberships: of an import of groups, and of the people's column of groups
}

// importRow is a row of it.
type importRow struct {
	n, line           int
	index             int // in the file
	id, name          string
	key, localID      string
	st                string
	reasons           []ImportReason
	changes           []Change
	here              int // in the directory, -1 for nobody
	derived, entra    bool
	externalID, email string
	fileID            string // SCIM's id as the file has it, perhaps of another folder
	manager           string // as the file has it
	boss              string // id of the manager, who is here already,
	bossRow           *importRow
	memberOf          []string
}

func (r *importRow) state() string { return r.st }
func (r *importRow) texts() []string {
	return []string{r.name, r.key, r.localID, wordsOfReasons(r.reasons)}
}

func (r *importRow) shown() ImportRow {
	return ImportRow{N: r.n, Line: r.line, ID: r.id, Name: r.name, Key: r.key, LocalID: r.localID, State: r.st, Reason: wordsOfReasons(r.reasons),
		Reasons: append([]ImportReason{}, r.reasons...), Changes: append([]Change{}, r.changes...)}
}

// taken tells a row that the import carries out.
func (r *importRow) taken() bool { return r.st == ImportCreate || r.st == ImportUpdate }

// remarked tells a row that is taken, but not whole or not as it stands in the file.
func (r *importRow) remarked() bool { return r.taken() && len(r.reasons) > 0 }

func (r *importRow) fail(state string, why ImportReason) {
	r.st, r.reasons = state, []ImportReason{why}
}

func (r *importRow) remark(what ImportReason) { r.reasons = append(r.reasons, what) }

// herePerson is somebody who is here, by what a file may name them.
type herePerson struct {
	id, name, userName, localID, externalID, email string
	entra                                          bool
}

// directory is everybody who is here, by the keys of what they are named by.
type directory struct {
	people                         []herePerson
	id, userName, localID          map[string]int
	externalID, email, displayName map[string][]int
}

func (b *Backend) directory(ctx context.Context) (*directory, error) {
	d := &directory{id: map[string]int{}, userName: map[string]int{}, localID: map[string]int{},
		externalID: map[string][]int{}, email: map[string][]int{}, displayName: map[string][]int{}}
	err := b.store.Scan(ctx, scim.User, store.With{}, func(rec store.Record) error {
		r, err := scim.FromDocument(scim.User, rec.Doc)
		if err != nil {
			return fmt.Errorf("read %s: %w", rec.ID, err)
		}
		d.add(herePerson{rec.ID, rec.Name, r.UserName(), rec.Local.LocalID, r.ExternalID(), store.Email(r), rec.Entra})
		return nil
	})
	return d, err
}

func (d *directory) add(p herePerson) {
	at := len(d.people)
	d.people = append(d.people, p)
	one := func(m map[string]int, text string) {
		if key := scim.Key(text); key != "" {
			m[key] = at
		}
	}
	some := func(m map[string][]int, text string) {
		if key := scim.Key(text); key != "" {
			m[key] = append(m[key], at)
		}
	}
	one(d.id, p.id)
	one(d.userName, p.userName)
	one(d.localID, p.localID)
	some(d.externalID, p.externalID)
	some(d.email, p.email)
	some(d.displayName, p.name)
}

func one(m map[string]int, text string) []int {
	if key := scim.Key(text); key != "" {
		if at, ok := m[key]; ok {
			return []int{at}
		}
	}
	return nil
}

func some(m map[string][]int, text string) []int {
	if key := scim.Key(text); key != "" {
		return m[key]
	}
	return nil
}

// planPeople works out what an import of people would do.
func (b *Backend) planPeople(ctx context.Context, s ImportSource, f *importFile) (*importPlan, error) {
	d, err := b.directory(ctx)
	if err != nil {
		return nil, err
	}
	p := &importPlan{source: s, file: f}
	for i := range f.rows() {
		if f.blank(i) {
			continue
		}
		row := &importRow{n: len(p.rows) + 1, line: f.line(i), index: i, here: -1}
		p.rows = append(p.rows, row)
		row.read(f)
		if i%1000 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	m := &matching{d: d, existing: s.Existing, claimed: map[int]*importRow{}}
	for _, row := range p.rows {
		if row.st == "" {
			m.match(row)
		}
	}
	p.findManagers(d)
	if err := b.compare(ctx, p, m); err != nil {
		return nil, err
	}
	return p, b.planMemberships(ctx, p, d)
}

// read takes from the file who the row is.
func (r *importRow) read(f *importFile) {
	person, x, err := f.person(r.index)
	r.localID, r.derived, r.manager, r.memberOf, r.id, r.fileID = x.localID, x.derived, x.manager, x.groups, x.id, x.id
	if person != nil {
		r.key, r.externalID, r.email, r.name = person.UserName(), person.ExternalID(), store.Email(person), fullName(person)
	}
	switch {
	case err != nil:
		r.id = ""
		r.fail(ImportInvalid, reasonOf(err))
	case x.deleted:
		r.id = ""
		r.fail(ImportSkip, because("DELETED"))
	}
}

// fullName is what somebody is called, at the least the user ID.
func fullName(person *scim.Resource) string {
	name, _ := person.Attrs["name"].(map[string]any)
	given, _ := name["givenName"].(string)
	family, _ := name["familyName"].(string)
	return cmp.Or(person.DisplayName(), strings.TrimSpace(given+" "+family), person.UserName())
}

// matching finds who is here already, and who stands in the file twice.
type matching struct {
	d        *directory
	existing string
	claimed  map[int]*importRow       // who is here, by the row that has them
	seen     [4]map[string]*importRow // by id, localId, userName, externalId
}

// match decides what becomes of a row.
func (m *matching) match(r *importRow) {
	if other, what, value := m.double(r); other != nil {
		r.fail(ImportDouble, because("SAME_KEY", other.line, value).of(what))
		return
	}
	if !m.find(r) {
		return
	}
	if r.here < 0 {
		r.st, r.id = ImportCreate, ""
		return
	}
	p := m.d.people[r.here]
	r.id, r.entra = p.id, p.entra
	if other := m.claimed[r.here]; other != nil {
		r.fail(ImportDouble, because("SAME_PERSON", other.line, p.called()))
		return
	}
	m.claimed[r.here] = r
	if r.derived && m.takenLocal(r) {
		r.localID = p.localID
	}
	if scim.Key(p.userName) != scim.Key(r.key) {
		r.remark(because("KEEPS_ID", p.userName))
	}
	r.st = ImportUpdate // unless comparing shows that nothing changes
	if m.existing == existingSkip {
		r.st = ImportSkip
		r.remark(because("HERE"))
	}
}

// takenLocal tells that somebody else has the local ID that was made of a user ID.
func (m *matching) takenLocal(r *importRow) bool {
	at := one(m.d.localID, r.localID)
	return m.d.people[r.here].localID != "" || len(at) > 0 && at[0] != r.here
}

// double gives the row before that has a key of this one.
func (m *matching) double(r *importRow) (other *importRow, what, value string) {
	local := r.localID
	if r.derived {
		local = ""
	}
	for i, key := range []struct{ what, value string }{{columnID, r.id}, {columnLocalID, local}, {columnUserName, r.key}, {columnExternalID, r.externalID}} {
		if m.seen[i] == nil {
			m.seen[i] = map[string]*importRow{}
		}
		k := scim.Key(key.value)
		if k == "" {
			continue
		}
		if other := m.seen[i][k]; other != nil {
			return other, key.what, key.value
		}
		m.seen[i][k] = r
	}
	return nil, "", ""
}

func (p herePerson) called() string {
	if p.name == p.userName {
		return p.userName
	}
	return fmt.Sprintf("%s (%s)", p.name, p.userName)
}

// find looks for the row's person by one key after the other. It reports false where that ends in a conflict.
func (m *matching) find(r *importRow) bool {
	by, with, local := "", "", r.localID
	if r.derived {
		local = ""
	}
	for _, key := range []struct {
		what, value string
		hits        []int
	}{
		{columnID, r.id, one(m.d.id, r.id)},
		{columnLocalID, r.localID, one(m.d.localID, local)},
		{columnUserName, r.key, one(m.d.userName, r.key)},
		{columnExternalID, r.externalID, some(m.d.externalID, r.externalID)},
		{"email", r.email, some(m.d.email, r.email)},
	} {
		switch {
		case len(key.hits) == 0:
		case r.here >= 0 && !slices.Contains(key.hits, r.here):
			r.fail(ImportConflict, because("KEYS_DIFFER", with, m.d.people[r.here].called(), key.value, m.d.people[key.hits[0]].called()).of(by, key.what))
			return false
		case r.here >= 0:
		case len(key.hits) > 1:
			r.fail(ImportConflict, because("KEY_SHARED", key.value, m.d.people[key.hits[0]].called(), m.d.people[key.hits[1]].called()).of(key.what))
			return false
		default:
			r.here, by, with = key.hits[0], key.what, key.value
			if other := m.d.people[r.here]; (by == "email" || by == columnExternalID) && differ(local, other.localID) {
				r.fail(ImportConflict, because("KEY_OF_OTHER", with, other.called(), other.localID, local).of(by, columnLocalID))
				return false
			} else if by == "email" && differ(r.externalID, other.externalID) {
				r.fail(ImportConflict, because("KEY_OF_OTHER", with, other.called(), other.externalID, r.externalID).of(by, columnExternalID))
				return false
			}
		}
	}
	if at := one(m.d.localID, r.localID); r.here < 0 && len(at) > 0 { // the user ID before a conversion
		r.here = at[0]
	}
	return true
}

// differ tells that both are there and not the same.
func differ(a, b string) bool { return a != "" && b != "" && scim.Key(a) != scim.Key(b) }

// findManagers finds the managers that the file names: by user ID, local ID, e-mail, id or externalId, then by their name, of another row or of
// somebody who is here. One whom nobody knows is left out, and the row says so.
func (p *importPlan) findManagers(d *directory) {
	if !slices.ContainsFunc(p.rows, func(r *importRow) bool { return r.manager != "" }) {
		return
	}
	names := newNameIndex(p.rows)
	for _, r := range p.rows {
		if r.manager == "" || r.st == ImportInvalid {
			continue
		}
		boss, here := names.find(r.manager, d)
		switch {
		case boss != nil && boss.here >= 0 && boss.st != ImportConflict:
			r.boss = boss.id
		case boss != nil && boss.st == ImportCreate:
			r.bossRow = boss
		case here >= 0:
			r.boss = d.people[here].id
		default:
			r.remark(because("NO_MANAGER", r.manager))
		}
	}
}

// nameIndex are the rows of a file by what another row may name them.
type nameIndex struct {
	keys  [5]map[string]*importRow
	names map[string][]*importRow
}

func newNameIndex(rows []*importRow) *nameIndex {
	n := &nameIndex{names: map[string][]*importRow{}}
	for i := range n.keys {
		n.keys[i] = make(map[string]*importRow, len(rows))
	}
	for _, r := range rows {
		if r.st == ImportInvalid || r.st == ImportDouble {
			continue
		}
		for i, text := range []string{r.key, r.localID, r.email, r.fileID, r.externalID} {
			if key := scim.Key(text); key != "" && n.keys[i][key] == nil {
				n.keys[i][key] = r
			}
		}
		key := scim.Key(r.name)
		n.names[key] = append(n.names[key], r)
	}
	return n
}

// find gives the row that a text names, else who is here, -1 for nobody.
func (n *nameIndex) find(text string, d *directory) (row *importRow, here int) {
	key := scim.Key(text)
	for i := range n.keys {
		if r := n.keys[i][key]; r != nil {
			return r, -1
		}
	}
	if at := d.find(text); at >= 0 {
		return nil, at
	}
	if name, ok := commonName(text); ok {
		key = scim.Key(name)
	}
	if rows := n.names[key]; len(rows) == 1 {
		return rows[0], -1
	}
	if at := d.displayName[key]; len(at) == 1 {
		return nil, at[0]
	}
	return nil, -1
}

// find gives who a text names, -1 for nobody or several.
func (d *directory) find(text string) int {
	for _, hits := range [][]int{one(d.userName, text), one(d.localID, text), some(d.email, text), one(d.id, text), some(d.externalID, text)} {
		if len(hits) == 1 {
			return hits[0]
		}
	}
	return -1
}

// commonName reads the name in CN=Anna Berg,OU=Office,DC=contoso,DC=example, which directories export for managers and members.
func commonName(text string) (string, bool) {
	if len(text) < 4 || !strings.EqualFold(text[:3], "CN=") {
		return "", false
	}
	name := text[3:]
	for i := 0; i < len(name); i++ {
		switch name[i] {
		case '\\':
			i++
		case ',':
			name = name[:i]
		}
	}
	return strings.ReplaceAll(name, `\`, ""), true
}

// compare works out what changes: of those who are here what the source's Existing lets through. What somebody who is made gets is worked out when it is
// looked at (see made).
func (b *Backend) compare(ctx context.Context, p *importPlan, m *matching) error {
	if len(m.claimed) == 0 || p.source.Existing == existingSkip {
		return nil
	}
	return b.store.Scan(ctx, scim.User, store.With{}, func(rec store.Record) error {
		at, known := m.d.id[scim.Key(rec.ID)]
		r := m.claimed[at]
		if !known || r == nil || r.st != ImportUpdate {
			return nil
		}
		return p.compareOne(r, rec)
	})
}

func (p *importPlan) compareOne(r *importRow, rec store.Record) error {
	row, x, err := p.wanted(r)
	if err != nil {
		return err
	}
	before, err := scim.FromDocument(scim.User, rec.Doc)
	if err != nil {
		return err
	}
	if rec.Entra {
		r.remark(because("ENTRAS_PERSON"))
	} else {
		after := &scim.Resource{Type: scim.User, Attrs: maps.Clone(before.Attrs)} // laidOver changes no value, it puts others in their places
		laidOver(after, row, p.source.Existing)
		if !bytes.Equal(after.Document(), rec.Doc) {
			for _, c := range scim.Diff(before, after) {
				r.changes = append(r.changes, change(c))
			}
		}
		if r.bossRow != nil && (p.source.Existing == existingOverwrite || managerOf(before) == "") {
			r.changes = append(r.changes, Change{Path: managerPath, Kind: "changed", Old: managerOf(before), New: r.bossRow.key, NewName: r.bossRow.name})
		}
	}
	r.changes = append(r.changes, localDiff(rec.Local, x.over(rec.Local, p.source.Existing, r.localID))...)
	if len(r.changes) == 0 {
		r.st = ImportSame
	}
	return nil
}

func putManager(r *scim.Resource, id string) {
	work, _ := r.Attrs[scim.EnterpriseURN].(map[string]any)
	if work == nil {
		work = map[string]any{}
		r.Attrs[scim.EnterpriseURN] = work
		addSchema(r, scim.EnterpriseURN)
	}
	work["manager"] = map[string]any{"value": id}
}

// localDiff words what changes of what is kept beside SCIM.
func localDiff(before, after store.Local) []Change {
	var all []Change
	for _, c := range []struct{ path, was, is string }{
		{"localId", before.LocalID, after.LocalID}, {"role", before.Role, after.Role}, {"note", before.Note, after.Note},
		{"protected", truth(before.Protected), truth(after.Protected)},
	} {
		kind := "changed"
		switch {
		case c.was == c.is:
			continue
		case c.was == "":
			kind = "added"
		case c.is == "":
			kind = "removed"
		}
		all = append(all, Change{Path: c.path, Kind: kind, Old: c.was, New: c.is})
	}
	return all
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return ""
}

// over gives what is kept of somebody with what the file says of it. localID is the row's, which may be none of the file's own.
func (x importBeside) over(l store.Local, mode, localID string) store.Local {
	text := func(to *string, value string) {
		if value != "" && (mode == existingOverwrite || *to == "") {
			*to = value
		}
	}
	if x.derived {
		if l.LocalID == "" {
			l.LocalID = localID
		}
	} else {
		text(&l.LocalID, localID)
	}
	text(&l.Role, x.role)
	text(&l.Note, x.note)
	l.Protected = l.Protected || x.protected
	return l
}

// laidOver puts the values of a row over those that somebody has: those that are empty, or all that the row has. Nothing is emptied, and the user ID stays.
// Values of an attribute that has several are told by their type, those without one by themselves.
func laidOver(r, row *scim.Resource, mode string) {
	for name, value := range row.Attrs {
		switch name {
		case "schemas", "userName":
			continue
		}
		if merged := merge(r.Attrs[name], value, mode); merged != nil {
			r.Attrs[name] = merged
		}
	}
	if _, has := r.Attrs[scim.EnterpriseURN]; has {
		addSchema(r, scim.EnterpriseURN)
	}
	for name := range row.Attrs {
		if strings.HasPrefix(strings.ToLower(name), "urn:") {
			addSchema(r, name)
		}
	}
}

func addSchema(r *scim.Resource, urn string) {
	schemas, _ := r.Attrs["schemas"].([]any)
	if !slices.Contains(schemas, any(urn)) {
		r.Attrs["schemas"] = append(slices.Clone(schemas), urn)
	}
}

// merge gives a value with another laid over it.
func merge(was, is any, mode string) any {
	switch is := is.(type) {
	case map[string]any:
		old, _ := was.(map[string]any)
		if old == nil && was != nil {
			break
		}
		out := make(map[string]any, len(old)+len(is))
		maps.Copy(out, old)
		for name, value := range is {
			out[name] = merge(old[name], value, mode)
		}
		return out
	case []any:
		old, _ := was.([]any)
		return mergeList(old, is, mode)
	}
	if was != nil && mode != existingOverwrite {
		return was
	}
	return is
}

func mergeList(old, is []any, mode string) []any {
	out := slices.Clone(old)
	used := map[int]bool{} // two of one type are two
	for _, value := range is {
		m, _ := value.(map[string]any)
		at := -1
		for i, v := range old {
			if at < 0 && !used[i] && sameValue(v, value) {
				at, used[i] = i, true
			}
		}
		if at >= 0 && m != nil {
			fresh := make(map[string]any, len(m))
			for name, v := range m {
				if name != "primary" && name != "type" {
					fresh[name] = v
				}
			}
			out[at] = merge(out[at], fresh, mode)
			continue
		}
		if at >= 0 {
			continue
		}
		if m["primary"] == true && slices.ContainsFunc(out, func(v any) bool { o, _ := v.(map[string]any); return o["primary"] == true }) {
			fresh := make(map[string]any, len(m))
			for name, v := range m {
				if name != "primary" {
					fresh[name] = v
				}
			}
			value = fresh
		}
		out = append(out, value)
	}
	return out
}

// sameValue tells whether two values of an attribute with several are in the same place: they have the same type, or neither has one and they
// are the same.
func sameValue(a, b any) bool {
	am, _ := a.(map[string]any)
	bm, _ := b.(map[string]any)
	if am == nil || bm == nil {
		return reflect.DeepEqual(a, b)
	}
	at, _ := am["type"].(string)
	bt, _ := bm["type"].(string)
	if at != "" || bt != "" {
		return scim.Key(at) == scim.Key(bt)
	}
	av, _ := am["value"].(string)
	bv, _ := bm["value"].(string)
	return scim.Key(av) == scim.Key(bv)
}

// wanted gives a row that is taken as the person who shall come of it, with a manager who is here already.
func (p *importPlan) wanted(r *importRow) (*scim.Resource, importBeside, error) {
	person, x, err := p.file.person(r.index)
	if err != nil {
		return nil, x, err
	}
	if r.here < 0 {
		if _, said := person.Attrs["active"]; !said {
			person.Attrs["active"] = true
		}
		if person.DisplayName() == "" && p.file.table != nil && !slices.Contains(p.file.mapped, "displayName") && r.name != r.key {
			person.Attrs["displayName"] = r.name
		}
	}
	if r.boss != "" {
		putManager(person, r.boss)
	}
	return person, x, nil
}

// step is what the job does for a row that is taken.
func (p *importPlan) step(r *importRow) (importStep, error) {
	person, x, err := p.wanted(r)
	if err != nil {
		return importStep{}, err
	}
	s := importStep{Do: ActionCreate, Mode: existingOverwrite, UserName: r.key, LocalID: r.localID, Derived: x.derived, Role: x.role, Note: x.note, Protected: x.protected}
	if r.here >= 0 {
		s.Do, s.Mode = ActionUpdate, p.source.Existing
	}
	s.Doc = json.RawMessage(person.Document())
	return s, nil
}
