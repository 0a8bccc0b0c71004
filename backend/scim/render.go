package scim

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Render is a resource as a client gets it: document, id, groups or members, meta; spliced, not re-marshalled, where p is nil.
// base is the absolute URL that the endpoint stands under, without a slash at its end. A Group always has members
// where p wants them, if need be an empty array; a User without groups has no groups. doc must come from Document;
// any other gives an error, which is ours and not the client's.
func Render(t *ResourceType, doc []byte, m Meta, base string, p *Projection) ([]byte, error) {
	if p == nil {
		return splice(t, doc, m, base)
	}
	r, err := FromDocument(t, doc)
	if err != nil {
		return nil, err
	}
	beside, err := decodeStored(appendMeta(appendBeside([]byte(`{"id":`+string(appendString(nil, m.ID))), t, m, base), t, m, base))
	if err != nil {
		return nil, fmt.Errorf("render %s %s: %w", t.Name, m.ID, err)
	}
	own, _ := beside.(object)
	for _, f := range own {
		r.Attrs[f.name] = plain(f.value)
	}
	p.apply(r.Attrs)
	return appendObject(make([]byte, 0, len(doc)), r.Attrs, t.order()), nil
}

// splice writes what stands beside the document into it.
func splice(t *ResourceType, doc []byte, m Meta, base string) ([]byte, error) {
	const head = `{"schemas":[`
	end := listEnd(doc, len(head))
	if !bytes.HasPrefix(doc, []byte(head)) || end < 0 || doc[len(doc)-1] != '}' {
		return nil, fmt.Errorf("render %s %s: %w", t.Name, m.ID, errors.New("the stored document is damaged"))
	}
	b := make([]byte, 0, len(doc)+256+len(base)+len(m.ID)+(len(m.Members)+len(m.Groups))*(128+len(base)))
	b = append(b, doc[:end]...)
	b = append(b, `,"id":`...)
	b = appendString(b, m.ID)
	b = append(b, doc[end:len(doc)-1]...)
	b = appendBeside(b, t, m, base)
	return appendMeta(b, t, m, base), nil
}

// listEnd gives where an array of strings ends that begins before at; -1 if it does not.
func listEnd(doc []byte, at int) int {
	inString := false
	for ; at < len(doc)-1; at++ {
		switch c := doc[at]; {
		case inString && c == '\\':
			at++
		case c == '"':
			inString = !inString
		case c == ']' && !inString:
			return at + 1
		}
	}
	return -1
}

// appendBeside writes a Group's members or a User's groups, with a comma before them.
func appendBeside(b []byte, t *ResourceType, m Meta, base string) []byte {
	switch {
	case t == Group:
		b = append(b, `,"members":[`...)
		for i, member := range m.Members {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendMember(b, member, base)
		}
		return append(b, ']')
	case len(m.Groups) > 0:
		b = append(b, `,"groups":[`...)
		for i, g := range m.Groups {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, `{"value":`...)
			b = appendString(b, g.ID)
			b = append(b, `,"$ref":`...)
			b = appendString(b, Location(Group, g.ID, base))
			if g.Display != "" {
				b = append(b, `,"display":`...)
				b = appendString(b, g.Display)
			}
			b = append(b, `,"type":"direct"}`...)
		}
		return append(b, ']')
	}
	return b
}

func appendMember(b []byte, m Member, base string) []byte {
	b = append(b, `{"value":`...)
	b = appendString(b, m.Value)
	if m.Type != "" {
		to := User
		if sameName(m.Type, Group.Name) {
			to = Group
		}
		b = append(b, `,"$ref":`...)
		b = appendString(b, Location(to, m.Value, base))
		b = append(b, `,"type":`...)
		b = appendString(b, to.Name)
	}
	if m.Display != "" {
		b = append(b, `,"display":`...)
		b = appendString(b, m.Display)
	}
	return append(b, '}')
}

// appendMeta writes meta, with a comma before it, and closes the resource.
func appendMeta(b []byte, t *ResourceType, m Meta, base string) []byte {
	b = append(b, `,"meta":{"resourceType":`...)
	b = appendString(b, t.Name)
	b = append(b, `,"created":"`...)
	b = m.Created.UTC().AppendFormat(b, timeLayout)
	b = append(b, `","lastModified":"`...)
	b = m.Modified.UTC().AppendFormat(b, timeLayout)
	b = append(b, `","version":`...)
	b = appendString(b, ETag(m.Version))
	b = append(b, `,"location":`...)
	b = appendString(b, Location(t, m.ID, base))
	return append(b, "}}"...)
}

// Location is the absolute URL of a resource.
func Location(t *ResourceType, id, base string) string {
	return base + "/" + t.Endpoint + "/" + url.PathEscape(id)
}

// RenderList is a ListResponse of rendered resources (RFC 7644 section 3.4.2). startIndex is that of the first, from 1.
func RenderList(total, startIndex int, resources [][]byte) []byte {
	size := 160
	for _, r := range resources {
		size += len(r) + 1
	}
	b := make([]byte, 0, size)
	b = append(b, `{"schemas":["`+ListURN+`"],"totalResults":`...)
	b = strconv.AppendInt(b, int64(total), 10)
	b = append(b, `,"startIndex":`...)
	b = strconv.AppendInt(b, int64(startIndex), 10)
	b = append(b, `,"itemsPerPage":`...)
	b = strconv.AppendInt(b, int64(len(resources)), 10)
	b = append(b, `,"Resources":[`...)
	for i, r := range resources {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, r...)
	}
	return append(b, "]}"...)
}

// RenderError is an Error message (RFC 7644 section 3.12). The status is a string in it, as the RFC says.
func RenderError(status int, scimType, detail string) []byte {
	b := append([]byte(nil), `{"schemas":["`+ErrorURN+`"]`...)
	if scimType != "" {
		b = append(b, `,"scimType":`...)
		b = appendString(b, scimType)
	}
	b = append(b, `,"status":"`...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(b, `","detail":`...)
	b = appendString(b, strings.ToValidUTF8(detail, "\ufffd"))
	return append(b, '}')
}

// ETag is the entity tag of a version, W/"n" (RFC 7644 section 3.14).
func ETag(version int64) string { return `W/"` + strconv.FormatInt(version, 10) + `"` }

// ParseETag reads one entity tag of ours from If-Match or If-None-Match, weak or strong. ok is false for anything
// else, a list and * among it; see MatchETag for those.
func ParseETag(header string) (version int64, ok bool) {
	s := strings.TrimSpace(header)
	s = strings.TrimPrefix(s, "W/")
	if len(s) < 3 || s[0] != '"' || s[len(s)-1] != '"' || !isDigits(s[1:len(s)-1]) {
		return 0, false
	}
	version, err := strconv.ParseInt(s[1:len(s)-1], 10, 64)
	return version, err == nil
}

// MatchETag reports whether a header of If-Match or If-None-Match, a list of entity tags or *, names a version. Weak and
// strong tags are the same (RFC 9110 section 8.8.3.2).
func MatchETag(header string, version int64) bool {
	if strings.TrimSpace(header) == "*" {
		return true
	}
	for tag := range strings.SplitSeq(header, ",") {
		if v, ok := ParseETag(tag); ok && v == version {
			return true
		}
	}
	return false
}
