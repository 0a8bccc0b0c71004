package target

import (
	"fmt"
	"slices"
	"strings"

	"scimdesk/backend/scim"
)

// A Judge holds resources of one type against a target's mapping table. It may be used by several at once.
type Judge struct {
	kind    *scim.ResourceType
	lines   []Attribute
	paths   []scim.Path
	listed  map[string]bool // by leafKey
	country scim.Path
}

// Fault is what is wrong with a value of a resource.
type Fault struct {
	Line   int // index in the table
	Path   string
	Value  string
	Normal string // the value as the rule wants it, "" if that can't be told
	Rule   string // RuleRequired, RuleType or what the line says
}

// Judge makes one of the target's table for people or groups.
func (t *Target) Judge(kind *scim.ResourceType) (*Judge, error) {
	j := &Judge{kind: kind, lines: t.Users, listed: map[string]bool{}}
	if kind == scim.Group {
		j.lines = t.Groups
	}
	for _, a := range j.lines {
		p, err := scim.ParsePath(kind, a.Path)
		if err != nil {
			return nil, fmt.Errorf("attribute %s of target %s: %w", a.Path, t.ID, err)
		}
		j.paths = append(j.paths, p)
		j.listed[leafKey(a.Path)] = true
	}
	if kind == scim.User {
		var err error
		if j.country, err = scim.ParsePath(kind, `addresses[type eq "work"].country`); err != nil {
			return nil, fmt.Errorf("where a person's country stands: %w", err)
		}
	}
	return j, nil
}

// Lines are the lines of the table.
func (j *Judge) Lines() []Attribute { return j.lines }

// Has tells of each line whether the resource has a value there. Members stand beside a group's document: members says whether it has any.
func (j *Judge) Has(r *scim.Resource, members bool) []bool {
	has := make([]bool, len(j.lines))
	for i := range j.lines {
		has[i] = j.has(i, r, members)
	}
	return has
}

func (j *Judge) has(i int, r *scim.Resource, members bool) bool {
	if j.kind == scim.Group && j.paths[i].Attr == "members" {
		return members
	}
	return !empty(r.Get(j.paths[i]))
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// Faults gives what of a resource the table's lines refuse, in their order. A group without members is no fault.
func (j *Judge) Faults(r *scim.Resource) []Fault {
	var all []Fault
	for i, a := range j.lines {
		v := r.Get(j.paths[i])
		if empty(v) {
			if a.Required && (j.kind != scim.Group || j.paths[i].Attr != "members") {
				all = append(all, Fault{Line: i, Path: a.Path, Rule: RuleRequired})
			}
			continue
		}
		if f, wrong := j.fault(i, v, r); wrong {
			all = append(all, f)
		}
	}
	return all
}

func (j *Judge) fault(i int, v any, r *scim.Resource) (Fault, bool) {
	a := j.lines[i]
	text, isText := v.(string)
	switch a.Kind {
	case KindString:
		if !isText {
			return Fault{Line: i, Path: a.Path, Value: fmt.Sprint(v), Rule: RuleType}, true
		}
	case KindBoolean:
		if _, is := v.(bool); !is {
			return Fault{Line: i, Path: a.Path, Value: fmt.Sprint(v), Rule: RuleType}, true
		}
		return Fault{}, false
	case KindReference:
		return Fault{}, false
	}
	if a.Rule == RulePhone && !isTelURI(text) {
		country, _ := r.Get(j.country).(string)
		return Fault{Line: i, Path: a.Path, Value: text, Normal: telURI(text, country), Rule: RulePhone}, true
	}
	return Fault{}, false
}

// Unmapped gives the paths of the values of a resource that the table does not list, sorted: what Entra sends and the system does not
// take. What says of a value which one it is (its type, primary, display, $ref) is no value of its own, and active is none either: whom nobody disables has
// it without it being sent, and Entra disables by it.
func (j *Judge) Unmapped(r *scim.Resource) []string {
	var all []string
	leaves(r, func(path string) {
		if !j.listed[leafKey(path)] && !slices.Contains(all, path) {
			all = append(all, path)
		}
	})
	slices.Sort(all)
	return all
}

// leafKey is by what the paths of one value are the same, however they are written: a reference is meant by its name and by its value.
func leafKey(path string) string {
	key := strings.TrimSuffix(scim.Key(path), ".value")
	return strings.TrimSuffix(key, ".$ref")
}

// leaves calls each for the path of every value.
func leaves(r *scim.Resource, each func(path string)) {
	for name, v := range r.Attrs {
		if name == "schemas" || name == "active" {
			continue
		}
		if strings.HasPrefix(strings.ToLower(name), "urn:") {
			if m, ok := v.(map[string]any); ok {
				for sub, v := range m {
					attribute(name+":"+sub, v, each)
				}
				continue
			}
		}
		attribute(name, v, each)
	}
}

func attribute(path string, v any, each func(string)) {
	switch v := v.(type) {
	case map[string]any:
		parts(path, v, each)
	case []any:
		for _, e := range v {
			m, ok := e.(map[string]any)
			if !ok {
				each(path)
				continue
			}
			at := path
			if kind, _ := m["type"].(string); kind != "" {
				at += `[type eq "` + kind + `"]`
			}
			parts(at, m, each)
		}
	default:
		if !empty(v) {
			each(path)
		}
	}
}

// parts are the sub-attributes of a value. Those that say which one it is count only where there is nothing else.
func parts(path string, m map[string]any, each func(string)) {
	for sub, v := range m {
		switch sub {
		case "type", "primary", "display", "displayName", "$ref":
		default:
			if !empty(v) {
				each(path + "." + sub)
			}
		}
	}
}
