package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

const targetUsage = `scimd target is about the system that the folder stands in for: list says which there are, show has the mapping table of one beside what Entra
really sent (the active one if none is named), use makes one the active one, whose base path is served at once, page prints the table as
it must be entered in Entra, and copy makes a file of your own of one, to be changed in an editor.

Entra must have the Tenant URL that use prints. With --strict what the system requires and does not get, or what breaks its rules, is
answered with 400.

  scimd target list --data ./office
  scimd target use eptura --strict
  scimd target show eptura --format json
  scimd target page --format html > mapping.html`

// targetFlags are those of all its commands.
type targetFlags struct {
	data, format, administrator string
	strict, german              bool
	said                        map[string]bool
}

func (a *app) target(ctx context.Context, args []string) error {
	var o targetFlags
	fs := a.flags("scimd target", targetUsage)
	data := dataFlag(fs)
	fs.StringVar(&o.format, "format", "text", "text or json; of page: text or html")
	fs.BoolVar(&o.strict, "strict", false, "of use: refuse what the system would refuse; --strict=false ends it")
	fs.StringVar(&o.administrator, "administrator", "", "of use, where the system has one: the `name`, or the id of the person here, that changes by SCIM are put down to")
	fs.BoolVar(&o.german, "german", false, "of page: in German")
	words, err := a.words(fs, args)
	if err != nil {
		return err
	}
	o.data, o.said = *data, map[string]bool{}
	fs.Visit(func(f *flag.Flag) { o.said[f.Name] = true })
	what, id := "", ""
	if len(words) > 0 {
		what = words[0]
	}
	if len(words) > 1 {
		id = words[1]
	}
	ids := map[string][2]int{"list": {1, 1}, "show": {1, 2}, "use": {2, 2}, "page": {1, 1}, "copy": {1, 2}}
	if n, ok := ids[what]; !ok || len(words) < n[0] || len(words) > n[1] {
		return &usageError{"scimd target: say list, show [ID], use ID, page or copy [ID]"}
	}
	if formats := map[bool]string{false: "text json", true: "text html"}[what == "page"]; !strings.Contains(" "+formats+" ", " "+o.format+" ") {
		return &usageError{"scimd target: the format must be " + strings.Replace(formats, " ", " or ", 1)}
	}
	return a.with(ctx, o.data, what == "use", func(f folder, _ *control.Client) error {
		switch what {
		case "show":
			return a.showTarget(ctx, f, id, o)
		case "use":
			return a.useTarget(ctx, f, id, o)
		case "page":
			page, err := f.TargetPage(ctx, o.format+map[bool]string{true: "-de"}[o.german])
			if err != nil {
				return err
			}
			return a.print("%s", page)
		case "copy":
			own, err := f.CopyTarget(ctx, id)
			if err != nil {
				return err
			}
			all, err := f.Targets(ctx)
			if err != nil {
				return err
			}
			return a.print("Made %s in %s: change it in an editor, then say scimd target use %s\n", own.ID+".json", all.Folder, own.ID)
		}
		return a.listTargets(ctx, f, o)
	})
}

func (a *app) listTargets(ctx context.Context, f folder, o targetFlags) error {
	all, err := f.Targets(ctx)
	if err != nil {
		return err
	}
	if o.format == "json" {
		type row struct {
			backend.TargetInfo
			Active bool `json:"active"`
			Strict bool `json:"strict"`
		}
		rows := []row{}
		for _, i := range all.List {
			rows = append(rows, row{i, i.ID == all.Active, i.ID == all.Active && all.Strict})
		}
		return a.printJSON(rows)
	}
	out := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, i := range all.List {
		mark := " "
		if i.ID == all.Active {
			mark = "*"
		}
		what := i.Name
		if mark == "*" && all.Strict {
			what += ", strict"
		}
		if mark == "*" && all.Actor != "" {
			what += ", changes are put down to " + printable(all.Actor)
		}
		if i.Fault != "" {
			what = "can't be used: " + printable(i.Fault)
		}
		_, _ = fmt.Fprintf(out, "%s %s\t%s\t%s\n", mark, printable(i.ID), cmp.Or(i.BasePath, "-"), what)
	}
	return out.Flush()
}

func (a *app) printJSON(v any) error {
	e := json.NewEncoder(a.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func (a *app) showTarget(ctx context.Context, f folder, id string, o targetFlags) error {
	t, err := f.Target(ctx, id)
	if err != nil {
		return err
	}
	if o.format == "json" {
		return a.printJSON(append(t.Attributes, t.Unmapped...))
	}
	if err := a.print("%s, Tenant URL %s\n%d people and %d groups here were written by Entra.\n", t.Name, cmp.Or(t.Address, "-"), t.People, t.Groups); err != nil {
		return err
	}
	out := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(out, "\nAttribute\tIn Entra\tMatch\tRequired\tSeen\n")
	for _, r := range t.Attributes {
		match, required := "", ""
		if r.Match > 0 {
			match = strconv.Itoa(r.Match)
		}
		if r.Required {
			required = "yes"
		}
		_, _ = fmt.Fprintf(out, "%s %s\t%s\t%s\t%s\t%s\n", r.Type, r.Path, r.Source, match, required, seenWord(r))
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if len(t.Unmapped) > 0 {
		if err := a.print("\nSent by Entra and not mapped for this target (kept all the same):\n"); err != nil {
			return err
		}
	}
	for _, r := range t.Unmapped {
		if err := a.print("  %s %s, %d\n", r.Type, printable(r.Path), r.Count); err != nil {
			return err
		}
	}
	return nil
}

// seenWord says what came of an attribute.
func seenWord(r backend.TargetAttribute) string {
	text := map[string]string{"unknown": "nobody was sent yet", "never": "never sent"}[r.Seen]
	if text == "" {
		text = fmt.Sprintf("%d have it", r.Count)
	}
	if r.Missing > 0 {
		text += fmt.Sprintf(", missing %d times", r.Missing)
	}
	if r.Broken > 0 {
		text += fmt.Sprintf(", %d break the rule (%s)", r.Broken, printable(strings.Join(r.Examples, "; ")))
	}
	return text
}

// useTarget changes what was said, and leaves the rest as it is.
func (a *app) useTarget(ctx context.Context, f folder, id string, o targetFlags) error {
	was, err := f.Targets(ctx)
	if err != nil {
		return err
	}
	c := backend.TargetChange{ID: id, Strict: was.Strict, Administrator: was.Administrator}
	if o.said["strict"] {
		c.Strict = o.strict
	}
	if o.said["administrator"] {
		c.Administrator = o.administrator
	}
	now, err := f.SaveTarget(ctx, c)
	if err != nil {
		return err
	}
	for _, i := range now.List {
		if i.ID != now.Active {
			continue
		}
		strict := "off"
		if now.Strict {
			strict = "on"
		}
		return a.print("Target      %s\nTenant URL  %s\nStrict      %s\n", i.Name, cmp.Or(i.Address, "- (its path is "+i.BasePath+")"), strict)
	}
	return nil
}
