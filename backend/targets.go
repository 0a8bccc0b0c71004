package backend

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"scimdesk/backend/config"
	"scimdesk/backend/scim"
	"scimdesk/backend/target"
)

// ErrGroupsCollide refuses a target that matches groups by what several have; what wraps it names them.
var ErrGroupsCollide = errors.New("several groups share what this target matches groups by")

// TargetInfo is a system that the folder may stand in for.
type TargetInfo struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	BasePath string `json:"basePath"`
	Address  string `json:"address"`  // the Tenant URL that Entra is given while this is the active one, "" while there is none
	GroupKey string `json:"groupKey"` // what groups are matched by: displayName or externalId
	OneToken bool   `json:"oneToken"` // making a token ends the one before at once
	Roles    bool   `json:"roles"`    // people here may be marked as SCIM administrator or user manager, and are protected then
	Own      bool   `json:"own"`      // the admin's own file in the data folder
	Fault    string `json:"fault"`    // why that can't be used; then ID is the file's name
}

// Targets is what there is, and which one is active.
type Targets struct {
	Active        string       `json:"active"`
	Strict        bool         `json:"strict"`        // 400 for what is missing or breaks a rule of the target
	Administrator string       `json:"administrator"` // id of the person here whom changes by SCIM are put down to, or a plain name; "" for nobody
	Actor         string       `json:"actor"`         // the name of that
	List          []TargetInfo `json:"list"`
	Folder        string       `json:"folder"` // where the admin's own files lie
}

// TargetAttribute is a line of the target's mapping table, beside what Entra has really sent.
type TargetAttribute struct {
	Type     string   `json:"type"`   // User or Group
	Path     string   `json:"path"`   // such as emails[type eq "work"].value
	Source   string   `json:"source"` // what the admin enters on Entra's side, such as mail or Switch([IsSoftDeleted], …)
	Kind     string   `json:"kind"`   // string, boolean or reference
	Required bool     `json:"required"`
	Match    int      `json:"match"` // matching precedence, 0 for none
	Apply    string   `json:"apply"` // always or only-on-create
	Rule     string   `json:"rule"`  // phone-rfc3966, or "" for none
	Note     string   `json:"note"`  // a code whose sentence is in the page
	Seen     string   `json:"seen"`  // seen, never (Entra sent people without it), unknown (nobody was sent yet)
	Count    int      `json:"count"` // people or groups who have it
	Missing  int      `json:"missing"`
	Broken   int      `json:"broken"`   // values that break the target's rule
	Examples []string `json:"examples"` // of broken values and their normal form, "+49 30 12 -> tel:+49-30-12"
}

// Target is a target with its table, and what of Entra's does not go with it.
type Target struct {
	TargetInfo
	Host       string            `json:"host"`  // the system's own Tenant URL, as a hint
	Exact      bool              `json:"exact"` // the table in Entra must hold these lines and no others
	Attributes []TargetAttribute `json:"attributes"`
	Unmapped   []TargetAttribute `json:"unmapped"` // what Entra sends and the target does not list: kept, and named here; the most frequent first
	Steps      []string          `json:"steps"`    // codes of what its own tutorial asks for, in order; the page has the sentences
	Strict     bool              `json:"strict"`
	People     int               `json:"people"` // whom Entra has written, of those who are here
	Groups     int               `json:"groups"`
	Broken     []TargetBroken    `json:"broken"`      // at most 200
	BrokenAll  int               `json:"brokenTotal"` // how many there are
	Scanned    string            `json:"scanned"`     // when the counts were taken
}

// TargetBroken is somebody whose value breaks a rule of the target, or who lacks what it requires.
type TargetBroken struct {
	Type   string `json:"type"` // User or Group
	ID     string `json:"id"`
	Name   string `json:"name"`
	Path   string `json:"path"`
	Value  string `json:"value"`
	Normal string `json:"normal"` // what it would be in the form that the rule wants, "" if that can't be told
	Rule   string `json:"rule"`   // required, phone-rfc3966 or type
}

// TargetChange chooses a target; everything is said each time.
type TargetChange struct {
	ID            string `json:"id"`
	Strict        bool   `json:"strict"`
	Administrator string `json:"administrator"` // as Targets has it
}

// Targets gives what the folder may stand in for.
func (b *Backend) Targets(context.Context) (Targets, error) {
	f := b.setting.get()
	list, err := b.targets.read()
	if err != nil {
		return Targets{}, err
	}
	admin := b.targets.get().admin
	all := Targets{Active: f.Target, Strict: f.Strict, Administrator: admin.choice(), Actor: admin.Name, List: []TargetInfo{}, Folder: b.targets.folder}
	for _, one := range list {
		all.List = append(all.List, b.targetInfo(one))
	}
	if !slices.ContainsFunc(list, func(k known) bool { return k.Target != nil && k.ID == f.Target }) {
		now := b.targets.get()
		one := TargetInfo{ID: f.Target, Name: f.Target, Own: true, BasePath: now.BasePath, Fault: "its file is gone or has a fault, so the generic one stands in"}
		if now.ID == f.Target {
			one.Name, one.Fault = now.Name, goesOn(now.file, list)
		}
		all.List = append(all.List, one)
	}
	return all, nil
}

// goesOn says why the active target goes on as its file was last read, and what to do.
func goesOn(file string, list []known) string {
	if slices.ContainsFunc(list, func(k known) bool { return k.file == file && k.Target == nil }) {
		return fmt.Sprintf("its file %s has a fault: it goes on as it was last read. Mend the file, or choose another target", file)
	}
	return fmt.Sprintf("its file %s is gone: it goes on as it was last read. Put the file back, or choose another target", file)
}

func (b *Backend) targetInfo(k known) TargetInfo {
	if k.Target == nil {
		return TargetInfo{ID: k.file, Name: k.file, Own: true, Fault: strings.Join(k.faults, "; ")}
	}
	return TargetInfo{ID: k.ID, Name: k.Name, BasePath: k.BasePath, Address: b.addressAt(k.BasePath), GroupKey: k.GroupKey, OneToken: k.OneToken, Roles: k.Roles,
		Own: k.file != ""}
}

// Target gives one target in full; "" is the active one. Counts are taken anew when they are older than the last change, in slices.
func (b *Backend) Target(ctx context.Context, id string) (Target, error) {
	k, err := b.targets.find(id)
	if err != nil {
		return Target{}, err
	}
	counts, err := b.targets.count(ctx, b.store, k.Target)
	if err != nil {
		return Target{}, err
	}
	t := Target{TargetInfo: b.targetInfo(k), Host: k.Host, Exact: k.Exact, Steps: slices.Clone(k.Steps), Strict: b.setting.get().Strict,
		People: counts.people.of, Groups: counts.groups.of, Scanned: stamp(counts.at), Broken: []TargetBroken{}}
	t.Attributes = append(counts.people.table(scim.User), counts.groups.table(scim.Group)...)
	t.Unmapped = append(counts.people.others(scim.User), counts.groups.others(scim.Group)...)
	t.Broken = append(append(t.Broken, counts.people.broken...), counts.groups.broken...)
	t.Broken = t.Broken[:min(len(t.Broken), brokenLimit)]
	t.BrokenAll = counts.people.faults + counts.groups.faults
	return t, nil
}

// SaveTarget makes a target the active one: its base path is served at once, beside /scim/v2. GROUPS_COLLIDE names groups that share what the target
// matches groups by.
func (b *Backend) SaveTarget(ctx context.Context, c TargetChange) (Targets, error) {
	b.setting.saving.Lock()
	defer b.setting.saving.Unlock()
	k, err := b.targets.find(c.ID)
	if err != nil {
		return Targets{}, err
	}
	admin, err := b.administrator(ctx, k.Target, c.Administrator)
	if err != nil {
		return Targets{}, err
	}
	before, now := b.setting.get(), b.targets.get()
	if k.GroupKey != now.GroupKey {
		if err := b.checkGroups(ctx, k.Target); err != nil {
			return Targets{}, err
		}
	}
	next, err := activeOf(k, c.Strict, admin)
	if err != nil {
		return Targets{}, err
	}
	after := before
	after.Target, after.Strict = k.ID, c.Strict
	if after != before {
		if err := config.Save(b.dir, after, b.log); err != nil {
			return Targets{}, err
		}
		b.setting.put(after)
	}
	if err := b.keepTarget(ctx, k); err != nil {
		return Targets{}, err
	}
	if err := b.targets.putDown(ctx, b.store, admin); err != nil {
		return Targets{}, err
	}
	b.targets.now.Store(next)
	b.log.Info("target saved", "target", k.ID, "targetBefore", before.Target, "basePath", k.BasePath, "strict", c.Strict)
	b.link.applied()
	b.noteAddress(ctx)
	b.tellStatus()
	if err := b.rekeyGroups(context.WithoutCancel(ctx)); err != nil {
		return Targets{}, err
	}
	return b.Targets(ctx)
}

// checkGroups refuses a target that could not tell all groups from each other.
func (b *Backend) checkGroups(ctx context.Context, t *target.Target) error {
	const shown = 5
	shared, err := b.store.GroupsSharing(ctx, groupKeyOf(t), shown+1)
	if err != nil || len(shared) == 0 {
		return err
	}
	var named []string
	for _, names := range shared[:min(len(shared), shown)] {
		named = append(named, strings.Join(names[:min(len(names), shown)], ", "))
	}
	if len(shared) > shown {
		named = append(named, "and more")
	}
	return fmt.Errorf("%w, which is %s: %s. Rename or delete one of each in Entra or here, and choose the target again; nothing was changed",
		ErrGroupsCollide, t.GroupKey, Mask(strings.Join(named, "; ")))
}

// CopyTarget makes a file of the admin's own of a target, for them to change: it stands in the folder of own targets, under a free name.
func (b *Backend) CopyTarget(_ context.Context, id string) (TargetInfo, error) {
	b.setting.saving.Lock()
	defer b.setting.saving.Unlock()
	k, err := b.targets.find(id)
	if err != nil {
		return TargetInfo{}, err
	}
	own, err := b.targets.copy(k.Target)
	if err != nil {
		return TargetInfo{}, err
	}
	return b.targetInfo(own), nil
}

// Formats of TargetPage.
var pageFormats = []string{"html", "text", "html-de", "text-de"}

// TargetPage is the active target's mapping table as the admin must enter it in Entra, for the printer or the clipboard: html or text, in
// German with -de behind it.
func (b *Backend) TargetPage(_ context.Context, format string) (string, error) {
	if !slices.Contains(pageFormats, format) {
		return "", fmt.Errorf("%w: the format must be %s, not %q", ErrQuery, strings.Join(pageFormats, ", "), format)
	}
	kind, language, _ := strings.Cut(format, "-")
	page := target.Page{Target: b.targets.get().Target, Address: b.addressAt(b.tenantPath()), German: language == "de"}
	var out bytes.Buffer
	write := page.Text
	if kind == "html" {
		write = page.HTML
	}
	if err := write(&out); err != nil {
		return "", fmt.Errorf("write the mapping table: %w", err)
	}
	return out.String(), nil
}

// ExportTargetPage writes it as a file.
func (b *Backend) ExportTargetPage(ctx context.Context, format, folder string) (ExportResult, error) {
	page, err := b.TargetPage(ctx, format)
	if err != nil {
		return ExportResult{}, err
	}
	now := b.targets.get()
	ending := map[string]string{"html": "html", "text": "txt"}[strings.TrimSuffix(format, "-de")]
	return b.newFile(folder, "mapping "+now.ID, ending, func(w io.Writer) (int, error) {
		_, err := io.WriteString(w, page)
		return len(now.Users) + len(now.Groups), err
	})
}

// ownTargets is where the admin's own files lie.
func ownTargets(dir string) string { return filepath.Join(dir, "targets") }
