package scim

import (
	"encoding/json"
	"strconv"
)

// MaxResults is the most resources that one page of a list has.
const MaxResults = 1000

// ServiceProviderConfig says what the server can do (RFC 7643 section 5). base is as for Render.
func ServiceProviderConfig(base string) []byte {
	supported := func(yes bool) map[string]any { return map[string]any{"supported": yes} }
	filter := supported(true)
	filter["maxResults"] = json.Number(strconv.Itoa(MaxResults))
	bulk := supported(false)
	bulk["maxOperations"], bulk["maxPayloadSize"] = json.Number("0"), json.Number("0")
	return document(map[string]any{
		"schemas":        []any{ConfigURN},
		"patch":          supported(true),
		"bulk":           bulk,
		"filter":         filter,
		"changePassword": supported(false),
		"sort":           supported(false),
		"etag":           supported(true),
		"authenticationSchemes": []any{map[string]any{
			"type":        "oauthbearertoken",
			"name":        "Bearer token",
			"description": "The secret token, sent as a bearer token.",
			"specUri":     "https://www.rfc-editor.org/info/rfc6750",
			"primary":     true,
		}},
		"meta": map[string]any{"resourceType": "ServiceProviderConfig", "location": base + "/ServiceProviderConfig"},
	})
}

// ResourceTypes lists User and Group (RFC 7643 section 6) as a ListResponse.
func ResourceTypes(base string) []byte {
	types := resourceTypes()
	all := make([][]byte, len(types))
	for i, t := range types {
		all[i] = document(t.describe(base))
	}
	return RenderList(len(all), 1, all)
}

// ResourceTypeByName gives one resource type, its name in any case.
func ResourceTypeByName(base, name string) ([]byte, bool) {
	for _, t := range resourceTypes() {
		if sameName(t.Name, name) {
			return document(t.describe(base)), true
		}
	}
	return nil, false
}

func resourceTypes() []*ResourceType { return []*ResourceType{User, Group} }

func (t *ResourceType) describe(base string) map[string]any {
	d := map[string]any{
		"schemas":     []any{ResourceTypeURN},
		"id":          t.Name,
		"name":        t.Name,
		"endpoint":    "/" + t.Endpoint,
		"description": t.Description,
		"schema":      t.Schema.ID,
		"meta":        map[string]any{"resourceType": "ResourceType", "location": base + "/ResourceTypes/" + t.Name},
	}
	var extensions []any
	for _, x := range t.Extensions {
		extensions = append(extensions, map[string]any{"schema": x.ID, "required": false})
	}
	if extensions != nil {
		d["schemaExtensions"] = extensions
	}
	return d
}

// Schemas lists the schemas of User, Group and their extensions (RFC 7643 section 7) as a ListResponse, made of the tables
// that requests are read by.
func Schemas(base string) []byte {
	list := schemas()
	all := make([][]byte, len(list))
	for i, s := range list {
		all[i] = document(s.describe(base))
	}
	return RenderList(len(all), 1, all)
}

// SchemaByID gives one schema, its URN in any case.
func SchemaByID(base, id string) ([]byte, bool) {
	for _, s := range schemas() {
		if sameName(s.ID, id) {
			return document(s.describe(base)), true
		}
	}
	return nil, false
}

func schemas() []*Schema {
	var all []*Schema
	for _, t := range resourceTypes() {
		all = append(all, t.Schema)
		all = append(all, t.Extensions...)
	}
	return all
}

func (s *Schema) describe(base string) map[string]any {
	return map[string]any{
		"schemas":     []any{SchemaURN},
		"id":          s.ID,
		"name":        s.Name,
		"description": s.Description,
		"attributes":  describeAll(s.Attributes),
		"meta":        map[string]any{"resourceType": "Schema", "location": base + "/Schemas/" + s.ID},
	}
}

// describeAll leaves out what is never returned: the password, which is not kept either. Microsoft's validator refuses
// a schema that has one.
func describeAll(list []Attribute) []any {
	all := make([]any, 0, len(list))
	for i := range list {
		if list[i].Returned != never {
			all = append(all, list[i].describe())
		}
	}
	return all
}

func (a *Attribute) describe() map[string]any {
	or := func(s, preset string) string {
		if s == "" {
			return preset
		}
		return s
	}
	d := map[string]any{
		"name":        a.Name,
		"type":        a.Type,
		"multiValued": a.MultiValued,
		"description": a.Description,
		"required":    a.Required,
		"mutability":  or(a.Mutability, "readWrite"),
		"returned":    or(a.Returned, "default"),
	}
	if a.Type == TypeString || a.Type == TypeReference || a.Type == TypeBinary {
		d["caseExact"] = a.CaseExact
	}
	if a.Type != TypeBoolean {
		d["uniqueness"] = or(a.Uniqueness, "none")
	}
	if len(a.CanonicalValues) > 0 {
		d["canonicalValues"] = texts(a.CanonicalValues)
	}
	if len(a.ReferenceTypes) > 0 {
		d["referenceTypes"] = texts(a.ReferenceTypes)
	}
	if len(a.Sub) > 0 {
		d["subAttributes"] = describeAll(a.Sub)
	}
	return d
}

func texts(list []string) []any {
	all := make([]any, len(list))
	for i, s := range list {
		all[i] = s
	}
	return all
}

// discoveryOrder is the order in which a discovery document's names are read most easily; the others follow sorted.
var discoveryOrder = discoveryRows()

func discoveryRows() []Attribute {
	names := [...]string{"schemas", "id", "name", "endpoint", "type", "description", "schema", "multiValued", "required",
		"caseExact", "mutability", "returned", "uniqueness", "canonicalValues", "referenceTypes"}
	rows := make([]Attribute, 0, len(names)+2)
	for _, name := range names {
		rows = append(rows, Attribute{Name: name})
	}
	// Two levels of attributes are all there are (RFC 7643 section 7).
	sub := Attribute{Name: "subAttributes", Sub: rows[:len(names):len(names)]}
	return append(rows, sub, Attribute{Name: "attributes", Sub: append(rows[:len(names):len(names)], sub)})
}

func document(m map[string]any) []byte { return appendObject(nil, m, discoveryOrder) }
