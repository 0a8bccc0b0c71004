package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	coreURN       = "urn:ietf:params:scim:schemas:core:2.0:"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	messageURN    = "urn:ietf:params:scim:api:messages:2.0:"
)

// An exchange is a request with its answer. Secret is what the request authenticated with.
type exchange struct {
	Method, Target, Secret string
	Status                 int
	Header                 http.Header
	Raw                    []byte
	Body                   any // nil: no body
}

// faults lists what is wrong with an answer whatever was asked: what Entra, its validators and RFC 7643 and 7644
// need of each. A 501 is for the file to expect, every other status from 500 on is a fault, and so is 429.
func (x exchange) faults() []string {
	var found faultList
	if x.Status >= 500 && x.Status != http.StatusNotImplemented || x.Status == http.StatusTooManyRequests {
		found.add("status %d must never come", x.Status)
	}
	if x.Status == http.StatusUnauthorized && !strings.HasPrefix(x.Header.Get("WWW-Authenticate"), "Bearer") {
		found.add("401 without WWW-Authenticate: Bearer")
	}
	if x.Secret != "" && strings.Contains(string(x.Raw)+fmt.Sprint(x.Header), x.Secret) {
		found.add("the secret stands in the answer")
	}
	if len(x.Raw) == 0 {
		if x.Status != http.StatusNoContent {
			found.add("status %d has no body", x.Status)
		}
		return found
	}
	if x.Status == http.StatusNoContent {
		found.add("204 has a body")
	}
	if got := x.Header.Values("Content-Type"); !slices.Equal(got, []string{"application/scim+json"}) {
		found.add("Content-Type is %q", got)
	}
	if err := noDuplicates(x.Raw); err != nil {
		found.add("body: %v", err)
	}
	body, ok := x.Body.(map[string]any)
	if !ok {
		found.add("the body is no JSON object")
		return found
	}
	found.values("", body)
	switch resources, isList := body["Resources"]; {
	case x.Status >= 400:
		found.scimError(x.Status, body)
	case isList || hasSchema(body, messageURN+"ListResponse"):
		found.list(x, body, resources)
	default:
		found.resource(x, "", body)
	}
	return found
}

// faultList collects sentences.
type faultList []string

func (f *faultList) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// values finds values that no answer may hold: nulls (an attribute without a value is left out), booleans that are
// not JSON booleans, and passwords.
func (f *faultList) values(path string, value any) {
	switch v := value.(type) {
	case nil:
		f.add("%s is null", path)
	case []any:
		for i, element := range v {
			f.values(fmt.Sprintf("%s/%d", path, i), element)
		}
	case map[string]any:
		for name, inner := range v {
			if _, isBool := inner.(bool); (name == "active" || name == "primary") && !isBool {
				f.add("%s/%s is %v and no boolean", path, name, inner)
			}
			if strings.EqualFold(name, "password") {
				f.add("%s/%s is given away", path, name)
			}
			f.values(path+"/"+name, inner)
		}
	}
}

var scimTypes = []string{"", "invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath",
	"noTarget", "invalidValue", "invalidVers", "sensitive"}

func (f *faultList) scimError(status int, body map[string]any) {
	if !sameJSON(body["schemas"], []any{messageURN + "Error"}) {
		f.add("an error with schemas %v", body["schemas"])
	}
	if body["status"] != strconv.Itoa(status) {
		f.add("an error %d with status %#v", status, body["status"])
	}
	if detail, _ := body["detail"].(string); strings.TrimSpace(detail) == "" {
		f.add("an error without detail")
	}
	if kind, _ := body["scimType"].(string); !slices.Contains(scimTypes, kind) {
		f.add("scimType %q is not in RFC 7644 table 9", kind)
	}
}

func (f *faultList) list(x exchange, body map[string]any, resources any) {
	if !sameJSON(body["schemas"], []any{messageURN + "ListResponse"}) {
		f.add("a list with schemas %v", body["schemas"])
	}
	list, ok := resources.([]any)
	if !ok {
		f.add("a list without Resources")
	}
	total, start, items := whole64(body["totalResults"]), whole64(body["startIndex"]), whole64(body["itemsPerPage"])
	if total < int64(len(list)) || start < 1 || items != int64(len(list)) {
		f.add("totalResults %v, startIndex %v, itemsPerPage %v with %d Resources",
			body["totalResults"], body["startIndex"], body["itemsPerPage"], len(list))
	}
	for i, element := range list {
		resource, ok := element.(map[string]any)
		if !ok {
			f.add("Resources/%d is no object", i)
			continue
		}
		f.resource(x, fmt.Sprintf("Resources/%d: ", i), resource)
	}
}

// resource judges a User or Group completely, other resources (schemas, configuration) by their meta alone.
func (f *faultList) resource(x exchange, where string, r map[string]any) {
	path, query, _ := strings.Cut(x.Target, "?")
	kind := ""
	switch segments := strings.FieldsFunc(strings.ToLower(path), func(r rune) bool { return r == '/' }); {
	case len(segments) == 0:
		return // the base address has no resource
	case segments[0] == "users":
		kind = "User"
	case segments[0] == "groups":
		kind = "Group"
	}
	projected := strings.Contains("&"+query, "&attributes=")
	meta, hasMeta := r["meta"].(map[string]any)
	if !hasMeta && !projected {
		f.add("%sno meta", where)
	}
	if kind == "" || !hasMeta && projected {
		return
	}
	id, _ := r["id"].(string)
	if id == "" {
		f.add("%sno id", where)
	}
	if meta["resourceType"] != kind {
		f.add("%smeta.resourceType is %v", where, meta["resourceType"])
	}
	location, _ := meta["location"].(string)
	if !strings.HasPrefix(location, "http") || !strings.HasSuffix(location, "/scim/v2/"+kind+"s/"+id) {
		f.add("%smeta.location is %v", where, meta["location"])
	}
	if x.Status == http.StatusCreated && x.Header.Get("Location") != location {
		f.add("Location is %q, meta.location %q", x.Header.Get("Location"), location)
	}
	if version, _ := meta["version"].(string); version == "" {
		f.add("%sno meta.version", where)
	} else if tag := x.Header.Get("ETag"); tag != "" && where == "" && tag != version {
		f.add("ETag is %s, meta.version %s", tag, version)
	}
	created, err1 := time.Parse(time.RFC3339, fmt.Sprint(meta["created"]))
	modified, err2 := time.Parse(time.RFC3339, fmt.Sprint(meta["lastModified"]))
	if err1 != nil || err2 != nil || modified.Before(created) {
		f.add("%screated %v, lastModified %v", where, meta["created"], meta["lastModified"])
	}
	f.schemas(where, kind, r)
	for _, list := range []string{"members", "groups"} {
		f.references(where+list, r[list])
	}
}

// schemas: the core URN, each extension that has values, and nothing that was never heard of.
func (f *faultList) schemas(where, kind string, r map[string]any) {
	if !hasSchema(r, coreURN+kind) {
		f.add("%sschemas %v lacks the core schema", where, r["schemas"])
	}
	for name := range r {
		if strings.Contains(name, ":") && !hasSchema(r, name) {
			f.add("%sschemas %v lacks %s", where, r["schemas"], name)
		}
	}
	list, _ := r["schemas"].([]any)
	for _, urn := range list {
		_, used := r[fmt.Sprint(urn)]
		if !used && urn != coreURN+kind && urn != enterpriseURN {
			f.add("%sschemas names %v, of which there is nothing", where, urn)
		}
	}
}

// references: a member or group has a value, once in the list, and its $ref leads there.
func (f *faultList) references(where string, value any) {
	list, _ := value.([]any)
	seen := make(map[any]bool)
	for _, element := range list {
		member, _ := element.(map[string]any)
		id, _ := member["value"].(string)
		if id == "" || seen[id] {
			f.add("%s: value %q is empty or there twice", where, id)
		}
		seen[id] = true
		if ref, there := member["$ref"]; there && !strings.HasSuffix(fmt.Sprint(ref), "/"+id) {
			f.add("%s: $ref %v does not lead to %s", where, ref, id)
		}
	}
}

// judge compares an answer with what its file expects, and lists the differences.
func (e expectation) judge(x exchange) []string {
	var found faultList
	if len(e.Status) > 0 && !slices.Contains(e.Status, x.Status) {
		found.add("status %d, want %v", x.Status, []int(e.Status))
	}
	for name, want := range e.Headers {
		got := x.Header.Get(name)
		if start, open := strings.CutSuffix(want, "*"); got != want && (!open || !strings.HasPrefix(got, start)) {
			found.add("header %s is %q, want %q", name, got, want)
		}
	}
	wantsBody := e.Body != nil || len(e.Keys)+len(e.Absent)+len(e.Not)+len(e.Some) > 0
	if !wantsBody {
		return found
	}
	if x.Body == nil {
		found.add("no body")
		return found
	}
	if e.Body != nil {
		found.subset("body", mustDecode(e.Body), x.Body)
	}
	for _, path := range slices.Sorted(maps.Keys(e.Keys)) {
		for where, value := range at(x.Body, path) {
			object, _ := value.(map[string]any)
			if got := slices.Sorted(maps.Keys(object)); !slices.Equal(got, slices.Sorted(slices.Values(e.Keys[path]))) {
				found.add("%s has the names %v, want %v", where, got, e.Keys[path])
			}
		}
		found.needs(x.Body, path)
	}
	for _, path := range e.Absent {
		for where, value := range at(x.Body, path) {
			found.add("%s is there: %s", where, encode(value))
		}
	}
	for path, other := range e.Not {
		for where, value := range at(x.Body, path) {
			if sameJSON(value, mustDecode(other)) {
				found.add("%s is %s", where, other)
			}
		}
		found.needs(x.Body, path)
	}
	for path, wants := range e.Some {
		for where, value := range at(x.Body, path) {
			list, _ := value.([]any)
			for _, want := range wants {
				if !slices.ContainsFunc(list, func(got any) bool { return includes(mustDecode(want), got) }) {
					found.add("%s does not hold %s", where, want)
				}
			}
		}
		found.needs(x.Body, path)
	}
	return found
}

// needs is for expectations that mean nothing when what they speak of is missing.
func (f *faultList) needs(body any, path string) {
	if len(at(body, path)) == 0 {
		f.add("%s is not there", path)
	}
}

// subset explains where got lacks something of want.
func (f *faultList) subset(where string, want, got any) {
	wanted, isObject := want.(map[string]any)
	object, alike := got.(map[string]any)
	if isObject && alike {
		for _, name := range slices.Sorted(maps.Keys(wanted)) {
			inner, there := object[name]
			if !there {
				f.add("%s/%s is missing, want %s", where, name, encode(wanted[name]))
				continue
			}
			f.subset(where+"/"+name, wanted[name], inner)
		}
		return
	}
	if !includes(want, got) {
		f.add("%s is %s, want %s", where, shorten(encode(got)), shorten(encode(want)))
	}
}

// includes says whether got holds all of want: objects may hold more, lists have as many elements, in any order.
func includes(want, got any) bool {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		for name, inner := range want {
			value, there := object[name]
			if !there || !includes(inner, value) {
				return false
			}
		}
		return ok
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return false
		}
		free := slices.Clone(list)
		for _, inner := range want {
			i := slices.IndexFunc(free, func(value any) bool { return includes(inner, value) })
			if i < 0 {
				return false
			}
			free = slices.Delete(free, i, i+1)
		}
		return true
	default:
		return sameJSON(want, got)
	}
}

// at finds what a path leads to: one value, none, or with "*" many, each by its own path.
func at(body any, path string) map[string]any {
	found := map[string]any{"body": body}
	if path == "" {
		return found
	}
	for name := range strings.SplitSeq(path, "/") {
		next := make(map[string]any)
		for where, value := range found {
			switch v := value.(type) {
			case map[string]any:
				if inner, ok := v[name]; ok {
					next[where+"/"+name] = inner
				}
			case []any:
				for i, inner := range v {
					key, value, byValue := strings.Cut(name, "=")
					element, _ := inner.(map[string]any)
					if name == "*" || name == strconv.Itoa(i) || byValue && element[key] == value {
						next[fmt.Sprintf("%s/%d", where, i)] = inner
					}
				}
			}
		}
		found = next
	}
	return found
}

func hasSchema(r map[string]any, urn string) bool {
	list, _ := r["schemas"].([]any)
	return slices.Contains(list, any(urn))
}

// sameJSON compares by JSON text, so that 1 and 1.0 are different and "as sent" means what it says.
func sameJSON(a, b any) bool {
	switch a.(type) {
	case nil, string, bool, json.Number:
		return a == b
	}
	return string(encode(a)) == string(encode(b))
}

func whole64(value any) int64 {
	number, _ := value.(json.Number)
	n, err := number.Int64()
	if err != nil {
		return -1
	}
	return n
}

func mustDecode(raw json.RawMessage) any {
	value, err := decode(raw)
	if err != nil {
		panic(err) // resolve has compacted it
	}
	return value
}

func shorten(raw json.RawMessage) string {
	const limit = 600
	if len(raw) <= limit {
		return string(raw)
	}
	return string(raw[:limit]) + "..."
}

// TestJudge shows that each fault of an answer is seen, and that a right answer has none.
func TestJudge(t *testing.T) {
	const (
		user = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"7","userName":"ana@contoso.example","active":true,` +
			`"emails":[{"type":"work","value":"a"},{"type":"home","value":"b"}],"meta":{"resourceType":"User","created":"2026-01-05T10:00:00Z",` +
			`"lastModified":"2026-01-05T10:00:00Z","location":"http://h/scim/v2/Users/7","version":"W/\"1\""}}`
		missing = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404","detail":"no such user"}`
		list    = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":1,"startIndex":1,"itemsPerPage":1,"Resources":[` + user + `]}`
	)
	with := strings.NewReplacer
	for name, c := range map[string]struct {
		status int
		body   string
		kind   string // Content-Type, if another
		expect string
		fault  string // "" none
	}{
		"right":              {200, user, "", `{"status":200,"body":{"userName":"ana@contoso.example","emails":[{"value":"b"},{"value":"a"}]}}`, ""},
		"right error":        {404, missing, "", `{"status":[404,410],"not":{"detail":"x"},"absent":["scimType"]}`, ""},
		"right list":         {200, list, "", `{"status":200,"some":{"Resources":[{"id":"7"}]},"absent":["Resources/*/members"]}`, ""},
		"nothing":            {204, ``, "", `{"status":204}`, ""},
		"not implemented":    {501, with("404", "501").Replace(missing), "", `{"status":501}`, ""},
		"wrong status":       {200, user, "", `{"status":201}`, "status 200"},
		"server fault":       {500, with("404", "500").Replace(missing), "", `{"status":500}`, "never"},
		"too many":           {429, with("404", "429").Replace(missing), "", `{"status":429}`, "never"},
		"no challenge":       {401, with("404", "401").Replace(missing), "", `{"status":401}`, "Bearer"},
		"secret":             {404, with("no such", "s3cret").Replace(missing), "", `{"status":404}`, "secret"},
		"charset":            {200, user, "application/scim+json; charset=utf-8", `{"status":200}`, "Content-Type"},
		"no body":            {200, ``, "", `{"status":200,"absent":["id"]}`, "no body"},
		"HTML":               {404, `<html>`, "", `{"status":404}`, "body"},
		"numeric status":     {404, with(`"404"`, `404`).Replace(missing), "", `{"status":404}`, "status"},
		"no detail":          {404, with(`no such user`, ``).Replace(missing), "", `{"status":404}`, "detail"},
		"own scimType":       {404, with(`"detail"`, `"scimType":"gone","detail"`).Replace(missing), "", `{"status":404}`, "scimType"},
		"no meta":            {200, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"7"}`, "", `{"status":200}`, "meta"},
		"no version":         {200, with("version", "vision").Replace(user), "", `{"status":200}`, "version"},
		"no id":              {200, with(`"id"`, `"uid"`).Replace(user), "", `{"status":200}`, "id"},
		"location elsewhere": {200, with("Users/7", "Users/8").Replace(user), "", `{"status":200}`, "location"},
		"modified before":    {200, with(`lastModified":"2026`, `lastModified":"2025`).Replace(user), "", `{"status":200}`, "lastModified"},
		"string boolean":     {200, with("true", `"True"`).Replace(user), "", `{"status":200}`, "boolean"},
		"null":               {200, with(`"active"`, `"title":null,"active"`).Replace(user), "", `{"status":200}`, "null"},
		"password":           {200, with(`"active"`, `"password":"x","active"`).Replace(user), "", `{"status":200}`, "password"},
		"name twice":         {200, with(`"active"`, `"UserName":"x","active"`).Replace(user), "", `{"status":200}`, "twice"},
		"foreign schema":     {200, with(`2.0:User"]`, `2.0:User","urn:x"]`).Replace(user), "", `{"status":200}`, "urn:x"},
		"silent extension":   {200, with(`"active"`, `"urn:x:y":{"a":1},"active"`).Replace(user), "", `{"status":200}`, "urn:x:y"},
		"member twice":       {200, with(`"active"`, `"members":[{"value":"1"},{"value":"1"}],"active"`).Replace(user), "", `{"status":200}`, "twice"},
		"wrong page":         {200, with(`"itemsPerPage":1`, `"itemsPerPage":5`).Replace(list), "", `{"status":200}`, "itemsPerPage"},
		"no Resources":       {200, with(`Resources`, `resources`).Replace(list), "", `{"status":200}`, "Resources"},
		"other value":        {200, user, "", `{"status":200,"body":{"userName":"Ana@contoso.example"}}`, "userName"},
		"value missing":      {200, user, "", `{"status":200,"body":{"title":"x"}}`, "title"},
		"longer list":        {200, user, "", `{"status":200,"body":{"emails":[{"value":"a"}]}}`, "emails"},
		"one for two":        {200, user, "", `{"status":200,"body":{"emails":[{"value":"a"},{"value":"a"}]}}`, "emails"},
		"unwanted":           {200, user, "", `{"status":200,"absent":["active"]}`, "active"},
		"same":               {200, user, "", `{"status":200,"not":{"id":"7"}}`, "id"},
		"same of nothing":    {200, user, "", `{"status":200,"not":{"title":"7"}}`, "title"},
		"more names":         {200, user, "", `{"status":200,"keys":{"":["schemas","id","userName"]}}`, "names"},
		"by value":           {200, user, "", `{"status":200,"not":{"emails/type=work/value":"b"},"absent":["emails/type=other"]}`, ""},
		"by wrong value":     {200, user, "", `{"status":200,"not":{"emails/type=other/value":"b"}}`, "not there"},
		"lacking element":    {200, user, "", `{"status":200,"some":{"emails":[{"type":"other"}]}}`, "other"},
		"other header":       {200, user, "", `{"status":200,"headers":{"Location":"http*"}}`, "Location"},
	} {
		t.Run(name, func(t *testing.T) {
			x := exchange{Method: "GET", Target: "/Users", Secret: "s3cret", Status: c.status, Header: make(http.Header), Raw: []byte(c.body)}
			if c.body != "" {
				x.Header.Set("Content-Type", "application/scim+json")
				x.Body, _ = decode(x.Raw)
			}
			if c.kind != "" {
				x.Header.Set("Content-Type", c.kind)
			}
			var e expectation
			if err := json.Unmarshal([]byte(c.expect), &e); err != nil {
				t.Fatal(err)
			}
			found := strings.Join(append(x.faults(), e.judge(x)...), "; ")
			if c.fault == "" && found != "" || c.fault != "" && !strings.Contains(found, c.fault) {
				t.Errorf("found %q, want %q", found, c.fault)
			}
		})
	}
}
