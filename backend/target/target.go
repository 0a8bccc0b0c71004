// Package target knows the systems that a folder may stand in for: where each serves SCIM, which attributes it takes, requires and matches by, its
// rules, and what its own tutorial asks of the admin. It is data and a reader of data; it asks nobody and keeps nothing.
//
// A target is a JSON file. The built-in ones are beside this file, an admin's own lie in the data folder under targets/. One object with:
//
//	version   1
//	id        what it is called by: lower-case letters, digits and dashes, at most 40; not one of another target
//	name      as people call it
//	basePath  where SCIM is served, such as /scim/v1
//	host      the system's own Tenant URL, as a hint; may be left out
//	groupKey  what groups are matched by: displayName or externalId; displayName where it is left out
//	oneToken  true: making a secret ends the one before at once
//	roles     true: people may be marked here as SCIM administrator or user manager, and are protected then
//	exact     true: Entra's table must hold the attributes of this file and no others
//	steps     codes of what its tutorial asks for, in order, out of Steps
//	users     lines of the mapping table of people, in order
//	groups    lines of the mapping table of groups
//
// and each line of a table an object with:
//
//	path      the attribute here, such as emails[type eq "work"].value
//	source    what the admin enters on Entra's side, such as mail or an expression
//	kind      string, boolean or reference; string where it is left out
//	required  true: the system can't do without it
//	match     matching precedence, 1 the first; 0 or left out: not matched by
//	apply     always or only-on-create; always where it is left out
//	note      a code of Notes, whose sentence is in the window
//	rule      phone-rfc3966: the value is a tel: URI (RFC 3966); "" or left out: anything of its kind
package target

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

//go:embed generic.json evercate.json eptura.json alvao.json envoy.json platform.json
var files embed.FS

// Default is the target of a folder that nobody has chosen one for.
const Default = "generic"

// What Attribute.Kind and Attribute.Rule say, and what Fault.Rule says of a value that is missing or of another kind.
const (
	KindString    = "string"
	KindBoolean   = "boolean"
	KindReference = "reference"

	RulePhone    = "phone-rfc3966"
	RuleRequired = "required"
	RuleType     = "type"
)

// What Attribute.Apply says.
const (
	ApplyAlways = "always"
	ApplyOnce   = "only-on-create"
)

// What Target.GroupKey says.
const (
	GroupsByName     = "displayName"
	GroupsByExternal = "externalId"
)

// Target is one system.
type Target struct {
	ID       string
	Name     string
	BasePath string // begins with a slash, and does not end in one
	Host     string // its own Tenant URL, "" if it is not known
	GroupKey string
	OneToken bool
	Roles    bool
	Exact    bool
	Steps    []string
	Users    []Attribute
	Groups   []Attribute

	text []byte
}

// Attribute is a line of a mapping table.
type Attribute struct {
	Path     string
	Source   string
	Kind     string
	Required bool
	Match    int
	Apply    string
	Note     string
	Rule     string
}

// Text is the file that the target was read from.
func (t *Target) Text() []byte { return slices.Clone(t.text) }

// Copy is a file of the admin's own that says what this one says under another id and name.
func (t *Target) Copy(id, name string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("{\n")
	line := func(key string, value any) error {
		text, err := plain(value)
		if err != nil {
			return fmt.Errorf("copy target %s: %w", t.ID, err)
		}
		fmt.Fprintf(&b, "  %q: %s,\n", key, text)
		return nil
	}
	for _, one := range []struct {
		key   string
		value any
	}{
		{"version", 1}, {"id", id}, {"name", name}, {"basePath", t.BasePath}, {"host", t.Host}, {"groupKey", t.GroupKey}, {"oneToken", t.OneToken},
		{"roles", t.Roles}, {"exact", t.Exact}, {"steps", t.Steps},
	} {
		if err := line(one.key, one.value); err != nil {
			return nil, err
		}
	}
	for i, table := range [][]Attribute{t.Users, t.Groups} {
		fmt.Fprintf(&b, "  %q: [", []string{"users", "groups"}[i])
		for j, a := range table {
			text, err := plain(map[string]any{"path": a.Path, "source": a.Source, "kind": a.Kind, "required": a.Required, "match": a.Match, "apply": a.Apply,
				"note": a.Note, "rule": a.Rule})
			if err != nil {
				return nil, fmt.Errorf("copy target %s: %w", t.ID, err)
			}
			if j > 0 {
				b.WriteString(",")
			}
			b.WriteString("\n    " + text)
		}
		b.WriteString([]string{"\n  ],\n", "\n  ]\n}\n"}[i])
	}
	return b.Bytes(), nil
}

// plain is a value as JSON for people: what HTML would have to escape stays as it is.
func plain(value any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(value)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// Steps are the codes of what a tutorial may ask for. Each has a sentence and a place in the window.
func Steps() []string {
	return []string{
		"plan", "administrator", "convert", "one-token", "target-token", "sso", "app", "app-gallery", "provisioning", "credentials", "test", "mail", "save",
		"map-users", "external-id", "department", "phones", "remove-others", "map-groups", "match-groups", "scope", "scope-all", "assign", "accidental",
		"on-demand", "start", "rotate", "watch",
	}
}

// Notes are the codes of what is said about a line of a mapping table.
func Notes() []string { return []string{"not-matching", "two-readings", "top-level", "whole-email"} }

// BuiltIn gives the targets that are known without a file of the admin's, the default first.
func BuiltIn() ([]*Target, error) {
	var all []*Target
	for _, id := range []string{Default, "evercate", "eptura", "alvao", "envoy", "platform"} {
		text, err := files.ReadFile(id + ".json")
		if err != nil {
			return nil, fmt.Errorf("read target %s: %w", id, err)
		}
		t, faults := Read(text)
		if len(faults) > 0 {
			return nil, fmt.Errorf("read target %s: %s", id, strings.Join(faults, "; "))
		}
		all = append(all, t)
	}
	return all, nil
}
