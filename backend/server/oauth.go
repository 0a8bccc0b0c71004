package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// TokenPath is where an OAuth client is given access tokens (RFC 6749 section 4.4). It stands beside the base paths.
const TokenPath = "/oauth/token"

// maxForm is the largest body of a request for an access token, in bytes.
const maxForm = 16 << 10

// OAuth gives access tokens to a client.
type OAuth struct {
	// On tells whether there is a client. Without one the path is a plain 404.
	On func() bool
	// Known tells whether an id and a secret are the client's, and what is known of the secret.
	Known func(id, secret string) (who Caller, ok bool)
	// Grant gives the client an access token, and how long it is accepted; an empty one if it has ended meanwhile.
	Grant func(ctx context.Context, id, secret string) (access string, life time.Duration, err error)
}

// isToken tells whether a request is for an access token. Nobody else but a POST learns that there is something.
func (s *server) isToken(parts []string, method string) bool {
	return len(parts) == 2 && method == http.MethodPost && "/"+strings.ToLower(parts[0]+"/"+parts[1]) == TokenPath && s.oauth.On != nil && s.oauth.On()
}

// oauthError is a refusal as RFC 6749 section 5.2 has it.
type oauthError struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
	status      int
}

func (e *oauthError) Error() string { return e.Code + ": " + e.Description }

func invalidRequest(description string) error {
	return &oauthError{"invalid_request", description, http.StatusBadRequest}
}

var errClient = &oauthError{"invalid_client", "The client ID or the client secret is not accepted", http.StatusUnauthorized}

// token answers one request for an access token, and records it. Its body is not kept, since it is a secret. Every refusal waits as one
// for a bearer does.
func (s *server) token(w http.ResponseWriter, r *http.Request, came arrival) {
	ctx, cancel := context.WithTimeout(r.Context(), handleTimeout)
	defer cancel()
	c := s.call(w, r.WithContext(ctx), came)
	readWithin(ctx, w) // and no further: a refusal may leave some of the body unread
	given, err := c.grant()
	if err == nil {
		c.tokenAnswer(http.StatusOK, given)
		return
	}
	refused, ok := errors.AsType[*oauthError](err)
	if !ok {
		e := c.classify(err)
		refused = &oauthError{"temporarily_unavailable", e.Detail, statuses[e.Kind].status}
	}
	if !c.accepted {
		c.parting = !c.refusals.wait(ctx, c.activity.Remote)
	}
	if refused.status == http.StatusUnauthorized && r.Header.Get("Authorization") != "" {
		w.Header().Set("WWW-Authenticate", `Basic realm="scim"`)
	}
	if refused.status == http.StatusServiceUnavailable || refused.status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	c.activity.Detail = refused.Description
	c.tokenAnswer(refused.status, refused)
}

// grant reads who asks, and gives the client what it asks for.
func (c *call) grant() (map[string]any, error) {
	form, err := readForm(c.writer, c.request)
	if err != nil {
		return nil, err
	}
	id, secret, err := credentials(c.request, form)
	if err != nil {
		return nil, err
	}
	c.who, c.accepted = c.oauth.Known(id, secret)
	if !c.accepted {
		c.activity.Hint = c.who.LastFour
		return nil, errClient
	}
	c.activity.Token = c.who.Token
	switch form.Get("grant_type") {
	case "client_credentials":
	case "":
		return nil, invalidRequest("grant_type is missing")
	default:
		return nil, &oauthError{"unsupported_grant_type", "Only client_credentials is supported", http.StatusBadRequest}
	}
	leave, err := c.lanes.enter(c.request.Context(), 0)
	if err != nil {
		return nil, err
	}
	defer leave()
	access, life, err := c.oauth.Grant(c.request.Context(), id, secret)
	if err != nil {
		return nil, err
	}
	if access == "" {
		return nil, errClient
	}
	return map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": int(life.Seconds())}, nil
}

// readForm reads the body, which is a form and nothing else; what stands in the query does not count (RFC 6749 section 3.2).
func readForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, invalidRequest("The body must be application/x-www-form-urlencoded")
	}
	body, err := io.ReadAll(http.MaxBytesReader(innermost(w), r.Body, maxForm))
	if err != nil {
		return nil, invalidRequest("The body can't be read, or is too large")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, invalidRequest("The body is no form")
	}
	for name, values := range form {
		if len(values) > 1 {
			return nil, invalidRequest("A parameter stands in the body twice")
		}
		if values[0] == "" { // as if it were not there
			delete(form, name)
		}
	}
	return form, nil
}

// credentials are the client's, from the header, the body or both, as Entra may be told to send them ("How credentials are sent"). Both
// must say the same.
func credentials(r *http.Request, form url.Values) (id, secret string, err error) {
	id, secret = form.Get("client_id"), form.Get("client_secret")
	headerID, headerSecret, ok := r.BasicAuth()
	if !ok {
		if r.Header.Get("Authorization") != "" {
			return "", "", errClient
		}
		return id, secret, nil
	}
	headerID, headerSecret = unescape(headerID), unescape(headerSecret)
	if id != "" && id != headerID || secret != "" && secret != headerSecret {
		return "", "", errClient
	}
	return headerID, headerSecret, nil
}

// unescape undoes the form encoding that RFC 6749 section 2.3.1 wants inside Basic, and that many leave out.
func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// tokenAnswer records the request, without either body, and sends the answer (RFC 6749 section 5.1).
func (c *call) tokenAnswer(status int, v any) {
	c.activity.Status = status
	c.activity.Took = c.now().Sub(c.arrived)
	c.keep()
	h := c.writer.Header()
	h.Set("X-Request-Id", c.activity.RequestID)
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Type", "application/json;charset=UTF-8")
	if c.parting {
		h.Set("Connection", "close")
	}
	c.writer.WriteHeader(status)
	_ = json.NewEncoder(c.writer).Encode(v) // a client that went away is no news
}
