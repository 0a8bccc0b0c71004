package scim

import (
	"fmt"
	"slices"
)

// Resource is one resource's attributes in canonical form: names in the schema's spelling, JSON types right, no nulls,
// no id, no meta, no groups; a Group's members are beside the document, in Members.
//
// Values are nil-free: bool, string, json.Number, map[string]any and []any. An extension's attributes are an object under
// its URN. "schemas" lists the core URN, then the known extensions that were sent or have values, then the others
// that have values.
type Resource struct {
	Type    *ResourceType
	Attrs   map[string]any
	Members []Member // of a Group, as sent with POST or PUT; never loaded with the document
}

// Member is one member of a Group as sent. Type is "User", "Group" or "", read from the type or the $ref.
type Member struct {
	Value   string
	Type    string
	Display string
}

// GroupRef is one entry of a User's read-only groups attribute.
type GroupRef struct{ ID, Display string }

// ParseResource reads the body of a POST. The server's own attributes (id, meta, groups), passwords and nulls in it
// are ignored, as RFC 7644 section 3.3 says; a User without `active` gets true. Members is nil where none were sent, and
// empty where an empty array was. Errors are *Error of kind InvalidSyntax, InvalidValue, InvalidPath, InvalidFilter,
// NoTarget or TooMany and name the attribute.
func ParseResource(t *ResourceType, body []byte) (*Resource, error) {
	r, err := ParseReplacement(t, body)
	if err != nil {
		return nil, err
	}
	if _, ok := r.Attrs["active"]; !ok && t == User {
		r.Attrs["active"] = true
	}
	return r, nil
}

// ParseReplacement reads the body of a PUT: as ParseResource, but a User without `active` stays without; see ReplaceWith.
func ParseReplacement(t *ResourceType, body []byte) (*Resource, error) {
	o, err := decodeObject(body)
	if err != nil {
		return nil, err
	}
	if sent, ok := o.get("schemas"); ok {
		if err := checkSchemas(sent); err != nil {
			return nil, err
		}
	}
	o = slices.DeleteFunc(o, func(f field) bool { return f.value == nil })
	b := builder{t: t}
	if err := b.fields(opReplace, o); err != nil {
		return nil, err
	}
	r := &Resource{Type: t, Attrs: make(map[string]any, len(o)+2)}
	e := editor{t: t, attrs: r.Attrs}
	for i := range b.ops {
		if err := e.do(&b.ops[i]); err != nil {
			return nil, err
		}
	}
	if err := e.finish(); err != nil {
		return nil, err
	}
	if len(b.members) > 0 {
		r.Members = []Member{}
		for _, m := range b.members {
			r.Members = append(r.Members, m.Members...)
		}
		r.Members = uniqueMembers(r.Members)
	}
	return r, nil
}

// ReplaceWith puts what a PUT sent in place of the resource's attributes. `active` stays as it is where the PUT did not
// name it: leaving it out must not let somebody in again.
func (r *Resource) ReplaceWith(sent *Resource) {
	active, ok := r.Attrs["active"]
	r.Attrs = cloneMap(sent.Attrs)
	if _, named := r.Attrs["active"]; ok && !named {
		r.Attrs["active"] = active
	}
}

// checkSchemas refuses schemas that are no list of URNs. Which ones they are is not checked: Microsoft's own samples name
// some that nobody knows.
func checkSchemas(v any) error {
	list, ok := v.([]any)
	if !ok && v != nil {
		return &Error{Kind: InvalidValue, Detail: "schemas must be an array of strings, not " + kindOf(v)}
	}
	for _, e := range list {
		if _, ok := e.(string); !ok && e != nil {
			return &Error{Kind: InvalidValue, Detail: "schemas must be an array of strings, but has " + kindOf(e) + " in it"}
		}
	}
	return nil
}

// FromDocument reads a document that Document wrote. It checks nothing but the JSON.
func FromDocument(t *ResourceType, doc []byte) (*Resource, error) {
	v, err := decodeStored(doc)
	if err != nil {
		return nil, fmt.Errorf("read a stored %s: %w", t.Name, err)
	}
	attrs, ok := plain(v).(map[string]any)
	if !ok {
		return nil, fmt.Errorf("read a stored %s: it is no object", t.Name)
	}
	return &Resource{Type: t, Attrs: attrs}, nil
}

// Document is the resource as canonical JSON: what the store keeps and Render sends. Equal resources give equal bytes.
func (r *Resource) Document() []byte {
	b := make([]byte, 0, 1024)
	return appendObject(b, r.Attrs, r.Type.order())
}

// order is the order in which a document's attributes are written: schemas, externalId, the schema's, the extensions'.
func (t *ResourceType) order() []Attribute {
	if t == Group {
		return groupOrder
	}
	return userOrder
}

var (
	userOrder  = documentOrder(&userSchema, &enterpriseSchema)
	groupOrder = documentOrder(&groupSchema)
)

func documentOrder(core *Schema, extensions ...*Schema) []Attribute {
	order := slices.Concat(common[:3], core.Attributes)
	for _, x := range extensions {
		order = append(order, Attribute{Name: x.ID, Type: TypeComplex, Sub: x.Attributes})
	}
	return append(order, common[3])
}

// Get gives the value at a path, nil if there is none. Of an attribute with several values it is the first that has one
// there, all of them where the path has neither a filter nor a sub-attribute. The value is shared with the resource and
// must not be changed.
func (r *Resource) Get(p Path) any {
	if p.URN == "" && p.Where == nil && p.Sub == "" {
		return lookup(r.Attrs, p.Attr)
	}
	in := r.Attrs
	if p.URN != "" {
		in, _ = lookup(r.Attrs, p.URN).(map[string]any)
	}
	v := lookup(in, p.Attr)
	if p.Attr == "" {
		v = nil
		if len(in) > 0 {
			v = in
		}
	}
	if p.Where == nil && p.Sub == "" {
		return v
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, e := range list {
		if e == nil || p.Where != nil && !eval(p.Where, subject{element: e}) {
			continue
		}
		if p.Sub == "" {
			return e
		}
		m, _ := e.(map[string]any)
		if own := lookup(m, p.Sub); own != nil {
			return own
		}
	}
	return nil
}

// UserName gives the attribute, or "".
func (r *Resource) UserName() string { return r.text("userName") }

// DisplayName gives the attribute, or "".
func (r *Resource) DisplayName() string { return r.text("displayName") }

// ExternalID gives the attribute externalId, or "".
func (r *Resource) ExternalID() string { return r.text("externalId") }

func (r *Resource) text(attr string) string {
	s, _ := r.Attrs[attr].(string)
	return s
}

// Active tells whether a person may work, and whether the attribute says so. Where it was cleared a person is active: nobody
// has disabled them. A filter on active sees it in the same way.
func (r *Resource) Active() (value, present bool) {
	value, present = r.Attrs["active"].(bool)
	return value || !present, present
}

// Emails gives every emails.value, in order.
func (r *Resource) Emails() []string {
	list, _ := r.Attrs["emails"].([]any)
	var all []string
	for _, e := range list {
		m, _ := e.(map[string]any)
		if s, _ := m["value"].(string); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// Clone copies the resource, so that neither copy sees the other's changes.
func (r *Resource) Clone() *Resource {
	return &Resource{Type: r.Type, Attrs: cloneMap(r.Attrs), Members: slices.Clone(r.Members)}
}

// schemasOf lists the schemas of a document (see Resource); sent are those that were there or were sent.
func schemasOf(t *ResourceType, attrs map[string]any, sent []any) []any {
	list := []any{t.Schema.ID}
	for _, x := range t.Extensions {
		_, has := attrs[x.ID].(map[string]any)
		if has || slices.ContainsFunc(sent, func(v any) bool {
			s, _ := v.(string)
			urn, rest, _ := t.splitURN(s)
			return rest == "" && urn == x.ID
		}) {
			list = append(list, x.ID)
		}
	}
	var others []string
	for key, v := range attrs {
		if isObject(v) && isURN(key) && t.extension(key) == nil {
			others = append(others, key)
		}
	}
	slices.Sort(others)
	for _, urn := range others {
		list = append(list, urn)
	}
	return list
}

func isObject(v any) bool {
	_, ok := v.(map[string]any)
	return ok
}
