package entra

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// target is a small SCIM server in memory, simple on purpose and independent of any other, that can be broken.
type target struct {
	*httptest.Server
	mu      sync.Mutex
	seq     int
	users   []map[string]any
	groups  []map[string]any
	log     []string // method, target and body of each request
	answers int      // requests answered
	ids     []string // ids to give out first

	// The ways to break it. Each is asked with the number of the request, from 1.
	refuse    func(n int, r *http.Request) int  // a status instead of doing anything
	lose      func(n int, r *http.Request) bool // do it, and hang up without an answer
	late      func(n int, r *http.Request) bool // do it, and answer 500
	deaf      bool                              // answers a disable well, and ignores it
	forgetful bool                              // answers every member well, and drops each third
	added     int
	html      bool // a login page instead of SCIM
	unfilters bool // ignores filters
}

func newTarget(t *testing.T) *target {
	t.Helper()
	s := &target{}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// change changes the target, or looks into it, between two requests.
func (s *target) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

const testToken = "s3cr3t-token-of-the-test"

func (s *target) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body map[string]any
	raw := ""
	if r.ContentLength > 0 {
		data := make([]byte, r.ContentLength)
		if n, err := readFull(r, data); err != nil || n != len(data) {
			panic(fmt.Sprint("short body: ", err))
		}
		raw = string(data)
		if err := json.Unmarshal(data, &body); err != nil {
			s.fail(w, 400, err.Error())
			return
		}
	}
	s.log = append(s.log, strings.TrimSpace(r.Method+" "+r.RequestURI+" "+raw))
	s.answers++
	switch {
	case r.Header.Get("Authorization") != "Bearer "+testToken:
		s.fail(w, 401, "who is "+r.Header.Get("Authorization")+"?")
		return
	case s.html:
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html>Sign in</html>"))
		return
	}
	if s.refuse != nil {
		if status := s.refuse(s.answers, r); status != 0 {
			s.fail(w, status, "refused by the test")
			return
		}
	}
	if s.lose != nil && s.lose(s.answers, r) {
		s.serve(httptest.NewRecorder(), r, body)
		panic(http.ErrAbortHandler)
	}
	if s.late != nil && s.late(s.answers, r) {
		s.serve(httptest.NewRecorder(), r, body)
		s.fail(w, 500, "too late")
		return
	}
	s.serve(w, r, body)
}

func readFull(r *http.Request, data []byte) (n int, err error) {
	for n < len(data) {
		m, err := r.Body.Read(data[n:])
		n += m
		if err != nil && n < len(data) {
			return n, err
		}
	}
	return n, nil
}

func (s *target) fail(w http.ResponseWriter, status int, detail string) {
	s.write(w, status, map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"}, "status": strconv.Itoa(status), "detail": detail})
}

func (s *target) write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/scim+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (s *target) serve(w http.ResponseWriter, r *http.Request, body map[string]any) {
	parts := strings.Split(strings.Trim(strings.TrimPrefix(r.URL.Path, "/scim/v2"), "/"), "/")
	list, key := &s.users, "userName"
	if parts[0] == "Groups" {
		list, key = &s.groups, "displayName"
	}
	if len(parts) == 1 {
		if r.Method == http.MethodGet {
			s.search(w, r, *list)
			return
		}
		for _, e := range *list {
			if strings.EqualFold(e[key].(string), body[key].(string)) {
				s.fail(w, 409, key+" is taken")
				return
			}
		}
		s.seq++
		body["id"] = fmt.Sprintf("%s-%d", strings.ToLower(parts[0][:1]), s.seq)
		if len(s.ids) > 0 {
			body["id"], s.ids = s.ids[0], s.ids[1:]
		}
		*list = append(*list, body)
		s.write(w, 201, body)
		return
	}
	i := slices.IndexFunc(*list, func(e map[string]any) bool { return e["id"] == parts[1] })
	if i < 0 {
		s.fail(w, 404, parts[1]+" is unknown")
		return
	}
	e := (*list)[i]
	switch r.Method {
	case http.MethodGet:
		s.write(w, 200, without(e, r))
	case http.MethodDelete:
		*list = slices.Delete(*list, i, i+1)
		for _, g := range s.groups {
			setMembers(g, slices.DeleteFunc(membersOf(g), func(id string) bool { return id == parts[1] }))
		}
		w.WriteHeader(204)
	case http.MethodPatch:
		for _, op := range body["Operations"].([]any) {
			s.apply(e, op.(map[string]any))
		}
		if parts[0] == "Groups" {
			w.WriteHeader(204)
		} else {
			s.write(w, 200, e)
		}
	}
}

func without(e map[string]any, r *http.Request) map[string]any {
	if r.URL.Query().Get("excludedAttributes") != "members" {
		return e
	}
	e = maps.Clone(e)
	delete(e, "members")
	return e
}

var clause = regexp.MustCompile(`(\w+) eq "([^"]*)"`)

func (s *target) search(w http.ResponseWriter, r *http.Request, list []map[string]any) {
	found := []any{}
	filter := r.URL.Query().Get("filter")
	for _, e := range list {
		fits := true
		for _, c := range clause.FindAllStringSubmatch(filter, -1) {
			switch c[1] {
			case "members":
				fits = fits && slices.Contains(membersOf(e), c[2])
			case "manager":
				extension, _ := e[enterpriseUser].(map[string]any)
				manager, _ := extension["manager"].(map[string]any)
				fits = fits && manager["value"] == c[2]
			default:
				fits = fits && strings.EqualFold(e[c[1]].(string), c[2])
			}
		}
		if fits || s.unfilters {
			found = append(found, without(e, r))
		}
	}
	total := len(found)
	if start, _ := strconv.Atoi(r.URL.Query().Get("startIndex")); start > 0 {
		count, _ := strconv.Atoi(r.URL.Query().Get("count"))
		found = found[min(start-1, total):min(start-1+min(count, 40), total)]
	}
	s.write(w, 200, map[string]any{"schemas": []string{listResponse}, "totalResults": total, "startIndex": 1, "itemsPerPage": len(found), "Resources": found})
}

func membersOf(g map[string]any) []string {
	var ids []string
	list, _ := g["members"].([]any)
	for _, m := range list {
		ids = append(ids, m.(map[string]any)["value"].(string))
	}
	return ids
}

func setMembers(g map[string]any, ids []string) {
	list := []any{}
	for _, id := range ids {
		list = append(list, map[string]any{"value": id})
	}
	g["members"] = list
}

var (
	filtered  = regexp.MustCompile(`^(\w+)\[(\w+) eq "([^"]*)"\](?:\.(\w+))?$`)
	enterpath = enterpriseUser + ":"
)

func (s *target) apply(e, op map[string]any) {
	verb := strings.ToLower(op["op"].(string))
	path, _ := op["path"].(string)
	value := op["value"]
	switch {
	case path == "":
		for k, v := range value.(map[string]any) {
			s.apply(e, map[string]any{"op": verb, "path": k, "value": v})
		}
	case path == "members" || strings.HasPrefix(path, "members["):
		s.member(e, verb, path, value)
	case path == "active":
		on := value == true || value == "True"
		if on || !s.deaf {
			e["active"] = on
		}
	case path == "manager" || path == managerPath:
		s.manager(e, verb, value)
	case strings.HasPrefix(path, enterpath):
		sub(e, enterpriseUser)[strings.TrimPrefix(path, enterpath)] = value
	case filtered.MatchString(path):
		m := filtered.FindStringSubmatch(path)
		list, _ := e[m[1]].([]any)
		for _, el := range list {
			if el.(map[string]any)[m[2]] == m[3] {
				el.(map[string]any)[m[4]] = value
				return
			}
		}
		e[m[1]] = append(list, map[string]any{m[2]: m[3], m[4]: value})
	case strings.HasPrefix(path, "name."):
		sub(e, "name")[strings.TrimPrefix(path, "name.")] = value
	default:
		e[path] = value
	}
}

func sub(e map[string]any, key string) map[string]any {
	m, _ := e[key].(map[string]any)
	if m == nil {
		m = map[string]any{}
		e[key] = m
	}
	return m
}

func (s *target) member(e map[string]any, verb, path string, value any) {
	ids := membersOf(e)
	if m := filtered.FindStringSubmatch(path); m != nil {
		setMembers(e, slices.DeleteFunc(ids, func(id string) bool { return id == m[3] }))
		return
	}
	for _, v := range value.([]any) {
		id := v.(map[string]any)["value"].(string)
		ids = slices.DeleteFunc(ids, func(other string) bool { return other == id })
		if verb == "add" {
			s.added++
			if s.forgetful && s.added%3 == 0 {
				continue
			}
			ids = append(ids, id)
		}
	}
	setMembers(e, ids)
}

func (s *target) manager(e map[string]any, verb string, value any) {
	if list, ok := value.([]any); ok {
		value = list[0]
	}
	if m, ok := value.(map[string]any); ok {
		value = m["value"]
	}
	if id, _ := value.(string); id != "" && verb != "remove" {
		sub(e, enterpriseUser)["manager"] = map[string]any{"value": id}
	} else {
		delete(sub(e, enterpriseUser), "manager")
	}
}
