package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Objects are the objects of a JSON file, in its order.
type Objects struct {
	Items []Item
	// Total is what a SCIM list says that there are altogether; 0 where the file is none.
	Total int
	// Encoding is that of the file, and Mark says that it begins with a byte order mark.
	Encoding string
	Mark     bool
}

// Item is one object and the line on which it begins.
type Item struct {
	Line int
	JSON json.RawMessage
}

// IsJSON tells whether a file seems to be JSON.
func IsJSON(data []byte) bool {
	text, _, _, _, err := decode(data, "")
	return err == nil && looksLikeJSON(text)
}

// looksLikeJSON tells an array or an object by its first two characters; a CSV may begin with a bracket, too.
func looksLikeJSON(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n")
	if text == "" || text[0] != '{' && text[0] != '[' {
		return false
	}
	next := strings.TrimLeft(text[1:], " \t\r\n")
	return next != "" && (next[0] == '}' && text[0] == '{' || next[0] == '"' && text[0] == '{' || text[0] == '[' && (next[0] == '{' || next[0] == ']'))
}

// ReadObjects reads JSON: an array of objects, a SCIM list (its Resources), a list of Microsoft Graph (its value), or objects one after
// the other, such as one a line. An *Error says what is wrong, and where.
func ReadObjects(data []byte, encoding string) (*Objects, error) {
	text, used, mark, _, err := decode(data, encoding)
	if err != nil {
		return nil, err
	}
	o, err := readObjects(text)
	if err != nil {
		return nil, err
	}
	o.Encoding, o.Mark = used, mark
	return o, nil
}

// objects reads a JSON text once from its beginning to its end, and counts its lines on the way.
type objects struct {
	text string
	dec  *json.Decoder
	seen int // bytes whose lines are counted
	line int
}

func readObjects(text string) (*Objects, error) {
	r := &objects{text: text, dec: json.NewDecoder(strings.NewReader(text)), line: 1}
	all := &Objects{}
	for {
		err := r.value(all)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if len(all.Items) == 0 && strings.TrimSpace(text) == "" {
		return nil, &Error{Reason: "there is nothing in it"}
	}
	return all, nil
}

// value reads what stands on its own: an array, a SCIM list or an object.
func (r *objects) value(all *Objects) error {
	at, c := r.next()
	if c == 0 {
		return io.EOF
	}
	if c == '[' {
		return r.array(all)
	}
	var raw json.RawMessage
	if err := r.dec.Decode(&raw); err != nil {
		return r.wrong(err)
	}
	var list struct {
		Resources    *json.RawMessage
		TotalResults int
		Context      string `json:"@odata.context"`
		Value        *json.RawMessage
	}
	listed := c == '{' && json.Unmarshal(raw, &list) == nil
	if listed && list.Resources == nil && list.Context != "" && list.Value != nil && bytes.HasPrefix(*list.Value, []byte("[")) {
		list.Resources = list.Value
	}
	if listed && list.Resources != nil {
		// A list of itself, whose lines go on from where it stands.
		inner := &objects{text: string(*list.Resources), dec: json.NewDecoder(bytes.NewReader(*list.Resources)), line: r.lineAt(at + max(bytes.Index(raw, *list.Resources), 0))}
		all.Total = list.TotalResults
		if string(*list.Resources) == "null" {
			return nil
		}
		return inner.array(all)
	}
	return r.keep(all, at, c, raw)
}

// array reads the objects of an array one by one.
func (r *objects) array(all *Objects) error {
	if _, err := r.dec.Token(); err != nil {
		return r.wrong(err)
	}
	for r.dec.More() {
		at, c := r.next()
		var raw json.RawMessage
		if err := r.dec.Decode(&raw); err != nil {
			return r.wrong(err)
		}
		if err := r.keep(all, at, c, raw); err != nil {
			return err
		}
	}
	if _, err := r.dec.Token(); err != nil {
		return r.wrong(err)
	}
	return nil
}

func (r *objects) keep(all *Objects, at int, first byte, raw json.RawMessage) error {
	line := r.lineAt(at)
	if first != '{' {
		return &Error{Line: line, Reason: "here should be an object, in braces"}
	}
	if len(all.Items) >= maxRows {
		return &Error{Line: line, Reason: fmt.Sprintf("there are more than %d objects; split the file", maxRows)}
	}
	all.Items = append(all.Items, Item{Line: line, JSON: raw})
	return nil
}

// next gives the place and the first byte of the value that comes next, 0 at the end.
func (r *objects) next() (int, byte) {
	at := int(r.dec.InputOffset())
	for at < len(r.text) && strings.IndexByte(" \t\r\n,", r.text[at]) >= 0 {
		at++
	}
	if at >= len(r.text) {
		return at, 0
	}
	return at, r.text[at]
}

// lineAt gives the line of a place behind those that were asked for before.
func (r *objects) lineAt(at int) int {
	at = min(at, len(r.text))
	if at > r.seen {
		r.line += strings.Count(r.text[r.seen:at], "\n")
		r.seen = at
	}
	return r.line
}

// wrong says where JSON is broken. The decoder's own offsets count from somewhere inside, so the value is looked at once more.
func (r *objects) wrong(err error) error {
	at, _ := r.next()
	reason := "this is no JSON: " + err.Error()
	var raw json.RawMessage
	if e, ok := errors.AsType[*json.SyntaxError](json.Unmarshal([]byte(r.text[at:]), &raw)); ok {
		at += max(int(e.Offset)-1, 0)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		at, reason = len(r.text), "the file ends in the middle of a value"
	}
	begin := strings.LastIndexByte(r.text[:at], '\n') + 1
	return &Error{Line: r.lineAt(at), Column: utf8.RuneCountInString(r.text[begin:at]) + 1, Reason: reason}
}

// Table makes rows of objects: a column for each name in the order in which they are met, nested ones with a dot between, as in
// name.givenName, and of an attribute with several values all of them, parted by "; ".
func (o *Objects) Table() (*Table, error) {
	t := &Table{Format: Format{Kind: "json", Encoding: o.Encoding, Mark: o.Mark, Header: true}, Header: []string{}}
	at, cells := map[string]int{}, 0
	for _, item := range o.Items {
		row := make([]string, len(t.Header))
		err := eachValue("", item.JSON, 0, func(name, value string) {
			j, known := at[name]
			if !known {
				j = len(t.Header)
				at[name] = j
				t.Header = append(t.Header, name)
			}
			for len(row) <= j {
				row = append(row, "")
			}
			row[j] = tidy(value)
		})
		if err == nil && len(t.Header) > maxColumns {
			err = fmt.Errorf("there are more than %d columns", maxColumns)
		}
		if cells += len(row); err == nil && cells > maxCells {
			err = fmt.Errorf("there are more than %d cells; split the file", maxCells)
		}
		if err != nil {
			return nil, &Error{Line: item.Line, Reason: err.Error()}
		}
		t.Rows, t.Lines = append(t.Rows, row), append(t.Lines, item.Line)
	}
	if cells+len(t.Rows)*len(t.Header) > 2*maxCells {
		return nil, &Error{Reason: "its objects have too many different names"}
	}
	for i, row := range t.Rows {
		if n := len(t.Header) - len(row); n > 0 {
			t.Rows[i] = append(row, make([]string, n)...)
		}
	}
	t.lostDigits()
	return t, nil
}

// maxDepth is how deep objects are taken apart; what lies below stands as it is written.
const maxDepth = 8

// eachValue gives the values of an object in their order.
func eachValue(prefix string, raw json.RawMessage, depth int, each func(name, value string)) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return err
	}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return err
		}
		switch {
		case value[0] == '{' && depth < maxDepth:
			separator := "."
			if strings.HasPrefix(strings.ToLower(name), "urn:") {
				separator = ":"
			}
			if err := eachValue(prefix+name+separator, value, depth+1, each); err != nil {
				return err
			}
		case value[0] == '[':
			text, err := several(value)
			if err != nil {
				return err
			}
			each(prefix+name, text)
		default:
			each(prefix+name, scalar(value))
		}
	}
	return nil
}

// several puts the values of an array into one cell.
func several(raw json.RawMessage) (string, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return "", err
	}
	texts := make([]string, 0, len(list))
	for _, one := range list {
		text := scalar(one)
		if one[0] == '{' {
			var value map[string]json.RawMessage
			if err := json.Unmarshal(one, &value); err != nil {
				return "", err
			}
			for _, name := range []string{"value", "display", "formatted"} {
				if v, ok := value[name]; ok && scalar(v) != "" {
					text = scalar(v)
					break
				}
			}
		}
		if text != "" && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "; "), nil
}

// scalar is a value as a cell shows it.
func scalar(raw json.RawMessage) string {
	var s string
	switch {
	case string(raw) == "null":
		return ""
	case raw[0] == '"' && json.Unmarshal(raw, &s) == nil:
		return s
	}
	return string(raw)
}
