package target

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"scimdesk/backend/scim"
)

// Limits of a file.
const (
	SizeLimit  = 256 << 10 // bytes of a file
	idLimit    = 40        // bytes of an id
	textLimit  = 1000      // bytes of any text
	nameLimit  = 100       // bytes of a name and of a base path
	lineLimit  = 200       // lines of a mapping table
	stepLimit  = 60        // steps
	matchLimit = 10
)

// Read reads a file strictly: what the package comment does not name is a fault, and all faults are told at once. A byte order mark is let through, since
// editors on Windows put it there.
func Read(text []byte) (*Target, []string) {
	if len(text) > SizeLimit {
		return nil, []string{fmt.Sprintf("the file is larger than %d KiB", SizeLimit>>10)}
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	if !utf8.Valid(text) {
		return nil, []string{"the file is not UTF-8"}
	}
	if err := json.Unmarshal(text, new(json.RawMessage)); err != nil {
		return nil, []string{notJSON(text, err)}
	}
	t := &Target{GroupKey: GroupsByName, Steps: []string{}, Users: []Attribute{}, Groups: []Attribute{}, text: text}
	var r reader
	version := 0
	r.object("", text, []key{
		{"version", true, r.value(&version)}, {"id", true, r.value(&t.ID)}, {"name", true, r.value(&t.Name)}, {"basePath", true, r.value(&t.BasePath)},
		{"host", false, r.value(&t.Host)}, {"groupKey", false, r.value(&t.GroupKey)}, {"oneToken", false, r.value(&t.OneToken)},
		{"roles", false, r.value(&t.Roles)}, {"exact", false, r.value(&t.Exact)}, {"steps", false, r.value(&t.Steps)},
		{"users", true, r.lines(&t.Users)}, {"groups", false, r.lines(&t.Groups)},
	})
	if len(r.faults) == 0 {
		r.head(t, version)
		r.table(scim.User, "users", t.Users, "userName")
		r.table(scim.Group, "groups", t.Groups, "displayName")
	}
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	return t, nil
}

// A reader collects what is wrong with a file.
type reader struct{ faults []string }

func (r *reader) fault(format string, args ...any) {
	r.faults = append(r.faults, fmt.Sprintf(format, args...))
}

// A key is what an object may have, and how its value is read.
type key struct {
	name     string
	required bool
	read     func(at string, raw json.RawMessage)
}

// object reads an object with known keys, each at most once. at is where it stands, "" for the whole file.
func (r *reader) object(at string, raw json.RawMessage, keys []key) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		r.fault("%s must be an object", named(at, "the file"))
		return
	}
	seen := make(map[string]bool, len(keys))
	for d.More() {
		token, _ := d.Token() // the file is well-formed
		name := fmt.Sprint(token)
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			r.fault("%s can't be read: %v", below(at, name), err)
			return
		}
		i := slices.IndexFunc(keys, func(k key) bool { return k.name == name })
		switch {
		case i < 0:
			r.fault("%s is unknown", below(at, name))
		case seen[name]:
			r.fault("%s stands there twice", below(at, name))
		case string(value) == "null":
			r.fault("%s must not be null", below(at, name))
		default:
			keys[i].read(below(at, name), value)
		}
		seen[name] = true
	}
	for _, k := range keys {
		if k.required && !seen[k.name] {
			r.fault("%s is missing", below(at, k.name))
		}
	}
}

// value reads a value of one of Go's own types.
func (r *reader) value(into any) func(string, json.RawMessage) {
	return func(at string, raw json.RawMessage) {
		if json.Unmarshal(raw, into) == nil {
			return
		}
		kind := map[bool]string{true: "a list of texts", false: "a text"}
		switch into.(type) {
		case *int:
			r.fault("%s must be a whole number", at)
		case *bool:
			r.fault("%s must be true or false", at)
		case *[]string:
			r.fault("%s must be %s", at, kind[true])
		default:
			r.fault("%s must be %s", at, kind[false])
		}
	}
}

// lines reads a mapping table.
func (r *reader) lines(into *[]Attribute) func(string, json.RawMessage) {
	return func(at string, raw json.RawMessage) {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			r.fault("%s must be a list of objects", at)
			return
		}
		if len(list) > lineLimit {
			r.fault("%s has %d lines, and %d are allowed", at, len(list), lineLimit)
			return
		}
		for i, one := range list {
			a := Attribute{Kind: KindString, Apply: ApplyAlways}
			r.object(fmt.Sprintf("%s[%d]", at, i+1), one, []key{
				{"path", true, r.value(&a.Path)}, {"source", true, r.value(&a.Source)}, {"kind", false, r.value(&a.Kind)},
				{"required", false, r.value(&a.Required)}, {"match", false, r.value(&a.Match)}, {"apply", false, r.value(&a.Apply)},
				{"note", false, r.value(&a.Note)}, {"rule", false, r.value(&a.Rule)},
			})
			*into = append(*into, a)
		}
	}
}

// head looks at what is said of the target as a whole.
func (r *reader) head(t *Target, version int) {
	if version != 1 {
		r.fault("version must be 1")
	}
	if !isID(t.ID) {
		r.fault("id must be lower-case letters, digits and dashes, at most %d", idLimit)
	}
	if strings.TrimSpace(t.Name) == "" || !isText(t.Name, nameLimit) {
		r.fault("name must be a text of at most %d bytes on one line", nameLimit)
	}
	if path, ok := basePath(t.BasePath); ok {
		t.BasePath = path
	} else {
		r.fault("basePath must be a path such as /scim/v1: one to four parts of letters, digits, dots, dashes and underscores, none the name of a SCIM endpoint")
	}
	if !isText(t.Host, textLimit) {
		r.fault("host must be a text of at most %d bytes on one line", textLimit)
	}
	r.choice("groupKey", t.GroupKey, GroupsByName, GroupsByExternal)
	if len(t.Steps) > stepLimit {
		r.fault("steps has %d codes, and %d are allowed", len(t.Steps), stepLimit)
	}
	seen := map[string]bool{}
	for i, s := range t.Steps {
		at := fmt.Sprintf("steps[%d]", i+1)
		r.choice(at, s, Steps()...)
		if seen[s] {
			r.fault("%s: %q stands there twice", at, s)
		}
		seen[s] = true
	}
}

// table looks at the lines of a mapping table. What people and groups are called can't be left out of it.
func (r *reader) table(kind *scim.ResourceType, at string, lines []Attribute, always string) {
	seen, matches := map[string]bool{}, map[int]bool{}
	for i := range lines {
		a, at := &lines[i], fmt.Sprintf("%s[%d]", at, i+1)
		r.line(kind, at, a)
		if same := scim.Key(a.Path); seen[same] {
			r.fault("%s.path: %q stands there twice", at, a.Path)
		} else {
			seen[same] = true
		}
		if a.Match > 0 && matches[a.Match] {
			r.fault("%s.match: %d stands there twice", at, a.Match)
		}
		matches[a.Match] = true
	}
	if len(lines) > 0 && !seen[scim.Key(always)] {
		r.fault("%s must have a line for %s", at, always)
	}
	if len(lines) > 0 && !matches[1] {
		r.fault("%s must have a line with match 1", at)
	}
	if len(lines) == 0 && kind == scim.User {
		r.fault("%s must not be empty", at)
	}
}

func (r *reader) line(kind *scim.ResourceType, at string, a *Attribute) {
	path, err := scim.ParsePath(kind, a.Path)
	switch {
	case !isText(a.Path, textLimit) || err != nil:
		r.fault("%s.path must be the path of one attribute, such as emails[type eq \"work\"].value", at)
	case !reachable(kind, path):
		r.fault("%s.path: %s is the server's own or names no single value", at, a.Path)
	default:
		a.Path = path.String()
	}
	if strings.TrimSpace(a.Source) == "" || !isText(a.Source, textLimit) {
		r.fault("%s.source must be a text of at most %d bytes on one line", at, textLimit)
	}
	r.choice(at+".kind", a.Kind, KindString, KindBoolean, KindReference)
	r.choice(at+".apply", a.Apply, ApplyAlways, ApplyOnce)
	r.choice(at+".rule", a.Rule, "", RulePhone)
	r.choice(at+".note", a.Note, append([]string{""}, Notes()...)...)
	if a.Match < 0 || a.Match > matchLimit {
		r.fault("%s.match must be a whole number from 0 to %d", at, matchLimit)
	}
	if a.Rule == RulePhone && a.Kind != KindString {
		r.fault("%s.rule needs the kind string", at)
	}
}

// reachable tells that a client may write a path, and that it names one value of a resource.
func reachable(kind *scim.ResourceType, p scim.Path) bool {
	switch scim.Key(p.Attr) {
	case "", "id", "meta", "schemas", "password":
		return false
	case "groups":
		return kind != scim.User
	}
	return true
}

func (r *reader) choice(at, value string, of ...string) {
	if slices.Contains(of, value) {
		return
	}
	var said []string
	for _, one := range of {
		if one == "" {
			one = "nothing"
		}
		said = append(said, one)
	}
	r.fault("%s: %q is unknown: known are %s", at, short(value), strings.Join(said, ", "))
}

func short(text string) string {
	if len(text) <= nameLimit {
		return text
	}
	return strings.ToValidUTF8(text[:nameLimit], "") + "…"
}

func below(at, name string) string {
	if at == "" {
		return short(name)
	}
	return at + "." + short(name)
}

func named(at, whole string) string {
	if at == "" {
		return whole
	}
	return at
}

func isID(id string) bool {
	return id != "" && len(id) <= idLimit && !strings.ContainsFunc(id, func(c rune) bool {
		return !(c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z')
	})
}

// isText tells that a text is short and on one line.
func isText(text string, limit int) bool {
	return len(text) <= limit && !strings.ContainsFunc(text, unicode.IsControl)
}

// basePath brings a base path into the form that the server spells.
func basePath(path string) (string, bool) {
	parts := strings.FieldsFunc(path, func(c rune) bool { return c == '/' })
	if !strings.HasPrefix(path, "/") || len(path) > nameLimit || len(parts) < 1 || len(parts) > 4 {
		return "", false
	}
	for _, part := range parts {
		if part == "." || part == ".." || strings.ContainsFunc(part, func(c rune) bool {
			return !(c == '-' || c == '_' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z')
		}) {
			return "", false
		}
		switch strings.ToLower(part) {
		case "users", "groups", "schemas", "resourcetypes", "serviceproviderconfig", "bulk", "me", ".search", "oauth", "healthz":
			return "", false
		}
	}
	return "/" + strings.Join(parts, "/"), true
}

func notJSON(text []byte, err error) string {
	if broken, ok := err.(*json.SyntaxError); ok { //nolint:errorlint // Unmarshal gives it as it is
		return fmt.Sprintf("line %d is no JSON: %v", 1+bytes.Count(text[:min(int(broken.Offset), len(text))], []byte("\n")), broken)
	}
	return "the file is no JSON: " + err.Error()
}
