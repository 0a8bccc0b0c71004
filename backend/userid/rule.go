// Package userid works out what user IDs people would get by a rule: from whom to whom, what stands in the way, and in which order the changes can be
// made so that at no moment two people have the same one. It is pure: it is handed people and gives a plan. Two user IDs are the same
// where scim.Key says so, as the server's own matching does.
package userid

import (
	"fmt"
	"strings"

	"golang.org/x/net/idna"

	"scimdesk/backend/scim"
)

// What IDs can be made of.
const (
	ToEmail      = "email"
	ToOtherEmail = "other-email"
	ToMailbox    = "mailbox"
	ToExternalID = "external-id"
	ToEmployee   = "employee-number"
	ToDomain     = "domain"
	ToTemplate   = "template"
	ToFile       = "file"
	ToFormer     = "former"
	ToLocalID    = "local-id"
)

// Email is one of a person's e-mail addresses.
type Email struct {
	Value, Type string
	Primary     bool
}

// Person is one whose user ID may be changed.
type Person struct {
	ID, Name, UserName         string
	GivenName, FamilyName      string
	DisplayName, Department    string
	ExternalID, EmployeeNumber string
	LocalID                    string
	Former                     string // the user ID before the last change, "" if there was none
	Emails                     []Email
	Owned                      bool // Entra has written the user ID
}

// Pair is a line of a file with old and new user IDs.
type Pair struct{ Old, New string }

// Rule says what user IDs are made of. Make one by New.
type Rule struct {
	To         string
	EmailType  string // of ToOtherEmail, such as home
	FromDomain string // of ToDomain
	ToDomain   string
	Template   string
	Pairs      []Pair // of ToFile
	Owned      bool   // change also those that Entra has written

	parts []part // of Template
}

// New checks a rule and makes it ready. The error names what of it can't be followed.
func New(r Rule) (Rule, error) {
	r.EmailType, r.FromDomain, r.ToDomain = strings.TrimSpace(r.EmailType), domainOf(r.FromDomain), domainOf(r.ToDomain)
	var err error
	switch r.To {
	case ToEmail, ToMailbox, ToExternalID, ToEmployee, ToFormer, ToLocalID:
	case ToOtherEmail:
		if r.EmailType == "" {
			return r, fmt.Errorf("say of which type the e-mail shall be, such as home")
		}
	case ToDomain:
		if err = checkDomain("old", r.FromDomain); err == nil {
			err = checkDomain("new", r.ToDomain)
		}
	case ToTemplate:
		r.parts, err = parseTemplate(r.Template)
	case ToFile:
		if len(r.Pairs) == 0 {
			return r, fmt.Errorf("the file has no line with an old and a new user ID")
		}
	default:
		return r, fmt.Errorf("user IDs can't be converted to %q", r.To)
	}
	return r, err
}

// domainOf takes the @ off that some write before a domain.
func domainOf(s string) string { return strings.TrimPrefix(strings.TrimSpace(s), "@") }

func checkDomain(which, domain string) error {
	if domain == "" {
		return fmt.Errorf("the %s domain is missing", which)
	}
	if strings.ContainsAny(domain, "@ ") || valid(domain, false) != "" {
		return fmt.Errorf("the %s domain %q is none", which, domain)
	}
	return nil
}

// domainKey is what a domain is compared by: contoso.example and CONTOSO.example are one, and so are a name in letters of any script and
// the same one as DNS has it.
func domainKey(domain string) string {
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(domain, "."))
	if err != nil {
		return scim.Key(domain)
	}
	return strings.ToLower(ascii)
}

// A lack is why nothing can be made for somebody.
type lack struct{ code, what string }

// make gives somebody's ID by the rule, as far as it goes.
func (r *Rule) make(p *Person) (to string, why lack) {
	switch r.To {
	case ToEmail:
		return workEmail(p.Emails)
	case ToOtherEmail:
		return emailOf(p.Emails, r.EmailType)
	case ToMailbox:
		return mailbox(p)
	case ToExternalID:
		return had(p.ExternalID, "externalId")
	case ToEmployee:
		return had(p.EmployeeNumber, "employeeNumber")
	case ToFormer:
		return had(p.Former, "former")
	case ToLocalID:
		return had(p.LocalID, "localId")
	case ToDomain:
		return r.moved(p.UserName)
	}
	return r.fill(p)
}

// isEmail tells whether what the rule makes has to be an e-mail address.
func (r *Rule) isEmail(to string) bool {
	switch r.To {
	case ToEmail, ToOtherEmail, ToDomain:
		return true
	case ToTemplate:
		return strings.Contains(to, "@")
	}
	return false
}

func had(value, name string) (string, lack) {
	if value = strings.TrimSpace(value); value == "" {
		return "", lack{NoValue, name}
	}
	return value, lack{}
}

// workEmail is the address of type work, the primary one first; else the primary one; else the only one.
func workEmail(all []Email) (string, lack) {
	if value, ok := firstOf(all, func(e Email) bool { return scim.Key(e.Type) == "work" }); ok {
		return value, lack{}
	}
	if value, ok := firstOf(all, func(e Email) bool { return e.Primary }); ok {
		return value, lack{}
	}
	value, ok := firstOf(all, func(Email) bool { return true })
	if !ok {
		return "", lack{NoValue, "email"}
	}
	for _, e := range all {
		if other := strings.TrimSpace(e.Value); other != "" && other != value {
			return "", lack{WhichEmail, ""}
		}
	}
	return value, lack{}
}

func emailOf(all []Email, kind string) (string, lack) {
	if value, ok := firstOf(all, func(e Email) bool { return scim.Key(e.Type) == scim.Key(kind) }); ok {
		return value, lack{}
	}
	return "", lack{NoValue, "email " + kind}
}

// firstOf gives the primary one of those that fit, else the first.
func firstOf(all []Email, fits func(Email) bool) (string, bool) {
	first := ""
	for _, e := range all {
		value := strings.TrimSpace(e.Value)
		if value == "" || !fits(e) {
			continue
		}
		if e.Primary {
			return value, true
		}
		if first == "" {
			first = value
		}
	}
	return first, first != ""
}

func mailbox(p *Person) (string, lack) {
	value, why := workEmail(p.Emails)
	if why.code != "" {
		return "", why
	}
	box, _, ok := cutMail(value)
	if !ok {
		return "", lack{NoAt, value}
	}
	return had(box, "mailbox")
}

// cutMail splits an address at its last @.
func cutMail(s string) (box, domain string, ok bool) {
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+1:], true
}

// moved puts the new domain in the place of the old one; a domain below the old one is another.
func (r *Rule) moved(userName string) (string, lack) {
	box, domain, ok := cutMail(userName)
	if !ok || domainKey(domain) != domainKey(r.FromDomain) {
		return "", lack{OtherDomain, r.FromDomain}
	}
	return box + "@" + r.ToDomain, lack{}
}
