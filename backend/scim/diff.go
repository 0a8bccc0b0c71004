package scim

import (
	"cmp"
	"reflect"
	"slices"
)

// Change is one attribute that changed; Path is a SCIM path, Old or New is nil where there was or is none.
type Change struct {
	Path string `json:"path"`
	Old  any    `json:"old,omitempty"`
	New  any    `json:"new,omitempty"`
}

// Diff lists what changed, sorted by path; either side may be nil, for a resource that begins or ends. Changes are those
// of single values (name.givenName, urn:…:User:department). The values of an attribute with several are named by their type
// where no two share it (emails[type eq "work"].value), else the attribute's path stands alone and Old or New is the whole
// value that went or came. Schemas and members are not compared: the one follows from the rest, the others are no
// part of a document. The values are shared with the resources and must not be changed.
func Diff(before, after *Resource) []Change {
	var d differ
	d.objects("", attrsOf(before), attrsOf(after))
	slices.SortStableFunc(d.changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return d.changes
}

func attrsOf(r *Resource) map[string]any {
	if r == nil {
		return nil
	}
	return r.Attrs
}

type differ struct{ changes []Change }

func (d *differ) note(path string, before, after any) {
	d.changes = append(d.changes, Change{Path: path, Old: before, New: after})
}

// objects compares the attributes of two objects; prefix stands before each name.
func (d *differ) objects(prefix string, before, after map[string]any) {
	for name, was := range before {
		if prefix != "" || name != "schemas" {
			d.values(prefix, name, was, after[name])
		}
	}
	for name, is := range after {
		if _, ok := before[name]; !ok && (prefix != "" || name != "schemas") {
			d.values(prefix, name, nil, is)
		}
	}
}

func (d *differ) values(prefix, name string, before, after any) {
	path := prefix + name
	if before == nil && after == nil {
		return
	}
	if isKind[map[string]any](before, after) {
		was, _ := before.(map[string]any)
		is, _ := after.(map[string]any)
		if len(was)+len(is) == 0 {
			d.empty(path, before, after)
			return
		}
		separator := "."
		if prefix == "" && isURN(name) {
			separator = ":"
		}
		d.objects(path+separator, was, is)
		return
	}
	if isKind[[]any](before, after) {
		was, _ := before.([]any)
		is, _ := after.([]any)
		if len(was)+len(is) == 0 {
			d.empty(path, before, after)
			return
		}
		d.lists(path, was, is)
		return
	}
	if !reflect.DeepEqual(before, after) {
		d.note(path, before, after)
	}
}

// empty compares an empty object or array with what is not there at all.
func (d *differ) empty(path string, before, after any) {
	if before == nil || after == nil {
		d.note(path, before, after)
	}
}

// isKind tells whether both values are of one kind, or one is and the other is not there.
func isKind[T any](a, b any) bool {
	_, first := a.(T)
	_, second := b.(T)
	return first && second || first && b == nil || second && a == nil
}

// lists compares the values of an attribute that has several. A type names a value where neither side has it twice.
func (d *differ) lists(path string, before, after []any) {
	was, is := countTypes(before), countTypes(after)
	split := func(list []any) (named map[string]map[string]any, rest []any) {
		named = make(map[string]map[string]any, len(list))
		for _, v := range list {
			if m, kind := typed(v); kind != "" && was[kind] <= 1 && is[kind] <= 1 {
				named[kind] = m
			} else {
				rest = append(rest, v)
			}
		}
		return named, rest
	}
	old, restOld := split(before)
	now, restNow := split(after)
	for kind, v := range old {
		d.elements(path, v, now[kind])
	}
	for kind, v := range now {
		if old[kind] == nil {
			d.elements(path, nil, v)
		}
	}
	d.rest(path, restOld, restNow)
}

// typed gives a value and the key of its type, "" if it has none.
func typed(v any) (map[string]any, string) {
	m, _ := v.(map[string]any)
	kind, _ := m["type"].(string)
	return m, Key(kind)
}

func countTypes(list []any) map[string]int {
	count := make(map[string]int, len(list))
	for _, v := range list {
		_, kind := typed(v)
		count[kind]++
	}
	return count
}

// elements compares two values of one type.
func (d *differ) elements(path string, before, after map[string]any) {
	kind, ok := after["type"].(string)
	if !ok {
		kind, _ = before["type"].(string)
	}
	path += "[type eq " + string(appendString(nil, kind)) + "]"
	if before == nil && len(after) == 1 {
		d.note(path, nil, after)
		return
	}
	if after == nil && len(before) == 1 {
		d.note(path, before, nil)
		return
	}
	from := len(d.changes)
	d.objects(path+".", before, after)
	if before == nil || after == nil {
		// That a value came or went says its type already.
		d.changes = append(d.changes[:from], slices.DeleteFunc(d.changes[from:], func(c Change) bool { return c.Path == path+".type" })...)
	}
}

// rest compares values that nothing but themselves can name.
func (d *differ) rest(path string, before, after []any) {
	count := make(map[string]int, len(before)+len(after))
	text := func(v any) string { return string(appendJSON(nil, v, nil)) }
	for _, v := range after {
		count[text(v)]++
	}
	var gone, came []any
	for _, v := range before {
		if k := text(v); count[k] > 0 {
			count[k]--
		} else {
			gone = append(gone, v)
		}
	}
	for _, v := range slices.Backward(after) {
		if k := text(v); count[k] > 0 {
			count[k]--
			came = append(came, v)
		}
	}
	slices.Reverse(came)
	if len(gone) == 1 && len(came) == 1 {
		d.note(path, gone[0], came[0])
		return
	}
	for _, v := range gone {
		d.note(path, v, nil)
	}
	for _, v := range came {
		d.note(path, nil, v)
	}
}
