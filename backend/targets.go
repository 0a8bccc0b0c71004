package backend

import "context"

// TargetInfo is a system that the folder may stand in for.
type TargetInfo struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	BasePath string `json:"basePath"`
	Own      bool   `json:"own"` // the admin's own file in the data folder
	Fault    string `json:"fault"`
}

// Targets is what there is, and which one is active.
type Targets struct {
	Active string       `json:"active"`
	Strict bool         `json:"strict"` // 400 for what is missing or breaks a rule of the target
	List   []TargetInfo `json:"list"`
	Folder string       `json:"folder"` // where the admin's own files lie
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
	Address    string            `json:"address"` // the Tenant URL that Entra is given
	Attributes []TargetAttribute `json:"attributes"`
	Unmapped   []TargetAttribute `json:"unmapped"` // what Entra sends and the target does not list: kept, and named here
	Steps      []string          `json:"steps"`    // codes of what its own tutorial asks for, in order; the page has the sentences
	GroupKey   string            `json:"groupKey"` // what groups are matched by: displayName or externalId
	OneToken   bool              `json:"oneToken"` // making a token ends the one before at once
	Roles      bool              `json:"roles"`    // people here may be marked as SCIM administrator or user manager, and protected
	Strict     bool              `json:"strict"`
	Broken     []TargetBroken    `json:"broken"`
	Scanned    string            `json:"scanned"` // when the counts were taken
}

// TargetBroken is somebody whose value breaks a rule of the target, or who lacks what it requires.
type TargetBroken struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Path   string `json:"path"`
	Value  string `json:"value"`
	Normal string `json:"normal"` // what it would be in the form that the rule wants, "" if that can't be told
	Rule   string `json:"rule"`   // required, phone-rfc3966 or type
}

// TargetChange chooses a target.
type TargetChange struct {
	ID     string `json:"id"`
	Strict bool   `json:"strict"`
}

// Targets gives what the folder may stand in for.
func (b *Backend) Targets(context.Context) (Targets, error) { return Targets{}, errUnbuilt }

// Target gives one target in full; "" is the active one. Counts are taken anew when they are older than the last change, in slices.
func (b *Backend) Target(_ context.Context, id string) (Target, error) { return Target{}, errUnbuilt }

// SaveTarget makes a target the active one: its base path is served at once, beside /scim/v2. GROUPS_COLLIDE names groups that share what the target
// matches groups by.
func (b *Backend) SaveTarget(context.Context, TargetChange) (Targets, error) {
	return Targets{}, errUnbuilt
}

// TargetPage is the mapping table as the admin must enter it in Entra, for the printer or the clipboard: html or text.
func (b *Backend) TargetPage(_ context.Context, format string) (string, error) { return "", errUnbuilt }

// ExportTargetPage writes it as a file.
func (b *Backend) ExportTargetPage(_ context.Context, format, folder string) (ExportResult, error) {
	return ExportResult{}, errUnbuilt
}
