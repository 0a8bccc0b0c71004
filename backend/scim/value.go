package scim

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxElements is how many values one attribute of a document may have. A Group's members are not in the document and
// have no such limit.
const maxElements = 20000

// canonical gives a value in the form that attribute a keeps it in, or nil where it says that there is none: null, "",
// an empty array, an object without anything in it (RFC 7643 section 2.5). A nil attribute is one that the tables don't
// know: its value is kept as it was sent, without its nulls. name is for the error's detail.
func canonical(a *Attribute, name string, v any) (any, error) {
	if a == nil {
		return unknown(v), nil
	}
	if !a.MultiValued {
		return single(a, name, v)
	}
	list, ok := v.([]any)
	if !ok {
		// One value where several may stand: Entra's validators send it.
		list = []any{v}
	}
	if len(list) > maxElements {
		return nil, invalid("%s has more than %d values", name, maxElements)
	}
	all := make([]any, 0, len(list))
	for _, e := range list {
		c, err := single(a, name, e)
		if err != nil {
			return nil, err
		}
		if c != nil {
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	onePrimary(all, nil)
	return all, nil
}

func invalid(format string, args ...any) *Error {
	return &Error{Kind: InvalidValue, Detail: fmt.Sprintf(format, args...)}
}

// single is canonical for an attribute with one value, or for one element of a multi-valued one.
func single(a *Attribute, name string, v any) (any, error) {
	if v == nil || v == "" {
		return nil, nil
	}
	if a.Type == TypeComplex {
		m, err := complexValue(a, name, v)
		if len(m) == 0 {
			return nil, err
		}
		return m, nil
	}
	wrong := func() error { return invalid("%s must be a %s, not %s", name, a.Type, kindOf(v)) }
	switch a.Type {
	case TypeBoolean:
		switch v := v.(type) {
		case bool:
			return v, nil
		case string:
			if b, ok := boolText(v); ok {
				return b, nil
			}
			return nil, invalid("%s must be a boolean, not %s", name, quote(v))
		}
		return nil, wrong()
	case TypeInteger, TypeDecimal:
		n, ok := v.(json.Number)
		if !ok {
			return nil, wrong()
		}
		if a.Type == TypeInteger && strings.ContainsAny(n.String(), ".eE") {
			return nil, invalid("%s must be an integer, not %s", name, quote(n.String()))
		}
		return n, nil
	}
	s, ok := v.(string)
	if !ok {
		return nil, wrong()
	}
	if a.Type == TypeDateTime {
		if _, ok := parseTime(s); !ok {
			return nil, invalid("%s must be a dateTime, not %s", name, quote(s))
		}
	}
	return s, nil
}

// asObject reads an object, or what is sent in place of one: its value alone, or for an attribute with one value an array
// with one of them. Empty is what says that there is no value.
func asObject(a *Attribute, name string, v any) (object, error) {
	if list, ok := v.([]any); ok && !a.MultiValued {
		switch len(list) {
		case 0:
			return nil, nil
		case 1:
			v = list[0]
		}
	}
	if v == nil || v == "" {
		return nil, nil
	}
	o, ok := v.(object)
	if !ok {
		_, isList := v.([]any)
		if isList || a.sub("value") == nil {
			return nil, invalid("%s must be an object, not %s", name, kindOf(v))
		}
		o = object{{"value", v}}
	}
	if a.Name == "roles" {
		o = unpackRole(o)
	}
	return o, nil
}

// complexValue makes an object canonical. It gives nil for what was cleared: labels without anything that they could be
// labels of.
func complexValue(a *Attribute, name string, v any) (map[string]any, error) {
	o, err := asObject(a, name, v)
	if err != nil {
		return nil, err
	}
	m := make(map[string]any, len(o))
	cleared := false
	for _, f := range o {
		sub := a.sub(f.name)
		key := f.name
		if sub != nil {
			key = sub.Name
		}
		c, err := canonical(sub, name+"."+key, f.value)
		if err != nil {
			return nil, err
		}
		if c == nil {
			cleared = true
			continue
		}
		m[key] = c
	}
	if cleared && onlyLabels(m) {
		return nil, nil
	}
	return m, nil
}

// onlyLabels tells whether nothing is left of an element but what says which one it was.
func onlyLabels(m map[string]any) bool {
	for k := range m {
		if k != "type" && k != "primary" && k != "display" {
			return false
		}
	}
	return true
}

// unknown is a value of an attribute that no table knows: as sent, without nulls. At its top, what says that there is
// no value is nil.
func unknown(v any) any {
	switch v := v.(type) {
	case string:
		if v == "" {
			return nil
		}
	case object:
		m := withoutNulls(v)
		if len(m) == 0 {
			return nil
		}
		return m
	case []any:
		all := make([]any, 0, len(v))
		for _, e := range v {
			if e != nil {
				all = append(all, nested(e))
			}
		}
		if len(all) == 0 {
			return nil
		}
		return all
	}
	return v
}

func withoutNulls(o object) map[string]any {
	m := make(map[string]any, len(o))
	for _, f := range o {
		if f.value != nil {
			m[f.name] = nested(f.value)
		}
	}
	return m
}

// nested is unknown below the top, where empty text, objects and arrays are kept.
func nested(v any) any {
	switch v := v.(type) {
	case object:
		return withoutNulls(v)
	case []any:
		all := make([]any, 0, len(v))
		for _, e := range v {
			if e != nil {
				all = append(all, nested(e))
			}
		}
		return all
	}
	return v
}

// onePrimary leaves true one primary of an attribute's values at most (RFC 7643 section 2.4): one that fresh accepts,
// if there is such, else the first. The others become false.
func onePrimary(all []any, fresh func(i int) bool) {
	keep := -1
	several := false
	for i, e := range all {
		if m, ok := e.(map[string]any); !ok || m["primary"] != true {
			continue
		}
		several = several || keep >= 0
		if keep < 0 || fresh != nil && !fresh(keep) && fresh(i) {
			keep = i
		}
	}
	if !several {
		return
	}
	for i, e := range all {
		if m, ok := e.(map[string]any); ok && m["primary"] == true && i != keep {
			m["primary"] = false
		}
	}
}

// maxNameText is how long a name that people are matched by may be, in characters.
const maxNameText = 1024

// checkName decides whether v may be the value of an attribute that no resource of the type is without.
func checkName(attr string, v any) error {
	s, _ := v.(string)
	if strings.TrimSpace(s) == "" {
		return invalid("%s is required and must not be empty", attr)
	}
	return checkLength(attr, v)
}

func checkLength(attr string, v any) error {
	if s, _ := v.(string); len(s) > maxNameText && utf8.RuneCountInString(s) > maxNameText {
		return invalid("%s is longer than %d characters", attr, maxNameText)
	}
	return nil
}

// plain turns decoded JSON into maps, nothing else changed.
func plain(v any) any {
	switch v := v.(type) {
	case object:
		m := make(map[string]any, len(v))
		for _, f := range v {
			m[f.name] = plain(f.value)
		}
		return m
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	}
	return v
}

// clone copies a value so that neither copy sees the other's changes.
func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return cloneMap(v)
	case []any:
		c := make([]any, len(v))
		for i := range v {
			c[i] = clone(v[i])
		}
		return c
	}
	return v
}

func cloneMap(m map[string]any) map[string]any {
	c := make(map[string]any, len(m))
	for k, v := range m {
		c[k] = clone(v)
	}
	return c
}

// weigh is about how many bytes a value has as JSON.
func weigh(v any) int {
	n := 4
	switch v := v.(type) {
	case string:
		n += len(v)
	case json.Number:
		n += len(v)
	case []any:
		for _, e := range v {
			n += weigh(e)
		}
	case map[string]any:
		for name, e := range v {
			n += len(name) + weigh(e)
		}
	}
	return n
}

// kindOf names a value's JSON type for an error's detail.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case []any:
		return "an array"
	}
	return "an object"
}
