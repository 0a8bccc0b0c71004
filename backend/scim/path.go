package scim

import (
	"errors"
	"fmt"
	"strings"
)

// Path names an attribute (RFC 7644 section 3.5.2): canonical URN of an extension ("" for the core schema), canonical
// attribute, value filter, sub-attribute. Names that the tables don't know stand as they were written. Attr is ""
// where a PATCH path names a whole extension. Inside a value filter, Attr is a sub-attribute and nothing else is set.
type Path struct {
	URN   string
	Attr  string
	Where Expr
	Sub   string
}

// String is the path as it is written in a filter or a PATCH.
func (p Path) String() string {
	var b strings.Builder
	p.write(&b)
	return b.String()
}

func (p Path) write(b *strings.Builder) {
	b.WriteString(p.URN)
	if p.URN != "" && p.Attr != "" {
		b.WriteByte(':')
	}
	b.WriteString(p.Attr)
	if p.Where != nil {
		b.WriteByte('[')
		writeExpr(b, p.Where, 0)
		b.WriteByte(']')
	}
	if p.Sub != "" {
		b.WriteByte('.')
		b.WriteString(p.Sub)
	}
}

// target is a path with the rows of the tables that it leads to, nil where they don't know it.
type target struct {
	Path
	attr *Attribute
	sub  *Attribute
}

// leaf is the row that a value at the target must follow.
func (g target) leaf() *Attribute {
	if g.Sub != "" {
		return g.sub
	}
	return g.attr
}

// readOnly tells whether the target is the server's own: the attribute or the sub-attribute is read-only.
func (g target) readOnly() bool {
	return g.attr != nil && g.attr.Mutability == readOnly || g.sub != nil && g.sub.Mutability == readOnly
}

// members tells whether the target is a Group's members, which live beside the document.
func (t *ResourceType) members(g target) bool {
	return t == Group && g.URN == "" && g.Attr == "members"
}

// locate makes a target of names in any spelling. urn comes from splitURN.
func (t *ResourceType) locate(urn, name, sub string) target {
	if urn == t.Schema.ID {
		urn = ""
	}
	if urn == "" && t.managerAlias(name) {
		urn = EnterpriseURN
	}
	g := target{Path: Path{URN: urn, Attr: name, Sub: sub}}
	if name == "" {
		return g
	}
	if urn == "" {
		g.attr = t.core(name)
	} else if x := t.extension(urn); x != nil {
		g.attr = x.find(name)
	}
	if g.attr == nil {
		return g
	}
	g.Attr = g.attr.Name
	if sub != "" {
		if g.sub = g.attr.sub(sub); g.sub != nil {
			g.Sub = g.sub.Name
		}
	}
	return g
}

// splitName takes "attr.sub" apart and tells whether both are names: letters, digits, - _ $ (RFC 7643 section 2.1).
func splitName(s string) (name, sub string, ok bool) {
	name, sub, dotted := strings.Cut(s, ".")
	return name, sub, isName(name) && (!dotted || isName(sub))
}

func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c < 0x80 && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '_' && c != '$' {
			return false
		}
	}
	return s != ""
}

// ParsePath reads a path as a PATCH operation has it: attr, attr.sub, attr[filter], attr[filter].sub, each after a URN
// or without one, or the URN of an extension alone. Errors are *Error of kind InvalidPath.
func ParsePath(t *ResourceType, s string) (Path, error) {
	g, err := t.parsePath(s)
	return g.Path, err
}

// parsePath is ParsePath with what the tables know of the path. A fault in its filter is a fault of the path, too.
func (t *ResourceType) parsePath(s string) (target, error) {
	p, err := newParser(t, s, "path")
	if err != nil {
		return target{}, asPath(err)
	}
	p.space()
	g, err := p.path()
	if err != nil {
		return target{}, asPath(err)
	}
	p.space()
	if p.at < len(p.s) {
		return target{}, p.badPath(p.at, "unexpected "+quote(p.s[p.at:]))
	}
	if err := t.check(g); err != nil {
		return target{}, err
	}
	return g, nil
}

// asPath makes a fault of a filter, met in a path, a fault of the path.
func asPath(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == InvalidFilter {
		return &Error{Kind: InvalidPath, Detail: e.Detail}
	}
	return err
}

// check refuses what no value can be put to.
func (t *ResourceType) check(g target) error {
	switch {
	case g.attr == nil:
		return nil
	case g.Where != nil && !g.attr.MultiValued:
		return &Error{Kind: InvalidPath, Detail: g.Attr + " has one value, so that none can be chosen by a filter"}
	case g.Sub != "" && g.attr.Type != TypeComplex:
		return &Error{Kind: InvalidPath, Detail: g.Attr + " has no sub-attributes"}
	}
	return nil
}

func (p *parser) badPath(at int, what string) error {
	return &Error{Kind: InvalidPath, Detail: fmt.Sprintf("invalid %s %s at %d: %s", p.what, quote(p.s), at, what)}
}

// path reads an attribute's path with its value filter, as PATCH and filters write them.
func (p *parser) path() (target, error) {
	start := p.at
	text := p.token()
	urn, rest, _ := p.t.splitURN(text)
	name, sub, ok := splitName(rest)
	if !ok && (rest != "" || urn == "") {
		return target{}, p.badPath(start, "an attribute's name is expected, not "+quote(p.s[start:]))
	}
	g := p.t.locate(urn, name, sub)
	if p.peek() != '[' {
		return g, nil
	}
	switch {
	case name == "":
		return target{}, p.badPath(p.at, "a filter can't follow a URN alone")
	case sub != "":
		return target{}, p.badPath(p.at, "a filter can't follow a sub-attribute")
	case g.attr != nil && g.attr.Type != TypeComplex:
		return target{}, p.badPath(p.at, fmt.Sprintf("%s has no sub-attributes to filter by", g.Attr))
	}
	where, err := p.valueFilter(g.attr)
	if err != nil {
		return target{}, err
	}
	if p.peek() == '.' {
		at := p.at
		p.at++
		sub = p.token()
		if !isName(sub) {
			return target{}, p.badPath(at, "a sub-attribute's name is expected after the dot")
		}
		g = p.t.locate(urn, name, sub)
	}
	g.Where = where
	return g, nil
}
