package entra

import (
	"fmt"
	"strings"
)

// Dialect says how changes are written. Entra has two ways, switched by a flag in the tenant's URL, and one tenant can
// send both, because provisioning on demand does not know the flag.
type Dialect string

// The dialects.
const (
	// Legacy is Entra without the flag, the default for applications outside the gallery: Add, Replace and Remove with a
	// capital, one operation with a path for each attribute, booleans as the strings "True" and "False", and members
	// removed by a value array.
	Legacy Dialect = "legacy"
	// Flagged is Entra with aadOptscim062020 in the URL: lower case, real booleans, members removed by a filtered path,
	// and several attributes folded into one operation without a path.
	Flagged Dialect = "flagged"
	// Mixed alternates between the two from one request to the next and also uses every shape ever seen for a manager,
	// the checks of references that the older engine makes, and the variants found in Microsoft's own samples.
	Mixed Dialect = "mixed"
)

// ParseDialect reads legacy, flagged or mixed, ignoring case. The error names the choices.
func ParseDialect(s string) (Dialect, error) {
	switch d := Dialect(strings.ToLower(strings.TrimSpace(s))); d {
	case Legacy, Flagged, Mixed:
		return d, nil
	default:
		return "", fmt.Errorf("dialect %q is unknown: choose %s, %s or %s", s, Legacy, Flagged, Mixed)
	}
}

const (
	coreUser       = "urn:ietf:params:scim:schemas:core:2.0:User"
	coreGroup      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseUser = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	adscimGroup    = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
	patchOp        = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	listResponse   = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	managerPath    = enterpriseUser + ":manager"
)

// change is one attribute that the target should hold another value of. The value is a string, or a bool for active.
type change struct {
	path  string
	empty bool // the target holds nothing there yet, so it is an addition
	value any
}

// style is how one PATCH is written. In the mixed dialect turn differs from one PATCH of an object to the next.
type style struct {
	flagged bool
	mixed   bool
	turn    int
}

func (d Dialect) style(turn int) style {
	switch d {
	case Flagged:
		return style{flagged: true}
	case Mixed:
		return style{flagged: turn%2 == 1, mixed: true, turn: turn}
	default:
		return style{}
	}
}

// op is a verb in the casing of the style.
func (s style) op(verb string) string {
	if s.flagged {
		return strings.ToLower(verb)
	}
	return verb
}

func operation(op, path string, value any) object {
	return object{{"op", op}, {"path", path}, {"value", value}}
}

func patch(operations ...any) object {
	return object{{"schemas", []string{patchOp}}, {"Operations", operations}}
}

func verb(empty bool) string {
	if empty {
		return "Add"
	}
	return "Replace"
}

// attributes writes changes of attributes, in the order given.
func (s style) attributes(changes []change) object {
	if s.flagged {
		return patch(s.folded(changes)...)
	}
	operations := make([]any, 0, len(changes))
	for _, c := range changes {
		value := c.value
		if b, ok := value.(bool); ok && !(s.mixed && s.turn%4 == 2) { // the documented "disable user" sample has a bool
			value = "False"
			if b {
				value = "True"
			}
		}
		operations = append(operations, operation(verb(c.empty), c.path, value))
	}
	return patch(operations...)
}

// folded keeps filtered paths as operations of their own and puts the rest into one without a path, with flat keys. One
// addition alone, and active alone, keep their path.
func (s style) folded(changes []change) []any {
	var operations []any
	var rest []change
	for _, c := range changes {
		if strings.Contains(c.path, "[") {
			operations = append(operations, operation(s.op(verb(c.empty)), c.path, c.value))
		} else {
			rest = append(rest, c)
		}
	}
	if len(rest) == 0 {
		return operations
	}
	if len(rest) == 1 && (rest[0].empty || rest[0].path == "active") {
		return append(operations, operation(s.op(verb(rest[0].empty)), rest[0].path, rest[0].value))
	}
	value, additions := make(object, 0, len(rest)), true
	for _, c := range rest {
		value = append(value, field{c.path, c.value})
		additions = additions && c.empty
	}
	op := "replace"
	if s.mixed && additions {
		op = "add"
	}
	return append(operations, object{{"op", op}, {"value", value}})
}

// manager writes who a person reports to; an empty id takes the manager away. had says that the target holds one
// already, and location is the manager's address.
func (s style) manager(id, location string, had bool) object {
	switch {
	case s.mixed && id != "":
		return patch([]any{
			operation("Add", "manager", []any{object{{"$ref", location}, {"value", id}}}),
			operation("Add", managerPath, id),
			operation("replace", managerPath, object{{"value", id}}),
			operation("add", managerPath, object{{"value", id}}),
		}[s.turn%4])
	case s.mixed:
		return patch([]any{
			operation("replace", managerPath, ""),
			operation("replace", managerPath, object{{"value", ""}}),
			object{{"op", "Remove"}, {"path", managerPath}},
		}[s.turn%3])
	case s.flagged && id == "":
		return patch(operation("replace", managerPath, object{{"value", ""}}))
	case s.flagged:
		return patch(operation(s.op(verb(!had)), managerPath, object{{"value", id}}))
	case id == "":
		return patch(object{{"op", "Remove"}, {"path", managerPath}})
	default:
		return patch(operation(verb(!had), managerPath, id))
	}
}

// addMember and removeMember write one member, which is how Entra has been seen to fill and empty groups.
func (s style) addMember(id string) object {
	return patch(operation(s.op("Add"), "members", []any{object{{"$ref", nil}, {"value", id}}}))
}

func (s style) removeMember(id string) object {
	if s.flagged {
		return patch(object{{"op", "remove"}, {"path", `members[value eq "` + quoted(id) + `"]`}})
	}
	return patch(operation("Remove", "members", []any{object{{"$ref", nil}, {"value", id}}}))
}

// checks says whether this write of a reference is preceded by the query of the older engine that asks for it.
func (s style) checks() bool { return s.mixed && s.turn%5 == 0 }

// quoted escapes a string for use between the quotes of a filter, as JSON does (RFC 7644 section 3.4.2.2).
func quoted(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s)
}
