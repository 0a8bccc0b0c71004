package entra

import (
	"context"
	"net/http"
)

// What a probe person is called, so that whoever sees one left behind knows what it is.
const (
	probeName  = "ScimDesk self-check"
	probeLater = "ScimDesk self-check, renamed"
)

// userName is one that nobody can have: random, under a domain that is never given out (RFC 2606).
func (c *check) userName() string { return "self-check-" + c.mark + "@scimdesk-check.example" }

// create makes the probe person, with what Entra sends for anybody.
func (c *check) create(ctx context.Context, s *CheckStep) *finding {
	c.maybe = true
	r, f := c.write(ctx, s, http.MethodPost, "/Users", object{
		{"schemas", []string{coreUser, enterpriseUser}},
		{"externalId", "self-check-" + c.mark},
		{"userName", c.userName()},
		{"active", true},
		{"displayName", probeName},
		{"emails", []any{object{{"primary", true}, {"type", "work"}, {"value", c.userName()}}}},
		{"name", object{{"familyName", "self-check"}, {"givenName", "ScimDesk"}}},
	})
	if f != nil {
		return f
	}
	if c.id = text(r.object, "id"); c.id == "" || r.status != http.StatusCreated {
		return failed(AtApp, "CHECK_ANSWER", "status %d instead of 201, or a person without an id", r.status)
	}
	return nil
}

// rename and disable send one attribute each, as the legacy dialect has it.
func (c *check) rename(ctx context.Context, s *CheckStep) *finding {
	_, f := c.write(ctx, s, http.MethodPatch, userPath(c.id), patch(operation("Replace", "displayName", probeLater)))
	return f
}

func (c *check) disable(ctx context.Context, s *CheckStep) *finding {
	_, f := c.write(ctx, s, http.MethodPatch, userPath(c.id), patch(operation("Replace", "active", "False")))
	return f
}

// write sends a body that must be accepted.
func (c *check) write(ctx context.Context, s *CheckStep, method, path string, body object) (*reply, *finding) {
	r, f := c.send(ctx, method, path, "", body)
	if r != nil {
		s.fact("status", "%d", r.status)
	}
	if f == nil && (r.status < 200 || r.status > 299) {
		f = unwell(r)
	}
	return r, f
}

// read tells whether all of it was kept.
func (c *check) read(ctx context.Context, s *CheckStep) *finding {
	r, f := c.write(ctx, s, http.MethodGet, userPath(c.id), nil)
	if f != nil {
		return f
	}
	if name := text(r.object, "displayName"); name != probeLater {
		return failed(AtApp, "CHECK_LOST", "displayName is %q after it was changed to %q", name, probeLater)
	}
	if active, ok := lookup(r.object, "active").(bool); !ok || active {
		return failed(AtApp, "CHECK_LOST", "active is %v after it was changed to false", lookup(r.object, "active"))
	}
	return nil
}

// remove takes the probe person away, and looks whether they are gone. Where creating was never answered it looks first whether there is one.
func (c *check) remove(ctx context.Context, s *CheckStep) *finding {
	if c.id == "" {
		if f := c.find(ctx); f != nil || c.id == "" {
			return left(f)
		}
	}
	r, f := c.send(ctx, http.MethodDelete, userPath(c.id), "", nil)
	if f == nil && r.status != http.StatusNoContent && !r.gone() {
		f = unwell(r)
	}
	if f != nil {
		return left(f)
	}
	s.fact("status", "%d", r.status)
	if r, f = c.send(ctx, http.MethodGet, userPath(c.id), "", nil); f == nil && !r.gone() {
		f = failed(AtApp, "CHECK_LEFT", "status %d for the probe person after they were deleted", r.status)
	}
	return f
}

// find looks for the probe person by their name.
func (c *check) find(ctx context.Context) *finding {
	r, f := c.send(ctx, http.MethodGet, "/Users", "filter="+equals("userName", c.userName()), nil)
	if f == nil && r.status != http.StatusOK {
		f = unwell(r)
	}
	if f != nil {
		return f
	}
	for _, found := range objects(r.object, "Resources") {
		if sameName(text(found, "userName"), c.userName()) { // whatever else a server answers with is not ours to delete
			c.id = text(found, "id")
		}
	}
	return nil
}

// left says that the probe person may still be there, and why.
func left(f *finding) *finding {
	if f == nil {
		return nil
	}
	f.detail = f.code + ": " + f.detail
	f.code = "CHECK_LEFT"
	return f
}
