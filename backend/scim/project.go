package scim

import "strings"

// Projection is what attributes= and excludedAttributes= ask for (RFC 7644 section 3.9). Nil asks for everything.
type Projection struct {
	t       *ResourceType
	exclude bool
	paths   []Path // without value filters; Attr "" for a whole schema, URN "" for the core one
}

// ParseProjection reads the two query parameters, names in any case, with their schema's URN or without, with
// sub-attributes or without; nil if both are empty. RFC 7644 lets a client send one of them only; where both are
// sent, attributes wins, for it says all that excludedAttributes could. Errors are *Error of kind InvalidValue.
func ParseProjection(t *ResourceType, attributes, excluded string) (*Projection, error) {
	p, err := parseNames(t, attributes, "attributes")
	if p != nil || err != nil {
		return p, err
	}
	if p, err = parseNames(t, excluded, "excludedAttributes"); p != nil {
		p.exclude = true
	}
	return p, err
}

func parseNames(t *ResourceType, list, parameter string) (*Projection, error) {
	if len(list) > maxFilter {
		return nil, invalid("%s is longer than %d bytes", parameter, maxFilter)
	}
	p := &Projection{t: t}
	for text := range strings.SplitSeq(list, ",") {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		urn, rest, how := t.splitURN(text)
		name, sub, ok := splitName(rest)
		if !ok && (how == noURN || rest != "") {
			return nil, invalid("%s: %s is not an attribute's name", parameter, quote(text))
		}
		p.paths = append(p.paths, t.locate(urn, name, sub).Path)
		if how == guessed {
			p.paths = append(p.paths, Path{URN: text})
		}
	}
	if len(p.paths) == 0 {
		return nil, nil
	}
	return p, nil
}

// Wants reports whether a top-level core attribute ("members", "groups") will be in the answer.
func (p *Projection) Wants(attr string) bool {
	if p == nil {
		return true
	}
	some, whole := p.named("", attr)
	if p.exclude {
		return !whole
	}
	return whole || len(some) > 0
}

// named gives the sub-attributes that are named of an attribute, and whether it is named as a whole.
func (p *Projection) named(urn, attr string) (subs []string, whole bool) {
	for _, q := range p.paths {
		switch {
		case !sameName(q.URN, urn):
		case q.Attr == "":
			whole = true
		case !sameName(q.Attr, attr):
		case q.Sub == "":
			whole = true
		default:
			subs = append(subs, q.Sub)
		}
	}
	return subs, whole
}

// apply takes out of a resource's attributes what was not asked for. It changes attrs.
func (p *Projection) apply(attrs map[string]any) {
	for name, v := range attrs {
		if a := p.t.core(name); a != nil && a.Returned == always {
			continue
		}
		inner, isObject := v.(map[string]any)
		if !isObject || !isURN(name) {
			p.attribute(attrs, "", name)
			continue
		}
		for attr := range inner {
			p.attribute(inner, name, attr)
		}
		if len(inner) == 0 {
			delete(attrs, name)
		}
	}
}

func (p *Projection) attribute(in map[string]any, urn, name string) {
	subs, whole := p.named(urn, name)
	switch {
	case p.exclude && whole, !p.exclude && !whole && len(subs) == 0:
		delete(in, name)
	case whole || len(subs) == 0:
	default:
		if in[name] = p.subs(in[name], subs); in[name] == nil {
			delete(in, name)
		}
	}
}

// subs gives a value with the sub-attributes that were asked for; nil if none is left.
func (p *Projection) subs(v any, names []string) any {
	switch v := v.(type) {
	case map[string]any:
		for name := range v {
			if containsName(names, name) == p.exclude {
				delete(v, name)
			}
		}
		if len(v) == 0 {
			return nil
		}
		return v
	case []any:
		kept := v[:0]
		for _, e := range v {
			if e = p.subs(e, names); e != nil {
				kept = append(kept, e)
			}
		}
		if len(kept) == 0 {
			return nil
		}
		return kept
	}
	if p.exclude {
		return v
	}
	return nil
}

func containsName(names []string, name string) bool {
	for _, n := range names {
		if sameName(n, name) {
			return true
		}
	}
	return false
}
