package entra

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// checkAnswer bounds how much of an answer a check reads, in bytes.
const checkAnswer = 1 << 20

// codeEntraOnly says that the edge refused this computer because it lets in only Entra.
const codeEntraOnly = "CHECK_ENTRA_ONLY"

// edgeCodes says what ngrok's edge means, by the number in its header Ngrok-Error-Code, which nobody behind it can set.
var edgeCodes = map[string]string{
	"3200": "CHECK_OFFLINE",
	"3004": "CHECK_GATEWAY", "3005": "CHECK_GATEWAY", "3006": "CHECK_GATEWAY", "3210": "CHECK_GATEWAY",
	"725": "CHECK_QUOTA", "726": "CHECK_QUOTA", "727": "CHECK_QUOTA", "728": "CHECK_QUOTA", "4027": "CHECK_QUOTA",
	"702": "CHECK_LIMIT", "703": "CHECK_LIMIT", "714": "CHECK_LIMIT", "718": "CHECK_LIMIT", "720": "CHECK_LIMIT", "734": "CHECK_LIMIT",
	"3208": "CHECK_BANNED",
	"6022": "CHECK_INTERSTITIAL", "6024": "CHECK_INTERSTITIAL",
}

// reply is an answer and what can be made of it.
type reply struct {
	status int
	header http.Header
	object map[string]any // the SCIM in it; nil if there is none
	empty  bool
}

// scim tells that a SCIM server spoke, and not somebody before it: its body is a SCIM message or resource (RFC 7644 section 3.1), or it
// is one of the successes that have none.
func (r *reply) scim() bool {
	if r.empty {
		return r.status == http.StatusNoContent
	}
	list, _ := lookup(r.object, "schemas").([]any)
	for _, e := range list {
		if urn, _ := e.(string); strings.HasPrefix(strings.ToLower(urn), "urn:ietf:params:scim:") {
			return true
		}
	}
	return false
}

// gone tells that the app, and nobody else, knows of no such person.
func (r *reply) gone() bool { return r.status == http.StatusNotFound && r.scim() }

// html tells that a page came, as proxies and gateways send.
func (r *reply) html() bool { return strings.Contains(r.header.Get("Content-Type"), "html") }

// send makes one request. A finding means that nobody answered, or somebody before the app.
func (c *check) send(ctx context.Context, method, path, query string, body object) (*reply, *finding) {
	resp, err := c.http.RoundTrip(c.wire.request(ctx, method, c.wire.target(path, query), body))
	if err != nil {
		return nil, silent(err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	data, err := io.ReadAll(io.LimitReader(resp.Body, checkAnswer+1))
	if err != nil {
		return nil, silent(err)
	}
	r := &reply{status: resp.StatusCode, header: resp.Header, empty: len(data) == 0}
	if len(data) <= checkAnswer {
		r.object, _ = parseObject(data) // what is none is nobody's SCIM
	}
	return r, c.intercepted(r)
}

// silent says why a request got no answer.
func silent(err error) *finding {
	switch {
	case isTimeout(err):
		return failed(AtNetwork, "CHECK_TIMEOUT", "the connection stands, but no whole answer came within %s", checkStepLimit)
	case isCut(err):
		return failed(AtNetwork, "CHECK_CUT", "the connection was cut off before the answer: %v", plain(err))
	}
	return failed(AtNetwork, "CHECK_NO_ANSWER", "%v", plain(err))
}

// intercepted names who answered in the app's place: ngrok's edge by its own header, one of our rules by ours, else a redirect or a proxy. A
// plain 404 may be the app's own, and is left to the step about the path.
func (c *check) intercepted(r *reply) *finding {
	if text := r.header.Get("Ngrok-Error-Code"); text != "" {
		return edge(text, r)
	}
	if rule := r.header.Get(c.options.RuleHeader); c.options.RuleHeader != "" && rule != "" && !r.scim() {
		if rule == "address" && c.options.EntraOnly {
			return warned(AtRule, codeEntraOnly, "the edge lets in only Entra's addresses, and this computer has none of them")
		}
		return failed(AtRule, "CHECK_RULE", "the edge's rule %q refused it with status %d", rule, r.status)
	}
	switch {
	case r.status >= 300 && r.status < 400:
		return failed(AtProxy, "CHECK_REDIRECT", "status %d leads to %s, and Entra does not follow", r.status, whereto(r.header.Get("Location")))
	case r.scim():
		return nil
	case r.status == http.StatusNotFound && !r.html():
		return nil
	case r.status == http.StatusUnauthorized, r.status == http.StatusForbidden, r.status == http.StatusProxyAuthRequired:
		return failed(AtProxy, "CHECK_PROXY_LOGIN", "status %d comes from somebody before the app", r.status)
	case r.status >= 500:
		return failed(AtProxy, "CHECK_PROXY_DOWN", "status %d comes from a proxy that does not reach the app", r.status)
	}
	return failed(AtProxy, "CHECK_STRANGER", "status %d with %s comes from something else", r.status, mediaType(r.header))
}

func edge(text string, r *reply) *finding {
	code, known := edgeCodes[strings.TrimPrefix(strings.ToUpper(text), "ERR_NGROK_")]
	if !known {
		code = "CHECK_EDGE"
	}
	return failed(AtEdge, code, "ngrok answered %s with status %d", text, r.status)
}

// whereto is a redirect's target without what may be secret in it.
func whereto(location string) string {
	u, err := url.Parse(location)
	if err != nil {
		return "an address that can't be read"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

func mediaType(h http.Header) string {
	name, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return "no content type"
	}
	return name
}

// ask sends the match of somebody who can't exist, which is what Entra begins each visit with. Everybody on the way may answer in the
// app's place.
func (c *check) ask(ctx context.Context, s *CheckStep) *finding {
	r, f := c.send(ctx, http.MethodGet, "/Users", "filter="+equals("userName", c.userName()), nil)
	if r != nil {
		s.fact("status", "%d", r.status)
		if id := r.header.Get("X-Request-Id"); id != "" {
			s.fact("request", "%s", id)
		}
	}
	c.answer = r
	return f
}

// path tells whether SCIM is at this path: any other gets a plain 404.
func (c *check) path(context.Context, *CheckStep) *finding {
	if c.answer.status != http.StatusNotFound {
		return nil
	}
	return failed(AtApp, "CHECK_PATH", "status 404: SCIM is not at %s there", c.wire.base.EscapedPath())
}

// credential tells whether the app knows the secret.
func (c *check) credential(context.Context, *CheckStep) *finding {
	switch c.answer.status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return failed(AtApp, "CHECK_CREDENTIAL", "%s", said(c.answer))
	}
	return nil
}

// match holds the answer to what Entra makes of it: an empty list (RFC 7644 section 3.4.2), called SCIM.
func (c *check) match(_ context.Context, _ *CheckStep) *finding {
	r := c.answer
	if r.status != http.StatusOK {
		return unwell(r)
	}
	total, ok := number(r.object, "totalResults")
	switch {
	case !hasSchema(r.object, listResponse) || !ok:
		return failed(AtApp, "CHECK_ANSWER", "the answer is no list")
	case total != 0:
		return failed(AtApp, "CHECK_ANSWER", "a name that nobody has was found %d times", total)
	case mediaType(r.header) != "application/scim+json":
		return warned(AtApp, "CHECK_TYPE", "the answer calls itself %s", mediaType(r.header))
	}
	return nil
}

// unwell says what a SCIM server's refusal means. One that is unavailable has answered all the same: what it can't do is save.
func unwell(r *reply) *finding {
	switch r.status {
	case http.StatusServiceUnavailable:
		return failed(AtDatabase, "CHECK_DATABASE", "%s", said(r))
	case http.StatusTooManyRequests:
		return failed(AtApp, "CHECK_BUSY", "%s", said(r))
	case http.StatusUnauthorized, http.StatusForbidden:
		return failed(AtApp, "CHECK_CREDENTIAL", "%s", said(r))
	}
	return failed(AtApp, "CHECK_APP", "%s", said(r))
}

func said(r *reply) string {
	return strings.TrimSpace(fmt.Sprintf("status %d: %s %s", r.status, text(r.object, "scimType"), text(r.object, "detail")))
}
