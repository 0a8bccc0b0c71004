package scim

import (
	"errors"
	"fmt"
	"strings"
)

// maxOperations is how many operations one PATCH may have.
const maxOperations = 10000

// Patch is a PATCH body in canonical form, whatever the dialect. It can be applied any number of times, to any number of
// resources.
type Patch struct {
	t       *ResourceType
	ops     []operation
	members []MemberOp
}

type opKind int

const (
	opAdd opKind = iota
	opReplace
	opRemove
)

// operation is one change to a document. Its value is canonical, nil where it clears the target. only are the values
// to which a removal from an attribute with several is confined; nil where it is not.
type operation struct {
	kind opKind
	target
	value any
	only  []any
	from  int // index in Operations, for errors
}

// ParsePatch reads a PATCH body (RFC 7644 section 3.5.2) and checks all that can be checked without the resource.
// Errors are *Error and name the operation.
func ParsePatch(t *ResourceType, body []byte) (*Patch, error) {
	o, err := decodeObject(body)
	if err != nil {
		return nil, err
	}
	if sent, ok := o.get("schemas"); ok {
		if err := checkSchemas(sent); err != nil {
			return nil, err
		}
	}
	sent, ok := o.get("Operations")
	if !ok {
		return nil, &Error{Kind: InvalidSyntax, Detail: "Operations are missing"}
	}
	list, ok := sent.([]any)
	switch {
	case !ok:
		return nil, &Error{Kind: InvalidSyntax, Detail: "Operations must be an array, not " + kindOf(sent)}
	case len(list) > maxOperations:
		return nil, &Error{Kind: TooMany, Detail: fmt.Sprintf("there are more than %d Operations", maxOperations)}
	}
	b := builder{t: t}
	for i, v := range list {
		b.from = i
		if err := b.message(v); err != nil {
			return nil, inOperation(i, err)
		}
	}
	for i := range b.members {
		b.members[i].Members = uniqueMembers(b.members[i].Members)
	}
	return &Patch{t: t, ops: b.ops, members: b.members}, nil
}

// inOperation says which operation an error is about.
func inOperation(i int, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return &Error{Kind: e.Kind, Detail: fmt.Sprintf("Operations[%d]: %s", i, e.Detail), Err: e.Err}
	}
	return err
}

// TouchesDocument reports whether any operation is not about members.
func (p *Patch) TouchesDocument() bool { return len(p.ops) > 0 }

// Members gives the operations on a Group's members, in order. Operations of one kind that follow one another are one.
func (p *Patch) Members() []MemberOp { return p.members }

// Apply carries out the operations on the document, all or none: after an error r is as it was. Errors are *Error:
// NoTarget where a value filter matches nothing and no element can be made from it, InvalidValue where the resource
// would lose an attribute that it must have, TooMany where the work would be out of proportion.
func (p *Patch) Apply(r *Resource) error {
	if len(p.ops) == 0 {
		return nil
	}
	e := editor{t: r.Type, attrs: cloneMap(r.Attrs)}
	for i := range p.ops {
		if err := e.do(&p.ops[i]); err != nil {
			return inOperation(p.ops[i].from, err)
		}
	}
	if err := e.finish(); err != nil {
		return err
	}
	r.Attrs = e.attrs
	return nil
}

// builder turns what was sent into operations. Bodies of POST and PUT are read as one replace without a path, so that
// both have one understanding of names and values.
type builder struct {
	t       *ResourceType
	ops     []operation
	members []MemberOp
	from    int
}

// message reads one element of Operations.
func (b *builder) message(v any) error {
	o, ok := v.(object)
	if !ok {
		return &Error{Kind: InvalidSyntax, Detail: "an operation must be an object, not " + kindOf(v)}
	}
	sent, _ := o.get("op")
	name, _ := sent.(string)
	kind, ok := opName(name)
	switch {
	case sent == nil:
		return &Error{Kind: InvalidSyntax, Detail: "op is missing"}
	case !ok && name == "":
		return &Error{Kind: InvalidSyntax, Detail: "op must be add, replace or remove, not " + kindOf(sent)}
	case !ok:
		return &Error{Kind: InvalidSyntax, Detail: "op must be add, replace or remove, not " + quote(name)}
	}
	value, hasValue := o.get("value")
	sent, _ = o.get("path")
	path, ok := sent.(string)
	if !ok && sent != nil {
		return &Error{Kind: InvalidPath, Detail: "path must be a string, not " + kindOf(sent)}
	}
	if kind != opRemove && !hasValue {
		return invalid("%s has no value", strings.TrimSpace(name+" "+path))
	}
	if path != "" {
		g, err := b.t.parsePath(path)
		if err != nil {
			return err
		}
		return b.add(kind, b.whole(g, path, value), value, false)
	}
	if kind == opRemove {
		return &Error{Kind: NoTarget, Detail: "path is missing; a removal must name what it removes"}
	}
	fields, ok := value.(object)
	if !ok {
		return invalid("value must be an object where path is missing, not %s", kindOf(value))
	}
	return b.fields(kind, fields)
}

// fields reads an object whose keys are names or paths, as Entra writes them: name, name.givenName, emails[type eq "work"].value,
// urn:…:User:department, urn:…:User.
func (b *builder) fields(kind opKind, o object) error {
	for _, f := range o {
		g, err := b.key(f.name, f.value)
		if err != nil {
			return err
		}
		if err := b.add(kind, g, f.value, true); err != nil {
			return err
		}
	}
	return nil
}

// key reads a key of an object without a path. What is no name in the sense of RFC 7643 is the name of an attribute
// that nobody knows, and kept.
func (b *builder) key(name string, value any) (target, error) {
	if strings.Contains(name, "[") {
		return b.t.parsePath(name)
	}
	_, rest, how := b.t.splitURN(name)
	if _, _, ok := splitName(rest); !ok && (how == noURN || rest != "") || strings.ContainsAny(name, "]()\" \t\r\n") {
		return target{Path: Path{Attr: name}}, nil
	}
	g, err := b.t.parsePath(name)
	if err != nil {
		return target{}, err
	}
	return b.whole(g, name, value), nil
}

// whole corrects the guess that an unknown URN ends before its last colon: with an object as its value it is the name of
// an extension.
func (b *builder) whole(g target, text string, value any) target {
	text = strings.TrimSpace(text)
	if _, _, how := b.t.splitURN(text); how == guessed && isSent(value) && g.Where == nil {
		return target{Path: Path{URN: text}}
	}
	return g
}

func isSent(v any) bool {
	_, ok := v.(object)
	return ok
}

// add makes the operations for one target. inBody tells that the target was a key, not a path: then what belongs to the
// server is ignored instead of refused.
func (b *builder) add(kind opKind, g target, value any, inBody bool) error {
	switch {
	case b.t.members(g):
		return b.member(kind, g, value)
	case g.readOnly() && inBody:
		return nil
	case g.readOnly():
		return &Error{Kind: Mutability, Detail: g.String() + " is read-only"}
	case g.attr != nil && g.attr.Mutability == writeOnly:
		return nil
	case g.Attr == "":
		return b.container(kind, g, value)
	}
	op := operation{kind: kind, target: g, from: b.from}
	if kind == opRemove {
		only, err := b.confined(g, value)
		if err != nil {
			return err
		}
		op.only = only
		b.ops = append(b.ops, op)
		return nil
	}
	if g.attr != nil && g.attr.Type == TypeComplex && !g.attr.MultiValued && g.Sub == "" {
		return b.parts(kind, g, value)
	}
	var err error
	if op.value, err = b.value(&op, value); err != nil {
		return err
	}
	if _, isList := value.([]any); op.value == nil && kind == opAdd && g.Where == nil && g.Sub == "" && (isList || g.attr != nil && g.attr.MultiValued) {
		// To add no values is to change nothing; only in place of one value does nothing clear it.
		return nil
	}
	b.ops = append(b.ops, op)
	return nil
}

// parts makes an operation for each sub-attribute of a complex attribute: those that are not named stay as they are
// (RFC 7644 section 3.5.2.3), and those that are named with nothing are cleared.
func (b *builder) parts(kind opKind, g target, value any) error {
	o, err := asObject(g.attr, g.Attr, value)
	if err != nil {
		return err
	}
	if len(o) == 0 && kind == opReplace {
		b.ops = append(b.ops, operation{kind: opRemove, target: g, from: b.from})
	}
	for _, f := range o {
		part := g
		part.Sub, part.sub = f.name, g.attr.sub(f.name)
		if part.sub != nil {
			part.Sub = part.sub.Name
		}
		if part.readOnly() {
			continue
		}
		v, err := canonical(part.sub, g.Attr+"."+part.Sub, f.value)
		if err != nil {
			return err
		}
		b.ops = append(b.ops, operation{kind: kind, target: part, value: v, from: b.from})
	}
	return nil
}

// container makes the operations for all attributes of a schema at once.
func (b *builder) container(kind opKind, g target, value any) error {
	o, ok := value.(object)
	if kind == opRemove || value == nil || value == "" || ok && len(o) == 0 {
		if g.URN == "" {
			return &Error{Kind: NoTarget, Detail: "the whole core schema can't be removed"}
		}
		if kind != opAdd {
			b.ops = append(b.ops, operation{kind: opRemove, target: g, from: b.from})
		}
		return nil
	}
	if !ok {
		return invalid("%s must be an object, not %s", g.URN, kindOf(value))
	}
	if g.URN == "" {
		return b.fields(kind, o)
	}
	for _, f := range o {
		inner := target{Path: Path{URN: g.URN, Attr: f.name}}
		if name, sub, ok := splitName(f.name); ok {
			inner = b.t.locate(g.URN, name, sub)
			if err := b.t.check(inner); err != nil {
				return err
			}
		}
		if err := b.add(kind, inner, f.value, true); err != nil {
			return err
		}
	}
	return nil
}

// value makes an operation's value canonical. `emails[type eq "work"]` with a value alone is turned to its .value.
func (b *builder) value(op *operation, v any) (any, error) {
	name := op.Attr
	if op.Sub != "" {
		return canonical(op.sub, name+"."+op.Sub, v)
	}
	if op.attr == nil || op.Where == nil {
		if sameName(name, "schemas") && op.URN == "" {
			if err := checkSchemas(v); err != nil {
				return nil, err
			}
		}
		return canonical(op.attr, name, v)
	}
	if list, ok := v.([]any); ok && len(list) == 1 {
		v = list[0]
	}
	if _, ok := v.(object); !ok && v != nil && v != "" && op.attr.sub("value") != nil {
		op.Sub, op.sub = "value", op.attr.sub("value")
		return canonical(op.sub, name+".value", v)
	}
	return single(op.attr, name, v)
}

// confined reads the value of a removal: Entra names the values to be removed from an attribute with several. Where there
// is one value only, it is removed whatever was sent.
func (b *builder) confined(g target, value any) ([]any, error) {
	if value == nil || g.Where != nil || g.Sub != "" || g.attr != nil && !g.attr.MultiValued {
		return nil, nil
	}
	list, ok := value.([]any)
	if !ok {
		list = []any{value}
	}
	only := make([]any, 0, len(list))
	for _, e := range list {
		var c any
		var err error
		if g.attr == nil {
			c = nested(e)
		} else if c, err = single(g.attr, g.Attr, e); err != nil {
			return nil, err
		}
		if c != nil {
			only = append(only, c)
		}
	}
	return only, nil
}
