package server

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// answer is what a handler decided to send.
type answer struct {
	status int
	header http.Header // nil where there is none beside the usual
	body   []byte      // SCIM JSON; empty with 204 and 304
}

// call is one request on its way: what a handler needs, and the record that it annotates.
type call struct {
	*server
	request  *http.Request
	writer   http.ResponseWriter
	query    query
	base     string // absolute URL of the base path, without a slash at its end
	activity *store.Activity
	who      Caller // once accepted is set
	accepted bool   // the credential is
	parting  bool   // the connection ends with the answer
	arrived  time.Time
	sent     []byte // the body
	stored   bool   // the activity row was written in the write's own transaction
}

// record is the outermost step: it stamps the request, guards against panics, checks the bearer and writes the answer. A
// write's activity row is in the write's own transaction by then; that of anything else is handed to the store's log,
// which never blocks. A self-check's requests have none: the check's report is their record.
func (s *server) record(handle func(*call) (answer, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		came, _ := r.Context().Value(arrivalKey{}).(arrival)
		ctx, cancel := context.WithTimeout(r.Context(), handleTimeout)
		defer cancel()
		c := s.call(w, r.WithContext(ctx), came)
		a := c.run(handle)
		if !c.stored {
			c.annotate(a)
			c.keep()
		}
		c.send(a)
	}
}

// call is a request at its beginning.
func (s *server) call(w http.ResponseWriter, r *http.Request, came arrival) *call {
	c := &call{server: s, request: r, writer: w, base: s.location(came), arrived: s.now()}
	c.activity = &store.Activity{
		RequestID: requestID(),
		At:        c.arrived,
		Method:    came.request.Method,
		Target:    s.target(came.request),
		Remote:    came.client.remote,
		Via:       came.client.via,
		UserAgent: s.mask(came.request.UserAgent()),
		Action:    "other",
	}
	return c
}

// run gives the handler's answer, or the one that its error or panic becomes.
func (c *call) run(handle func(*call) (answer, error)) (a answer) {
	defer func() {
		if p := recover(); p != nil {
			c.stored = false
			a = c.fail(fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	if err := c.authorize(); err != nil {
		return c.fail(err)
	}
	if err := c.readBody(); err != nil {
		return c.fail(err)
	}
	leave, err := c.lanes.enter(c.request.Context(), len(c.sent))
	if err != nil {
		return c.fail(err)
	}
	defer leave()
	a, err = handle(c)
	if err != nil {
		c.stored = false
		return c.fail(err)
	}
	return a
}

// keep hands the row of what wrote nothing to the log. Those without a token are kept short, and not all of them.
func (c *call) keep() {
	if c.who.Check {
		return
	}
	if c.accepted {
		if sum := c.strangers.over(c.arrived); sum != nil {
			c.store.Log(sum)
		}
		c.store.Log(c.activity)
		return
	}
	keep, sum := c.strangers.refused(c.arrived)
	if sum != nil {
		c.store.Log(sum)
	}
	if keep {
		c.activity.Target, c.activity.UserAgent = cut(c.activity.Target, strangerText), cut(c.activity.UserAgent, strangerText)
		c.activity.Request, c.activity.Response = nil, nil
		c.store.Log(c.activity)
	}
}

// target is what was asked for as the record keeps it: without secrets, and without the value of a filter on passwords.
func (s *server) target(r *http.Request) string {
	target := r.URL.RequestURI()
	if path, _, ok := strings.Cut(target, "?"); ok && strings.Contains(strings.ToLower(target), "password") {
		target = path + "?" + hidden
	}
	return s.mask(target)
}

// authorize checks the bearer secret (RFC 6750 section 2.1) and reads the query, in this order: a stranger learns nothing.
func (c *call) authorize() error {
	scheme, secret, _ := strings.Cut(c.request.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		c.who, c.accepted = c.verify(strings.TrimSpace(secret))
	}
	if !c.accepted {
		c.activity.Hint = c.who.LastFour // and never its token: only who was let in has one
		c.parting = !c.refusals.wait(c.request.Context(), c.activity.Remote)
		return &scim.Error{Kind: scim.Unauthorized, Detail: "The bearer token is missing or not accepted: paste the secret token you kept into Entra's Admin Credentials, or rotate it in ScimDesk and paste the new one"}
	}
	c.activity.Token = c.who.Token
	came, _ := c.request.Context().Value(arrivalKey{}).(arrival)
	c.entered(Entry{Request: c.activity.RequestID, Via: came.client.via, Host: came.client.host, Base: came.base, Forwarded: isForwarded(c.request), Who: c.who})
	q, err := parseQuery(c.request.URL.RawQuery)
	if err != nil {
		return err
	}
	c.query = q
	return nil
}

// location is the URL that meta.location and $ref stand on: the public address if one is configured, else the address the
// client itself used, or a trusted proxy says it did. No host is stored.
func (s *server) location(came arrival) string {
	if public := s.publicURL(); public != "" {
		return strings.TrimRight(public, "/") + came.base
	}
	return came.client.scheme + "://" + came.client.host + came.base
}

// annotate completes the record with the answer.
func (c *call) annotate(a answer) {
	c.activity.Status = a.status
	c.activity.Name, c.activity.ResourceID = c.mask(c.activity.Name), c.mask(c.activity.ResourceID)
	c.activity.Response = c.masked(a.body)
	c.activity.Unlike = c.unlike()
	c.activity.Took = c.now().Sub(c.arrived)
}

// cause is who asks for this write. What the handler answers is decided inside the transaction, so that the activity row
// can tell it; finish may run twice.
func (c *call) cause(finish func(store.Record) (answer, error)) (store.Cause, *answer) {
	out := new(answer)
	row := c.activity
	if c.who.Check {
		row = nil
	}
	return store.Cause{
		Origin:    "scim",
		RequestID: c.activity.RequestID,
		Probe:     c.who.Check,
		Activity:  row,
		Answer: func(r store.Record) error {
			a, err := finish(r)
			if err != nil {
				return err
			}
			c.annotate(a)
			*out = a
			c.stored = true
			return nil
		},
	}, out
}

// strangerTime is how long net/http may still wait for the body of a request that was turned away.
const strangerTime = time.Second

// leaveBody ends the connection behind the answer to a request whose body nobody wants, or a stranger could hold it for ever: net/http
// reads on after the answer.
func leaveBody(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength != 0 {
		w.Header().Set("Connection", "close")
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(strangerTime)) // without a connection there is nothing to hold
	}
}

func (c *call) send(a answer) {
	h := c.writer.Header()
	maps.Copy(h, a.header)
	h.Set("X-Request-Id", c.activity.RequestID)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if a.status == http.StatusUnauthorized {
		leaveBody(c.writer, c.request)
	}
	if c.parting {
		h.Set("Connection", "close")
	}
	if len(a.body) > 0 {
		h.Set("Content-Type", scim.MediaType)
	}
	c.writer.WriteHeader(a.status)
	_, _ = c.writer.Write(a.body) // a client that went away is no news
}

// requestID is a UUIDv7: unique, and in the order of time.
func requestID() string {
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.NewString()
	}
	return id.String()
}
