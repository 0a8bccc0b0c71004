package backend

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"scimdesk/backend/exchange"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// What a column of an import may be beside an attribute of SCIM.
const (
	columnUserName   = "userName"
	columnLocalID    = "localId"
	columnExternalID = "externalId"
	columnID         = "id" // SCIM's, as ScimDesk's own exports have it
	columnManager    = "manager"
	columnActive     = "active"
	columnDisabled   = "disabled" // the opposite of active, as some portals write it
	columnDeleted    = "deleted"  // whoever has a value there was deleted, and is left out
	columnGroups     = "groups"
	columnRole       = "role"
	columnNote       = "note"
	columnProtected  = "protected"
	columnMembers    = "members" // of a group, several in a cell
	columnMember     = "member"  // one, a row a membership
	columnMemberID   = "memberId"
	columnMemberName = "memberName" // display name, by which a member is told where nothing else does
)

// place is where a column's value stands in a document: attr alone, sub of an object, or sub of the value of a type among several.
type place struct{ attr, kind, sub string }

// importAttribute is what a column can be mapped to. usual are the other names of such columns, as usualName makes them, the most telling
// ones first.
type importAttribute struct {
	name  string
	place place // zero for what stands in no document
	usual []string
}

// importAttributes are those of people or of groups.
func importAttributes(kind string) []importAttribute {
	if kind == importGroups {
		return groupAttributes()
	}
	return personAttributes()
}

func personAttributes() []importAttribute {
	work := func(name, sub string, usual ...string) importAttribute {
		return importAttribute{name, place{attr: scim.EnterpriseURN, sub: sub}, usual}
	}
	plain := func(name string, usual ...string) importAttribute {
		return importAttribute{name, place{attr: name}, usual}
	}
	kept := func(name string, usual ...string) importAttribute { return importAttribute{name: name, usual: usual} }
	named := func(name, sub string, usual ...string) importAttribute {
		return importAttribute{name, place{attr: "name", sub: sub}, usual}
	}
	phone := func(name, kind string, usual ...string) importAttribute {
		return importAttribute{name, place{"phoneNumbers", kind, "value"}, usual}
	}
	address := func(name, sub string, usual ...string) importAttribute {
		return importAttribute{name, place{"addresses", "work", sub}, usual}
	}
	return []importAttribute{
		plain(columnUserName, "userprincipalname", "upn", "login", "loginname", "logon", "logonname", "samaccountname", "accountname", "account",
			"signin", "signinname", "username1", "benutzername", "anmeldename", "benutzer", "kennung", "user"),
		kept(columnLocalID, "localid", "lokaleid", "userid", "benutzerid", "personid", "personenid", "kundenid", "key", "schlussel", "oldid", "alteid", "kurzel", "uid", "id", "samaccountname"),
		kept(columnID, "scimid", "scimdeskid"),
		plain(columnExternalID, "objectid", "entraid", "entraobjectid", "azureid", "azureadid", "aadobjectid", "azureobjectid", "objectguid", "objektid", "immutableid", "externeid"),
		importAttribute{"email", place{"emails", "work", "value"}, []string{"workemail", "primaryemail", "primarysmtpaddress", "emailaddress", "mail",
			"mailaddress", "emailadresse", "mailadresse", "emails", "geschaftlicheemail", "emailwork", "smtp", "emailprimarywork", "employeeemail", "emailsvalue", "emails0value"}},
		importAttribute{"homeEmail", place{"emails", "home", "value"}, []string{"privateemail", "personalemail", "privateemailadresse", "emailprivat", "emailhome", "homesecondaryemail"}},
		importAttribute{"otherEmail", place{"emails", "other", "value"}, []string{"alternateemail", "alternateemailaddress", "secondaryemail", "secondemail", "weitereemail", "email2", "alternateemailaddresses", "worksecondaryemail"}},
		plain("displayName", "anzeigename", "fullname", "vollername", "namevollstandig", "cn", "commonname", "name", "employee", "mitarbeiter", "employeename"),
		named("givenName", "givenName", "firstname", "forename", "vorname", "first", "rufname", "legalnamefirstname"),
		named("familyName", "familyName", "lastname", "surname", "nachname", "familienname", "last", "sn", "zuname", "legalnamelastname"),
		named("middleName", "middleName", "zweitervorname", "middle"),
		named("honorificPrefix", "honorificPrefix", "prefix", "namenszusatz", "salutationtitle", "akademischertitel"),
		named("honorificSuffix", "honorificSuffix", "suffix"),
		named("formattedName", "formatted", "nameformatted", "formatted"),
		plain("nickName", "nickname", "alias", "spitzname", "preferredname"),
		plain("title", "jobtitle", "position", "berufsbezeichnung", "stelle", "funktion", "jobrole", "titel", "stellenbezeichnung", "businesstitle", "employeetitle"),
		work("department", "department", "dept", "abteilung", "team", "departmentname"),
		work("division", "division", "bereich", "unit", "businessunit"),
		work("organization", "organization", "organisation", "company", "companyname", "firma", "unternehmen"),
		work("costCenter", "costCenter", "costcentre", "kostenstelle"),
		work("employeeNumber", "employeeNumber", "employeeid", "personnelnumber", "staffnumber", "personalnummer", "mitarbeiternummer", "personalnr", "mitarbeiterid", "employeeno", "mitarbeiternr", "personalnumber"),
		kept(columnManager, "managervalue", "managerusername", "manageremail", "managerupn", "managerid", "supervisor", "reportsto", "reportingto", "vorgesetzter", "vorgesetzte", "teamlead", "leiter", "boss"),
		kept(columnActive, "accountenabled", "enabled", "isactive", "status", "accountstatus", "aktiv", "aktiviert", "userstatus", "employeestatus", "kontostatus", "workerstatus"),
		kept(columnDisabled, "blockcredential", "blocksignin", "signinblocked", "blocked", "inactive", "isdisabled", "accountdisabled", "locked", "gesperrt", "deaktiviert", "inaktiv"),
		kept(columnDeleted, "deletedat", "softdeletedat", "gelost", "geloscht"),
		phone("phone", "work", "workphone", "businessphone", "businessphones", "officephone", "phonenumber", "telephone", "telephonenumber", "tel", "telefon", "telefonnummer", "phonenumbers", "phonework", "primaryphone", "employeephone", "telefongeschaftlich"),
		phone("mobile", "mobile", "mobilephone", "cell", "cellphone", "handy", "mobil", "mobilnummer", "mobiltelefon", "mobilenumber", "phonemobile"),
		phone("homePhone", "home", "privatephone", "telefonprivat", "phonehome"),
		phone("fax", "fax", "faxnumber", "facsimiletelephonenumber", "telefax"),
		address("office", "formatted", "officelocation", "officename", "physicaldeliveryofficename", "buro", "location", "standort", "address", "adresse", "raum", "room", "workaddress", "officenumber"),
		address("street", "streetAddress", "streetaddress", "strasse", "strassehausnummer"),
		address("city", "locality", "locality", "town", "ort", "stadt", "l"),
		address("region", "region", "stateorprovince", "province", "bundesland", "st"),
		address("postalCode", "postalCode", "zip", "zipcode", "postcode", "plz", "postleitzahl", "ziporpostalcode"),
		address("country", "country", "countryorregion", "land", "co", "c", "usagelocation", "countrycode"),
		plain("preferredLanguage", "language", "sprache", "bevorzugtesprache"),
		plain("locale", "gebietsschema"),
		plain("timezone", "zeitzone"),
		plain("userType", "employeetype", "usertype", "benutzertyp", "mitarbeitertyp"),
		plain("profileUrl", "profile", "url", "website"),
		kept(columnGroups, "group", "memberof", "gruppen", "gruppe", "groupnames", "teams"),
		kept(columnRole, "scimdeskrole"),
		kept(columnNote, "notes", "notiz", "comment", "comments", "bemerkung", "kommentar"),
		kept(columnProtected),
	}
}

func groupAttributes() []importAttribute {
	return []importAttribute{
		{"displayName", place{attr: "displayName"}, []string{"groupname", "group", "name", "gruppe", "gruppenname", "anzeigename", "cn", "team", "role"}},
		{columnExternalID, place{attr: "externalId"}, []string{"objectid", "groupid", "entraid", "objektid", "gruppenid", "externeid"}},
		{columnID, place{}, []string{"scimid", "scimdeskid"}},
		{columnMembers, place{}, []string{"memberlist", "users", "mitglieder", "people", "usernames", "memberusernames"}},
		{columnMember, place{}, []string{"memberusername", "username", "userprincipalname", "upn", "login", "user", "email", "mail", "memberemail", "userid",
			"localid", "memberlocalid", "memberuserid", "mitglied", "benutzer", "benutzername", "person", "samaccountname"}},
		{columnMemberID, place{}, nil},
		{columnMemberName, place{}, []string{"memberdisplayname", "mitgliedname"}},
		{columnDeleted, place{}, []string{"deletedat", "geloscht"}},
	}
}

// Usual names of columns are told by usualName of their header: small letters and digits alone, without accents, of a SCIM path what names it, and without
// what Google's lists of users put behind a name, as in Email Address [Required].
func usualName(header string) string {
	if i := strings.LastIndexByte(header, ':'); i >= 0 && strings.HasPrefix(strings.ToLower(header), "urn:") {
		header = header[i+1:]
	}
	if name, _, told := strings.Cut(header, " ["); told && strings.HasSuffix(header, "]") {
		header = name
	}
	for _, cut := range []string{`[type eq "`, `"].value`, "name."} {
		header = strings.ReplaceAll(header, cut, "")
	}
	header = strings.ReplaceAll(header, "#", "number") // as in "Employee #"
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, store.Fold(header))
}

// rank says how well a column fits an attribute, 0 the best, -1 not at all.
func (a importAttribute) rank(usual string) int {
	if usual == "" {
		return -1
	}
	if usual == usualName(a.name) {
		return 0
	}
	if i := slices.Index(a.usual, usual); i >= 0 {
		return i + 1
	}
	path := a.place.attr + a.place.kind
	if a.place.kind != "" && (usual == usualName(path+a.place.sub) || a.place.sub == "value" && usual == usualName(path)) {
		return 1
	}
	if i := slices.Index(foreignNames[a.name], usual); i >= 0 {
		return len(a.usual) + 1 + i
	}
	return -1
}

// isUsual tells a header that import knows, so that a file's first row is told from its people.
func isUsual(kind string) func(cell string) bool {
	all := importAttributes(kind)
	return func(cell string) bool {
		usual := usualOf(all, cell)
		return slices.ContainsFunc(all, func(a importAttribute) bool { return a.rank(usual) >= 0 })
	}
}

// usualOf gives the usual name of a header, without what systems put around it: "First Name [Required]", "User name [userPrincipalName] Required",
// user.login. What stands before a bracket counts more than what is in it, since "Block sign in [accountEnabled]" is no accountEnabled.
func usualOf(all []importAttribute, header string) string {
	whole := usualName(header)
	names := []string{whole}
	if before, rest, ok := strings.Cut(header, "["); ok && !strings.HasPrefix(rest, "type eq") {
		inner, _, _ := strings.Cut(rest, "]")
		before, _, _ = strings.Cut(before, "(")
		names = append(names, usualName(before), usualName(inner))
	} else if before, _, ok := strings.Cut(header, "("); ok {
		names = append(names, usualName(before))
	}
	if of, name, ok := strings.Cut(header, "."); ok && slices.Contains([]string{"user", "users", "profile", "attributes", "employee"}, usualName(of)) {
		names = append(names, usualName(name))
	}
	for _, name := range names {
		if slices.ContainsFunc(all, func(a importAttribute) bool { return a.rank(name) >= 0 }) {
			return name
		}
	}
	return whole
}

// mapColumns tells what the columns of a table are, by their names and, where one name stands for several things, by what is in them.
func mapColumns(kind string, t *exchange.Table) []string {
	mapped := make([]string, len(t.Header))
	all := importAttributes(kind)
	type fit struct{ column, attribute, rank int }
	var fits []fit
	usuals := make([]string, len(t.Header))
	for j, header := range t.Header {
		usual := usualOf(all, header)
		usuals[j] = usual
		for i, a := range all {
			if r := a.rank(usual); r >= 0 {
				fits = append(fits, fit{j, i, r})
			}
		}
	}
	slices.SortStableFunc(fits, func(a, b fit) int { return cmp.Compare(a.rank, b.rank) })
	taken := map[int]bool{}
	for _, f := range fits {
		if mapped[f.column] == "" && !taken[f.attribute] {
			mapped[f.column] = all[f.attribute].name
			taken[f.attribute] = true
		}
	}
	for j, usual := range usuals {
		mapped[j] = byContent(kind, mapped, j, usual, t)
		if kind == importPeople {
			mapped[j] = bareName(mapped, j, usual, t)
		}
	}
	return mapped
}

// byContent settles the names that mean different things in different files: id is SCIM's where it is made as SCIM's are, and the old
// system's key elsewhere; state is whether somebody is active, or a part of an address.
func byContent(kind string, mapped []string, j int, usual string, t *exchange.Table) string {
	switch {
	case usual == "id" && kind == importGroups:
		return columnID
	case usual == "id" && mostly(t, j, isUUID):
		return columnID
	case usual == "id" && mapped[j] == columnID && !slices.Contains(mapped, columnLocalID):
		return columnLocalID
	case usual == "state" && kind == importPeople && mostly(t, j, func(s string) bool { _, ok := yesNo(s); return ok }):
		if !slices.Contains(mapped, columnActive) {
			return columnActive
		}
		return ""
	case usual == "state" && kind == importPeople && !slices.Contains(mapped, "region"):
		return "region"
	}
	return mapped[j]
}

// bareName settles what "name" is, which languages use for the whole name, the family name beside a first name, or the first name beside a
// family name.
func bareName(mapped []string, j int, usual string, t *exchange.Table) string {
	given, family, whole := slices.Index(mapped, "givenName"), slices.Index(mapped, "familyName"), slices.Index(mapped, "displayName")
	switch {
	case slices.Contains([]string{"name", "naam", "navn", "namn", "nazwa"}, usual) && given >= 0 && family < 0 && !saysAlso(t, j, given):
		return "familyName"
	case usual == "nom" && family == j && given < 0 && whole < 0, slices.Contains([]string{"nome", "nombre", "imie", "jmeno"}, usual) && given == j && family < 0 && whole < 0:
		return "displayName"
	}
	return mapped[j]
}

// saysAlso tells whether a column's values have those of another in them.
func saysAlso(t *exchange.Table, column, other int) bool {
	return slices.ContainsFunc(t.Rows[:min(len(t.Rows), 200)], func(row []string) bool {
		return row[other] != "" && strings.Contains(store.Fold(row[column]), store.Fold(row[other]))
	})
}

// mostly tells whether nearly all values of a column are of a kind.
func mostly(t *exchange.Table, j int, of func(string) bool) bool {
	filled, good := 0, 0
	for _, row := range t.Rows[:min(len(t.Rows), 200)] {
		if row[j] != "" {
			filled++
			if of(row[j]) {
				good++
			}
		}
	}
	return filled > 0 && 10*good >= 9*filled
}

func isUUID(s string) bool {
	return len(s) == 36 && strings.Count(s, "-") == 4 && strings.Trim(strings.ToLower(s), "0123456789abcdef-") == ""
}

// yesNo reads whether somebody is active, as systems and people write it.
func yesNo(s string) (yes, ok bool) {
	switch usualName(s) {
	case "true", "yes", "y", "1", "on", "x", "active", "enabled", "activated", "employed", "current", "working", "ja", "j", "wahr", "aktiv", "aktiviert",
		"entsperrt", "vrai", "oui", "si", "allowed", "unlocked", "licensed", "member",
		"actif", "activo", "attivo", "actief", "ativo", "sim", "tak", "aktywny", "ano", "aktivni":
		return true, true
	case "false", "no", "n", "0", "off", "inactive", "disabled", "deactivated", "blocked", "locked", "suspended", "terminated", "left", "former", "deleted",
		"nein", "falsch", "inaktiv", "deaktiviert", "gesperrt", "ausgetreten", "geloscht", "faux", "non", "archived", "retired",
		"inactif", "inactivo", "inattivo", "inactief", "inativo", "nao", "nie", "nieaktywny", "ne", "neaktivni", "nej", "nei", "nee":
		return false, true
	}
	return false, false
}

// importColumns gives what each column of a table is: as the source says, else by its name.
func importColumns(s ImportSource, t *exchange.Table) ([]string, error) {
	if len(s.Columns) == 0 {
		return mapColumns(s.Kind, t), nil
	}
	mapped := make([]string, len(t.Header))
	for _, m := range s.Columns {
		if m.Column < 0 || m.Column >= len(mapped) {
			return nil, fmt.Errorf("%w: the file has no column %d", ErrQuery, m.Column+1)
		}
		if m.Attribute != "" && !slices.ContainsFunc(importAttributes(s.Kind), func(a importAttribute) bool { return a.name == m.Attribute }) {
			return nil, fmt.Errorf("%w: a column can't be %q", ErrQuery, m.Attribute)
		}
		mapped[m.Column] = m.Attribute
	}
	return mapped, nil
}
