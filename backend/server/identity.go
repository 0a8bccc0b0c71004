package server

import (
	"cmp"

	"github.com/google/uuid"

	"scimdesk/backend/scim"
)

// name is how a person or group is called in the list of requests.
func name(r *scim.Resource) string { return cmp.Or(r.DisplayName(), r.UserName()) }

// matched is the value that a match asks for: the one of its first comparison for equality.
func matched(f *scim.Filter) string {
	var find func(scim.Expr) string
	find = func(e scim.Expr) string {
		switch e := e.(type) {
		case scim.And:
			return cmp.Or(find(e.Left), find(e.Right))
		case scim.Compare:
			if s, ok := e.Value.(string); ok && e.Op == "eq" && !isPassword(e.Path.Attr) {
				return s
			}
		}
		return ""
	}
	return find(f.Root)
}

// isProbe knows the filter of Entra's connection test: a matching attribute, not our own id, equal to a random GUID.
func isProbe(f *scim.Filter) bool {
	c, ok := f.Root.(scim.Compare)
	if !ok || c.Op != "eq" || c.Path.Attr == "id" {
		return false
	}
	s, ok := c.Value.(string)
	return ok && len(s) == 36 && uuid.Validate(s) == nil
}
