package backend

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"scimdesk/backend/scim"
)

// attributes lists the single values of a document in its own order, which is the schema's, each with its SCIM path. Of an
// attribute with several values, each is named by its type where no two share it (emails[type eq "work"].value); else it stands
// whole, as JSON. These are the paths that history uses.
func attributes(doc []byte) ([]Attribute, error) {
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	root, err := readValue(dec)
	if err != nil {
		return nil, fmt.Errorf("read attributes: %w", err)
	}
	list := []Attribute{}
	top, _ := root.(ordered)
	for _, f := range top {
		if f.name != "schemas" {
			list = flatten(list, f.name, f.value, true)
		}
	}
	return list, nil
}

// ordered is a JSON object with its members as they were written.
type ordered []member

type member struct {
	name  string
	value any
}

func (o ordered) get(name string) any {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// MarshalJSON writes the members in their order.
func (o ordered) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			out = append(out, ',')
		}
		name, nameErr := json.Marshal(m.name)
		value, valueErr := json.Marshal(m.value)
		if err := errors.Join(nameErr, valueErr); err != nil {
			return nil, err
		}
		out = append(append(append(out, name...), ':'), value...)
	}
	return append(out, '}'), nil
}

func readValue(dec *json.Decoder) (any, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		o := ordered{}
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return nil, err
			}
			value, err := readValue(dec)
			if err != nil {
				return nil, err
			}
			text, _ := name.(string)
			o = append(o, member{text, value})
		}
		_, err = dec.Token()
		return o, err
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			value, err := readValue(dec)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err = dec.Token()
		return list, err
	}
	return token, nil
}

func flatten(list []Attribute, path string, value any, top bool) []Attribute {
	switch v := value.(type) {
	case ordered:
		separator := "."
		if top && strings.HasPrefix(strings.ToLower(path), "urn:") {
			separator = ":"
		}
		for _, m := range v {
			list = flatten(list, path+separator+m.name, m.value, false)
		}
		return list
	case []any:
		return flattenValues(list, path, v)
	}
	return append(list, Attribute{Path: path, Value: shown(value)})
}

func flattenValues(list []Attribute, path string, values []any) []Attribute {
	count := map[string]int{}
	for _, v := range values {
		count[typeOf(v)]++
	}
	for _, v := range values {
		kind := typeOf(v)
		if kind == "" || count[kind] > 1 {
			list = append(list, Attribute{Path: path, Value: shown(v)})
			continue
		}
		o, _ := v.(ordered)
		name, _ := o.get("type").(string)
		quoted := shown([]string{name})
		of := path + "[type eq " + quoted[1:len(quoted)-1] + "]"
		if len(o) == 1 {
			list = append(list, Attribute{Path: of, Value: shown(v)})
		}
		for _, m := range o {
			if m.name != "type" {
				list = flatten(list, of+"."+m.name, m.value, false)
			}
		}
	}
	return list
}

// typeOf gives the key of a value's type, "" if it has none.
func typeOf(v any) string {
	o, _ := v.(ordered)
	kind, _ := o.get("type").(string)
	return scim.Key(kind)
}
