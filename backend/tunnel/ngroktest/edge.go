package ngroktest

import (
	"context"
	"crypto/tls"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"slices"
	"strings"
)

// Codes of answers that the edge makes itself.
const (
	Offline = "ERR_NGROK_3200" // nobody holds the domain; 404
	Gateway = "ERR_NGROK_3004" // whoever holds it did not answer; 502
)

// HeaderCode is the header in which the edge names why it answered itself. No agent can set it.
const HeaderCode = "Ngrok-Error-Code"

// visitor finds in a request's context where it came from.
type visitor struct{}

func (s *Server) newEdge() *http.Server {
	return &http.Server{
		Handler:           http.HandlerFunc(s.visit),
		TLSConfig:         &tls.Config{GetCertificate: s.ca.certificate, MinVersion: tls.VersionTLS12},
		ReadHeaderTimeout: patience,
		ErrorLog:          log.New(quiet{}, "", 0),
	}
}

// quiet is where the HTTP server's complaints of visitors go.
type quiet struct{}

func (quiet) Write(p []byte) (int, error) { return len(p), nil }

// visit brings a request to the agent that holds its host.
func (s *Server) visit(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	instead, spy, t := s.instead, s.spy, s.tunnels[host(r.Host)]
	if instead == nil && t != nil {
		s.requests++
	}
	s.mu.Unlock()
	if spy != nil {
		spy(r)
	}
	switch {
	case instead != nil:
		instead.ServeHTTP(w, r)
	case t == nil:
		Refusal(http.StatusNotFound, Offline).ServeHTTP(w, r)
	default:
		t.forward(w, r)
	}
}

// host is a Host header without its port.
func host(header string) string {
	if name, _, err := net.SplitHostPort(header); err == nil {
		header = name
	}
	return strings.ToLower(header)
}

// Refusal answers as the edge does: by a status, a header with a code, and a page for people.
func Refusal(status int, code string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(HeaderCode, code)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<!DOCTYPE html><html><body><p>The edge refused this. " + code + "</p></body></html>\n"))
	})
}

// Intercept answers visitors in place of agents, as a rule, a quota or an outage of the edge would, until it is given nil.
func (s *Server) Intercept(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instead = h
}

// Spy has f see each request that comes to the edge, before anybody else. It must not read the body, and is called concurrently.
func (s *Server) Spy(f func(*http.Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spy = f
}

// forward appends to X-Forwarded-For and -Proto, so their last values alone are the edge's; X-Forwarded-Host stays as the visitor
// said it, if he did.
func (t *tunnel) forward(w http.ResponseWriter, r *http.Request) {
	proxy := httputil.ReverseProxy{
		Transport: t.wire,
		ErrorLog:  log.New(quiet{}, "", 0),
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Scheme, p.Out.URL.Host = "http", t.domain
			p.Out.Host = p.In.Host
			from, _, _ := net.SplitHostPort(p.In.RemoteAddr)
			p.Out.Header.Set("X-Forwarded-For", appended(p.In.Header.Values("X-Forwarded-For"), from))
			p.Out.Header.Set("X-Forwarded-Proto", appended(p.In.Header.Values("X-Forwarded-Proto"), "https"))
			p.Out.Header.Set("X-Forwarded-Host", p.In.Host)
			if said := p.In.Header.Get("X-Forwarded-Host"); said != "" {
				p.Out.Header.Set("X-Forwarded-Host", said)
			}
		},
		ModifyResponse: func(res *http.Response) error {
			res.Header.Del(HeaderCode)
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, _ error) {
			Refusal(http.StatusBadGateway, Gateway).ServeHTTP(w, r)
		},
	}
	proxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitor{}, r.RemoteAddr)))
}

// appended is a list with one more value.
func appended(before []string, value string) string {
	return strings.Join(append(slices.Clip(before), value), ", ")
}

// dial opens a stream for the visitor who needs one. A stream is used again for others, as a connection is.
func (t *tunnel) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	from, _ := ctx.Value(visitor{}).(string)
	return t.open(from)
}

// EdgeAddr is where the edge listens, as host:port.
func (s *Server) EdgeAddr() string { return s.front.Addr().String() }

// DialContext connects to the edge, whatever the address: what DNS does for ngrok's domains.
func (s *Server) DialContext(ctx context.Context, network, _ string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, network, s.EdgeAddr())
}

// Certificate is the edge's for the name that a visitor asks for, so that another server can stand beside it.
func (s *Server) Certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	return s.ca.certificate(hello)
}

// EdgeClient is a visitor who reaches https://domain/ of any domain by this edge, over HTTP/1.1 as Entra does, and trusts it.
func (s *Server) EdgeClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext:         s.DialContext,
		TLSClientConfig:     &tls.Config{RootCAs: s.Roots(), MinVersion: tls.VersionTLS12},
		MaxIdleConnsPerHost: 64,
		DisableCompression:  true,
	}}
}
