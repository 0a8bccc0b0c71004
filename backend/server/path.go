package server

import (
	"context"
	"net/http"
	"strings"
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

// arrival is what find knows of a request and later steps ask for.
type arrival struct {
	request *http.Request // as it came
	base    string        // the base path it came by, as answers spell it
}

type arrivalKey struct{}

// find takes the path apart, so that doubled and trailing slashes and the letter case of the base path and of the resource
// don't matter, and hands on what stands behind the base path: the endpoint in lower case, an id as sent. Anything that
// is not under a base path is a plain 404 that tells nothing.
func (s *server) find(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := segments(r.URL.Path)
		for _, b := range s.bases {
			rest, ok := b.below(parts)
			if !ok {
				continue
			}
			inner := r.WithContext(context.WithValue(r.Context(), arrivalKey{}, arrival{request: r, base: b.path}))
			url := *r.URL
			url.Path, url.RawPath = canonical(rest), ""
			inner.URL = &url
			if inner.Method == http.MethodHead {
				inner.Method = http.MethodGet // net/http drops the body by the request it read itself
			}
			next.ServeHTTP(w, inner)
			return
		}
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
