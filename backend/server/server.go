// Package server is SCIM over HTTP (RFC 7644): routes, the bearer check, and one record for every request. It reads and
// writes through package store and speaks through package scim; what it adds is only what HTTP adds.
//
// A request goes inward through record (clock, request id, panic guard), the bearer check and the route to a
// handler; a handler returns an answer or an error, and errors.go is the one place that makes an answer of an error.
package server

import (
	"cmp"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// DefaultMaxBody is the largest request body in bytes unless Options says otherwise.
const DefaultMaxBody = 1 << 20

// DefaultBasePath is where SCIM is always served.
const DefaultBasePath = "/scim/v2"

// handleTimeout bounds how long a request may wait for its turn with the writer, or read.
const handleTimeout = 30 * time.Second

// Options of New.
type Options struct {
	Store *store.Store
	// Verify tells whose a bearer secret is, and whether it is accepted.
	Verify func(secret string) (who Caller, ok bool)
	// OAuth gives access tokens; its zero value gives none.
	OAuth OAuth
	// Accepted is told of each request with an accepted secret before it is handled. It must not block; nil is told nothing.
	Accepted func(Entry)
	// Astray is told of each request with a credential that is for no path here, and what it asked for. It must not block; nil is told nothing.
	Astray func(e Entry, path string)
	// BasePaths gives the paths that SCIM stands under, as Paths reads them; it is asked with each request. nil means DefaultBasePath.
	BasePaths func() []string
	// PublicURL is the scheme and host that meta.location and $ref begin with. Empty, or nil: those of the request.
	PublicURL func() string
	// MaxBody is the largest request body in bytes; 0 means DefaultMaxBody.
	MaxBody int64
	// RefusalDelay is how long the answer to a request without an accepted credential is held back at least; 0 means a quarter of a
	// second, less than 0 not at all.
	RefusalDelay time.Duration
	// Mask hides secrets in texts that are kept or sent back; nil hides none.
	Mask func(string) string
	Log  *slog.Logger     // nil discards
	Now  func() time.Time // nil means time.Now
}

// Caller is whom a bearer secret belongs to.
type Caller struct {
	Token    string // id of the token's record; of an accepted one, of one that has ended, or of the OAuth client
	LastFour string // of a secret of ours, accepted or not; "" for one that is none
	Check    bool   // the self-check's own credential, which is no token; its requests are not logged
}

// Entry is a request that was let in, or went astray.
type Entry struct {
	Request   string // its id, as the record of it has it
	Via       string // ViaTunnel, ViaProxy or ViaLocal
	Host      string // that it was sent to, as far as that can be believed
	Base      string // the base path it came by, as answers spell it
	Forwarded bool   // it says that somebody handed it on; anybody may say so
	Who       Caller
}

type server struct {
	store     *store.Store
	verify    func(string) (Caller, bool)
	oauth     OAuth
	entered   func(Entry)
	astray    func(Entry, string)
	bases     *bases
	publicURL func() string
	maxBody   int64
	mask      func(string) string
	log       *slog.Logger
	now       func() time.Time
	lanes     lanes
	strangers strangers
	refusals  refusals
}

// New is the handler of the SCIM routes, of TokenPath while there is an OAuth client, and of nothing else: any other path is a plain 404.
func New(o Options) http.Handler {
	s := &server{
		store: o.Store, verify: o.Verify, oauth: o.OAuth, entered: o.Accepted, astray: o.Astray, publicURL: o.PublicURL,
		maxBody: o.MaxBody, mask: o.Mask, log: o.Log, now: o.Now,
		lanes: newLanes(),
	}
	if s.maxBody == 0 {
		s.maxBody = DefaultMaxBody
	}
	if s.mask == nil {
		s.mask = func(text string) string { return text }
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.entered == nil {
		s.entered = func(Entry) {}
	}
	if s.astray == nil {
		s.astray = func(Entry, string) {}
	}
	if s.publicURL == nil {
		s.publicURL = func() string { return "" }
	}
	s.bases = &bases{paths: o.BasePaths}
	s.refusals.now, s.refusals.least = s.now, cmp.Or(o.RefusalDelay, refusalDelay)
	return s.find(s.routes())
}

// routes has every path in lower case, as find hands them on.
func (s *server) routes() http.Handler {
	r := chi.NewRouter()
	r.Get("/", s.record((*call).root))
	for _, t := range []*scim.ResourceType{scim.User, scim.Group} {
		all := "/" + strings.ToLower(t.Endpoint)
		one := all + "/{id}"
		r.Get(all, s.record(func(c *call) (answer, error) { return c.list(t) }))
		r.Post(all, s.record(func(c *call) (answer, error) { return c.create(t) }))
		r.HandleFunc(all+"/.search", s.record(notImplemented("Searching by POST")))
		r.Get(one, s.record(func(c *call) (answer, error) { return c.read(t) }))
		r.Put(one, s.record(func(c *call) (answer, error) { return c.replace(t) }))
		r.Patch(one, s.record(func(c *call) (answer, error) { return c.patch(t) }))
		r.Delete(one, s.record(func(c *call) (answer, error) { return c.remove(t) }))
	}
	r.Get("/serviceproviderconfig", s.record((*call).config))
	r.Get("/resourcetypes", s.record((*call).resourceTypes))
	r.Get("/resourcetypes/{id}", s.record((*call).resourceType))
	r.Get("/schemas", s.record((*call).schemas))
	r.Get("/schemas/{id}", s.record((*call).schema))
	r.HandleFunc("/bulk", s.record(notImplemented("Sending in bulk")))
	r.HandleFunc("/me", s.record(notImplemented("The alias /Me")))
	r.HandleFunc("/.search", s.record(notImplemented("Searching by POST")))
	r.NotFound(s.record((*call).unknownPath))
	r.MethodNotAllowed(s.record((*call).wrongMethod))
	return r
}
