package entra

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestUnusableAnswers gives every kind of answer that no SCIM server should give, and expects to be told what is wrong.
func TestUnusableAnswers(t *testing.T) {
	const empty = `{"schemas":["` + listResponse + `"],"totalResults":0,"Resources":[]}`
	for name, answer := range map[string]struct {
		status int
		kind   string
		body   string
		code   string
		detail string
	}{
		"text":             {200, "text/plain", "hello", codeIncompatible, "the answer is not SCIM: invalid character"},
		"nothing":          {200, "", "", codeIncompatible, "the answer has no body"},
		"null":             {200, "", "null", codeIncompatible, "null where an object is due"},
		"a bare array":     {200, "", "[]", codeIncompatible, "cannot unmarshal array"},
		"two values":       {200, "", empty + empty, codeIncompatible, "more than one JSON value"},
		"no total":         {200, "", `{"schemas":["` + listResponse + `"]}`, codeIncompatible, "totalResults is missing"},
		"total as text":    {200, "", `{"schemas":["` + listResponse + `"],"totalResults":"0"}`, codeIncompatible, "totalResults is missing"},
		"half a number":    {200, "", `{"schemas":["` + listResponse + `"],"totalResults":0.5}`, codeIncompatible, "totalResults is missing"},
		"no schemas":       {200, "", `{"totalResults":0,"Resources":[]}`, codeIncompatible, "schemas does not name"},
		"another schema":   {200, "", `{"schemas":["x"],"totalResults":0}`, codeIncompatible, "schemas does not name"},
		"a short list":     {200, "", `{"schemas":["` + listResponse + `"],"totalResults":2,"Resources":[{}]}`, codeIncompatible, "totalResults is 2, and Resources holds 1"},
		"far too much":     {200, "", `{"x":"` + strings.Repeat("x", maxAnswer) + `"}`, codeIncompatible, "larger than 16777216 bytes"},
		"HTML as JSON":     {200, "application/scim+json", " <!doctype html>", codeIncompatible, "[RedactedHtmlContent]"},
		"refused in HTML":  {403, "text/html; charset=utf-8", "<b>blocked by " + testToken + "</b>", codeCredentials, "[RedactedHtmlContent]"},
		"refused silently": {429, "", "", "TooManyRequests", "says nothing about the reason"},
		"with a scimType":  {400, "", `{"scimType":"invalidFilter","detail":"no \u001b[31mred"}`, codeBadRequest, "invalidFilter: no  [31mred"},
		"a long reason":    {500, "", `{"detail":"` + strings.Repeat("ä", 600) + `"}`, codeServer, "ä…"},
		"not made":         {501, "", "", "NotImplemented", ""},
		"not allowed":      {405, "", "", "MethodNotAllowed", ""},
		"not understood":   {422, "", "", "UnprocessableEntity", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var told []Exchange
			c := answering(t, func(*http.Request) (int, string, string) { return answer.status, answer.kind, answer.body })
			c.wire.progress = func(e Exchange) { told = append(told, e) }
			err := c.TestConnection(t.Context())
			f, ok := errors.AsType[*Failure](err)
			if !ok || f.Code != answer.code || f.Status != answer.status || !strings.Contains(f.Detail, answer.detail) {
				t.Errorf("%v", err)
			}
			if len(told) != 1 || told[0].Kind != Probe || told[0].Method != http.MethodGet || told[0].Status != answer.status {
				t.Errorf("told %+v", told)
			}
		})
	}
}

// TestUnusableResources answers probes and matches well, and everything else with something that is no resource.
func TestUnusableResources(t *testing.T) {
	const empty = `{"schemas":["` + listResponse + `"],"totalResults":0,"Resources":[]}`
	for name, answer := range map[string]struct {
		match, post, get string
		kind             Kind
		detail           string
	}{
		"created without an id": {empty, `{}`, ``, CreateUser, "the created user has no id"},
		"matched without an id": {`{"schemas":["` + listResponse + `"],"totalResults":1,"Resources":[{"userName":"NAME"}]}`, ``, ``, MatchUser, "the resource has no id"},
		"read another": {
			`{"schemas":["` + listResponse + `"],"totalResults":1,"Resources":[{"id":"7","userName":"NAME"}]}`, ``, `{"id":"8"}`, ReadUser, `asked for 7, got the id "8"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var c *Client
			c = answering(t, func(r *http.Request) (int, string, string) {
				switch {
				case r.Method == http.MethodPost:
					return 201, "", answer.post
				case r.URL.RawQuery == "":
					return 200, "", answer.get
				case strings.Contains(r.URL.RawQuery, "office.example"):
					return 200, "", strings.ReplaceAll(answer.match, "NAME", strings.ToUpper(c.office.people[0].userPrincipalName))
				default:
					return 200, "", empty
				}
			})
			r, err := c.Cycle(t.Context())
			if err != nil || len(r.Failures) != 1 || r.Failures[0].Kind != answer.kind || !strings.Contains(r.Failures[0].Detail, answer.detail) || r.Escrow != 1 {
				t.Errorf("%+v %v", r, err)
			}
		})
	}
}

// answering is a client with one person whose requests are answered by f: status, media type, body.
func answering(t *testing.T, f func(*http.Request) (int, string, string)) *Client {
	t.Helper()
	c, err := New(Options{URL: "http://localhost/scim", Token: testToken, People: 1, HTTP: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		status, kind, body := f(r)
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	})}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
