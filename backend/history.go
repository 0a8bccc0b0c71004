package backend

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

const (
	historyLimit    = 100
	historyMaxLimit = 500
)

// HistoryQuery asks for changes, newest first: of one resource, or of all if ID is empty.
type HistoryQuery struct {
	Type   string `json:"type"` // "User" or "Group"
	ID     string `json:"id"`
	Before int64  `json:"before"` // seq of the last row of the page before; 0 for the first page
	Limit  int    `json:"limit"`  // at most 500; 0 means 100
}

// HistoryPage is changes, newest first. More says that there are older ones.
type HistoryPage struct {
	Store string       `json:"store"`
	Rows  []HistoryRow `json:"rows"`
	More  bool         `json:"more"`
}

// HistoryRow is one change. Action is one of created, updated, disabled, enabled, deleted, restored, member added, member
// removed. Of a membership Resource is the group and Other the member.
type HistoryRow struct {
	Seq       int64     `json:"seq"`
	At        string    `json:"at"`
	Action    string    `json:"action"`
	Origin    string    `json:"origin"` // "scim", or the face in which somebody did it
	Actor     string    `json:"actor"`  // of "scim": the SCIM administrator that it is put down to, "" for none
	RequestID string    `json:"requestId"`
	Activity  int64     `json:"activity"` // seq of the request behind it, 0 if there is none in the log any more
	Resource  Reference `json:"resource"`
	Other     Reference `json:"other"`
	Changes   []Change  `json:"changes"`
}

// Change is one value that changed. Kind is added, removed or changed; Old or New is empty where there was or is none. Where
// they are ids, as of a manager, OldName and NewName are who has them, if somebody does.
type Change struct {
	Path    string `json:"path"`
	Kind    string `json:"kind"`
	Old     string `json:"old"`
	New     string `json:"new"`
	OldName string `json:"oldName"`
	NewName string `json:"newName"`
}

// managerPath is the one attribute of a document that names somebody by id.
const managerPath = scim.EnterpriseURN + ":manager.value"

// History gives changes, newest first, also those of a deleted resource. Of an id that nobody has or had it gives code NOT_FOUND, of
// another Type BAD_QUERY.
func (b *Backend) History(ctx context.Context, q HistoryQuery) (HistoryPage, error) {
	limit := min(max(q.Limit, 0), historyMaxLimit)
	limit = cmp.Or(limit, historyLimit)
	var rows []store.HistoryEntry
	var err error
	switch {
	case q.ID == "":
		rows, err = b.store.HistoryOfAll(ctx, q.Before, limit+1)
	case q.Type == scim.User.Name:
		rows, err = b.store.History(ctx, scim.User, q.ID, q.Before, limit+1)
	case q.Type == scim.Group.Name:
		rows, err = b.store.History(ctx, scim.Group, q.ID, q.Before, limit+1)
	default:
		err = fmt.Errorf("%w: the type must be User or Group, not %q", ErrQuery, q.Type)
	}
	if err != nil {
		return HistoryPage{}, err
	}
	page := HistoryPage{Store: b.id, More: len(rows) > limit}
	page.Rows, err = b.historyRows(ctx, rows[:min(len(rows), limit)])
	return page, err
}

// historyRows gives rows as faces get them. The names of all managers in them are read at once.
func (b *Backend) historyRows(ctx context.Context, rows []store.HistoryEntry) ([]HistoryRow, error) {
	var managers []string
	for _, r := range rows {
		for _, c := range r.Changes {
			if c.Path == managerPath {
				managers = append(managers, shown(c.Old), shown(c.New))
			}
		}
	}
	names, err := b.store.Names(ctx, managers)
	if err != nil {
		return nil, err
	}
	out := make([]HistoryRow, 0, len(rows))
	for _, r := range rows {
		row := HistoryRow{Seq: r.Seq, At: stamp(r.At), Action: r.Action, Origin: r.Origin, RequestID: r.RequestID, Activity: r.Activity,
			Resource: reference(r.Resource), Other: reference(r.Other), Changes: make([]Change, 0, len(r.Changes))}
		for _, c := range r.Changes {
			one := change(c)
			if c.Path == managerPath {
				one.OldName, one.NewName = names[one.Old], names[one.New]
			}
			row.Changes = append(row.Changes, one)
		}
		if r.Origin == store.OriginSCIM {
			row.Actor = b.targets.actor(r.At)
		}
		out = append(out, row)
	}
	return out, nil
}

func reference(r store.Ref) Reference {
	out := Reference{ID: r.ID, Name: r.Name, Found: r.Found}
	if r.Type != nil {
		out.Type = r.Type.Name
	}
	switch {
	case !r.Found:
	case r.Deleted:
		out.State = StateDeleted
	case r.Active:
		out.State = StateActive
	default:
		out.State = StateDisabled
	}
	return out
}

func change(c scim.Change) Change {
	kind := "changed"
	switch {
	case c.Old == nil:
		kind = "added"
	case c.New == nil:
		kind = "removed"
	}
	return Change{Path: c.Path, Kind: kind, Old: shown(c.Old), New: shown(c.New)}
}

// shown writes a value for people: a text as it is, anything else as JSON. A secret that somebody put into an attribute is hidden.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return Mask(v)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return Mask(fmt.Sprint(v))
	}
	return Mask(strings.TrimSpace(out.String()))
}
