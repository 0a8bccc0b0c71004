package scim

import (
	"strings"
)

// Everything in this file undoes a habit of Microsoft Entra ID's provisioning service, of its validators or of the
// samples in Microsoft's documentation. Behind it only canonical forms are seen.

// malformedEnterpriseURN stands in the schemas of a create request in Microsoft's documentation: a colon is missing.
const malformedEnterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0User"

// managerAlias tells whether a name without a URN means an attribute of the enterprise extension: Entra writes
// "manager" alone, as a path, a key and in filters.
func (t *ResourceType) managerAlias(name string) bool {
	return t == User && sameName(name, "manager")
}

// boolText reads the booleans that Entra sends as text, "True" and "False".
func boolText(s string) (value, ok bool) {
	switch {
	case strings.EqualFold(s, "true"):
		return true, true
	case strings.EqualFold(s, "false"):
		return false, true
	}
	return false, false
}

// opName reads an operation's name; Entra writes Add, Replace and Remove.
func opName(s string) (opKind, bool) {
	switch {
	case strings.EqualFold(s, "add"):
		return opAdd, true
	case strings.EqualFold(s, "replace"):
		return opReplace, true
	case strings.EqualFold(s, "remove"):
		return opRemove, true
	}
	return 0, false
}

// unpackRole undoes roles whose value is a JSON object in a string, which is how Entra patches app role assignments:
// {"value":"{\"id\":\"…\",\"value\":\"admin\",\"displayName\":\"Admin\"}"}. What stood beside the string is kept
// where the object does not say otherwise. Text that is no JSON object is an ordinary value.
func unpackRole(element object) object {
	v, _ := element.get("value")
	inner, ok := jsonObject(v)
	if !ok {
		return element
	}
	display, _ := inner.get("display")
	role := make(object, 0, len(inner)+len(element))
	for _, f := range inner {
		if f.value == nil {
			continue
		}
		if display == nil && sameName(f.name, "displayName") {
			f.name = "display"
		}
		role = append(role, f)
	}
	for _, f := range element {
		if _, ok := role.get(f.name); !ok && !sameName(f.name, "value") {
			role = append(role, f)
		}
	}
	return role
}

// jsonObject reads a string that holds a JSON object.
func jsonObject(v any) (object, bool) {
	s, ok := v.(string)
	if !ok || !strings.HasPrefix(strings.TrimLeft(s, " \t\r\n"), "{") {
		return nil, false
	}
	inner, err := decode([]byte(s))
	if err != nil {
		return nil, false
	}
	o, ok := inner.(object)
	return o, ok
}
