package userid

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/mozillazg/go-unidecode"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// A part of a template is literal text, or a field and what is done with it.
type part struct {
	text    string
	field   string
	filters []string
}

// Fields are what a template may name, and Filters what may be done with a field; a number as a filter takes that many letters from the
// beginning.
func Fields() []string {
	return []string{"givenName", "familyName", "displayName", "userName", "mailbox", "domain", "email", "externalId", "employeeNumber", "localId", "department"}
}

// Filters are what may be done with a field: its first letter, small or capital letters, German umlauts written out, and letters of any
// script as plain ones, without what does not belong into a mailbox's name.
func Filters() []string { return []string{"first", "lower", "upper", "de", "ascii"} }

const longestTemplate = 300 // characters

// parseTemplate reads a template such as {givenName|first}{familyName}@{domain}. {{ and }} are braces.
func parseTemplate(s string) (parts []part, err error) {
	if strings.TrimSpace(s) == "" {
		return nil, fmt.Errorf("the template is empty; it reads like {givenName|first}{familyName}@{domain}")
	}
	if len([]rune(s)) > longestTemplate {
		return nil, fmt.Errorf("the template is longer than %d characters", longestTemplate)
	}
	var text strings.Builder
	field := false
	for rest := s; rest != ""; {
		at := strings.IndexAny(rest, "{}")
		if at < 0 {
			text.WriteString(rest)
			break
		}
		text.WriteString(rest[:at])
		brace := rest[at]
		rest = rest[at+1:]
		if rest != "" && rest[0] == brace {
			text.WriteByte(brace)
			rest = rest[1:]
			continue
		}
		if brace == '}' {
			return nil, fmt.Errorf("the template has a } without a { before it; write }} for the sign itself")
		}
		end := strings.IndexAny(rest, "{}")
		if end < 0 || rest[end] == '{' {
			return nil, fmt.Errorf("the template has a { without a } behind it; write {{ for the sign itself")
		}
		p, err := parseField(rest[:end])
		if err != nil {
			return nil, err
		}
		if text.Len() > 0 {
			parts = append(parts, part{text: text.String()})
			text.Reset()
		}
		parts, field, rest = append(parts, p), true, rest[end+1:]
	}
	if text.Len() > 0 {
		parts = append(parts, part{text: text.String()})
	}
	if !field {
		return nil, fmt.Errorf("the template names no field, so everybody would get the same user ID; it reads like {givenName|first}{familyName}@{domain}")
	}
	return parts, nil
}

func parseField(s string) (part, error) {
	words := strings.Split(s, "|")
	for i := range words {
		words[i] = strings.TrimSpace(words[i])
	}
	at := slices.IndexFunc(Fields(), func(f string) bool { return strings.EqualFold(f, words[0]) })
	if at < 0 {
		return part{}, fmt.Errorf("the template knows no field %q; there are %s", words[0], strings.Join(Fields(), ", "))
	}
	p := part{field: Fields()[at]}
	for _, f := range words[1:] {
		f = strings.ToLower(f)
		n, err := strconv.Atoi(strings.TrimPrefix(f, "first"))
		switch {
		case err == nil && n > 0 && n <= longest:
			f = strconv.Itoa(n)
		case !slices.Contains(Filters(), f):
			return part{}, fmt.Errorf("the template knows no filter %q; there are %s, and a number for that many letters", f, strings.Join(Filters(), ", "))
		}
		p.filters = append(p.filters, f)
	}
	return p, nil
}

// fill puts somebody's values into the template.
func (r *Rule) fill(p *Person) (string, lack) {
	var out strings.Builder
	for _, t := range r.parts {
		if t.field == "" {
			out.WriteString(t.text)
			continue
		}
		value, why := p.field(t.field)
		if why.code != "" {
			return "", why
		}
		for _, f := range t.filters {
			value = filter(f, value)
		}
		if value == "" {
			return "", lack{NoValue, t.field}
		}
		out.WriteString(value)
	}
	return out.String(), lack{}
}

func (p *Person) field(name string) (string, lack) {
	switch name {
	case "givenName":
		return had(p.GivenName, name)
	case "familyName":
		return had(p.FamilyName, name)
	case "displayName":
		return had(p.DisplayName, name)
	case "userName":
		return had(p.UserName, name)
	case "externalId":
		return had(p.ExternalID, name)
	case "employeeNumber":
		return had(p.EmployeeNumber, name)
	case "localId":
		return had(p.LocalID, name)
	case "department":
		return had(p.Department, name)
	case "mailbox":
		return mailbox(p)
	}
	value, why := workEmail(p.Emails)
	if why.code != "" || name == "email" {
		return value, why
	}
	_, domain, ok := cutMail(value)
	if !ok {
		return "", lack{NoAt, value}
	}
	return had(domain, name)
}

// filter does one thing with a value.
func filter(name, value string) string {
	switch name {
	case "lower": // a Caser has state and must not be shared
		return cases.Lower(language.Und).String(value)
	case "upper":
		return cases.Upper(language.Und).String(value)
	case "first":
		return letters(value, 1)
	case "de":
		return german().Replace(norm.NFC.String(value))
	case "ascii":
		return plain(value)
	}
	n, err := strconv.Atoi(name)
	if err != nil {
		return value
	}
	return letters(value, n)
}

func german() *strings.Replacer {
	return strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue", "ß", "ss", "ẞ", "SS")
}

// plain writes letters of any script by those of ASCII, and leaves out what does not belong into a mailbox's name: Wáng Xiǎo becomes WangXiao,
// O'Brien OBrien.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune(".-_+@", r):
			return r
		}
		return -1
	}, unidecode.Unidecode(norm.NFC.String(s)))
}

// letters gives the first n letters with the marks that stand on them.
func letters(s string, n int) string {
	s = norm.NFC.String(s)
	for i, r := range s {
		if unicode.Is(unicode.M, r) {
			continue
		}
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
