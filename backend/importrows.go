package backend

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"scimdesk/backend/exchange"
	"scimdesk/backend/scim"
	"scimdesk/backend/server"
	"scimdesk/backend/store"
)

// Kinds of an import.
const (
	importPeople = "people"
	importGroups = "groups"
)

// What is done with those who are here already.
const (
	existingSkip      = "skip"
	existingEmpty     = "empty"
	existingOverwrite = "overwrite"
)

// importFile is a source as it was read: a table whose columns are mapped, or resources in SCIM's own shape.
type importFile struct {
	name      string
	kind      string
	format    exchange.Format
	table     *exchange.Table
	mapped    []string
	places    []place
	resources []importResource
	total     int // that a server says it has, where only a part was read
}

// importResource is one in SCIM's own shape: as it came, then, once it was read, as a canonical document with what stands beside it.
type importResource struct {
	line   int
	raw    json.RawMessage
	doc    []byte
	beside importBeside
}

// importBeside is what a row says that is no attribute of a document of ours.
type importBeside struct {
	id         string // SCIM's
	localID    string
	derived    bool // localID is the user ID, for want of another key
	kept       bool // the file has a column for the local ID
	manager    string
	groups     []string
	role, note string
	protected  bool
	deleted    bool
}

func (f *importFile) rows() int {
	if f.table != nil {
		return len(f.table.Rows)
	}
	return len(f.resources)
}

func (f *importFile) line(i int) int {
	if f.table != nil {
		return f.table.Lines[i]
	}
	return f.resources[i].line
}

// blank tells a row in which nothing stands.
func (f *importFile) blank(i int) bool {
	return f.table != nil && !slices.ContainsFunc(f.table.Rows[i], func(c string) bool { return c != "" })
}

// checkSource says what of a source can't be followed.
func checkSource(s *ImportSource) error {
	if s.Existing == "" {
		s.Existing = existingSkip
	}
	switch {
	case s.Kind != importPeople && s.Kind != importGroups:
		return fmt.Errorf("%w: people or groups can be imported, not %q", ErrQuery, s.Kind)
	case !slices.Contains([]string{existingSkip, existingEmpty, existingOverwrite}, s.Existing):
		return fmt.Errorf("%w: those who are here already can be left alone (skip), filled up (empty) or overwritten (overwrite), not %q", ErrQuery, s.Existing)
	case !slices.Contains([]string{"", "csv", "json"}, s.Format):
		return fmt.Errorf("%w: csv and json can be read, not %q", ErrQuery, s.Format)
	case (s.Upload == "") == (s.URL == ""):
		return fmt.Errorf("%w: say either a file or a SCIM server's address", ErrQuery)
	}
	return nil
}

// readImport reads a source; of a server only what first asks for, 0 is all of it.
func (b *Backend) readImport(ctx context.Context, s ImportSource, first int) (*importFile, error) {
	if s.URL != "" {
		return readServer(ctx, s, first)
	}
	data, name, err := b.uploads.get(s.Upload)
	if err != nil {
		return nil, err
	}
	f := &importFile{name: name, kind: s.Kind}
	if err := f.read(data, s); err != nil {
		if _, ok := errors.AsType[*exchange.Error](err); ok {
			err = fmt.Errorf("%w: %s: %w", ErrUpload, name, err)
		}
		return nil, err
	}
	return f, nil
}

func (f *importFile) read(data []byte, s ImportSource) error {
	if s.Format == "json" || s.Format == "" && s.Delimiter == "" && exchange.IsJSON(data) {
		all, err := exchange.ReadObjects(data, s.Encoding)
		if err != nil {
			return err
		}
		f.format = exchange.Format{Kind: "json", Encoding: all.Encoding, Mark: all.Mark}
		if isResources(all.Items) {
			f.keep(all.Items)
			return nil
		}
		if f.table, err = all.Table(); err != nil {
			return err
		}
	} else {
		var err error
		if f.table, err = exchange.Read(data, exchange.Options{Delimiter: s.Delimiter, Encoding: s.Encoding, Known: isUsual(s.Kind)}); err != nil {
			return err
		}
		f.format = f.table.Format
	}
	mapped, err := importColumns(s, f.table)
	if err != nil {
		return err
	}
	f.mapped, f.places = mapped, make([]place, len(mapped))
	for j, name := range mapped {
		for _, a := range importAttributes(s.Kind) {
			if a.name == name {
				f.places[j] = a.place
			}
		}
	}
	return nil
}

func (f *importFile) keep(items []exchange.Item) {
	for _, item := range items {
		f.resources = append(f.resources, importResource{line: item.Line, raw: item.JSON})
	}
}

// isResources tells objects in SCIM's own shape: they say their schemas, or have values in values.
func isResources(items []exchange.Item) bool {
	for _, item := range items[:min(len(items), 20)] {
		var r struct {
			Schemas, Name, Emails, Members json.RawMessage
		}
		if json.Unmarshal(item.JSON, &r) != nil {
			continue
		}
		nested := func(raw json.RawMessage) bool { return len(raw) > 0 && (raw[0] == '{' || raw[0] == '[') }
		if nested(r.Schemas) || nested(r.Name) || nested(r.Emails) && bytes.ContainsRune(r.Emails, '{') || nested(r.Members) && bytes.ContainsRune(r.Members, '{') {
			return true
		}
	}
	return false
}

// person gives a row as a person and what the row says beside that. The error says why it can be none, in the admin's words; what of them is known is given too.
func (f *importFile) person(i int) (*scim.Resource, importBeside, error) {
	if f.table == nil {
		return f.resources[i].person()
	}
	r := &scim.Resource{Type: scim.User, Attrs: map[string]any{"schemas": []any{scim.UserURN}}}
	beside := importBeside{kept: slices.Contains(f.mapped, columnLocalID)}
	row := f.table.Rows[i]
	var tooLong error
	for j, name := range f.mapped {
		value := row[j]
		if name == "" || value == "" {
			continue
		}
		if len(value) > valueLimit && name != columnGroups && utf8.RuneCountInString(value) > valueLimit {
			tooLong = cmp.Or(tooLong, because("VALUE_TOO_LONG", valueLimit).of(name).err())
			continue
		}
		if f.places[j].attr != "" {
			putValue(r, f.places[j], value)
			continue
		}
		if err := beside.cell(r, f.table.Header[j], name, value); err != nil {
			return r, beside, err
		}
	}
	if !beside.kept && !slices.Contains(f.mapped, columnUserName) && slices.Contains(f.mapped, "email") { // in such a system people sign in by their e-mail
		if email := store.Email(r); email != "" {
			r.Attrs["userName"] = email
		}
	}
	r, beside, err := beside.finish(r)
	return r, beside, cmp.Or(tooLong, err)
}

// cell reads a value that stands at no place of a document.
func (x *importBeside) cell(r *scim.Resource, header, name, value string) error {
	first := func(to *string) {
		if *to == "" {
			*to = value
		}
	}
	switch name {
	case columnID:
		first(&x.id)
	case columnLocalID:
		first(&x.localID)
	case columnManager:
		first(&x.manager)
	case columnRole:
		if value != store.RoleAdministrator && value != store.RoleUserManager {
			return because("BAD_ROLE", value, store.RoleAdministrator, store.RoleUserManager).err()
		}
		first(&x.role)
	case columnNote:
		first(&x.note)
	case columnGroups:
		x.groups = append(x.groups, cellList(value)...)
	case columnDeleted:
		yes, ok := yesNo(value)
		x.deleted = x.deleted || yes || !ok
	case columnProtected:
		x.protected, _ = yesNo(value)
	case columnActive, columnDisabled:
		yes, ok := yesNo(value)
		if !ok {
			return because("NOT_YES_NO", value, header).err()
		}
		r.Attrs["active"] = yes == (name == columnActive)
	}
	return nil
}

// cellList takes a cell with several values apart.
func cellList(cell string) []string {
	parted := strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == '|' || r == '\n' })
	all := make([]string, 0, len(parted))
	for _, one := range parted {
		if one = strings.TrimSpace(one); one != "" && !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all
}

// putValue puts a value where it belongs, unless another column was there before.
func putValue(r *scim.Resource, at place, value string) {
	switch {
	case at.kind != "":
		list, _ := r.Attrs[at.attr].([]any)
		for _, e := range list {
			if m, _ := e.(map[string]any); m["type"] == at.kind {
				if m[at.sub] == nil {
					m[at.sub] = value
				}
				return
			}
		}
		one := map[string]any{"type": at.kind, at.sub: value}
		if at.attr == "emails" && at.kind == "work" {
			one["primary"] = true
		}
		r.Attrs[at.attr] = append(list, one)
	case at.sub != "":
		m, _ := r.Attrs[at.attr].(map[string]any)
		if m == nil {
			m = map[string]any{}
			r.Attrs[at.attr] = m
			if at.attr == scim.EnterpriseURN {
				addSchema(r, scim.EnterpriseURN)
			}
		}
		if m[at.sub] == nil {
			m[at.sub] = value
		}
	case r.Attrs[at.attr] == nil:
		r.Attrs[at.attr] = value
	}
}

// finish checks who the row is: somebody without a user ID gets the local ID as one, which the tools convert later, and where the file has no
// local IDs the user ID is the key in the old system.
func (x importBeside) finish(r *scim.Resource) (*scim.Resource, importBeside, error) {
	userName := r.UserName()
	if userName == "" {
		if x.localID == "" {
			return r, x, because("NO_KEY").err()
		}
		userName = x.localID
		r.Attrs["userName"] = userName
	}
	if !x.kept && x.localID == "" {
		x.localID, x.derived = userName, true
	}
	for _, text := range []struct {
		what, value string
		limit       int
	}{{columnUserName, userName, keyLimit}, {columnLocalID, x.localID, localIDLimit}, {columnExternalID, r.ExternalID(), keyLimit}} {
		if x.derived && text.what == columnLocalID && utf8.RuneCountInString(text.value) > localIDLimit {
			x.localID = ""
			continue
		}
		if err := checkKey(text.what, text.value, text.limit); err != nil {
			return r, x, err
		}
	}
	return r, x, nil
}

// checkKey says by a reason why a text can't be a name that somebody is told by.
func checkKey(what, value string, limit int) error {
	switch {
	case utf8.RuneCountInString(value) > limit:
		return because("TOO_LONG", limit).of(what).err()
	case strings.ContainsFunc(value, unicode.IsControl):
		return because("CONTROL", strconv.Quote(value)).of(what).err()
	}
	return nil
}

// keyLimit is how long a user ID may be, as SCIM has it here.
const keyLimit = 1024

// person reads a SCIM resource; the second time it is read from the canonical document.
func (s *importResource) person() (*scim.Resource, importBeside, error) {
	if s.doc != nil {
		r, err := scim.FromDocument(scim.User, s.doc)
		return r, s.beside, err
	}
	if len(s.raw) > server.DefaultMaxBody {
		return nil, importBeside{}, because("TOO_BIG", server.DefaultMaxBody).err()
	}
	r, err := scim.ParseReplacement(scim.User, s.raw)
	if err != nil {
		return nil, importBeside{}, wordsOf(err)
	}
	x, err := besideOf(s.raw)
	if err != nil {
		return nil, x, err
	}
	for _, name := range []string{"localId", "role", "note", "protected", "formerUserNames", "deleted", "origin"} {
		delete(r.Attrs, name)
	}
	x.manager = takeManager(r)
	r, x, err = x.finish(r)
	if err != nil {
		return r, x, err
	}
	s.doc, s.beside, s.raw = r.Document(), x, nil
	return r, x, nil
}

// besideOf reads what ScimDesk's own export has beside SCIM's attributes. In another system's list its id is the key in that system.
func besideOf(raw json.RawMessage) (importBeside, error) {
	var own struct {
		ID        string
		LocalID   *string
		Role      string
		Note      string
		Protected bool
		Deleted   string
		Groups    []struct{ Display string }
	}
	if err := json.Unmarshal(raw, &own); err != nil {
		return importBeside{}, fmt.Errorf("it can't be read: %w", err)
	}
	x := importBeside{role: own.Role, note: own.Note, protected: own.Protected, deleted: own.Deleted != "", kept: true}
	if own.LocalID != nil {
		x.id, x.localID = own.ID, *own.LocalID
	} else {
		x.localID, x.kept = own.ID, own.ID != ""
	}
	for _, g := range own.Groups {
		if g.Display != "" {
			x.groups = append(x.groups, g.Display)
		}
	}
	if x.role != store.RoleAdministrator && x.role != store.RoleUserManager {
		x.role = ""
	}
	return x, nil
}

// takeManager takes the manager out of a document: it names somebody by an id of another system.
func takeManager(r *scim.Resource) string {
	work, _ := r.Attrs[scim.EnterpriseURN].(map[string]any)
	boss, _ := work["manager"].(map[string]any)
	id, _ := boss["value"].(string)
	if boss == nil {
		return ""
	}
	delete(work, "manager")
	if len(work) == 0 {
		delete(r.Attrs, scim.EnterpriseURN)
		schemas, _ := r.Attrs["schemas"].([]any)
		r.Attrs["schemas"] = slices.DeleteFunc(schemas, func(s any) bool { return s == scim.EnterpriseURN })
	}
	return id
}

// wordsOf takes what a client would be told out of an error of SCIM's.
func wordsOf(err error) error {
	if e, ok := errors.AsType[*scim.Error](err); ok {
		return errors.New(e.Detail)
	}
	return err
}
