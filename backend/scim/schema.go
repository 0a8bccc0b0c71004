package scim

import "strings"

// Attribute is one row of a schema (RFC 7643 section 7). An empty Mutability, Returned or Uniqueness is the RFC's
// default: readWrite, default, none. CanonicalValues are what clients may offer to choose from; they never restrict.
// CaseExact is what the discovery documents say; comparing ignores case everywhere (see Key).
type Attribute struct {
	Name            string
	Type            string // one of the Type constants
	MultiValued     bool
	Required        bool
	CaseExact       bool
	Mutability      string // readWrite (""), readOnly, immutable, writeOnly
	Returned        string // default (""), always, never, request
	Uniqueness      string // none (""), server, global
	CanonicalValues []string
	ReferenceTypes  []string
	Description     string
	Sub             []Attribute
}

// The types of attributes (RFC 7643 section 2.3).
const (
	TypeString    = "string"
	TypeBoolean   = "boolean"
	TypeDecimal   = "decimal"
	TypeInteger   = "integer"
	TypeDateTime  = "dateTime"
	TypeReference = "reference"
	TypeBinary    = "binary"
	TypeComplex   = "complex"
)

const (
	readOnly  = "readOnly"
	immutable = "immutable"
	writeOnly = "writeOnly"
	always    = "always"
	never     = "never"
)

// sub finds a sub-attribute by its name in any case. The default sub-attributes of RFC 7643 section 2.4 are known on
// every multi-valued complex attribute even where its own table does not list them.
func (a *Attribute) sub(name string) *Attribute {
	if a == nil || a.Type != TypeComplex {
		return nil
	}
	if s := find(a.Sub, name); s != nil {
		return s
	}
	if a.MultiValued {
		return find(defaultSubs, name)
	}
	return nil
}

// Schema is one schema of RFC 7643: ID is its URN.
type Schema struct {
	ID, Name, Description string
	Attributes            []Attribute
}

// find finds an attribute of the schema by its name in any case.
func (s *Schema) find(name string) *Attribute { return find(s.Attributes, name) }

func find(list []Attribute, name string) *Attribute {
	for i := range list {
		if sameName(list[i].Name, name) {
			return &list[i]
		}
	}
	return nil
}

// ResourceType is User or Group: its endpoint, core schema and known extensions (RFC 7643 section 6).
type ResourceType struct {
	Name, Endpoint, Description string
	Schema                      *Schema
	Extensions                  []*Schema
}

// extension finds a known extension by its URN in any case.
func (t *ResourceType) extension(urn string) *Schema {
	for _, x := range t.Extensions {
		if sameName(x.ID, urn) {
			return x
		}
	}
	return nil
}

// required is the attribute without which a resource of the type is refused.
func (t *ResourceType) required() string {
	if t == Group {
		return "displayName"
	}
	return "userName"
}

var (
	// User is RFC 7643 section 4.1 with the enterprise extension of section 4.3.
	User = &ResourceType{
		Name: "User", Endpoint: "Users", Description: "People",
		Schema: &userSchema, Extensions: []*Schema{&enterpriseSchema},
	}
	// Group is RFC 7643 section 4.2.
	Group = &ResourceType{
		Name: "Group", Endpoint: "Groups", Description: "Groups of people",
		Schema: &groupSchema,
	}
)

// common are the attributes that every resource has and no schema lists (RFC 7643 section 3.1).
var common = []Attribute{
	{Name: "schemas", Type: TypeReference, MultiValued: true, Required: true, CaseExact: true, Returned: always},
	{Name: "id", Type: TypeString, CaseExact: true, Mutability: readOnly, Returned: always, Uniqueness: "server"},
	{Name: "externalId", Type: TypeString, CaseExact: true},
	{Name: "meta", Type: TypeComplex, Mutability: readOnly, Sub: []Attribute{
		{Name: "resourceType", Type: TypeString, CaseExact: true, Mutability: readOnly},
		{Name: "created", Type: TypeDateTime, Mutability: readOnly},
		{Name: "lastModified", Type: TypeDateTime, Mutability: readOnly},
		{Name: "version", Type: TypeString, CaseExact: true, Mutability: readOnly},
		{Name: "location", Type: TypeReference, CaseExact: true, Mutability: readOnly},
	}},
}

// core finds a common attribute or one of the type's core schema.
func (t *ResourceType) core(name string) *Attribute {
	if a := find(common, name); a != nil {
		return a
	}
	return t.Schema.find(name)
}

// defaultSubs are the sub-attributes of RFC 7643 section 2.4.
var defaultSubs = []Attribute{
	text("value", "The value itself."),
	text("display", "A name for the value that people read."),
	text("type", "What the value is for."),
	primarySub,
	{Name: "$ref", Type: TypeReference, CaseExact: true, ReferenceTypes: []string{"external"}, Description: "The address of what the value refers to."},
}

var primarySub = Attribute{Name: "primary", Type: TypeBoolean, Description: "Whether this is the preferred value; true on one value at most."}

func text(name, description string) Attribute {
	return Attribute{Name: name, Type: TypeString, Description: description}
}

func flag(name, description string) Attribute {
	return Attribute{Name: name, Type: TypeBoolean, Description: description}
}

func link(name, description string, to ...string) Attribute {
	return Attribute{Name: name, Type: TypeReference, CaseExact: true, ReferenceTypes: to, Description: description}
}

func complexOf(name, description string, sub ...Attribute) Attribute {
	return Attribute{Name: name, Type: TypeComplex, Description: description, Sub: sub}
}

// values is a multi-valued attribute with the usual four sub-attributes.
func values(name, description string, value Attribute, types ...string) Attribute {
	kind := text("type", "What the value is for.")
	kind.CanonicalValues = types
	a := complexOf(name, description, value, text("display", "A name for the value that people read."), kind, primarySub)
	a.MultiValued = true
	return a
}

func (a Attribute) multi() Attribute                 { a.MultiValued = true; return a }
func (a Attribute) required() Attribute              { a.Required = true; return a }
func (a Attribute) exact() Attribute                 { a.CaseExact = true; return a }
func (a Attribute) unique() Attribute                { a.Uniqueness = "server"; return a }
func (a Attribute) mutable(how string) Attribute     { a.Mutability = how; return a }
func (a Attribute) returned(when string) Attribute   { a.Returned = when; return a }
func (a Attribute) oneOf(values ...string) Attribute { a.CanonicalValues = values; return a }

var userSchema = Schema{
	ID: UserURN, Name: "User", Description: "A person's account",
	Attributes: []Attribute{
		text("userName", "The name that the person signs in with; no two people share one, whatever the case of its letters.").required().unique(),
		complexOf("name", "The parts of the person's name.",
			text("formatted", "The whole name, ready to be shown."),
			text("familyName", "The last name."),
			text("givenName", "The first name."),
			text("middleName", "The names in between."),
			text("honorificPrefix", "What stands before the name, such as Dr."),
			text("honorificSuffix", "What stands after the name, such as III."),
		),
		text("displayName", "The name that others see."),
		text("nickName", "The name that the person is called by."),
		link("profileUrl", "The address of the person's page.", "external"),
		text("title", "The person's job title."),
		text("userType", "How the person belongs to the organisation, such as Employee or Contractor."),
		text("preferredLanguage", "The languages that the person prefers, as in Accept-Language."),
		text("locale", "The person's region for dates, numbers and currency, such as en-US."),
		text("timezone", "The person's time zone, such as Europe/Madrid."),
		flag("active", "Whether the person may use the account. True when it is not sent with a new person."),
		text("password", "Accepted and forgotten: no password is ever kept.").mutable(writeOnly).returned(never),
		values("emails", "E-mail addresses.", text("value", "The address."), "work", "home", "other"),
		values("phoneNumbers", "Telephone numbers, kept as they are written.", text("value", "The number."),
			"work", "home", "mobile", "fax", "pager", "other"),
		values("ims", "Addresses for instant messages.", text("value", "The address."),
			"aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
		values("photos", "Pictures of the person.", link("value", "The picture's address.", "external"), "photo", "thumbnail"),
		complexOf("addresses", "Postal addresses.",
			text("formatted", "The whole address, ready to be printed."),
			text("streetAddress", "Street and number; may have several lines."),
			text("locality", "The city."),
			text("region", "The state or region."),
			text("postalCode", "The postal code."),
			text("country", "The country."),
			text("type", "What the address is for.").oneOf("work", "home", "other"),
			primarySub,
		).multi(),
		complexOf("groups", "The groups that the person is a direct member of. Change the group to change it.",
			text("value", "The group's id.").mutable(readOnly).exact(),
			link("$ref", "The group's address.", "Group").mutable(readOnly),
			text("display", "The group's name.").mutable(readOnly),
			text("type", "How the person belongs to the group.").mutable(readOnly).oneOf("direct"),
		).multi().mutable(readOnly),
		values("entitlements", "What the person is entitled to.", text("value", "The entitlement.")),
		values("roles", "The person's roles.", text("value", "The role.")),
		values("x509Certificates", "The person's certificates.",
			Attribute{Name: "value", Type: TypeBinary, CaseExact: true, Description: "A DER certificate in base64."}),
	},
}

var enterpriseSchema = Schema{
	ID: EnterpriseURN, Name: "EnterpriseUser", Description: "What an organisation knows of a person",
	Attributes: []Attribute{
		text("employeeNumber", "The organisation's number for the person."),
		text("costCenter", "The cost center."),
		text("organization", "The organisation."),
		text("division", "The division."),
		text("department", "The department."),
		complexOf("manager", "The person's manager.",
			text("value", "The manager's id, kept as it is sent.").exact(),
			link("$ref", "The manager's address.", "User"),
			text("displayName", "The manager's name.").mutable(readOnly),
		),
	},
}

var groupSchema = Schema{
	ID: GroupURN, Name: "Group", Description: "A group of people",
	Attributes: []Attribute{
		text("displayName", "The group's name.").required(),
		complexOf("members", "Who belongs to the group.",
			text("value", "The member's id.").mutable(immutable).exact(),
			link("$ref", "The member's address.", "User", "Group").mutable(immutable),
			text("type", "Whether the member is a User or a Group.").mutable(immutable).oneOf("User", "Group"),
			text("display", "The member's name.").mutable(immutable),
		).multi(),
	},
}

// certainty is how sure it is where a URN ends and an attribute's name begins.
type certainty int

const (
	noURN certainty = iota
	guessed
	certain
)

// splitURN takes the schema's URN off the front of an attribute's full name (RFC 7644 section 3.10): the URN in the
// spelling of the tables where it is known, and what follows it. A URN that is not known ends after its version and
// resource type ("…:Acme:2.0:User"), the form in which Entra makes extensions, or else, as a guess, before the last
// colon.
func (t *ResourceType) splitURN(s string) (urn, rest string, how certainty) {
	if !isURN(s) {
		return "", s, noURN
	}
	for _, known := range [...]string{t.Schema.ID, EnterpriseURN, malformedEnterpriseURN} {
		if len(s) < len(known) || !strings.EqualFold(s[:len(known)], known) {
			continue
		}
		urn, rest = known, s[len(known):]
		if known == malformedEnterpriseURN {
			urn = EnterpriseURN
		}
		if rest == "" {
			return urn, "", certain
		}
		if rest[0] == ':' {
			return urn, rest[1:], certain
		}
	}
	parts := strings.Split(s, ":")
	for i := 2; i+1 < len(parts); i++ {
		if isVersion(parts[i]) {
			return strings.Join(parts[:i+2], ":"), strings.Join(parts[i+2:], ":"), certain
		}
	}
	if i := strings.LastIndexByte(s, ':'); i > len("urn:") && i+1 < len(s) {
		return s[:i], s[i+1:], guessed
	}
	return "", s, noURN
}

// isVersion tells the "2.0" in a URN.
func isVersion(s string) bool {
	major, minor, ok := strings.Cut(s, ".")
	return ok && isDigits(major) && isDigits(minor)
}

func isURN(s string) bool {
	return len(s) > 4 && strings.EqualFold(s[:4], "urn:")
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
