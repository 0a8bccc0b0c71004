package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"scimdesk/backend/exchange"
	"scimdesk/backend/scim"
)

// How much is taken from another SCIM server, and how long it may take to answer.
const (
	serverPage    = 200       // resources that one request asks for; a server may give fewer
	serverLimit   = 100_000   // resources altogether
	serverBody    = 64 << 20  // bytes of one answer
	serverBytes   = 512 << 20 // bytes of all of them
	serverTimeout = 30 * time.Second
	serverTries   = 4 // of a request that is told to come again later
	serverPause   = 30 * time.Second
	serverWhole   = 30 * time.Minute // for all of it
)

// ErrServer is a SCIM server whose list can't be read; what wraps it says why in the admin's words. It holds no token.
var ErrServer = errors.New("the other system's SCIM server can't be read")

// A scimReader reads the list of a SCIM server. Its token is nowhere else.
type scimReader struct {
	base, host, token string
	client            *http.Client
	bytes             int
	began             time.Time
}

// scrub takes the token out of what a server says, which may say what it was told.
func (r *scimReader) scrub(text string) string {
	if r.token != "" {
		quoted := strconv.Quote(r.token)
		for _, form := range []string{r.token, quoted[1 : len(quoted)-1], url.QueryEscape(r.token), url.PathEscape(r.token)} {
			text = strings.ReplaceAll(text, form, "…")
		}
	}
	text = Mask(text)
	if runes := []rune(text); len(runes) > 200 {
		text = string(runes[:200]) + "…"
	}
	return text
}

func cantAsk(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrServer, fmt.Sprintf(format, args...))
}

// newReader checks the address: a token may go over TLS only, but on this computer.
func newReader(address, token string) (*scimReader, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, cantAsk("its address begins with https:// and ends where /Users would stand")
	}
	ip := net.ParseIP(u.Hostname())
	switch {
	case u.User != nil:
		return nil, cantAsk("say the token beside the address, not in it")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, cantAsk("its address ends where /Users would stand, without ? and #")
	case u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()):
		return nil, cantAsk("the address must begin with https://, so that nobody on the way reads the token")
	}
	token = strings.TrimSpace(token)
	if len(token) > 7 && strings.EqualFold(token[:7], "Bearer ") {
		token = strings.TrimSpace(token[7:])
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, cantAsk("the token has a space or another character in it that no token has")
	}
	base := strings.TrimRight(u.String(), "/")
	for _, end := range []string{"/Users", "/Groups"} {
		base = strings.TrimSuffix(base, end)
	}
	return &scimReader{base: base, host: u.Host, token: token, began: time.Now(), client: &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// readServer reads the people or groups of a SCIM server; first is how many are enough, 0 is all.
func readServer(ctx context.Context, s ImportSource, first int) (*importFile, error) {
	r, err := newReader(s.URL, s.Token)
	if err != nil {
		return nil, err
	}
	defer r.client.CloseIdleConnections()
	t := scim.User
	if s.Kind == importGroups {
		t = scim.Group
	}
	f := &importFile{name: r.host, kind: s.Kind, format: exchange.Format{Kind: "json", Encoding: exchange.UTF8}}
	last := ""
	beyond := false // it has given all that it says it has, but may have more: its total may be that of the page
	for {
		page, err := r.page(ctx, t, len(f.resources)+1, first)
		switch {
		case err != nil && beyond && ctx.Err() == nil:
			return f, nil
		case err != nil:
			return nil, err
		}
		f.total = max(page.Total, len(f.resources)+len(page.Items))
		if f.total > serverLimit {
			return nil, cantAsk("it has %d %s, and at most %d are read", f.total, strings.ToLower(t.Description), serverLimit)
		}
		if len(page.Items) > 0 {
			begin := string(page.Items[0].JSON)
			switch {
			case begin == last && beyond:
				return f, nil
			case begin == last:
				return nil, cantAsk("it gives the same page again and again instead of the next one")
			}
			last = begin
		}
		for _, item := range page.Items {
			item.Line = len(f.resources) + 1 // there are no lines
			f.keep([]exchange.Item{item})
		}
		have := len(f.resources)
		beyond = page.Total < have || page.Total == have && len(page.Items) >= serverPage
		if len(page.Items) == 0 || page.Total <= have && !beyond || first > 0 && have >= first {
			return f, nil
		}
	}
}

// page reads the resources from a place on. Where the server says to come again later, it does so.
func (r *scimReader) page(ctx context.Context, t *scim.ResourceType, start, first int) (*exchange.Objects, error) {
	count := serverPage
	if first > 0 {
		count = min(count, first)
	}
	address := fmt.Sprintf("%s/%s?startIndex=%d&count=%d", r.base, t.Endpoint, start, count)
	for try := 1; ; try++ {
		if time.Since(r.began) > serverWhole {
			return nil, cantAsk("it has not given its list within %d minutes", int(serverWhole.Minutes()))
		}
		body, again, err := r.get(ctx, address, t)
		if err != nil {
			return nil, err
		}
		if again == 0 {
			return r.objects(body, t)
		}
		if try == serverTries {
			return nil, cantAsk("it answers too many requests (429) again and again; try later")
		}
		timer := time.NewTimer(again)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		case <-timer.C:
		}
	}
}

func (r *scimReader) objects(body []byte, t *scim.ResourceType) (*exchange.Objects, error) {
	var list struct{ Resources, TotalResults json.RawMessage }
	if json.Unmarshal(body, &list) != nil || list.Resources == nil && list.TotalResults == nil {
		return nil, cantAsk("what it answers for /%s is no SCIM list; is this the SCIM address?", t.Endpoint)
	}
	if list.Resources == nil {
		return &exchange.Objects{}, nil
	}
	all, err := exchange.ReadObjects(body, exchange.UTF8)
	if err != nil {
		return nil, cantAsk("its answer for /%s can't be read: %s", t.Endpoint, r.scrub(err.Error()))
	}
	return all, nil
}

// get asks once. again is how long to wait before asking once more, 0 if there was an answer.
func (r *scimReader) get(ctx context.Context, address string, t *scim.ResourceType) (body []byte, again time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, serverTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, cantAsk("its address can't be used")
	}
	req.Header.Set("Accept", "application/scim+json, application/json")
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	res, err := r.client.Do(req)
	if err != nil {
		return nil, 0, r.noAnswer(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(res.Body, serverBody+1))
	if err != nil {
		return nil, 0, r.noAnswer(err)
	}
	r.bytes += len(body)
	switch {
	case len(body) > serverBody || r.bytes > serverBytes:
		return nil, 0, cantAsk("it answers with more than can be taken")
	case res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusServiceUnavailable && res.Header.Get("Retry-After") != "":
		seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
		if err != nil || seconds < 1 {
			seconds = 1
		}
		return nil, min(time.Duration(seconds)*time.Second, serverPause), nil
	case res.StatusCode != http.StatusOK:
		return nil, 0, r.refused(res, body, t)
	}
	return body, 0, nil
}

// noAnswer words why there was none. The address has no secret in it, but the error may name a proxy that has.
func (r *scimReader) noAnswer(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return cantAsk("%s did not answer within %d seconds", r.host, int(serverTimeout.Seconds()))
	case errors.Is(err, context.Canceled):
		return err
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok && e.IsNotFound {
		return cantAsk("there is no computer called %s", e.Name)
	}
	return cantAsk("%s can't be reached: %s", r.host, r.scrub(err.Error()))
}

// refused words an answer that is none.
func (r *scimReader) refused(res *http.Response, body []byte, t *scim.ResourceType) error {
	status := res.StatusCode
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return cantAsk("it refuses the token (%d)", status)
	case status == http.StatusNotFound:
		return cantAsk("there is no /%s under this address (404)", t.Endpoint)
	case status >= 300 && status < 400:
		where := "elsewhere"
		if to, err := res.Location(); err == nil && to.Host != "" {
			where = "to " + r.scrub(to.Host)
		}
		return cantAsk("it sends the request %s (%d), where the token does not go; say that address instead", where, status)
	}
	var e struct{ Detail string }
	if json.Unmarshal(body, &e) != nil || e.Detail == "" {
		return cantAsk("it answers with the status %d", status)
	}
	return cantAsk("it answers with the status %d: %s", status, r.scrub(e.Detail))
}
