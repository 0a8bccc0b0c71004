package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// list answers GET /Users and GET /Groups: all of them, or those a filter matches. A filter is never ignored, and one
// that matches nobody is 200 with an empty list: Entra's Test Connection and every match stand on that.
func (c *call) list(t *scim.ResourceType) (answer, error) {
	p, err := c.reading("list", t)
	if err != nil {
		return answer{}, err
	}
	q := store.Query{With: with(t, p), Probe: c.who.Check}
	if q.StartIndex, err = c.query.number("startIndex", 1); err != nil {
		return answer{}, err
	}
	if q.Count, err = c.query.number("count", defaultCount); err != nil {
		return answer{}, err
	}
	q.StartIndex, q.Count = max(q.StartIndex, 1), max(q.Count, 0)
	if text, ok := c.query["filter"]; ok {
		c.activity.Action = "match"
		if q.Filter, err = scim.ParseFilter(t, text); err != nil {
			return answer{}, err
		}
		c.activity.Name = matched(q.Filter)
	}
	page, err := c.store.List(c.request.Context(), t, q)
	if err != nil {
		return answer{}, err
	}
	if c.activity.Action == "match" {
		c.noteMatch(q.Filter, page)
	}
	rendered, size := make([][]byte, 0, len(page.Records)), 0
	for _, r := range page.Records {
		if size > maxAnswer {
			break // the client asks on from where the page ends
		}
		one, err := scim.Render(t, r.Doc, r.Meta(), c.base, p)
		if err != nil {
			return answer{}, err
		}
		rendered, size = append(rendered, one), size+len(one)
	}
	return answer{status: http.StatusOK, body: scim.RenderList(page.Total, page.StartIndex, rendered)}, nil
}

// noteMatch tells the record whom a match found. One that found nobody under a random GUID is Entra's connection test.
func (c *call) noteMatch(f *scim.Filter, page store.Page) {
	switch {
	case page.Total == 0 && isProbe(f):
		c.activity.Action = "test"
	case page.Total == 1 && len(page.Records) == 1:
		c.note(page.Records[0])
	}
}

func (c *call) create(t *scim.ResourceType) (answer, error) {
	p, body, err := c.writing("create", t)
	if err != nil {
		return answer{}, err
	}
	if c.who.Check && t == scim.Group {
		return answer{}, &scim.Error{Kind: scim.NotFound, Detail: "A self-check makes no groups"}
	}
	res, err := scim.ParseResource(t, body)
	if err != nil {
		return answer{}, err
	}
	c.activity.Name = name(res)
	cause, out := c.cause(func(r store.Record) (answer, error) {
		return c.answerWith(http.StatusCreated, r, p)
	})
	if _, err := c.store.Create(c.request.Context(), cause, res, with(t, p)); err != nil {
		return answer{}, err
	}
	return *out, nil
}

func (c *call) read(t *scim.ResourceType) (answer, error) {
	p, err := c.reading("read", t)
	if err != nil {
		return answer{}, err
	}
	r, err := c.get(t, with(t, p))
	if err != nil {
		return answer{}, err
	}
	if match := c.request.Header.Get("If-None-Match"); match != "" && scim.MatchETag(match, r.Version) {
		c.note(r)
		return answer{status: http.StatusNotModified, header: http.Header{"Etag": {scim.ETag(r.Version)}}}, nil
	}
	return c.answerWith(http.StatusOK, r, p)
}

// get gives the resource that the path names. A self-check meets its own probes alone.
func (c *call) get(t *scim.ResourceType, w store.With) (store.Record, error) {
	if c.who.Check {
		return c.store.GetProbe(c.request.Context(), t, c.id())
	}
	return c.store.Get(c.request.Context(), t, c.id(), w)
}

// replace answers PUT (RFC 7644 section 3.5.1): what the body does not have is cleared, except a Group's members and a
// person's active, which only change when they are named: leaving them out must not empty a group or let somebody in again.
func (c *call) replace(t *scim.ResourceType) (answer, error) {
	p, body, err := c.writing("update", t)
	if err != nil {
		return answer{}, err
	}
	res, err := scim.ParseReplacement(t, body)
	if err != nil {
		return answer{}, err
	}
	edit := store.Edit{With: with(t, p), Apply: func(now *scim.Resource) error {
		now.ReplaceWith(res)
		return nil
	}}
	if res.Members != nil {
		edit.Members = []scim.MemberOp{{Kind: scim.ReplaceMembers, Members: res.Members}}
	}
	return c.update(t, edit, func(r store.Record) (answer, error) { return c.answerWith(http.StatusOK, r, p) })
}

// patch answers PATCH: 200 with the person, 204 for a group unless the client asked for attributes, since Entra wants no list
// of members back.
func (c *call) patch(t *scim.ResourceType) (answer, error) {
	p, body, err := c.writing("update", t)
	if err != nil {
		return answer{}, err
	}
	patch, err := scim.ParsePatch(t, body)
	if err != nil {
		return answer{}, err
	}
	edit := store.Edit{Members: patch.Members()}
	quiet := t == scim.Group && c.query["attributes"] == ""
	if patch.TouchesDocument() || !quiet {
		edit.Apply = patch.Apply
	}
	if !quiet {
		edit.With = with(t, p)
	}
	if !patch.TouchesDocument() && len(edit.Members) > 0 {
		c.activity.Action = "members"
	}
	return c.update(t, edit, func(r store.Record) (answer, error) {
		if quiet {
			c.note(r)
			return answer{status: http.StatusNoContent, header: http.Header{"Etag": {scim.ETag(r.Version)}}}, nil
		}
		return c.answerWith(http.StatusOK, r, p)
	})
}

func (c *call) update(t *scim.ResourceType, edit store.Edit, finish func(store.Record) (answer, error)) (answer, error) {
	version, err := c.ifMatch(t)
	if err != nil {
		return answer{}, err
	}
	cause, out := c.cause(func(r store.Record) (answer, error) {
		if r.Action == "disabled" || r.Action == "enabled" {
			c.activity.Action = strings.TrimSuffix(r.Action, "d")
		}
		return finish(r)
	})
	if _, err := c.store.Update(c.request.Context(), cause, t, c.id(), version, edit); err != nil {
		return answer{}, err
	}
	return *out, nil
}

func (c *call) remove(t *scim.ResourceType) (answer, error) {
	c.about("delete", t)
	version, err := c.ifMatch(t)
	if err != nil {
		return answer{}, err
	}
	cause, out := c.cause(func(r store.Record) (answer, error) {
		c.note(r)
		return answer{status: http.StatusNoContent}, nil
	})
	if err := c.store.Delete(c.request.Context(), cause, t, c.id(), version); err != nil {
		return answer{}, err
	}
	return *out, nil
}

// answerWith is a resource as an answer, with its location and entity tag.
func (c *call) answerWith(status int, r store.Record, p *scim.Projection) (answer, error) {
	c.note(r)
	body, err := scim.Render(r.Type, r.Doc, r.Meta(), c.base, p)
	if err != nil {
		return answer{}, err
	}
	return answer{status: status, body: body, header: http.Header{
		"Location": {c.base + "/" + r.Type.Endpoint + "/" + r.ID},
		"Etag":     {scim.ETag(r.Version)},
	}}, nil
}

// note puts whom the request was about into its record.
func (c *call) note(r store.Record) {
	c.activity.ResourceID = r.ID
	if r.Name != "" {
		c.activity.Name = r.Name
	}
}

// about begins the record: what is asked for, of whom.
func (c *call) about(action string, t *scim.ResourceType) {
	c.activity.Action, c.activity.ResourceType, c.activity.ResourceID = action, t.Name, c.id()
}

func (c *call) id() string { return chi.URLParam(c.request, "id") }

// reading is how every request for resources begins: with the attributes that its answer shall have.
func (c *call) reading(action string, t *scim.ResourceType) (*scim.Projection, error) {
	c.about(action, t)
	return scim.ParseProjection(t, c.query["attributes"], c.query["excludedattributes"])
}

// writing is reading with the body.
func (c *call) writing(action string, t *scim.ResourceType) (*scim.Projection, []byte, error) {
	p, err := c.reading(action, t)
	if err != nil {
		return nil, nil, err
	}
	body, err := c.body()
	return p, body, err
}

func with(t *scim.ResourceType, p *scim.Projection) store.With {
	return store.With{
		Groups:  t == scim.User && p.Wants("groups"),
		Members: t == scim.Group && p.Wants("members"),
	}
}

// body is the request's body after a look at what it says it is. Entra says application/scim+json, tools say
// application/json, some say nothing.
func (c *call) body() ([]byte, error) {
	if kind := c.request.Header.Get("Content-Type"); kind != "" {
		media, params, err := mime.ParseMediaType(kind)
		charset := params["charset"]
		if err != nil || (media != scim.MediaType && media != "application/json") || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
			return nil, &scim.Error{Kind: scim.UnsupportedMedia, Detail: fmt.Sprintf("The body must be %s or application/json in UTF-8, not %q", scim.MediaType, shorten(kind))}
		}
	}
	if coding := c.request.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, &scim.Error{Kind: scim.UnsupportedMedia, Detail: fmt.Sprintf("The body must be sent without compression, not as %q", shorten(coding))}
	}
	c.activity.Request = c.masked(redact(c.sent))
	return c.sent, nil
}

// readBody takes the whole body before anything is done with the request.
func (c *call) readBody() error {
	if c.request.Method == http.MethodGet || c.request.ContentLength == 0 {
		return nil
	}
	defer readWithin(c.request.Context(), c.writer)()
	var err error
	c.sent, err = io.ReadAll(http.MaxBytesReader(innermost(c.writer), c.request.Body, c.maxBody))
	if err == nil {
		return nil
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return err
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return context.DeadlineExceeded
	}
	if c.request.Context().Err() != nil {
		return context.Canceled
	}
	return &scim.Error{Kind: scim.InvalidSyntax, Detail: "The body could not be read to its end", Err: err}
}

// readWithin has reading a body end with the time of its request: a server behind a tunnel has no time-out of its own for that. Once it is
// read, done takes the limit away, or it would look like the client's going. Without a connection there is none to set, and nobody waits.
func readWithin(ctx context.Context, w http.ResponseWriter) (done func()) {
	control := http.NewResponseController(w)
	if until, ok := ctx.Deadline(); ok {
		_ = control.SetReadDeadline(until)
	}
	return func() { _ = control.SetReadDeadline(time.Time{}) }
}

// innermost is net/http's own writer, which closes the connection behind a body that is too large.
func innermost(w http.ResponseWriter) http.ResponseWriter {
	for {
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return w
		}
		w = u.Unwrap()
	}
}

// masked is a body as the activity keeps it.
func (c *call) masked(body []byte) []byte {
	if text := string(body); c.mask(text) != text {
		return []byte(c.mask(text))
	}
	return body
}

// ifMatch is the version that If-Match asks for (RFC 7644 section 3.14), 0 for any.
func (c *call) ifMatch(t *scim.ResourceType) (int64, error) {
	text := strings.TrimSpace(c.request.Header.Get("If-Match"))
	if text == "" || text == "*" {
		return 0, nil
	}
	if strings.Contains(text, ",") { // a list: the version at hand must be one of it
		r, err := c.get(t, store.With{})
		if err != nil {
			return 0, err
		}
		if scim.MatchETag(text, r.Version) {
			return r.Version, nil
		}
	}
	version, ok := scim.ParseETag(text)
	if !ok {
		return 0, &scim.Error{Kind: scim.PreconditionFailed, Detail: fmt.Sprintf("If-Match %s names no version of this resource", shorten(text))}
	}
	return version, nil
}
