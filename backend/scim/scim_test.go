package scim

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"strings"
	"testing"
)

// user parses a person or fails.
func user(t testing.TB, body string) *Resource {
	t.Helper()
	return parse(t, User, body)
}

func parse(t testing.TB, rt *ResourceType, body string) *Resource {
	t.Helper()
	r, err := ParseResource(rt, []byte(body))
	if err != nil {
		t.Fatalf("ParseResource(%s): %v", body, err)
	}
	return r
}

// wantJSON compares by value, not by the order of names.
func wantJSON(t testing.TB, what, got, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatalf("%s is no JSON: %v: %s", what, err, got)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("the wanted %s is no JSON: %v: %s", what, err, want)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("%s\n got %s\nwant %s", what, got, want)
	}
}

// attrs is a resource without what nearly every one has, for short expectations.
func attrs(r *Resource) string {
	rest := maps.Clone(r.Attrs)
	for _, name := range []string{"schemas", "userName", "active"} {
		delete(rest, name)
	}
	return string(appendJSON(nil, rest, nil))
}

// wantError checks an error's kind, and that its detail has all that it must name.
func wantError(t testing.TB, err error, kind Kind, names ...string) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error = %v, want an *Error of kind %d", err, kind)
	}
	if e.Kind != kind {
		t.Errorf("kind = %d, want %d: %v", e.Kind, kind, err)
	}
	for _, name := range names {
		if !strings.Contains(e.Detail, name) {
			t.Errorf("detail %q does not name %q", e.Detail, name)
		}
	}
}

// patchBody wraps operations in a message.
func patchBody(ops string) []byte {
	return []byte(`{"schemas":["` + PatchURN + `"],"Operations":[` + ops + `]}`)
}

// patched applies operations to a resource and checks what every patch keeps to.
func patched(t testing.TB, r *Resource, ops string) error {
	t.Helper()
	p, err := ParsePatch(r.Type, patchBody(ops))
	if err != nil {
		return err
	}
	before := string(r.Document())
	if err := p.Apply(r); err != nil {
		if after := string(r.Document()); after != before {
			t.Errorf("a failed patch changed the resource\nfrom %s\n  to %s", before, after)
		}
		return err
	}
	wantStable(t, r)
	return nil
}

// wantStable checks that a document read again is the same one.
func wantStable(t testing.TB, r *Resource) {
	t.Helper()
	doc := r.Document()
	again, err := FromDocument(r.Type, doc)
	if err != nil {
		t.Fatalf("FromDocument(%s): %v", doc, err)
	}
	if !reflect.DeepEqual(again.Attrs, r.Attrs) {
		t.Errorf("read again, the document is another one\n was %#v\n  is %#v", r.Attrs, again.Attrs)
	}
	if second := again.Document(); string(second) != string(doc) {
		t.Errorf("written again, the document is another one\n was %s\n  is %s", doc, second)
	}
}

func ids(list []Member) []string {
	all := []string{}
	for _, m := range list {
		all = append(all, m.Value)
	}
	return all
}
