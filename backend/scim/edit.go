package scim

import (
	"fmt"
	"reflect"
	"slices"
)

// maxWork bounds what one PATCH may cost: how many values its operations may look at, all in all. A single operation on
// every value of a large attribute is far below it; many operations on many values each are not.
const maxWork = 1_000_000

// maxDocument is how large a resource may become, in bytes of JSON.
const maxDocument = 4 << 20

// editor carries out operations on a document's attributes, in place.
type editor struct {
	t     *ResourceType
	attrs map[string]any
	sent  []any // schemas that were sent
	work  int
}

func (e *editor) charge(n int) error {
	if e.work += n; e.work > maxWork {
		return &Error{Kind: TooMany, Detail: "the operations look at too many values; send them in several requests"}
	}
	return nil
}

// finish checks the resource as a whole and brings its schemas up to date.
func (e *editor) finish() error {
	if err := checkName(e.t.required(), e.attrs[e.t.required()]); err != nil {
		return err
	}
	if err := checkLength("displayName", e.attrs["displayName"]); err != nil {
		return err
	}
	if weigh(e.attrs) > maxDocument {
		return &Error{Kind: TooMany, Detail: fmt.Sprintf("the resource would be larger than %d MiB", maxDocument>>20)}
	}
	sent, _ := e.attrs["schemas"].([]any)
	e.attrs["schemas"] = schemasOf(e.t, e.attrs, append(e.sent, sent...))
	return nil
}

func (e *editor) do(op *operation) error {
	if op.URN == "" && op.Attr == "schemas" {
		if list, ok := op.value.([]any); ok {
			e.sent = append(e.sent, list...)
		}
		return nil
	}
	if op.kind == opRemove || op.value == nil {
		return e.clear(op)
	}
	return e.set(op)
}

// clear removes what the target names. That there is nothing is no error (RFC 7644 section 3.5.2.2 and retries).
func (e *editor) clear(op *operation) error {
	urn := nameIn(e.attrs, op.URN)
	in := e.attrs
	if op.URN != "" {
		if op.attr == nil && op.Attr != "" && op.Where == nil {
			// The guess where an unknown URN ends may have been wrong.
			if whole := nameIn(e.attrs, op.Path.String()); isObject(e.attrs[whole]) {
				delete(e.attrs, whole)
				return nil
			}
		}
		if in, _ = e.attrs[urn].(map[string]any); in == nil {
			return nil
		}
		if op.Attr == "" {
			delete(e.attrs, urn)
			return nil
		}
	}
	if err := e.clearIn(in, op); err != nil {
		return err
	}
	if op.URN != "" && len(in) == 0 {
		delete(e.attrs, urn)
	}
	return nil
}

func (e *editor) clearIn(in map[string]any, op *operation) error {
	name := nameIn(in, op.Attr)
	list, several := in[name].([]any)
	switch {
	case op.Where == nil && op.Sub == "" && (op.only == nil || !several):
		delete(in, name)
		return nil
	case op.Where == nil && op.Sub == "":
		var err error
		if list, err = e.without(list, op.only); err != nil {
			return err
		}
	case several:
		if err := e.charge(len(list) * cost(op.Where)); err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(v any) bool {
			if op.Where != nil && !eval(op.Where, subject{element: v}) {
				return false
			}
			m, ok := v.(map[string]any)
			return op.Sub == "" || ok && clearSub(m, op.Sub)
		})
	default:
		if m, ok := in[name].(map[string]any); ok && op.Where == nil && clearSub(m, op.Sub) {
			delete(in, name)
		}
		return nil
	}
	in[name] = list
	if len(list) == 0 {
		delete(in, name)
	}
	return nil
}

// clearSub removes a sub-attribute and tells whether nothing is left that is worth keeping.
func clearSub(m map[string]any, sub string) bool {
	before := len(m)
	delete(m, nameIn(m, sub))
	if len(m) < before && sub == "value" {
		// The reference led to the value.
		delete(m, "$ref")
	}
	return len(m) < before && onlyLabels(m)
}

// without removes the values that one of only names: by value, and by type where both have one; what has no value of its
// own, such as an address, by all that is said of it.
func (e *editor) without(list, only []any) ([]any, error) {
	const anyKind = "\x01"
	named := make(map[string]bool, 2*len(only))
	var others []map[string]any
	for _, v := range only {
		if own, kind, ok := identity(v); ok {
			named[kind+"\x00"+own] = true
			named[anyKind+own] = true
		} else if m, ok := v.(map[string]any); ok && len(m) > 0 {
			others = append(others, m)
		}
	}
	if err := e.charge((len(list) + 1) * (len(others) + 1)); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(v any) bool {
		if own, kind, ok := identity(v); ok && (kind == "" && named[anyKind+own] || named[kind+"\x00"+own] || named["\x00"+own]) {
			return true
		}
		m, _ := v.(map[string]any)
		return slices.ContainsFunc(others, func(o map[string]any) bool {
			for name, want := range o {
				if !reflect.DeepEqual(lookup(m, name), want) {
					return false
				}
			}
			return true
		})
	}), nil
}

// identity is what makes two values of an attribute the same: their value and their type (RFC 7643 section 2.4). ok is
// false for an object without a value of its own.
func identity(v any) (own, kind string, ok bool) {
	m, isObject := v.(map[string]any)
	if isObject {
		if v = lookup(m, "value"); v == nil {
			return "", "", false
		}
		kind, _ = lookup(m, "type").(string)
		kind = Key(kind)
	}
	if s, isText := v.(string); isText {
		return Key(s), kind, true
	}
	return "\x00" + string(appendJSON(nil, v, nil)), kind, true
}

// set puts a value where the target is, making what is missing on the way there.
func (e *editor) set(op *operation) error {
	in := e.attrs
	if op.URN != "" {
		urn := nameIn(e.attrs, op.URN)
		if in, _ = e.attrs[urn].(map[string]any); in == nil {
			if err := e.room(e.attrs, urn); err != nil {
				return err
			}
			in = make(map[string]any, 2)
			e.attrs[urn] = in
		}
	}
	name := nameIn(in, op.Attr)
	if err := e.room(in, name); err != nil {
		return err
	}
	v, err := e.changed(in[name], op)
	if err != nil {
		return err
	}
	if list, ok := v.([]any); ok && len(list) > maxElements {
		return &Error{Kind: TooMany, Detail: fmt.Sprintf("%s would have more than %d values", op.Attr, maxElements)}
	}
	in[name] = v
	return nil
}

// room refuses to make an object larger than a body may send one.
func (e *editor) room(in map[string]any, name string) error {
	if _, ok := in[name]; !ok && len(in) >= maxFields {
		return &Error{Kind: TooMany, Detail: fmt.Sprintf("the resource would have more than %d attributes", maxFields)}
	}
	return nil
}

// changed gives an attribute's value as it is after the operation. What it takes from the operation it copies.
func (e *editor) changed(old any, op *operation) (any, error) {
	switch {
	case op.Where != nil:
		return e.chosen(old, op)
	case op.Sub != "":
		return e.withSub(old, op)
	}
	list, several := old.([]any)
	switch {
	case op.kind == opAdd && several && (op.attr == nil || op.attr.MultiValued):
		return e.joined(list, op)
	case op.attr != nil && op.attr.MultiValued:
		return clone(op.value), nil
	}
	// What nobody knows is treated as a complex attribute is: sub-attributes that are not named stay.
	m, ok := old.(map[string]any)
	with, both := op.value.(map[string]any)
	if !ok || !both {
		return clone(op.value), nil
	}
	return m, e.merge(m, with)
}

// copies is what it costs to copy or to write a value, in the unit of charge.
func copies(v any) int { return 1 + weigh(v)/64 }

// merge puts the sub-attributes of one object into another.
func (e *editor) merge(m, with map[string]any) error {
	own := lookup(m, "value")
	for name, v := range with {
		name = nameIn(m, name)
		if err := e.room(m, name); err != nil {
			return err
		}
		m[name] = clone(v)
	}
	if _, ok := with["$ref"]; !ok && own != nil && !reflect.DeepEqual(own, lookup(m, "value")) {
		// The reference led to the old value.
		delete(m, "$ref")
	}
	return nil
}

// withSub puts a value to a sub-attribute: of the object, of all values where there are several, or of the first one.
func (e *editor) withSub(old any, op *operation) (any, error) {
	with := map[string]any{op.Sub: op.value}
	switch old := old.(type) {
	case nil:
		m, _ := clone(with).(map[string]any)
		if op.attr != nil && op.attr.MultiValued {
			return []any{m}, nil
		}
		return m, nil
	case map[string]any:
		return old, e.merge(old, with)
	case []any:
		if err := e.charge(len(old) * copies(with)); err != nil {
			return nil, err
		}
		for _, v := range old {
			if m, ok := v.(map[string]any); ok {
				if err := e.merge(m, with); err != nil {
					return nil, err
				}
			}
		}
		onePrimary(old, nil)
		return old, nil
	}
	return nil, &Error{Kind: NoTarget, Detail: fmt.Sprintf("%s has no sub-attributes", op.Attr)}
}

// joined adds values to those that are there. One with the value and type of another is the same and is merged with it,
// so that sending it again changes nothing; so is one without a type with the first of its value.
func (e *editor) joined(list []any, op *operation) (any, error) {
	add, ok := op.value.([]any)
	if !ok {
		add = []any{op.value}
	}
	if err := e.charge(copies(list) + copies(add)); err != nil {
		return nil, err
	}
	const anyKind = "\x01"
	at := make(map[string]int, 2*(len(list)+len(add)))
	note := func(i int, v any) {
		own, kind, ok := identity(v)
		keys := [2]string{kind + "\x00" + own, anyKind + own}
		if !ok {
			keys = [2]string{"\x02" + string(appendJSON(nil, v, nil))}
		}
		for _, k := range keys {
			if _, ok := at[k]; !ok && k != "" {
				at[k] = i
			}
		}
	}
	find := func(v any) (int, bool) {
		own, kind, ok := identity(v)
		key := kind + "\x00" + own
		if !ok {
			key = "\x02" + string(appendJSON(nil, v, nil))
		}
		i, found := at[key]
		if !found && ok && kind == "" {
			i, found = at[anyKind+own]
		}
		return i, found
	}
	for i, v := range list {
		note(i, v)
	}
	fresh := make(map[int]bool)
	for _, v := range add {
		i, found := find(v)
		if !found {
			i = len(list)
			list = append(list, clone(v))
			note(i, v)
		}
		m, _ := list[i].(map[string]any)
		with, _ := v.(map[string]any)
		if found && m != nil {
			if err := e.merge(m, with); err != nil {
				return nil, err
			}
		}
		if with["primary"] == true {
			fresh[i] = true
		}
	}
	if len(fresh) > 0 {
		onePrimary(list, func(i int) bool { return fresh[i] })
	}
	return list, nil
}

// chosen changes the values that a filter chooses. Where it chooses none, one is made from what it says of them, which
// is how Entra fills `emails[type eq "work"].value` of a person without a work address.
func (e *editor) chosen(old any, op *operation) (any, error) {
	list, ok := old.([]any)
	if !ok && old != nil {
		return nil, &Error{Kind: NoTarget, Detail: fmt.Sprintf("%s has one value, so that none can be chosen by a filter", op.Attr)}
	}
	if err := e.charge(len(list) * cost(op.Where)); err != nil {
		return nil, err
	}
	said, simple := saidBy(op.Where)
	with, isObject := op.value.(map[string]any)
	if op.Sub != "" {
		with, isObject = map[string]any{op.Sub: op.value}, true
	}
	found := false
	each := copies(said) + copies(op.value)
	fresh := make(map[int]bool)
	for i, v := range list {
		if !eval(op.Where, subject{element: v}) {
			continue
		}
		found = true
		if err := e.charge(each); err != nil {
			return nil, err
		}
		m, ok := v.(map[string]any)
		switch {
		case !isObject:
			list[i] = clone(op.value)
		case op.Sub != "" && !ok:
			return nil, &Error{Kind: NoTarget, Detail: fmt.Sprintf("%s has values without sub-attributes", op.Attr)}
		case op.Sub == "" && (op.kind == opReplace || !ok):
			// A new value in place of the old; what it was chosen by stays, or it could not be found again.
			list[i] = over(said, with)
		default:
			if err := e.merge(m, with); err != nil {
				return nil, err
			}
		}
		if with["primary"] == true {
			fresh[i] = true
		}
	}
	if !found {
		if !simple {
			return nil, &Error{Kind: NoTarget, Detail: fmt.Sprintf("%s matches nothing", op.Path)}
		}
		if !isObject {
			with = map[string]any{"value": op.value}
		}
		made := over(said, with)
		if made["primary"] == true {
			fresh[len(list)] = true
		}
		list = append(list, made)
	}
	if len(fresh) > 0 {
		onePrimary(list, func(i int) bool { return fresh[i] })
	}
	return list, nil
}

// over is a new object with all of base and, before it, all of with.
func over(base, with map[string]any) map[string]any {
	m := cloneMap(base)
	for name, v := range with {
		m[nameIn(m, name)] = clone(v)
	}
	return m
}

// saidBy is what a filter that is nothing but equalities, all of which must hold, says of a value; ok is false for any
// other filter and for one that contradicts itself.
func saidBy(e Expr) (said map[string]any, ok bool) {
	said = make(map[string]any, 2)
	return said, collect(e, said)
}

func collect(e Expr, said map[string]any) bool {
	switch e := e.(type) {
	case And:
		return collect(e.Left, said) && collect(e.Right, said)
	case Compare:
		if e.Op != "eq" || e.Value == nil || e.Value == "" {
			return false
		}
		name := nameIn(said, e.Path.Attr)
		if before, ok := said[name]; ok && before != e.Value {
			return false
		}
		said[name] = e.Value
		return true
	}
	return false
}

// cost is how many comparisons a filter makes.
func cost(e Expr) int {
	switch e := e.(type) {
	case And:
		return cost(e.Left) + cost(e.Right)
	case Or:
		return cost(e.Left) + cost(e.Right)
	case Not:
		return cost(e.Inner)
	}
	return 1
}
