package scim

import "testing"

const benchUser = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
	"externalId":"ana.ruiz","userName":"ana.ruiz@contoso.example","active":true,"displayName":"Ana Ruiz","title":"Analyst","preferredLanguage":"es-ES",
	"emails":[{"primary":true,"type":"work","value":"ana.ruiz@contoso.example"}],"name":{"formatted":"Ana Ruiz","familyName":"Ruiz","givenName":"Ana"},
	"addresses":[{"primary":true,"type":"work","streetAddress":"Gran Via 1","locality":"Madrid","region":"MD","postalCode":"28013","country":"Spain","formatted":"HQ-3"}],
	"phoneNumbers":[{"primary":true,"type":"work","value":"+34 911 000 000"},{"type":"mobile","value":"+34 600 000 000"}],"meta":{"resourceType":"User"},"roles":[],
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"1042","department":"Finance"}}`

func BenchmarkParseResource(b *testing.B) {
	body := []byte(benchUser)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseResource(User, body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPatch is all that package scim does for a PATCH of one operation on a stored person.
func BenchmarkPatch(b *testing.B) {
	doc := user(b, benchUser).Document()
	body := patchBody(`{"op":"Replace","path":"emails[type eq \"work\"].value","value":"ana@contoso.example"}`)
	b.ReportAllocs()
	for b.Loop() {
		p, err := ParsePatch(User, body)
		if err != nil {
			b.Fatal(err)
		}
		r, err := FromDocument(User, doc)
		if err != nil {
			b.Fatal(err)
		}
		if err := p.Apply(r); err != nil {
			b.Fatal(err)
		}
		r.Document()
	}
}

func BenchmarkParsePatchOfOneMember(b *testing.B) {
	body := patchBody(`{"op":"Add","path":"members","value":[{"$ref":null,"value":"0194f3a0-0000-7000-8000-00000000000a"}]}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParsePatch(Group, body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseFilter(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseFilter(User, `userName eq "ana.ruiz@contoso.example"`); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	r := user(b, benchUser)
	f, err := ParseFilter(User, `emails[type eq "work"].value eq "nobody@contoso.example" or title co "x"`)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		f.Match(r, Meta{ID: "1"})
	}
}

func BenchmarkRender(b *testing.B) {
	doc := user(b, benchUser).Document()
	projected, err := ParseProjection(User, "userName,emails.value", "")
	if err != nil {
		b.Fatal(err)
	}
	for name, p := range map[string]*Projection{"whole": nil, "projected": projected} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Render(User, doc, renderMeta, base, p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDiff(b *testing.B) {
	before, after := user(b, benchUser), user(b, benchUser)
	after.Attrs["title"] = "Auditor"
	b.ReportAllocs()
	for b.Loop() {
		Diff(before, after)
	}
}

func BenchmarkKey(b *testing.B) {
	for name, s := range map[string]string{"ascii": "Ana.Ruiz@contoso.example", "latin": "Ana Ruíz-Ñandú", "wide": "ＡＮＡ"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Key(s)
			}
		})
	}
}
