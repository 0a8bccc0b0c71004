package server

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
)

// base is one path that SCIM stands under, as its segments.
type base struct {
	path     string // "/scim/v2", as answers spell it
	segments []string
}

func newBase(path string) base {
	b := base{segments: segments(path)}
	for _, s := range b.segments {
		b.path += "/" + s
	}
	return b
}

// Paths gives the paths that SCIM stands under as answers spell them, each once: what the handler serves and what an edge may let in.
func Paths(named []string) []string {
	if len(named) == 0 {
		named = []string{DefaultBasePath}
	}
	var all []string
	for _, p := range named {
		if path := newBase(p).path; !slices.Contains(all, path) {
			all = append(all, path)
		}
	}
	return all
}

// bases are the base paths of now. They are taken apart again only when they are others.
type bases struct {
	paths func() []string // nil: DefaultBasePath alone
	now   atomic.Pointer[basesOf]
}

type basesOf struct {
	named []string
	bases []base
}

func (b *bases) get() []base {
	var named []string
	if b.paths != nil {
		named = b.paths()
	}
	if now := b.now.Load(); now != nil && slices.Equal(now.named, named) {
		return now.bases
	}
	next := &basesOf{named: slices.Clone(named)}
	for _, p := range Paths(named) {
		next.bases = append(next.bases, newBase(p))
	}
	b.now.Store(next)
	return next.bases
}

// arrival is what find knows of a request and later steps ask for.
type arrival struct {
	request *http.Request // as it came
	base    string        // the base path it came by, as answers spell it
	client  client
}

type arrivalKey struct{}

// isHidden tells that whoever asks shall not even learn that there is something: a browser that opened the address, and through a tunnel
// all that its edge should have refused. Entra sends a credential with each request.
func (a arrival) isHidden() bool {
	h := a.request.Header
	if h.Get("Authorization") == "" && (a.client.via == ViaTunnel || strings.Contains(h.Get("Accept"), "text/html")) {
		return true
	}
	switch a.request.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete: // RFC 7644 section 3.2
		return false
	}
	return a.client.via == ViaTunnel
}

// find takes the path apart, so that doubled and trailing slashes and the letter case of the base path and of the resource
// don't matter, and hands on what stands behind the base path: the endpoint in lower case, an id as sent. Anything that
// is not under a base path, or hidden, is a plain 404 that tells nothing.
func (s *server) find(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := segments(r.URL.Path)
		if s.isToken(parts, r.Method) {
			s.token(w, r, arrival{request: r, client: originOf(r).client(r)})
			return
		}
		for _, b := range s.bases.get() {
			rest, ok := b.below(parts)
			if !ok {
				continue
			}
			came := arrival{request: r, base: b.path, client: originOf(r).client(r)}
			if came.isHidden() {
				break
			}
			inner := r.WithContext(context.WithValue(r.Context(), arrivalKey{}, came))
			url := *r.URL
			url.Path, url.RawPath = canonical(rest), ""
			inner.URL = &url
			if inner.Method == http.MethodHead {
				inner.Method = http.MethodGet // net/http drops the body by the request it read itself
			}
			next.ServeHTTP(w, inner)
			return
		}
		if r.Header.Get("Authorization") != "" {
			from := originOf(r).client(r)
			s.astray(Entry{Via: from.via, Host: from.host, Forwarded: isForwarded(r)}, r.URL.Path)
		}
		leaveBody(w, r)
		http.NotFound(w, r)
	})
}

func (b base) below(parts []string) (rest []string, ok bool) {
	if len(parts) < len(b.segments) {
		return nil, false
	}
	for i, s := range b.segments {
		if !strings.EqualFold(parts[i], s) {
			return nil, false
		}
	}
	return parts[len(b.segments):], true
}

func canonical(rest []string) string {
	if len(rest) == 0 {
		return "/"
	}
	return "/" + strings.Join(append([]string{strings.ToLower(rest[0])}, rest[1:]...), "/")
}

func segments(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}
