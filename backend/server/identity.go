package server

import (
	"cmp"
	"mime"
	"net/http"
	"strings"

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

// unlike tells what about a request is not as Entra sends it, for the activity alone: nothing is ever refused for it, since the habits
// are none that anybody promised.
//
//   - userAgent: Entra sends no User-Agent (observed in many servers' logs; not published).
//   - header: Entra sends ADSCIMVersion with what it provisions (observed since 2019, other servers know Entra by it; its value has
//     changed), which a connection test was not seen to have; and bodies are application/scim+json (published).
func (c *call) unlike() string {
	var marks []string
	h := c.request.Header
	if h.Get("User-Agent") != "" {
		marks = append(marks, "userAgent")
	}
	probing := c.activity.Action == "test" || c.activity.Action == "discovery"
	if h.Get("ADSCIMVersion") == "" && !probing || !isOwnMedia(c.request) {
		marks = append(marks, "header")
	}
	return strings.Join(marks, ",")
}

func isOwnMedia(r *http.Request) bool {
	if r.ContentLength == 0 {
		return true
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && media == scim.MediaType
}
