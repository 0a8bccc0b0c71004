package backend

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"scimdesk/backend/exchange"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// memberSlice is how many members an export reads at once.
const memberSlice = 1000

// ErrFormat is asked for something to export, or a format, that there is not.
var ErrFormat = errors.New("say people or groups, and csv or json")

// Export writes all people ("people") or groups ("groups") that are not deleted to w, as "csv" or "json". It reads in slices, so that a
// large directory neither fills the memory nor holds anything up; a change made meanwhile may or may not be in it. A groups
// CSV has a line for each member, and one for a group without any.
func (b *Backend) Export(ctx context.Context, w io.Writer, what, format string) error {
	t := exportTypes[what]
	if t == nil {
		return fmt.Errorf("can't export %q as %q: %w", what, format, ErrFormat)
	}
	return b.export(ctx, w, what, format, func(with store.With, each func(store.Record) error) error {
		return b.store.Scan(ctx, t, with, each)
	}, nil)
}

// ExportList is Export of what r.Filter finds, in its order, instead of all that are not deleted; r.Columns as ExportFile has them. BAD_QUERY
// names what can't be asked for.
func (b *Backend) ExportList(ctx context.Context, w io.Writer, r ExportRequest) error {
	t := exportTypes[r.What]
	if t == nil {
		return fmt.Errorf("can't export %q as %q: %w", r.What, r.Format, ErrFormat)
	}
	kind := peopleList()
	if t == scim.Group {
		kind = groupsList()
	}
	seqs, err := b.find(ctx, kind, r.Filter)
	if err != nil {
		return err
	}
	return b.export(ctx, w, r.What, r.Format, func(with store.With, each func(store.Record) error) error {
		return b.store.Each(ctx, t, seqs, with, each)
	}, r.Columns)
}

// exportTypes are the types of what can be exported but members.
var exportTypes = map[string]*scim.ResourceType{"people": scim.User, "groups": scim.Group}

// A source gives the resources that are to be exported, one after the other.
type source func(with store.With, each func(store.Record) error) error

// export writes what from gives. columns, if there are any, are those of a CSV of people.
func (b *Backend) export(ctx context.Context, w io.Writer, what, format string, from source, columns []string) error {
	out := bufio.NewWriterSize(w, 64<<10)
	var err error
	switch {
	case format == "json" && what == "people":
		err = b.exportJSON(out, store.With{Groups: true}, from)
	case format == "json" && what == "groups":
		err = b.exportJSON(out, store.With{Members: true}, from)
	case format == "csv" && what == "people":
		err = peopleCSV(out, from, columns)
	case format == "csv" && what == "groups":
		err = b.groupsCSV(ctx, out, from)
	default:
		return fmt.Errorf("can't export %q as %q: %w", what, format, ErrFormat)
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("export %s: %w", what, err)
	}
	return nil
}

// exportJSON writes an array of resources as SCIM shows them, one a line. Behind it stands what SCIM has no word for: of a person what the
// admin keeps, of a deleted one when it was deleted.
func (b *Backend) exportJSON(w io.Writer, with store.With, from source) error {
	list := jsonLines{w: w}
	err := from(with, func(r store.Record) error {
		one, err := scim.Render(r.Type, r.Doc, r.Meta(), b.address(), nil)
		if err != nil {
			return err
		}
		more, err := json.Marshal(keptOf(r))
		if err != nil {
			return err
		}
		if len(more) > len("{}") {
			one = append(append(one[:len(one)-1], ','), more[1:]...)
		}
		return list.add(one)
	})
	if err != nil {
		return err
	}
	return list.end()
}

// A keptValue is what the JSON of a resource has behind what SCIM shows of it.
type keptValue struct {
	*keptPerson
	Deleted string `json:"deleted,omitempty"`
}

// A keptPerson is what the admin keeps of a person.
type keptPerson struct {
	LocalID   string   `json:"localId"`
	Role      string   `json:"role"`
	Note      string   `json:"note,omitempty"`
	Protected bool     `json:"protected,omitempty"`
	Former    []string `json:"formerUserNames"`
}

func keptOf(r store.Record) keptValue {
	kept := keptValue{Deleted: stamp(r.Deleted)}
	if r.Type == scim.User {
		kept.keptPerson = &keptPerson{r.Local.LocalID, r.Local.Role, r.Local.Note, r.Local.Protected, formerNames(r.Local)}
	}
	return kept
}

// formerNames are the user IDs that somebody had, the newest first.
func formerNames(l store.Local) []string {
	names := make([]string, 0, len(l.Former))
	for _, f := range l.Former {
		names = append(names, f.UserName)
	}
	return names
}

// jsonLines writes a JSON array with one element a line.
type jsonLines struct {
	w     io.Writer
	began bool
}

func (j *jsonLines) add(element []byte) error {
	lead := "[\n"
	if j.began {
		lead = ",\n"
	}
	j.began = true
	if _, err := io.WriteString(j.w, lead); err != nil {
		return err
	}
	_, err := j.w.Write(element)
	return err
}

func (j *jsonLines) end() error {
	text := "\n]\n"
	if !j.began {
		text = "[]\n"
	}
	_, err := io.WriteString(j.w, text)
	return err
}

// personColumns are the columns of a people CSV in order; path is where the value stands in a person.
var personColumns = []struct{ header, path string }{
	{"userName", "userName"},
	{"active", "active"},
	{"displayName", "displayName"},
	{"givenName", "name.givenName"},
	{"familyName", "name.familyName"},
	{"email", `emails[type eq "work"].value`},
	{"title", "title"},
	{"department", scim.EnterpriseURN + ":department"},
	{"employeeNumber", scim.EnterpriseURN + ":employeeNumber"},
	{"organization", scim.EnterpriseURN + ":organization"},
	{"division", scim.EnterpriseURN + ":division"},
	{"costCenter", scim.EnterpriseURN + ":costCenter"},
	{"manager", scim.EnterpriseURN + ":manager.value"},
	{"phone", `phoneNumbers[type eq "work"].value`},
	{"mobile", `phoneNumbers[type eq "mobile"].value`},
	{"fax", `phoneNumbers[type eq "fax"].value`},
	{"office", `addresses[type eq "work"].formatted`},
	{"street", `addresses[type eq "work"].streetAddress`},
	{"city", `addresses[type eq "work"].locality`},
	{"region", `addresses[type eq "work"].region`},
	{"postalCode", `addresses[type eq "work"].postalCode`},
	{"country", `addresses[type eq "work"].country`},
	{"preferredLanguage", "preferredLanguage"},
	{"userType", "userType"},
	{"externalId", "externalId"},
}

// A personColumn is a column of a CSV of people; of gives its cell.
type personColumn struct {
	header string
	of     func(store.Record, *scim.Resource) string
}

// keptColumns are the columns that do not stand in a person.
func keptColumns() []personColumn {
	return []personColumn{
		{"id", func(r store.Record, _ *scim.Resource) string { return r.ID }},
		{"localId", func(r store.Record, _ *scim.Resource) string { return r.Local.LocalID }},
		{"role", func(r store.Record, _ *scim.Resource) string { return r.Local.Role }},
		{"formerUserNames", func(r store.Record, _ *scim.Resource) string { return strings.Join(formerNames(r.Local), "; ") }},
		{"origin", func(r store.Record, _ *scim.Resource) string {
			if r.Entra {
				return "entra"
			}
			return "here"
		}},
		{"note", func(r store.Record, _ *scim.Resource) string { return r.Local.Note }},
		{"groups", func(r store.Record, _ *scim.Resource) string {
			groups := make([]string, len(r.Groups))
			for i, g := range r.Groups {
				groups[i] = g.Display
			}
			return strings.Join(groups, "; ")
		}},
		{"created", func(r store.Record, _ *scim.Resource) string { return stamp(r.Created) }},
		{"lastModified", func(r store.Record, _ *scim.Resource) string { return stamp(r.Modified) }},
		{"state", stateOf},
		{"deleted", func(r store.Record, _ *scim.Resource) string { return stamp(r.Deleted) }},
	}
}

// listed are the columns of a list that have another name in a file.
var listed = map[string]string{"changed": "lastModified"}

// csvColumns gives the columns of a CSV of people: those named in their order and always the local ID, or all there are.
func csvColumns(named []string) ([]personColumn, error) {
	kept := keptColumns()
	all := kept[:2:2]
	for _, c := range personColumns {
		path, err := scim.ParsePath(scim.User, c.path)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", c.header, err)
		}
		all = append(all, personColumn{c.header, func(_ store.Record, person *scim.Resource) string { return cell(person.Get(path)) }})
	}
	all = append(all, kept[2:]...)
	if len(named) == 0 {
		return all, nil
	}
	return chosenColumns(all, named)
}

// chosenColumns picks the columns that a list shows. As there, the name falls back to the user ID and the e-mail is whichever there is.
func chosenColumns(all []personColumn, named []string) ([]personColumn, error) {
	all = append([]personColumn{
		{"name", func(r store.Record, _ *scim.Resource) string { return r.Name }},
		{"email", func(_ store.Record, person *scim.Resource) string { return store.Email(person) }},
	}, all...)
	if !slices.Contains(named, "localId") {
		named = append(slices.Clone(named), "localId")
	}
	chosen := make([]personColumn, 0, len(named))
	for _, name := range named {
		header := cmp.Or(listed[name], name)
		i := slices.IndexFunc(all, func(c personColumn) bool { return c.header == header })
		if i < 0 {
			return nil, fmt.Errorf("%w: there is no column %q of people", ErrQuery, name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}

func peopleCSV(w io.Writer, from source, named []string) error {
	columns, err := csvColumns(named)
	if err != nil {
		return err
	}
	header := make([]string, len(columns))
	for i, c := range columns {
		header[i] = c.header
	}
	out, err := exchange.NewCSV(w, header)
	if err != nil {
		return err
	}
	err = from(store.With{Groups: true}, func(r store.Record) error {
		person, err := scim.FromDocument(scim.User, r.Doc)
		if err != nil {
			return fmt.Errorf("read %s: %w", r.ID, err)
		}
		row := make([]string, len(columns))
		for i, c := range columns {
			row[i] = c.of(r, person)
		}
		return out.Row(row)
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

func (b *Backend) groupsCSV(ctx context.Context, w io.Writer, from source) error {
	out, err := exchange.NewCSV(w, []string{"id", "displayName", "externalId", "memberId", "memberUserName", "memberDisplayName", "memberType",
		"created", "lastModified", "state", "deleted"})
	if err != nil {
		return err
	}
	err = from(store.With{}, func(r store.Record) error {
		group, err := scim.FromDocument(scim.Group, r.Doc)
		if err != nil {
			return fmt.Errorf("read %s: %w", r.ID, err)
		}
		line := func(id, userName, display, kind string) error {
			return out.Row([]string{r.ID, group.DisplayName(), group.ExternalID(), id, userName, display, kind,
				stamp(r.Created), stamp(r.Modified), stateOf(r, group), stamp(r.Deleted)})
		}
		empty, after := true, ""
		for {
			members, err := b.store.MemberRows(ctx, r.ID, after, memberSlice)
			if err != nil {
				return err
			}
			for _, m := range members {
				if err := line(m.ID, m.UserName, m.DisplayName, m.Type); err != nil {
					return err
				}
				empty, after = false, m.ID
			}
			if len(members) < memberSlice {
				break
			}
		}
		if empty {
			return line("", "", "", "")
		}
		return nil
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// cell is a SCIM value as one cell.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return v.String()
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
