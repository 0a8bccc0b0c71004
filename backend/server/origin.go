package server

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// How a request came. What a trusted proxy hands on is ViaProxy.
const (
	ViaTunnel = "tunnel"
	ViaLocal  = "local"
	ViaProxy  = "proxy"
)

// Origin is what a listener says of the requests that come by it.
type Origin struct {
	// Via is ViaTunnel or ViaLocal. Through a tunnel the client is whom the last X-Forwarded-For names, since ngrok puts its own behind
	// what a client sent; and what the edge's rules refuse is refused here once more.
	Via string
	// Trusted gives the proxies whose X-Forwarded-For, -Proto and -Host are believed on a local listener; nil believes none.
	Trusted func() []netip.Prefix
	// Carried is told the bytes of each answer, also of those to requests that were for nobody here. It must not block. nil counts nothing.
	Carried func(bytes int64)
}

// From is the handler for one listener's requests. Without it they are local, and no header is believed.
func From(h http.Handler, o Origin) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if o.Carried != nil {
			counting := &counter{ResponseWriter: w}
			defer func() { o.Carried(counting.size()) }()
			w = counting
		}
		h.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), originKey{}, &o)))
	})
}

type originKey struct{}

var atHome = &Origin{Via: ViaLocal}

func originOf(r *http.Request) *Origin {
	if o, ok := r.Context().Value(originKey{}).(*Origin); ok {
		return o
	}
	return atHome
}

// A client is who sent a request, and the address that it used, as far as that can be believed.
type client struct {
	via    string
	remote string // address, with the port where it is known
	scheme string
	host   string
}

func (o *Origin) client(r *http.Request) client {
	c := client{via: o.Via, remote: r.RemoteAddr, scheme: "http", host: r.Host}
	if r.TLS != nil {
		c.scheme = "https"
	}
	switch {
	case o.Via == ViaTunnel:
		c.scheme = "https"
		if at, ok := forwardedFor(r).last(); ok {
			c.remote = at.String()
		}
	case o.Trusted != nil:
		o.behindProxy(r, &c)
	}
	return c
}

// behindProxy believes a trusted proxy. The client is the right-most address that is none of the proxies': what stands before it is the
// client's own word.
func (o *Origin) behindProxy(r *http.Request, c *client) {
	trusted := o.Trusted()
	peer, ok := address(r.RemoteAddr)
	if !ok || !within(trusted, peer) {
		return
	}
	c.via = ViaProxy
	for hops := forwardedFor(r); ; {
		hop, ok := hops.last()
		if !ok {
			break
		}
		c.remote = hop.String()
		if !within(trusted, hop) {
			break
		}
		hops = hops[:len(hops)-1]
	}
	if scheme := strings.ToLower(lastOf(r, "X-Forwarded-Proto")); scheme == "http" || scheme == "https" {
		c.scheme = scheme
	}
	if host := lastOf(r, "X-Forwarded-Host"); isHost(host) {
		c.host = host
	}
}

// isForwarded tells whether a request says that a proxy handed it on (RFC 7239, and what was usual before it).
func isForwarded(r *http.Request) bool {
	return r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
}

// hops are the addresses that a request came by, the nearest last.
type hops []string

func forwardedFor(r *http.Request) hops {
	return hops(strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ","))
}

// last gives the last address; false if there is none, or it is no address.
func (h hops) last() (netip.Addr, bool) {
	if len(h) == 0 {
		return netip.Addr{}, false
	}
	return address(strings.TrimSpace(h[len(h)-1]))
}

// address reads an address with or without a port.
func address(text string) (netip.Addr, bool) {
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	at, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return at.Unmap().WithZone(""), err == nil
}

func within(prefixes []netip.Prefix, at netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(at) {
			return true
		}
	}
	return false
}

func lastOf(r *http.Request, header string) string {
	values := r.Header[header]
	if len(values) == 0 {
		return ""
	}
	last := values[len(values)-1]
	return strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
}

// isHost tells whether a text may stand in a URL as host and port.
func isHost(text string) bool {
	return text != "" && len(text) <= 255 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]") == ""
}

// counter counts what an answer takes on the line: its body, and about its head.
type counter struct {
	http.ResponseWriter
	body int64
}

// headSize is about what the status line and the header lines that net/http adds take.
const headSize = 60

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.body += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *counter) size() int64 {
	n := headSize + c.body
	for name, values := range c.Header() {
		for _, v := range values {
			n += int64(len(name) + len(v) + len(": \r\n"))
		}
	}
	return n
}
