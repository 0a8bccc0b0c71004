package scim

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

type described struct {
	Name, Type, Mutability, Returned, Uniqueness string
	MultiValued, Required                        bool
	CanonicalValues                              []string
	SubAttributes                                []described
}

func sub(list []described, name string) *described {
	for i := range list {
		if strings.EqualFold(list[i].Name, name) {
			return &list[i]
		}
	}
	return nil
}

func readSchemas(t *testing.T) map[string][]described {
	t.Helper()
	var list struct {
		Schemas      []string
		TotalResults int
		Resources    []struct {
			ID, Name   string
			Attributes []described
		}
	}
	if err := json.Unmarshal(Schemas(base), &list); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(list.Schemas, []string{ListURN}) || list.TotalResults != 3 || len(list.Resources) != 3 {
		t.Fatalf("schemas are listed as %v, %d, %d", list.Schemas, list.TotalResults, len(list.Resources))
	}
	all := make(map[string][]described)
	for _, r := range list.Resources {
		all[r.ID] = r.Attributes
	}
	return all
}

// TestSchemasHaveEntrasMappings: each default mapping must be found in /Schemas, as Microsoft's validator looks for it.
func TestSchemasHaveEntrasMappings(t *testing.T) {
	all := readSchemas(t)
	for _, path := range []string{"userName", "active", "displayName", "title", `emails[type eq "work"].value`, `emails[type eq "other"].value`, "preferredLanguage",
		"name.givenName", "name.familyName", "name.formatted", `addresses[type eq "work"].formatted`, `addresses[type eq "work"].streetAddress`, `addresses[type eq "other"].locality`,
		`phoneNumbers[type eq "work"].value`, `phoneNumbers[type eq "mobile"].value`, `phoneNumbers[type eq "fax"].value`, `phoneNumbers[type eq "pager"].value`,
		`roles[primary eq "True"].value`, `roles[primary eq "True"].display`, EnterpriseURN + ":employeeNumber", EnterpriseURN + ":department", "manager"} {
		p, err := ParsePath(User, path)
		if err != nil {
			t.Fatal(err)
		}
		urn := p.URN
		if urn == "" {
			urn = UserURN
		}
		a := sub(all[urn], p.Attr)
		if a == nil {
			t.Errorf("%s: no attribute %s", path, p.Attr)
			continue
		}
		if p.Sub != "" && sub(a.SubAttributes, p.Sub) == nil {
			t.Errorf("%s: no sub-attribute %s", path, p.Sub)
		}
		if c, ok := p.Where.(Compare); ok {
			by := sub(a.SubAttributes, c.Path.Attr)
			if by == nil {
				t.Errorf("%s: no sub-attribute %s", path, c.Path.Attr)
			} else if text, ok := c.Value.(string); ok && !slices.Contains(by.CanonicalValues, text) {
				t.Errorf("%s: %q is not among the canonical values %q", path, text, by.CanonicalValues)
			}
		}
	}
	for _, name := range []string{"displayName", "members"} {
		if sub(all[GroupURN], name) == nil {
			t.Errorf("groups have no %s", name)
		}
	}
	if sub(all[UserURN], "password") != nil {
		t.Error("a password is offered, which is not kept")
	}
}

func TestSchemasAreWellFormed(t *testing.T) {
	var walk func(urn string, list []described)
	walk = func(urn string, list []described) {
		for _, a := range list {
			if !slices.Contains([]string{"readWrite", "readOnly", "immutable", "writeOnly"}, a.Mutability) || !slices.Contains([]string{"default", "always", "request"}, a.Returned) {
				t.Errorf("%s %s: mutability %q, returned %q", urn, a.Name, a.Mutability, a.Returned)
			}
			if (a.Type == TypeComplex) != (len(a.SubAttributes) > 0) {
				t.Errorf("%s %s: type %q with %d sub-attributes", urn, a.Name, a.Type, len(a.SubAttributes))
			}
			walk(urn, a.SubAttributes)
		}
	}
	for urn, list := range readSchemas(t) {
		walk(urn, list)
	}
	for _, doc := range [][]byte{Schemas(base), ResourceTypes(base), ServiceProviderConfig(base)} {
		if bytes.Contains(doc, []byte("null")) {
			t.Errorf("a null stands in %s", doc)
		}
	}
}

func TestDiscoveryByName(t *testing.T) {
	for _, s := range schemas() {
		one, ok := SchemaByID(base, strings.ToUpper(s.ID))
		if !ok || !bytes.Contains(Schemas(base), one) || !bytes.Contains(one, []byte(`"location":"`+base+`/Schemas/`+s.ID+`"`)) {
			t.Errorf("schema %s: %v, %s", s.ID, ok, one)
		}
	}
	if _, ok := SchemaByID(base, "urn:none"); ok {
		t.Error("there is a schema urn:none")
	}
	one, ok := ResourceTypeByName(base, "user")
	if !ok || !bytes.Contains(ResourceTypes(base), one) {
		t.Errorf("resource type: %v, %s", ok, one)
	}
	wantJSON(t, "resource type", string(one), `{"schemas":["`+ResourceTypeURN+`"],"id":"User","name":"User","endpoint":"/Users","description":"People","schema":"`+UserURN+`",
		"schemaExtensions":[{"schema":"`+EnterpriseURN+`","required":false}],"meta":{"resourceType":"ResourceType","location":"`+base+`/ResourceTypes/User"}}`)
	if _, ok := ResourceTypeByName(base, "Device"); ok {
		t.Error("there is a resource type Device")
	}
	wantJSON(t, "configuration", string(ServiceProviderConfig(base)), `{"schemas":["`+ConfigURN+`"],"patch":{"supported":true},
		"bulk":{"supported":false,"maxOperations":0,"maxPayloadSize":0},"filter":{"supported":true,"maxResults":1000},"changePassword":{"supported":false},
		"sort":{"supported":false},"etag":{"supported":true},"authenticationSchemes":[{"type":"oauthbearertoken","name":"Bearer token",
		"description":"The secret token, sent as a bearer token.","specUri":"https://www.rfc-editor.org/info/rfc6750","primary":true}],
		"meta":{"resourceType":"ServiceProviderConfig","location":"`+base+`/ServiceProviderConfig"}}`)
}
