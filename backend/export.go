package backend

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
	})
}

// exportTypes are the types of what can be exported but members.
var exportTypes = map[string]*scim.ResourceType{"people": scim.User, "groups": scim.Group}

// A source gives the resources that are to be exported, one after the other.
type source func(with store.With, each func(store.Record) error) error

func (b *Backend) export(ctx context.Context, w io.Writer, what, format string, from source) error {
	out := bufio.NewWriterSize(w, 64<<10)
	var err error
	switch {
	case format == "json" && what == "people":
		err = b.exportJSON(out, store.With{Groups: true}, from)
	case format == "json" && what == "groups":
		err = b.exportJSON(out, store.With{Members: true}, from)
	case format == "csv" && what == "people":
		err = peopleCSV(out, from)
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

// exportJSON writes an array of resources as SCIM shows them, one a line. A deleted one says when it was deleted, which SCIM
// has no word for.
func (b *Backend) exportJSON(w io.Writer, with store.With, from source) error {
	list := jsonLines{w: w}
	err := from(with, func(r store.Record) error {
		one, err := scim.Render(r.Type, r.Doc, r.Meta(), b.address(), nil)
		if err != nil {
			return err
		}
		if !r.Deleted.IsZero() {
			one = append(one[:len(one)-1], `,"deleted":"`+stamp(r.Deleted)+`"}`...)
		}
		return list.add(one)
	})
	if err != nil {
		return err
	}
	return list.end()
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

func peopleCSV(w io.Writer, from source) error {
	header := []string{"id"}
	paths := make([]scim.Path, len(personColumns))
	for i, c := range personColumns {
		header = append(header, c.header)
		p, err := scim.ParsePath(scim.User, c.path)
		if err != nil {
			return fmt.Errorf("column %s: %w", c.header, err)
		}
		paths[i] = p
	}
	out, err := exchange.NewCSV(w, append(header, "groups", "created", "lastModified", "state", "deleted"))
	if err != nil {
		return err
	}
	err = from(store.With{Groups: true}, func(r store.Record) error {
		person, err := scim.FromDocument(scim.User, r.Doc)
		if err != nil {
			return fmt.Errorf("read %s: %w", r.ID, err)
		}
		row := []string{r.ID}
		for _, p := range paths {
			row = append(row, cell(person.Get(p)))
		}
		groups := make([]string, len(r.Groups))
		for i, g := range r.Groups {
			groups[i] = g.Display
		}
		return out.Row(append(row, strings.Join(groups, "; "), stamp(r.Created), stamp(r.Modified), stateOf(r, person), stamp(r.Deleted)))
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
