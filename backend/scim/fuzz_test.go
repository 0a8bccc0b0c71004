package scim

import (
	"errors"
	"strings"
	"testing"
)

// wantClientError checks that an error is one for the client, with a kind and a detail that fits into a log.
func wantClientError(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Kind == Internal || e.Detail == "" {
		t.Fatalf("error = %#v, want one for the client", err)
	}
	if len(e.Detail) > 1<<15 {
		t.Errorf("a detail of %d bytes", len(e.Detail))
	}
}

func FuzzFilter(f *testing.F) {
	for _, s := range []string{
		`userName eq "ada"`, `emails[type eq "work"].value co x or not (manager eq "m" and active eq "True")`, `a.b gt 1e3`, `urn:a:b:1.0:User:c.d pr`,
		`meta.created ge "2026-01-05T10:00:00Z"`, `emails[type eq "work" and (value sw "a" or value pr)]`, `not pr`, `a eq "\u0041\x"`, `x eq null`, `groups eq g`,
		`urn:x eq 1`, `urn:ietf:params:scim:schemas:extension:enterprise:2.0User:manager eq 1`, `roles[primary eq "True"].value eq ""`,
	} {
		f.Add(s)
	}
	r := user(f, `{"userName":"ada","emails":[{"type":"work","value":"a"}],"x":{"y":[1,"a",true]},"manager":"m"}`)
	f.Fuzz(func(t *testing.T, s string) {
		for _, rt := range []*ResourceType{User, Group} {
			parsed, err := ParseFilter(rt, s)
			if err != nil {
				wantClientError(t, err)
				if e, _ := errors.AsType[*Error](err); e.Kind != InvalidFilter {
					t.Errorf("%q: kind %d", s, e.Kind)
				}
				continue
			}
			wantRoundTrip(t, rt, parsed)
			hit := parsed.Match(r, Meta{ID: "1", Groups: []GroupRef{{ID: "g"}}})
			if not := (&Filter{Root: Not{parsed.Root}}).Match(r, Meta{ID: "1", Groups: []GroupRef{{ID: "g"}}}); hit == not {
				t.Errorf("%q and its negation are both %v", s, hit)
			}
			parsed.MatchMember(Member{Value: "u", Type: "User"})
		}
	})
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{"userName", "name.givenName", `emails[type eq "work"].value`, "manager", EnterpriseURN, EnterpriseURN + ":manager.value",
		"urn:a:b", "urn:a:b:1.0:User:c[d eq 1].e", "addresses.primary", "members[value eq x]", "a[b pr]", UserURN} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, rt := range []*ResourceType{User, Group} {
			p, err := ParsePath(rt, s)
			if err != nil {
				wantClientError(t, err)
				continue
			}
			text := p.String()
			if len(text) > maxFilter {
				continue
			}
			if text == "" {
				// The core schema as a whole has no other name than its URN.
				continue
			}
			again, err := ParsePath(rt, text)
			if err != nil || again.String() != text {
				t.Errorf("%q is written %q, which is %q, %v", s, text, again.String(), err)
			}
		}
	})
}

func FuzzPatch(f *testing.F) {
	for _, ops := range []string{
		`{"op":"Add","path":"emails[type eq \"home\"].value","value":"h"}`, `{"op":"replace","value":{"name.givenName":"A","manager":""}}`,
		`{"op":"Remove","path":"members","value":[{"value":"u"}]}`, `{"op":"add","path":"roles[primary eq \"True\"].display","value":"x"}`,
		`{"op":"replace","path":"emails","value":[{"value":"a","primary":"True"},{"value":"b","primary":true}]}`, `{"op":"remove","path":"emails","value":[{"type":"work"}]}`,
		`{"op":"add","path":"x.y","value":{"z":[1,null,"",{}]}}`, `{"op":"add","value":{"urn:a:b":{"c":1},"urn:a:b:c":2}}`, `{"op":"remove","path":"urn:a:b"}`,
		`{"op":"add","path":"schemas","value":["urn:a:b"]}`, `{"op":"replace","path":"emails.value","value":"x"}`, `{"op":"add","path":"tags[value eq 1]","value":2}`,
		`{"op":"add","path":"roles","value":["{\"value\":\"a\",\"roles\":{}}"]}`, `{"op":"replace","path":"active","value":"False"},{"op":"remove","path":"active"}`,
	} {
		f.Add([]byte(`{"Operations":[` + ops + `]}`))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, c := range []struct {
			rt    *ResourceType
			start string
		}{
			{User, `{"userName":"ada","emails":[{"type":"work","value":"a","primary":true},{"value":"b"}],"x":{"y":1},"tags":[1,"a"],"urn:a:b":{"c":1},"manager":"m"}`},
			{Group, `{"displayName":"G"}`},
		} {
			p, err := ParsePatch(c.rt, body)
			if err != nil {
				wantClientError(t, err)
				continue
			}
			for _, op := range p.Members() {
				if c.rt != Group || op.Where != nil && op.Kind != RemoveMembers {
					t.Errorf("member operation %+v on a %s", op, c.rt.Name)
				}
				for _, m := range op.Members {
					if strings.TrimSpace(m.Value) == "" {
						t.Error("a member without an id")
					}
				}
			}
			r := parse(t, c.rt, c.start)
			before := string(r.Document())
			if err := p.Apply(r); err != nil {
				wantClientError(t, err)
				if string(r.Document()) != before {
					t.Error("a failed patch changed the resource")
				}
				continue
			}
			wantSound(t, r, len(before)+len(body)*4+1024)
			// A second time it may add again, but never break the document.
			if err := p.Apply(r); err == nil {
				wantSound(t, r, 2*(len(before)+len(body)*4+1024))
			}
			Diff(parse(t, c.rt, c.start), r)
		}
	})
}

// wantSound checks what holds of every resource.
func wantSound(t *testing.T, r *Resource, most int) {
	t.Helper()
	wantStable(t, r)
	if n := len(r.Document()); n > most {
		t.Errorf("the document has %d bytes, more than %d", n, most)
	}
	if err := checkName(r.Type.required(), r.Attrs[r.Type.required()]); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"id", "meta", "password"} {
		if _, ok := r.Attrs[name]; ok {
			t.Errorf("%s stands in the document", name)
		}
	}
	for name, v := range r.Attrs {
		primaries := 0
		list, _ := v.([]any)
		for _, e := range list {
			if m, ok := e.(map[string]any); ok && m["primary"] == true {
				primaries++
			}
		}
		if a := r.Type.core(name); a != nil && primaries > 1 {
			t.Errorf("%s has %d primaries", name, primaries)
		}
	}
	if changes := Diff(r, r); len(changes) > 0 {
		t.Errorf("a resource differs from itself: %v", changes)
	}
	if _, err := Render(r.Type, r.Document(), Meta{ID: "1"}, base, nil); err != nil {
		t.Error(err)
	}
}

func FuzzResource(f *testing.F) {
	for _, s := range []string{
		`{"schemas":["` + UserURN + `"],"userName":"ada","name":{"givenName":"A"},"emails":[{"value":"a","primary":"True"}],"roles":[],"manager":null}`,
		`{"userName":"ada","x":{"y":[1,null,""]},"urn:a:b:1.0:User":{"c":{}},"urn:a:b:c":1,"name.familyName":"B"}`,
		`{"displayName":"G","members":[{"value":"u","type":"User"},"v"]}`, `{"userName":"a","roles":["{\"value\":\"r\",\"displayName\":\"R\"}"],"emails":"x"}`,
		`{"userName":"a","emails[type eq \"work\"].value":"b","` + EnterpriseURN + `:department":"D","schema s":[[]]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, rt := range []*ResourceType{User, Group} {
			r, err := ParseResource(rt, body)
			if err != nil {
				wantClientError(t, err)
				continue
			}
			wantSound(t, r, 4*len(body)+1024)
			// What is stored, sent again by a client, is the same resource.
			again, err := ParseResource(rt, r.Document())
			if err != nil {
				e, _ := errors.AsType[*Error](err)
				if strings.Contains(e.Detail, "deep") {
					continue
				}
				t.Fatalf("%s is refused: %v", r.Document(), err)
			}
			if changes := Diff(r, again); len(changes) > 0 {
				t.Errorf("%s read again differs: %v", r.Document(), changes)
			}
		}
	})
}
