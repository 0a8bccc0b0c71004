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

// Export writes all people ("people") or groups ("groups") to w, as "csv" or "json". It reads in slices, so that a large
// directory neither fills the memory nor holds anything up; a change made meanwhile may or may not be in it. A groups
// CSV has a line for each member, and one for a group without any.
func (b *Backend) Export(ctx context.Context, w io.Writer, what, format string) error {
	out := bufio.NewWriterSize(w, 64<<10)
	var err error
	switch {
	case format == "json" && what == "people":
		err = b.exportJSON(ctx, out, scim.User)
	case format == "json" && what == "groups":
		err = b.exportJSON(ctx, out, scim.Group)
	case format == "csv" && what == "people":
		err = b.peopleCSV(ctx, out)
	case format == "csv" && what == "groups":
		err = b.groupsCSV(ctx, out)
	default:
		return fmt.Errorf("can't export %q as %q: %w", what, format, ErrFormat)
	}
	if err != nil {
		return fmt.Errorf("export %s: %w", what, err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("export %s: %w", what, err)
	}
	return nil
}

// exportJSON writes an array of resources as SCIM shows them, one a line.
func (b *Backend) exportJSON(ctx context.Context, w *bufio.Writer, t *scim.ResourceType) error {
	lead := "[\n"
	with := store.With{Groups: t == scim.User, Members: t == scim.Group}
	err := b.store.Scan(ctx, t, with, func(r store.Record) error {
		one, err := scim.Render(t, r.Doc, r.Meta(), b.door.address(), nil)
		if err != nil {
			return err
		}
		_, _ = w.WriteString(lead)
		lead = ",\n"
		_, err = w.Write(one)
		return err
	})
	if err != nil {
		return err
	}
	if lead == "[\n" {
		_, err = w.WriteString("[]\n")
		return err
	}
	_, err = w.WriteString("\n]\n")
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

func (b *Backend) peopleCSV(ctx context.Context, w io.Writer) error {
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
	out, err := exchange.NewCSV(w, append(header, "groups", "created", "lastModified"))
	if err != nil {
		return err
	}
	err = b.store.Scan(ctx, scim.User, store.With{Groups: true}, func(r store.Record) error {
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
		return out.Row(append(row, strings.Join(groups, "; "), stamp(r.Created), stamp(r.Modified)))
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

func (b *Backend) groupsCSV(ctx context.Context, w io.Writer) error {
	out, err := exchange.NewCSV(w, []string{"id", "displayName", "externalId", "memberId", "memberUserName", "memberDisplayName", "memberType", "created", "lastModified"})
	if err != nil {
		return err
	}
	err = b.store.Scan(ctx, scim.Group, store.With{}, func(r store.Record) error {
		group, err := scim.FromDocument(scim.Group, r.Doc)
		if err != nil {
			return fmt.Errorf("read %s: %w", r.ID, err)
		}
		line := func(id, userName, display, kind string) error {
			return out.Row([]string{r.ID, group.DisplayName(), group.ExternalID(), id, userName, display, kind, stamp(r.Created), stamp(r.Modified)})
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

// ExportRequest asks for a file. IDs, if there are any, are the selection; else it is everything that Filter finds, in its order.
type ExportRequest struct {
	What   string    `json:"what"`   // people, groups or members (of Filter.Group)
	Format string    `json:"format"` // csv or json
	Filter ListQuery `json:"filter"`
	IDs    []string  `json:"ids"`
	Folder string    `json:"folder"` // "" is the system's folder for downloads
}

// ExportResult is the file that was written, complete and on disk.
type ExportResult struct {
	Path  string `json:"path"`
	Count int    `json:"count"` // people or groups in it
}

// ExportFile writes what a list shows into a new file with a telling name; it overwrites nothing.
func (b *Backend) ExportFile(ctx context.Context, r ExportRequest) (ExportResult, error) {
	return ExportResult{}, errNotYet
}

// ExportFolder is where ExportFile writes when no folder is named.
func ExportFolder() string { return "" }
