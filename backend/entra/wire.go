package entra

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode"
)

// maxAnswer bounds how much of an answer is read, in bytes.
const maxAnswer = 16 << 20

// Kind is what a request is for, in words that a report can show.
type Kind string

// The kinds of requests.
const (
	Probe          Kind = "probe"
	MatchUser      Kind = "match user"
	CreateUser     Kind = "create user"
	ReadUser       Kind = "read user"
	UpdateUser     Kind = "update user"
	DisableUser    Kind = "disable user"
	EnableUser     Kind = "enable user"
	DeleteUser     Kind = "delete user"
	CheckReference Kind = "check reference"
	SetManager     Kind = "set manager"
	ClearManager   Kind = "clear manager"
	MatchGroup     Kind = "match group"
	CreateGroup    Kind = "create group"
	ReadGroup      Kind = "read group"
	UpdateGroup    Kind = "update group"
	DeleteGroup    Kind = "delete group"
	AddMember      Kind = "add member"
	RemoveMember   Kind = "remove member"
	ReadBack       Kind = "read back"
)

// reference says that a failure of this kind does not count to Entra's limit of failures, as those of members and
// managers do not.
func (k Kind) reference() bool {
	switch k {
	case CheckReference, SetManager, ClearManager, AddMember, RemoveMember:
		return true
	default:
		return false
	}
}

// Exchange is one request and how it was answered. It never holds the token.
type Exchange struct {
	Kind   Kind
	Method string
	Target string // path and query as on the wire
	Status int    // 0 when there was no answer
	Took   time.Duration
	Code   string // what Entra calls the failure, empty for a success
}

// Failure is a request that failed, or an answer that Entra could not use. As an error it reads as Entra's log would say
// it. It never holds the token.
type Failure struct {
	Kind   Kind
	Method string
	Target string
	Status int
	// Code is what Entra's provisioning log calls it, such as Conflict or InvalidAnchor.
	Code string
	// Detail is what the server said, or what is wrong with the answer. HTML is replaced by [RedactedHtmlContent].
	Detail string

	unanswered bool // the request may have had an effect or not
	cancelled  bool // the caller's context ended it, and that is the cause
	cause      error
	garbled    bool // the body is not SCIM, so the status may be somebody else's
}

// Error names the request, the status, Entra's code and the detail.
func (f *Failure) Error() string {
	status := "no answer"
	if f.Status != 0 {
		status = fmt.Sprintf("status %d", f.Status)
	}
	return fmt.Sprintf("%s: %s %s: %s: %s: %s", f.Kind, f.Method, f.Target, status, f.Code, f.Detail)
}

// Unwrap is the error of the caller's context if that ended the request, and nothing otherwise.
func (f *Failure) Unwrap() error { return f.cause }

// Entra's names for failures.
const (
	codeIncompatible = "SystemForCrossDomainIdentityManagementServiceIncompatible"
	codeCredentials  = "SystemForCrossDomainIdentityManagementInvalidCredentials"
	codeBadRequest   = "SystemForCrossDomainIdentityManagementBadRequest"
	codeServer       = "SystemForCrossDomainIdentityManagementServerError"
	codeMultiple     = "SystemForCrossDomainIdentityManagementMultipleEntriesInResponse"
	codeDuplicate    = "DuplicateTargetEntries"
	codeSameSource   = "DuplicateSourceEntries"
	codeAnchor       = "InvalidAnchor"
	codeWeb          = "WebExceptionProtocolError"
	codeTimeout      = "Timeout"
)

// codeOf names a status as Entra's log does.
func codeOf(kind Kind, status int) string {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return codeCredentials
	case http.StatusNotFound:
		switch kind {
		case Probe, MatchUser, MatchGroup, CreateUser, CreateGroup, CheckReference, ReadBack:
			return codeIncompatible
		default:
			return codeAnchor
		}
	case http.StatusMethodNotAllowed:
		return "MethodNotAllowed"
	case http.StatusConflict:
		return "Conflict"
	case http.StatusUnprocessableEntity:
		return "UnprocessableEntity"
	case http.StatusTooManyRequests:
		return "TooManyRequests"
	case http.StatusNotImplemented:
		return "NotImplemented"
	}
	switch {
	case status >= 500:
		return codeServer
	case status >= 400:
		return codeBadRequest
	default:
		return codeIncompatible
	}
}

// wire sends single requests and makes sense of their answers.
type wire struct {
	base     *url.URL // no slash at the end
	token    string
	http     *http.Client
	timeout  time.Duration
	pace     *pacer
	progress func(Exchange)
}

// newTransport speaks HTTP/1.1 as Entra has been seen to, and asks for no compression, since Entra sends no
// Accept-Encoding.
func newTransport(connections int) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConns:        connections,
		MaxIdleConnsPerHost: connections,
		IdleConnTimeout:     90 * time.Second,
		DisableCompression:  true,
		Protocols:           protocols,
	}
}

// target is a path below the base with a query, both as they go on the wire. A query of the tenant's URL, such as
// aadOptscim062020, stays in front.
func (w *wire) target(path, query string) string {
	t := w.base.EscapedPath() + path
	switch {
	case w.base.RawQuery != "" && query != "":
		return t + "?" + w.base.RawQuery + "&" + query
	case w.base.RawQuery != "":
		return t + "?" + w.base.RawQuery
	case query != "":
		return t + "?" + query
	default:
		return t
	}
}

// location is the address of a resource as Entra writes it into a reference.
func (w *wire) location(path string) string {
	return w.base.Scheme + "://" + w.base.Host + w.base.EscapedPath() + path
}

// equals is a comparison in a filter as Entra encodes it: spaces are +, everything else is percent-encoded, and the
// quotes stay as they are.
func equals(attribute, value string) string {
	return strings.ReplaceAll(url.QueryEscape(attribute+` eq "`+quoted(value)+`"`), "%22", `"`)
}

// do sends one request and returns the object in the answer, nil when there is none. A nil failure means success: a
// status of 200 to 299 with a body that can be used, or 404 for a deletion. An exchange without a kind was never begun.
func (w *wire) do(ctx context.Context, kind Kind, method, target string, body object) (map[string]any, Exchange, *Failure) {
	f := &Failure{Kind: kind, Method: method, Target: target}
	if err := w.pace.wait(ctx); err != nil {
		f.Code, f.Detail, f.cancelled, f.cause = codeWeb, "the cycle was cancelled", true, err
		return nil, Exchange{}, f
	}
	start := time.Now()
	answer, ok := w.send(ctx, f, body)
	f.Target = w.clean(target)
	exchange := Exchange{Kind: kind, Method: method, Target: f.Target, Status: f.Status, Took: time.Since(start)}
	if ok {
		f = nil
	} else {
		f.Detail = w.clean(f.Detail)
		exchange.Code = f.Code
	}
	if w.progress != nil {
		w.progress(exchange)
	}
	return answer, exchange, f
}

// request is one as Entra sends it.
func (w *wire) request(ctx context.Context, method, target string, body object) *http.Request {
	path, query, _ := strings.Cut(target, "?")
	req := (&http.Request{
		Method: method,
		URL:    &url.URL{Scheme: w.base.Scheme, Host: w.base.Host, Opaque: path, RawQuery: query},
		Host:   w.base.Host,
		Header: http.Header{
			"Authorization": {"Bearer " + w.token},
			"ADSCIMVersion": {"5.0"}, // in this casing, so not by Set
			"User-Agent":    {""},    // sent by nobody: Entra has none
		},
	}).WithContext(ctx)
	if body != nil {
		data := appendJSON(nil, body)
		req.Body = io.NopCloser(bytes.NewReader(data))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
		req.ContentLength = int64(len(data))
		req.Header.Set("Content-Type", "application/scim+json; charset=utf-8")
	}
	return req
}

func (w *wire) send(outer context.Context, f *Failure, body object) (map[string]any, bool) {
	ctx, cancel := context.WithTimeout(outer, w.timeout)
	defer cancel()
	resp, err := w.http.Do(w.request(ctx, f.Method, f.Target, body))
	if err != nil {
		w.unanswered(outer, f, err)
		return nil, false
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	f.Status = resp.StatusCode
	if err != nil {
		w.unanswered(outer, f, err)
		return nil, false
	}
	// An answer of the server's own failing says nothing about what was done.
	f.unanswered = resp.StatusCode >= 500
	answer, fault := read(resp, data)
	f.garbled = fault != ""
	if f.Method == http.MethodDelete && resp.StatusCode == http.StatusNotFound && !f.garbled {
		return nil, true // already gone
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		f.Code, f.Detail = codeOf(f.Kind, resp.StatusCode), fault
		if d := text(answer, "detail"); d != "" {
			f.Detail = d
			if t := text(answer, "scimType"); t != "" {
				f.Detail = t + ": " + d
			}
		}
		if f.Detail == "" {
			f.Detail = "the answer says nothing about the reason"
		}
		return nil, false
	}
	if fault != "" || answer == nil && (f.Method == http.MethodGet || f.Method == http.MethodPost) {
		f.Code, f.Detail, f.unanswered = codeIncompatible, fault, f.Method != http.MethodGet
		if fault == "" {
			f.Detail = "the answer has no body"
		}
		return nil, false
	}
	return answer, true
}

// read makes an object of an answer's body, or says why it is none.
func read(resp *http.Response, data []byte) (answer map[string]any, fault string) {
	trimmed := bytes.TrimSpace(data)
	switch {
	case len(data) > maxAnswer:
		return nil, fmt.Sprintf("the answer is larger than %d bytes", maxAnswer)
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return nil, "the answer redirects, and Entra does not follow"
	case len(trimmed) == 0:
		return nil, ""
	case strings.Contains(resp.Header.Get("Content-Type"), "html") || trimmed[0] == '<':
		return nil, "the answer is not SCIM: [RedactedHtmlContent]"
	}
	answer, err := parseObject(trimmed)
	if err != nil {
		return nil, fmt.Sprintf("the answer is not SCIM: %v", err)
	}
	return answer, ""
}

// unanswered names an error of the network without the token in it.
func (w *wire) unanswered(ctx context.Context, f *Failure, err error) {
	f.unanswered = true
	f.Code, f.Detail = codeWeb, err.Error()
	if e, ok := errors.AsType[*url.Error](err); ok {
		f.Detail = e.Err.Error()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		f.Code, f.Detail = codeTimeout, fmt.Sprintf("no whole answer within %s", w.timeout)
	}
	if ctx.Err() != nil {
		f.cancelled, f.cause, f.Code, f.Detail = true, ctx.Err(), codeWeb, "the cycle was cancelled"
	}
}

// clean takes the token out of a text, and what could move a terminal's cursor, and shortens it.
func (w *wire) clean(s string) string {
	s = strings.ReplaceAll(s, w.token, "[token]")
	s = strings.ReplaceAll(s, url.QueryEscape(w.token), "[token]")
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, s)
	if len(s) > 500 {
		s = strings.ToValidUTF8(s[:500], "") + "…"
	}
	return s
}

// pacer spreads requests evenly. A nil pacer lets everything through.
type pacer struct {
	gap  time.Duration
	mu   sync.Mutex
	next time.Time
}

// wait returns when it is the caller's turn, or ctx's error.
func (p *pacer) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil || p == nil {
		return err
	}
	p.mu.Lock()
	now := time.Now()
	at := p.next
	if at.Before(now) {
		at = now
	}
	p.next = at.Add(p.gap)
	p.mu.Unlock()
	timer := time.NewTimer(at.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
