package forecast

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"scimdesk/backend/scim"
)

// Mapping is a line of the mapping table in Entra: where a value comes from, and where it goes.
type Mapping struct {
	Source string // a property of Entra's, or an expression
	Path   string // a SCIM path
	Match  int    // matching precedence, 1 the first; 0 for none
	Once   bool   // applied only when the person is created
}

// joinSource is Join(" ", [a], [b]), the one expression of the default mappings that makes a text.
var joinSource = regexp.MustCompile(`^Join\("(.*?)",\s*(\[\w+\](?:,\s*\[\w+\])*)\)$`)

var bracketed = regexp.MustCompile(`\[(\w+)\]`)

// A line is a Mapping made ready.
type line struct {
	Mapping
	path      scim.Path
	active    bool
	known     bool     // the file has what it takes
	from      []string // properties, several of a Join
	separator string
}

// activePath is the attribute that says whether somebody is enabled.
const activePath = "active"

// lines makes a mapping ready for a file. Entra disables people by active also where the table has no line for it. Unknown are the paths whose
// values the file does not tell. References are left out: Entra writes them behind the rest.
func lines(kind *scim.ResourceType, mapping []Mapping, e *Export) (ready []line, unknown []string, err error) {
	if kind == scim.User && !slices.ContainsFunc(mapping, func(m Mapping) bool { return m.Path == activePath }) {
		mapping = append(slices.Clip(mapping), Mapping{Path: activePath})
	}
	for _, m := range mapping {
		path, err := scim.ParsePath(kind, m.Path)
		if err != nil {
			return nil, nil, fmt.Errorf("mapping of %s: %w", m.Path, err)
		}
		l := line{Mapping: m, path: path}
		switch join := joinSource.FindStringSubmatch(m.Source); {
		case m.Path == activePath:
			l.active, l.known = true, e.Has("accountEnabled")
		case join != nil:
			l.separator, l.known = join[1], true
			for _, b := range bracketed.FindAllStringSubmatch(join[2], -1) {
				l.from = append(l.from, b[1])
				l.known = l.known && e.Has(b[1])
			}
		default:
			l.from, l.known = []string{m.Source}, e.Has(m.Source)
		}
		if !l.known {
			unknown = append(unknown, m.Path)
		}
		ready = append(ready, l)
	}
	return ready, unknown, nil
}

// value is what Entra would send, "" for nothing.
func (l line) value(u User) string {
	if len(l.from) == 1 {
		return sent(l.from[0], u.Get(l.from[0]))
	}
	var parts []string
	for _, property := range l.from {
		if v := u.Get(property); v != "" {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, l.separator)
}

// sent is a property as Entra sends it: of a guest's userPrincipalName, #EXT# is taken out (Microsoft, "How application provisioning works").
func sent(property, value string) string {
	if property == "userPrincipalName" {
		return strings.Replace(value, "#EXT#", "", 1)
	}
	return value
}
