package backend

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"slices"
	"strconv"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// importStep is what a row of the job does. It holds all that is needed, so that a job that was cut off goes on without the file. What somebody who is here
// gets is decided when it is done: what Entra has written meanwhile stays.
type importStep struct {
	Do         string          `json:"do"` // create or update
	UserName   string          `json:"userName,omitempty"`
	Mode       string          `json:"mode,omitempty"`
	Doc        json.RawMessage `json:"doc,omitempty"`
	LocalID    string          `json:"localId,omitempty"`
	Derived    bool            `json:"derived,omitempty"`
	Role       string          `json:"role,omitempty"`
	Note       string          `json:"note,omitempty"`
	Protected  bool            `json:"protected,omitempty"`
	Boss       string          `json:"boss,omitempty"`  // user ID of a manager whom the same import makes
	Group      string          `json:"group,omitempty"` // name, of a step that is about a group
	ID         string          `json:"id,omitempty"`    // of the group, if it was here
	ExternalID string          `json:"externalId,omitempty"`
	Members    []importMember  `json:"members,omitempty"`
}

// over lays the step's values over those that somebody has.
func (s importStep) over(r *scim.Resource) error {
	if len(s.Doc) == 0 {
		return nil
	}
	row, err := scim.FromDocument(scim.User, s.Doc)
	if err != nil {
		return err
	}
	laidOver(r, row, s.Mode)
	return nil
}

func (s importStep) local(l store.Local) store.Local {
	return importBeside{derived: s.Derived, role: s.Role, note: s.Note, protected: s.Protected}.over(l, s.Mode, s.LocalID)
}

// importRows are the rows of the job: who is made, managers before those who report to them, and who is changed; then managers who report to each other
// in a circle; then groups.
func (p *importPlan) jobRows() iter.Seq[store.JobRow] {
	return func(yield func(store.JobRow) bool) {
		emit := func(s importStep, id, name string) bool {
			text, err := json.Marshal(s)
			if err != nil {
				text = []byte("{}")
			}
			return yield(store.JobRow{ID: id, Name: name, Plan: string(text)})
		}
		if p.source.Kind == importPeople {
			order, late := managersFirst(p.rows)
			for _, r := range order {
				s, err := p.step(r)
				if err != nil {
					continue // it was read before, and has not changed
				}
				if r.bossRow != nil && !late[r] {
					s.Boss = r.bossRow.key
				}
				if !emit(s, r.id, r.name) {
					return
				}
			}
			for _, r := range order {
				if late[r] && !emit(importStep{Do: ActionUpdate, Mode: existingOverwrite, UserName: r.key, Boss: r.bossRow.key}, r.id, r.name) {
					return
				}
			}
		}
		if p.groups != nil {
			p.groups.steps(func(s importStep, name string) bool { return emit(s, s.ID, name) })
		}
	}
}

// managersFirst orders the rows that are taken so that each comes behind its manager; late are those whose manager comes behind them nevertheless, because
// they stand above their own manager.
func managersFirst(rows []*importRow) (order []*importRow, late map[*importRow]bool) {
	depth := make(map[*importRow]int, len(rows))
	late = map[*importRow]bool{}
	for _, r := range rows {
		if !r.taken() {
			continue
		}
		order = append(order, r)
		var path []*importRow
		on := map[*importRow]bool{}
		at := r
		for at != nil && depth[at] == 0 && !on[at] {
			path, on[at] = append(path, at), true
			at = at.bossRow
		}
		level := 0
		if at != nil && on[at] {
			late[path[len(path)-1]] = true
		} else if at != nil {
			level = depth[at]
		}
		for _, one := range slices.Backward(path) {
			level++
			depth[one] = level
		}
	}
	slices.SortStableFunc(order, func(a, b *importRow) int { return depth[a] - depth[b] })
	return order, late
}

// importing carries imports out.
func importing() jobKind {
	return jobKind{
		do: func(tx *store.Tx, c store.Cause, rows []store.JobRow) error {
			return eachStep(rows, func(s importStep, row *store.JobRow) error { return s.do(tx, c, row) })
		},
		undo: func(tx *store.Tx, c store.Cause, rows []store.JobRow) error {
			return eachStep(rows, func(s importStep, row *store.JobRow) error { return s.undo(tx, c, row) })
		},
		show: func(row store.JobRow) JobRow {
			var s importStep
			if json.Unmarshal([]byte(row.Plan), &s) != nil {
				return JobRow{}
			}
			shown := JobRow{Action: s.Do, To: s.UserName, localID: s.LocalID}
			if s.Group != "" {
				shown.To = s.Group
			}
			if s.Do == ActionUpdate {
				shown.From = shown.To
			}
			return shown
		},
	}
}

func eachStep(rows []store.JobRow, do func(importStep, *store.JobRow) error) error {
	for i := range rows {
		var s importStep
		if err := json.Unmarshal([]byte(rows[i].Plan), &s); err != nil {
			return fmt.Errorf("read row %d: %w", rows[i].N, err)
		}
		if err := do(s, &rows[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s importStep) do(tx *store.Tx, c store.Cause, row *store.JobRow) error {
	switch {
	case s.Group != "" && len(s.Members) > 0:
		return s.join(tx, c, row)
	case s.Group != "" && s.Do == ActionCreate:
		return s.makeGroup(tx, c, row)
	case s.Group != "":
		return s.change(tx, c, row, scim.Group, s.ID)
	case s.Do == ActionCreate:
		return s.makePerson(tx, c, row)
	}
	id := row.ID
	if id == "" { // made by a row before
		var found bool
		var err error
		if id, found, err = tx.ByUserName(scim.Key(s.UserName)); err != nil {
			return err
		}
		if !found {
			return &store.Refusal{Code: JobGone, Reason: fmt.Sprintf("nobody has the user ID %s", s.UserName)}
		}
		row.ID = id
	}
	return s.change(tx, c, row, scim.User, id)
}

func (s importStep) makePerson(tx *store.Tx, c store.Cause, row *store.JobRow) error {
	r, err := scim.FromDocument(scim.User, s.Doc)
	if err != nil {
		return err
	}
	if err := s.manager(tx, r); err != nil {
		return err
	}
	rec, err := tx.Create(c, r, s.local(store.Local{}))
	if err != nil {
		return err
	}
	row.ID, row.After = rec.ID, sum(rec)
	return know(tx, rec.ID, rec.Local, rec.Doc)
}

// know notes that the old system, whose file this is, has somebody with the values of a document. Without a local ID nobody can tell whom it has.
func know(tx *store.Tx, id string, l store.Local, doc []byte) error {
	if l.LocalID == "" {
		return nil
	}
	return knowPerson(tx, id, l.LocalID, doc)
}

// manager puts in whom the same import has made. Where that failed, there is none.
func (s importStep) manager(tx *store.Tx, r *scim.Resource) error {
	if s.Boss == "" {
		return nil
	}
	id, found, err := tx.ByUserName(scim.Key(s.Boss))
	if err == nil && found && (s.Mode == existingOverwrite || managerOf(r) == "") {
		putManager(r, id)
	}
	return err
}

func (s importStep) makeGroup(tx *store.Tx, c store.Cause, row *store.JobRow) error {
	r := &scim.Resource{Type: scim.Group, Attrs: map[string]any{"schemas": []any{scim.GroupURN}, "displayName": s.Group}}
	if s.ExternalID != "" {
		r.Attrs["externalId"] = s.ExternalID
	}
	rec, err := tx.Create(c, r, store.Local{})
	if err != nil {
		return err
	}
	row.ID, row.After = rec.ID, sum(rec)
	return nil
}

// sum is what a resource is told by that nobody has changed since.
func sum(rec store.Record) string {
	h := sha256.New()
	_, _ = h.Write(rec.Doc)
	_, _ = fmt.Fprintf(h, "\n%q %q %q %v", rec.Local.LocalID, rec.Local.Role, rec.Local.Note, rec.Local.Protected)
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// importKept is the part of somebody that a row has changed, as it was or as it became.
type importKept struct {
	Values []importValue       `json:"values,omitempty"`
	Local  *keptByAdmin        `json:"local,omitempty"`
	Known  *store.HandedPerson `json:"known,omitempty"` // to the old system by an import before
}

type importValue struct {
	Attr  string `json:"attr"`
	Sub   string `json:"sub,omitempty"`
	Value any    `json:"value"` // nil for none
}

type keptByAdmin struct {
	LocalID   string `json:"localId"`
	Role      string `json:"role"`
	Note      string `json:"note"`
	Protected bool   `json:"protected"`
}

func keptBy(l store.Local) keptByAdmin {
	return keptByAdmin{l.LocalID, l.Role, l.Note, l.Protected}
}

func (k keptByAdmin) put(l *store.Local) {
	l.LocalID, l.Role, l.Note, l.Protected = k.LocalID, k.Role, k.Note, k.Protected
}

// change gives somebody, or a group, who is here what the row has. What Entra has written stays.
func (s importStep) change(tx *store.Tx, c store.Cause, row *store.JobRow, t *scim.ResourceType, id string) error {
	rec, err := tx.Get(t, id, store.With{})
	if err != nil {
		return err
	}
	var was, is importKept
	if !rec.Entra {
		_, err = tx.Update(c, t, id, store.Edit{Apply: func(r *scim.Resource) error {
			before := r.Clone()
			if t == scim.Group {
				r.Attrs["externalId"] = s.ExternalID
			} else if err := errors.Join(s.over(r), s.manager(tx, r)); err != nil {
				return err
			}
			was.Values, is.Values = changedParts(before, r)
			return nil
		}})
		if err != nil {
			return err
		}
	}
	if after := s.local(rec.Local); t == scim.User && keptBy(after) != keptBy(rec.Local) {
		if _, err := tx.SetLocal(c, id, func(l *store.Local) error { keptBy(after).put(l); return nil }); err != nil {
			return err
		}
		old, now := keptBy(rec.Local), keptBy(after)
		was.Local, is.Local = &old, &now
	}
	if t == scim.User {
		if was.Known, err = s.noteKnown(tx, id); err != nil {
			return err
		}
	}
	row.Before, row.After, err = twoTexts(was, is)
	return err
}

// noteKnown notes what the old system has of somebody who is here: the values of its own file, whatever of them was taken. It gives what was noted before.
func (s importStep) noteKnown(tx *store.Tx, id string) (*store.HandedPerson, error) {
	rec, err := tx.Get(scim.User, id, store.With{})
	if err != nil {
		return nil, err
	}
	doc := rec.Doc
	if len(s.Doc) > 0 {
		r, err := scim.FromDocument(scim.User, s.Doc)
		if err == nil {
			err = s.manager(tx, r)
		}
		if err != nil {
			return nil, err
		}
		doc = r.Document()
	}
	before, found, err := tx.KnownByImport(id)
	if err != nil {
		return nil, err
	}
	if err := know(tx, id, rec.Local, doc); err != nil {
		return nil, err
	}
	if !found {
		return nil, nil
	}
	return &before, nil
}

func twoTexts(was, is any) (before, after string, err error) {
	first, err := json.Marshal(was)
	if err != nil {
		return "", "", err
	}
	second, err := json.Marshal(is)
	return string(first), string(second), err
}

// changedParts gives the attributes that differ, of objects their own; those with several values whole.
func changedParts(before, after *scim.Resource) (was, is []importValue) {
	differs := func(attr, sub string, old, now any) {
		if !reflect.DeepEqual(old, now) {
			was, is = append(was, importValue{attr, sub, old}), append(is, importValue{attr, sub, now})
		}
	}
	for _, attr := range attrNames(before.Attrs, after.Attrs) {
		old, now := before.Attrs[attr], after.Attrs[attr]
		oldParts, wasObject := old.(map[string]any)
		parts, isObject := now.(map[string]any)
		if !wasObject && old != nil || !isObject && now != nil || !wasObject && !isObject {
			differs(attr, "", old, now)
			continue
		}
		for _, sub := range attrNames(oldParts, parts) {
			differs(attr, sub, oldParts[sub], parts[sub])
		}
	}
	return was, is
}

func attrNames(maps ...map[string]any) []string {
	var all []string
	for _, m := range maps {
		for name := range m {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	slices.Sort(all)
	return all
}

// join puts people and groups into a group. Those whom the same import should have made and could not are left out.
func (s importStep) join(tx *store.Tx, c store.Cause, row *store.JobRow) error {
	id := s.ID
	if id == "" {
		var found bool
		var err error
		if id, found, err = tx.ByGroupName(scim.Key(s.Group)); err != nil {
			return err
		}
		if !found {
			return &store.Refusal{Code: JobGone, Reason: fmt.Sprintf("there is no group %s", s.Group)}
		}
	}
	var op scim.MemberOp
	var added []string
	for _, m := range s.Members {
		member, kind, err := m.find(tx)
		if err != nil {
			return err
		}
		if member == "" {
			continue
		}
		there, err := tx.IsMember(id, member)
		if err != nil {
			return err
		}
		if !there {
			op.Members = append(op.Members, scim.Member{Value: member, Type: kind})
			added = append(added, member)
		}
	}
	row.ID = id
	if len(added) > 0 {
		if _, err := tx.Update(c, scim.Group, id, store.Edit{Members: []scim.MemberOp{op}}); err != nil {
			return err
		}
	}
	group, err := tx.Get(scim.Group, id, store.With{})
	for i := 0; err == nil && i < len(added); i++ {
		err = knowMember(tx, group, added[i])
	}
	if err != nil {
		return err
	}
	row.Before, row.After, err = twoTexts([]string{}, added)
	return err
}

// find gives a member's id and type, "" where it does not exist.
func (m importMember) find(tx *store.Tx) (id, kind string, err error) {
	if m.ID != "" {
		return m.ID, "", nil
	}
	by, key, kind := tx.ByUserName, m.UserName, scim.User.Name
	if m.Group != "" {
		by, key, kind = tx.ByGroupName, m.Group, scim.Group.Name
	}
	id, _, err = by(scim.Key(key))
	return id, kind, err
}

// undo takes a row back where nobody has changed since what it did.
func (s importStep) undo(tx *store.Tx, c store.Cause, row *store.JobRow) error {
	t := scim.User
	if s.Group != "" {
		t = scim.Group
	}
	if len(s.Members) > 0 {
		return s.leave(tx, c, row)
	}
	rec, err := tx.Get(t, row.ID, store.With{})
	if err != nil {
		return err
	}
	if s.Do == ActionCreate {
		switch {
		case rec.Entra:
			return changedSince("Entra has written %s since", rec.Name)
		case sum(rec) != row.After:
			return changedSince("%s was changed since", rec.Name)
		}
		if err := tx.UnknowPerson(row.ID); err != nil {
			return err
		}
		return tx.Remove(c, t, row.ID)
	}
	return putBack(tx, c, rec, row)
}

func changedSince(format string, args ...any) error {
	return &store.Refusal{Code: JobChanged, Reason: fmt.Sprintf(format, args...)}
}

// leave takes those out of a group whom the row has put into it.
func (s importStep) leave(tx *store.Tx, c store.Cause, row *store.JobRow) error {
	var added []string
	if err := json.Unmarshal([]byte(row.After), &added); err != nil {
		return fmt.Errorf("read who was added: %w", err)
	}
	op := scim.MemberOp{Kind: scim.RemoveMembers}
	for _, id := range added {
		op.Members = append(op.Members, scim.Member{Value: id})
		if err := tx.UnknowMember(row.ID, id); err != nil {
			return err
		}
	}
	if len(added) == 0 {
		return nil
	}
	_, err := tx.Update(c, scim.Group, row.ID, store.Edit{Members: []scim.MemberOp{op}})
	return err
}

// putBack gives somebody the values back that they had before the row, all or none.
func putBack(tx *store.Tx, c store.Cause, rec store.Record, row *store.JobRow) error {
	var was, is importKept
	if err := errors.Join(readKept(row.Before, &was), readKept(row.After, &is)); err != nil {
		return err
	}
	if rec.Type == scim.User {
		if err := tx.UnknowPerson(rec.ID); err != nil {
			return err
		}
		if was.Known != nil {
			if err := tx.KnowPerson(*was.Known); err != nil {
				return err
			}
		}
	}
	if is.Local != nil {
		if keptBy(rec.Local) != *is.Local {
			return changedSince("what is kept of %s was changed since", rec.Name)
		}
		if _, err := tx.SetLocal(c, rec.ID, func(l *store.Local) error { was.Local.put(l); return nil }); err != nil {
			return err
		}
	}
	if len(is.Values) == 0 {
		return nil
	}
	if rec.Entra {
		return changedSince("Entra has written %s since", rec.Name)
	}
	_, err := tx.Update(c, rec.Type, rec.ID, store.Edit{Apply: func(r *scim.Resource) error {
		for i, v := range is.Values {
			if now := v.in(r); v.Attr != "schemas" && !reflect.DeepEqual(now, v.Value) {
				return changedSince("%s of %s was changed since", v.path(), rec.Name)
			}
			was.Values[i].put(r)
		}
		return nil
	}})
	return err
}

func readKept(text string, to *importKept) error {
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	if err := dec.Decode(to); err != nil {
		return fmt.Errorf("read what a row has changed: %w", err)
	}
	return nil
}

func (v importValue) path() string {
	switch {
	case v.Sub == "":
		return v.Attr
	case v.Attr == scim.EnterpriseURN:
		return v.Sub
	}
	return v.Attr + "." + v.Sub
}

func (v importValue) in(r *scim.Resource) any {
	if v.Sub == "" {
		return r.Attrs[v.Attr]
	}
	m, _ := r.Attrs[v.Attr].(map[string]any)
	return m[v.Sub]
}

func (v importValue) put(r *scim.Resource) {
	in, name := r.Attrs, v.Attr
	if v.Sub != "" {
		m, _ := r.Attrs[v.Attr].(map[string]any)
		if m == nil {
			m = map[string]any{}
			r.Attrs[v.Attr] = m
		}
		in, name = m, v.Sub
	}
	if v.Value != nil {
		in[name] = v.Value
		return
	}
	delete(in, name)
	if v.Sub != "" && len(in) == 0 {
		delete(r.Attrs, v.Attr)
	}
}

// ExportImport writes the rows of an import as a file, before anything is changed.
func (b *Backend) ExportImport(_ context.Context, plan, format, folder string) (ExportResult, error) {
	p, err := b.imports.get(plan)
	if err != nil {
		return ExportResult{}, err
	}
	if format != "csv" && format != "json" {
		return ExportResult{}, fmt.Errorf("%w: say csv or json, not %q", ErrQuery, format)
	}
	return b.newFile(folder, "import of "+p.source.Kind, format, func(w io.Writer) (int, error) {
		return WriteImport(w, format, func(yield func(ImportRow, error) bool) {
			for _, r := range p.rows {
				if !yield(r.shown(), nil) {
					return
				}
			}
		})
	})
}

// WriteImport writes rows of an import as csv or json, and counts them.
func WriteImport(w io.Writer, format string, rows iter.Seq2[ImportRow, error]) (count int, err error) {
	header := []string{"line", "state", "name", "key", "localId", "id", "reason", "changes"}
	return writeTable(w, format, header, func(yield func([]string, error) bool) {
		for r, err := range rows {
			if !yield([]string{strconv.Itoa(r.Line), r.State, r.Name, r.Key, r.LocalID, r.ID, r.Reason, changesText(r.Changes)}, err) {
				return
			}
		}
	})
}

func changesText(changes []Change) string {
	var out bytes.Buffer
	for i, c := range changes {
		if i > 0 {
			out.WriteString("; ")
		}
		fmt.Fprintf(&out, "%s: %s -> %s", c.Path, c.Old, c.New)
	}
	return out.String()
}
