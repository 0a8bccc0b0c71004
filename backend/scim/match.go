package scim

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Meta is what is known of a resource beside its document. Members are rendered for a Group, and asked by a filter
// that NeedsMembers; Groups the same for a User.
type Meta struct {
	ID                string
	Version           int64
	Created, Modified time.Time
	Members           []Member   // of a Group, where they are wanted
	Groups            []GroupRef // of a User, where they are wanted
}

// Match decides whether a resource satisfies the filter; m.Members and m.Groups are asked only if NeedsMembers or NeedsGroups.
//
// It is the one meaning of a comparison, for lists, value paths and patches alike:
//   - Text is compared by Key, also by co, sw, ew and the orders, and also where the schema says caseExact: Entra changes
//     the case of what it matches by, and a match too many is found by the uniqueness check, which uses the same Key,
//     while a match too few makes a second account.
//   - dateTime is compared as an instant, numbers as numbers, booleans also with "True".
//   - An attribute with several values satisfies a comparison if one of them does. `ne` is the exception: it is the
//     negation of `eq` over the whole attribute, so that it is also true where there is no value.
//   - `eq null` is true where there is no value, `ne null` where there is one.
//   - Attributes nobody knows match nothing.
func (f *Filter) Match(r *Resource, m Meta) bool {
	return eval(f.Root, subject{record: &record{r, m}})
}

// MatchMember decides a filter over the sub-attributes of one member (MemberOp.Where).
func (f *Filter) MatchMember(m Member) bool {
	return eval(f.Root, subject{element: m.attrs()})
}

// NeedsMembers reports whether the filter mentions members of groups.
func (f *Filter) NeedsMembers() bool { return mentions(f.Root, "members") }

// NeedsGroups reports whether the filter mentions groups of people.
func (f *Filter) NeedsGroups() bool { return mentions(f.Root, "groups") }

func mentions(e Expr, attr string) bool {
	switch e := e.(type) {
	case And:
		return mentions(e.Left, attr) || mentions(e.Right, attr)
	case Or:
		return mentions(e.Left, attr) || mentions(e.Right, attr)
	case Not:
		return mentions(e.Inner, attr)
	case Compare:
		return e.Path.URN == "" && sameName(e.Path.Attr, attr)
	}
	return false
}

// subject is what a filter is asked of: a whole resource, or one element of an attribute: an object, or a value alone, which
// is its own "value".
type subject struct {
	record  *record
	element any
}

// values calls visit with each value at the path until visit gives true.
func (s subject) values(p Path, visit func(any) bool) {
	if s.record != nil {
		s.record.values(p, visit)
		return
	}
	visitLeaf(s.own(p.Attr), visit)
}

// own is an element's sub-attribute.
func (s subject) own(name string) any {
	if m, ok := s.element.(map[string]any); ok {
		return lookup(m, name)
	}
	if sameName(name, "value") {
		return s.element
	}
	return nil
}

func eval(e Expr, s subject) bool {
	switch e := e.(type) {
	case And:
		return eval(e.Left, s) && eval(e.Right, s)
	case Or:
		return eval(e.Left, s) || eval(e.Right, s)
	case Not:
		return !eval(e.Inner, s)
	case Compare:
		return e.eval(s)
	}
	return false
}

func (c Compare) eval(s subject) bool {
	if c.Op == "pr" {
		return present(c.Path, s)
	}
	if c.Value == nil {
		return present(c.Path, s) == (c.Op == "ne")
	}
	op := c.Op
	if op == "ne" {
		op = "eq"
	}
	want := operand{c.Value, c.key}
	if text, ok := c.Value.(string); ok && c.key == "" {
		want.key = Key(text)
	}
	found := false
	if s.record == nil {
		if v := s.own(c.Path.Attr); !isList(v) {
			found = v != nil && want.holds(op, v)
			return found == (c.Op != "ne")
		}
	}
	s.values(c.Path, func(v any) bool {
		found = want.holds(op, v)
		return found
	})
	return found == (c.Op != "ne")
}

func isList(v any) bool {
	_, ok := v.([]any)
	return ok
}

func present(p Path, s subject) bool {
	found := false
	s.values(p, func(v any) bool {
		found = v != nil && v != ""
		return found
	})
	return found
}

// operand is a filter's value, made ready to be compared with many.
type operand struct {
	value any
	key   string // of a string
}

// holds decides "v op value". What can't be compared does not hold.
func (c operand) holds(op string, v any) bool {
	switch v := v.(type) {
	case string:
		return c.holdsText(op, v)
	case bool:
		want, ok := c.value.(bool)
		if text, isText := c.value.(string); isText {
			want, ok = boolText(text)
		}
		return ok && op == "eq" && v == want
	case json.Number:
		want, ok := c.value.(json.Number)
		if text, isText := c.value.(string); isText && text != "" && numberLen(text) == len(text) {
			want, ok = json.Number(text), true
		}
		if !ok {
			return false
		}
		return ordered(op, compareNumbers(v, want))
	case time.Time:
		text, _ := c.value.(string)
		if want, ok := parseTime(text); ok && op != "co" && op != "sw" && op != "ew" {
			return ordered(op, v.Compare(want))
		}
		return operand{c.value, Key(text)}.holdsText(op, formatTime(v))
	}
	return false
}

func (c operand) holdsText(op, v string) bool {
	key := c.key
	switch want := c.value.(type) {
	case bool:
		b, ok := boolText(v)
		return ok && op == "eq" && b == want
	case json.Number:
		if numberLen(v) == len(v) && v != "" {
			return ordered(op, compareNumbers(json.Number(v), want))
		}
		key = want.String()
	}
	v = Key(v)
	switch op {
	case "co":
		return strings.Contains(v, key)
	case "sw":
		return strings.HasPrefix(v, key)
	case "ew":
		return strings.HasSuffix(v, key)
	}
	return ordered(op, strings.Compare(v, key))
}

func ordered(op string, order int) bool {
	switch op {
	case "eq":
		return order == 0
	case "gt":
		return order > 0
	case "ge":
		return order >= 0
	case "lt":
		return order < 0
	case "le":
		return order <= 0
	}
	return false
}

// compareNumbers compares by value: exactly where both are whole numbers of 64 bits, else as floating point.
func compareNumbers(a, b json.Number) int {
	x, errX := a.Int64()
	y, errY := b.Int64()
	if errX == nil && errY == nil {
		return cmp.Compare(x, y)
	}
	// An error here is a number out of range, for which ParseFloat gives the infinity of its sign.
	f, _ := strconv.ParseFloat(a.String(), 64)
	g, _ := strconv.ParseFloat(b.String(), 64)
	return cmp.Compare(f, g)
}

// record is a whole resource as a subject.
type record struct {
	r *Resource
	m Meta
}

func (s *record) values(p Path, visit func(any) bool) {
	var v any
	switch {
	case p.Attr == "":
		return
	case p.URN != "":
		x, _ := s.r.Attrs[nameIn(s.r.Attrs, p.URN)].(map[string]any)
		v = lookup(x, p.Attr)
	default:
		v = s.core(p.Attr)
	}
	visitValues(v, p, visit)
}

// core gives a core attribute, also those that stand beside the document.
func (s *record) core(attr string) any {
	switch attr {
	case "id":
		return s.m.ID
	case "active":
		if s.r.Type == User {
			value, _ := s.r.Active()
			return value
		}
	case "meta":
		return map[string]any{
			"resourceType": s.r.Type.Name, "version": ETag(s.m.Version),
			"created": s.m.Created.Truncate(time.Millisecond), "lastModified": s.m.Modified.Truncate(time.Millisecond),
		}
	case "members":
		if s.r.Type == Group {
			all := make([]any, len(s.m.Members))
			for i, m := range s.m.Members {
				all[i] = m.attrs()
			}
			return all
		}
	case "groups":
		if s.r.Type == User {
			all := make([]any, len(s.m.Groups))
			for i, g := range s.m.Groups {
				all[i] = map[string]any{"value": g.ID, "display": g.Display, "type": "direct"}
			}
			return all
		}
	}
	return lookup(s.r.Attrs, attr)
}

// attrs is a member as the element of the members attribute that it is.
func (m Member) attrs() map[string]any {
	return map[string]any{"value": m.Value, "type": m.Type, "display": m.Display}
}

// visitValues visits the values at a path below an attribute's value.
func visitValues(v any, p Path, visit func(any) bool) bool {
	if all, ok := v.([]any); ok {
		for _, e := range all {
			if visitOne(e, p, visit) {
				return true
			}
		}
		return false
	}
	return v != nil && visitOne(v, p, visit)
}

func visitOne(v any, p Path, visit func(any) bool) bool {
	if p.Where != nil && !eval(p.Where, subject{element: v}) {
		return false
	}
	m, ok := v.(map[string]any)
	switch {
	case p.Sub == "" && ok:
		// An object that the tables don't know is compared by its value, and is there if it has anything.
		if own := lookup(m, "value"); own != nil {
			return visitLeaf(own, visit)
		}
		return len(m) > 0 && visit(m)
	case p.Sub == "":
		return visit(v)
	case ok:
		return visitLeaf(lookup(m, p.Sub), visit)
	case sameName(p.Sub, "value"):
		return visit(v)
	}
	return false
}

// visitLeaf visits a sub-attribute's value, and each one where a sub-attribute that nobody knows has several.
func visitLeaf(v any, visit func(any) bool) bool {
	if all, ok := v.([]any); ok {
		return slices.ContainsFunc(all, visit)
	}
	return v != nil && visit(v)
}

// lookup finds a name in a canonical object: as it stands, else in any case.
func lookup(m map[string]any, name string) any {
	return m[nameIn(m, name)]
}

// nameIn is the spelling that an object has a name in, or the name itself.
func nameIn(m map[string]any, name string) string {
	if _, ok := m[name]; ok {
		return name
	}
	for k := range m {
		if sameName(k, name) {
			return k
		}
	}
	return name
}

// Times are written as RFC 3339 in UTC with milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

func formatTime(t time.Time) string { return t.UTC().Format(timeLayout) }

// parseTime reads an xsd:dateTime (RFC 7643 section 2.3.5). One without a zone is taken as UTC.
func parseTime(s string) (time.Time, bool) {
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
