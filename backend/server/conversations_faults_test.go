package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// TestFailuresAreSeen breaks the server in each of the 48 ways and expects the conversation of that number to fail:
// a file that passes anyway would guard nothing.
func TestFailuresAreSeen(t *testing.T) {
	breaks := brokenServers()
	files := make(map[int]*conversation)
	for path, c := range conversations(t) {
		number, _, _ := strings.Cut(filepath.Base(path), "-")
		if filepath.Base(filepath.Dir(path)) == "failures" {
			n, err := strconv.Atoi(number)
			if err != nil {
				t.Fatal(err)
			}
			files[n] = c
		}
	}
	for n, c := range files {
		t.Run(fmt.Sprintf("%02d", n), func(t *testing.T) {
			t.Parallel()
			if n == 48 { // the fault is in the secret, not in the server
				if c.Steps[0].Token.check("sdk_"+strings.Repeat("e", 900)) == "" {
					t.Error("a secret of 904 characters is not seen")
				}
				return
			}
			if failures := replay(t, c, harmless); len(failures) > 0 {
				t.Fatalf("fails on a server that only looks broken: %v", failures)
			}
			broken := breaks[n]
			if broken == nil {
				t.Fatal("nobody broke a server this way")
			}
			if len(replay(t, c, broken)) == 0 {
				t.Error("the conversation passes on a server with the fault it is about")
			}
		})
	}
}

// A breaker puts one fault in front of a server that works.
type breaker = func(http.Handler) http.Handler

// brokenServers has the fault of each number of entra-client.md section 6, as near as it can come from outside.
func brokenServers() map[int]breaker {
	return map[int]breaker{
		1:  refuse(400, "PATCH", `"op":"[A-Z]`),
		2:  replaceIn("PATCH", `"path":"active","value":"[A-Za-z]+"`, `"path":"active","value":true`), // any text is true
		3:  refuse(400, "PATCH /users", `"op":"Add","path":"[a-zA-Z.]+","value":"`),
		4:  withHeader(func(h http.Header) int { return pick(strings.Contains(h.Get("Content-Type"), "scim+json"), 415) }),
		5:  answers(func(a *answerOf) { a.header.Set("Content-Type", "application/json") }),
		6:  answers(func(a *answerOf) { a.status = pick(strings.Contains(a.body, `"totalResults":0`), 404, a.status) }),
		7:  refuse(404, "* /groups", ``),
		8:  withHeader(func(h http.Header) int { return pick(h.Get("User-Agent") == "", 403) }),
		9:  refuse(405, "PATCH", ``),
		10: refuse(400, "POST", `:null`),
		11: refuse(400, "POST", `schemas.microsoft.com`),
		12: refuse(400, "POST", `"(addresses|roles)":\[\{[^]]*"primary"`),
		13: refuse(400, "POST", `"UserName"`),
		14: answers(bareArray),
		15: refuse(415, "POST /oauth", ``),
		16: refuseQuery(400, `externalId`),
		17: dropFilter(`favouriteColour|emails|like`),
		18: refuseQuery(400, `eq\+[a-z0-9]`),
		19: emptyFor(func(q, body string) bool { return strings.Contains(body, `"active":false`) }),
		20: emptyFor(func(q, body string) bool { return regexp.MustCompile(`eq\+"[^"]*[A-Z]`).MatchString(q) }),
		21: emptyFor(func(q, body string) bool { return strings.Contains(body, `"active":false`) }),
		22: answers(func(a *answerOf) { a.sub(`"externalId":"[^"]*",?`, ``) }),
		23: refuse(400, "PATCH /users", `"userName"`),
		24: after("POST /users", 409, func(next http.Handler, r *http.Request, body []byte) {
			send(next, r, "POST", r.URL.Path, bytes.Replace(body, []byte(`"userName":"`), []byte(`"userName":"half`), 1))
		}),
		25: refuse(400, "PATCH /users", `emails\[type eq \\"work\\"\]\.value`),
		26: replaceIn("PATCH", `"path":"addresses\[type eq \\"work\\"\]\.locality","value":("[^"]*")`, `"path":"addresses","value":[{"type":"work","locality":$1}]`),
		27: replaceIn("PATCH", `"name\.(\w+)":"[^"]*",?`, ``),
		28: refuse(400, "PATCH", `manager","value":"`),
		29: answers(func(a *answerOf) { a.sub(`"manager":\{[^}]*"value":("[^"]*")[^}]*\}`, `"manager":$1`) }),
		30: replaceIn("PATCH", `"value":"\{\\"id`, `"value":"x{\"id`),
		31: refuse(400, "POST", `"primary":"True"`),
		32: refuse(400, "PATCH", `"Operations":\[\]`),
		33: after("PATCH /users", 400, func(next http.Handler, r *http.Request, body []byte) {
			first := regexp.MustCompile(`"Operations":\[(\{[^}]*\})`).FindSubmatch(body)
			send(next, r, "PATCH", r.URL.Path, fmt.Appendf(nil, `{"Operations":[%s]}`, first[1]))
		}),
		34: answers(func(a *answerOf) {
			if a.request.Method == "PATCH" && strings.Contains(a.request.URL.Path, "Users") {
				a.status, a.body = 204, ""
			}
		}),
		35: refuse(400, "PATCH", `favouriteColour`),
		36: replaceIn("PATCH", `"op":"Remove","path":"members","value":\[[^]]*\]`, `"op":"Remove","path":"members"`),
		37: after("PATCH /groups", 204, func(next http.Handler, r *http.Request, body []byte) {
			if !bytes.Contains(body, []byte("members")) {
				send(next, r, "PATCH", r.URL.Path, []byte(`{"Operations":[{"op":"remove","path":"members"}]}`))
			}
		}),
		38: dropFilter(`displayName`),
		39: editQuery(func(q string) string { return strings.ReplaceAll(q, "excludedAttributes", "x") }),
		40: answers(func(a *answerOf) {
			a.json(func(body map[string]any) {
				if members, ok := body["members"].([]any); ok && len(members) > 100 {
					body["members"] = members[:100]
				}
			})
		}),
		41: editRequest(func(r *http.Request, body []byte) []byte { // answers the whole group
			r.URL.RawQuery = pick(r.Method == "PATCH", "attributes=members", r.URL.RawQuery)
			return body
		}),
		42: answers(func(a *answerOf) {
			if a.status == 404 {
				a.body = "<html>not found</html>"
				a.header.Set("Content-Type", "text/html")
			}
		}),
		43: refuse(500, "DELETE /users", ``),
		44: editRequest(func(r *http.Request, body []byte) []byte { // only ever deactivates
			if r.Method == "DELETE" {
				r.Method = "PATCH"
				return []byte(`{"Operations":[{"op":"replace","path":"active","value":false}]}`)
			}
			return body
		}),
		45: replaceIn("PATCH", `"value":"True"`, `"value":false`),
		46: limited(50),
		47: editRequest(func(r *http.Request, body []byte) []byte {
			if strings.Trim(r.URL.Path, "/") == strings.Trim(basePath, "/") {
				r.URL.Path += "/nothing"
			}
			return body
		}),
	}
}

// harmless goes through all that the faults are made of and changes nothing.
func harmless(next http.Handler) http.Handler {
	nothing := after("PATCH /devices", 0, nil)
	return answers(func(*answerOf) {})(replaceIn("PATCH", `never there`, ``)(refuse(400, "PATCH", `never there`)(nothing(next))))
}

func pick[T any](when bool, then T, otherwise ...T) T {
	if when {
		return then
	}
	var zero T
	if len(otherwise) > 0 {
		return otherwise[0]
	}
	return zero
}

// isFor says whether a request is one of "METHOD /start-of-path", "METHOD" or "* /start-of-path".
func isFor(r *http.Request, what string) bool {
	method, path, _ := strings.Cut(what, " ")
	return (method == "*" || method == r.Method) && strings.HasPrefix(strings.ToLower(r.URL.Path), basePath+path)
}

func refuseWith(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/scim+json")
	w.Header().Set("WWW-Authenticate", "Bearer")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"%d","detail":"broken on purpose"}`, status)
}

// editRequest changes requests on their way in.
func editRequest(edit func(r *http.Request, body []byte) []byte) breaker {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return // the client has gone
			}
			body = edit(r, body)
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			next.ServeHTTP(w, r)
		})
	}
}

// refuse answers requests whose body has the pattern.
func refuse(status int, what, pattern string) breaker {
	found := regexp.MustCompile(pattern)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return // the client has gone
			}
			if isFor(r, what) && found.Match(body) {
				refuseWith(w, status)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			next.ServeHTTP(w, r)
		})
	}
}

func refuseQuery(status int, pattern string) breaker {
	found := regexp.MustCompile(pattern)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if found.MatchString(r.URL.RawQuery) {
				refuseWith(w, status)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func withHeader(refused func(http.Header) int) breaker {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if status := refused(r.Header); status != 0 {
				refuseWith(w, status)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// limited refuses every n-th request as one too many.
func limited(n int64) breaker {
	return func(next http.Handler) http.Handler {
		var count atomic.Int64
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if count.Add(1)%n == 0 {
				refuseWith(w, http.StatusTooManyRequests)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func replaceIn(method, pattern, with string) breaker {
	found := regexp.MustCompile(pattern)
	return editRequest(func(r *http.Request, body []byte) []byte {
		if r.Method != method {
			return body
		}
		return found.ReplaceAll(body, []byte(with))
	})
}

func editQuery(edit func(string) string) breaker {
	return editRequest(func(r *http.Request, body []byte) []byte {
		r.URL.RawQuery = edit(r.URL.RawQuery)
		return body
	})
}

func dropFilter(pattern string) breaker {
	found := regexp.MustCompile(pattern)
	return editQuery(func(q string) string { return pick(found.MatchString(q), "", q) })
}

// An answerOf is an answer on its way out.
type answerOf struct {
	request *http.Request
	status  int
	header  http.Header
	body    string
}

func (a *answerOf) sub(pattern, with string) {
	a.body = regexp.MustCompile(pattern).ReplaceAllString(a.body, with)
}

func (a *answerOf) json(edit func(map[string]any)) {
	value, err := decode([]byte(a.body))
	if object, ok := value.(map[string]any); ok && err == nil {
		edit(object)
		a.body = string(encode(object))
	}
}

// answers changes answers.
func answers(edit func(*answerOf)) breaker {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			request := r.Clone(r.Context())
			inner := httptest.NewRecorder()
			next.ServeHTTP(inner, r)
			a := &answerOf{request: request, status: inner.Code, header: inner.Header().Clone(), body: inner.Body.String()}
			edit(a)
			a.header.Del("Content-Length")
			maps.Copy(w.Header(), a.header)
			w.WriteHeader(a.status)
			_, _ = io.WriteString(w, a.body)
		})
	}
}

func bareArray(a *answerOf) {
	if !slices.Contains([]string{basePath + "/Schemas", basePath + "/ResourceTypes"}, a.request.URL.Path) {
		return
	}
	var list struct{ Resources json.RawMessage }
	if json.Unmarshal([]byte(a.body), &list) == nil {
		a.body = string(list.Resources)
	}
}

// emptyFor makes lists empty when hide says so of a query and its answer.
func emptyFor(hide func(query, body string) bool) breaker {
	return answers(func(a *answerOf) {
		a.json(func(body map[string]any) {
			if _, list := body["Resources"]; list && hide(a.request.URL.RawQuery, a.body) {
				body["Resources"], body["totalResults"], body["itemsPerPage"] = []any{}, 0, 0
			}
		})
	})
}

// after does something more behind an answer of that status.
func after(what string, status int, more func(next http.Handler, r *http.Request, body []byte)) breaker {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return // the client has gone
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			again := r.Clone(r.Context())
			inner := httptest.NewRecorder()
			next.ServeHTTP(inner, r)
			if isFor(again, what) && inner.Code == status {
				more(next, again, body)
			}
			maps.Copy(w.Header(), inner.Header())
			w.WriteHeader(inner.Code)
			_, _ = w.Write(inner.Body.Bytes())
		})
	}
}

func send(next http.Handler, r *http.Request, method, path string, body []byte) {
	q := httptest.NewRequest(method, path, bytes.NewReader(body))
	q.Header = r.Header.Clone()
	next.ServeHTTP(httptest.NewRecorder(), q)
}
