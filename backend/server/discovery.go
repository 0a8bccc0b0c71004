package server

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"scimdesk/backend/scim"
)

// The discovery endpoints (RFC 7644 section 4). They need the bearer like everything else: a stranger learns nothing.

func (c *call) config() (answer, error) {
	return c.discovery(scim.ServiceProviderConfig(c.base), true)
}

// root answers the bare base path, which some admins paste into a browser and some tools try first.
func (c *call) root() (answer, error) {
	return c.discovery(scim.ServiceProviderConfig(c.base), true)
}

func (c *call) resourceTypes() (answer, error) {
	return c.discovery(scim.ResourceTypes(c.base), true)
}

func (c *call) resourceType() (answer, error) {
	return c.discovery(scim.ResourceTypeByName(c.base, c.id()))
}

func (c *call) schemas() (answer, error) { return c.discovery(scim.Schemas(c.base), true) }

func (c *call) schema() (answer, error) { return c.discovery(scim.SchemaByID(c.base, c.id())) }

// discovery refuses a filter, as RFC 7644 section 4 asks: an answer that ignored it would mislead.
func (c *call) discovery(body []byte, found bool) (answer, error) {
	c.activity.Action = "discovery"
	if c.query["filter"] != "" {
		return answer{}, &scim.Error{Kind: scim.InvalidFilter, Detail: "This endpoint can't be filtered"}
	}
	if !found {
		return answer{}, &scim.Error{Kind: scim.NotFound, Detail: "There is no such schema or resource type: " + shorten(c.id())}
	}
	return answer{status: http.StatusOK, body: body}, nil
}

func (c *call) unknownPath() (answer, error) {
	return answer{}, &scim.Error{Kind: scim.NotFound, Detail: "There is no endpoint " + shorten(c.request.URL.Path) + "; SCIM has /Users, /Groups, /Schemas, /ResourceTypes and /ServiceProviderConfig"}
}

func (c *call) wrongMethod() (answer, error) {
	return answer{}, &scim.Error{Kind: scim.MethodNotAllowed, Detail: c.activity.Method + " is not possible on " + shorten(c.request.URL.Path) + "; " + c.allowed() + " are"}
}

// allowed lists the methods of the request's path.
func (c *call) allowed() string {
	routes := chi.RouteContext(c.request.Context()).Routes
	var can []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if routes.Match(chi.NewRouteContext(), m, c.request.URL.Path) {
			can = append(can, m)
		}
	}
	return strings.Join(can, ", ")
}

func notImplemented(what string) func(*call) (answer, error) {
	return func(*call) (answer, error) {
		return answer{}, &scim.Error{Kind: scim.NotImplemented, Detail: what + " is not offered here"}
	}
}
