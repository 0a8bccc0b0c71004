package forecast

import (
	"errors"
	"strings"

	"scimdesk/backend/scim"
)

// Generations of the portal's users file. The classic one calls the object's identity objectId, the newer one id; a few other columns
// moved with it (officeLocation, mobilePhone). Headers were seen in published files of both; a list made in a view of the portal has
// the view's words for them, such as "User principal name".
const (
	Classic = "classic"
	Preview = "preview"
)

// ErrNobody means that a table has a header of Entra's and no user under it. A forecast of nobody would be no warning of anything.
var ErrNobody = errors.New("there is nobody in it: only the header")

// ErrNoGroup means that a table has a header of Entra's groups and none under it.
var ErrNoGroup = errors.New("there is no group in it: only the header")

// ErrNoGroups means that a table does not say which groups its rows are, or says of users.
var ErrNoGroups = errors.New("this is not a list of groups from Entra: that has a column displayName or objectId, and no userPrincipalName")

// ErrNoUsers means that a table has no column that says who its rows are.
var ErrNoUsers = errors.New("there is no column userPrincipalName: this is not a list of users from Entra")

// properties are Entra's properties of a user by the headers that its files have for them, plain as plainHeader makes them. The
// first of a property's headers in a file counts.
var properties = map[string]string{
	"userprincipalname": "userPrincipalName", "upn": "userPrincipalName",
	"objectid": "objectId", "id": "objectId", "objectidentifier": "objectId",
	"displayname": "displayName", "name": "displayName",
	"surname": "surname", "lastname": "surname",
	"givenname": "givenName", "firstname": "givenName",
	"mail": "mail", "email": "mail", "emailaddress": "mail",
	"mailnickname": "mailNickname", "alias": "mailNickname",
	"jobtitle": "jobTitle", "title": "jobTitle",
	"department":   "department",
	"employeeid":   "employeeId",
	"employeetype": "employeeType", "companyname": "companyName",
	"accountenabled": "accountEnabled", "accountstatus": "accountEnabled",
	"preferredlanguage": "preferredLanguage",
	"streetaddress":     "streetAddress", "city": "city", "state": "state", "stateorprovince": "state",
	"postalcode": "postalCode", "ziporpostalcode": "postalCode", "zip": "postalCode",
	"country": "country", "countryorregion": "country",
	"physicaldeliveryofficename": "physicalDeliveryOfficeName", "officelocation": "physicalDeliveryOfficeName", "office": "physicalDeliveryOfficeName",
	"telephonenumber": "telephoneNumber", "businessphones": "telephoneNumber", "businessphone": "telephoneNumber", "officephone": "telephoneNumber",
	"mobile": "mobile", "mobilephone": "mobile",
	"facsimiletelephonenumber": "facsimileTelephoneNumber", "faxnumber": "facsimileTelephoneNumber", "fax": "facsimileTelephoneNumber",
	"usertype": "userType",
}

// groupProperties are Entra's properties of a group by the headers that its files have for them, as properties are of a user.
var groupProperties = map[string]string{
	"objectid": "objectId", "id": "objectId", "objectidentifier": "objectId", "groupid": "objectId",
	"displayname": "displayName", "name": "displayName", "groupname": "displayName",
	"description": "description",
	"mail":        "mail", "email": "mail", "emailaddress": "mail",
	"mailnickname": "mailNickname", "alias": "mailNickname",
	"securityenabled": "securityEnabled", "grouptype": "groupType",
}

// plainHeader is a header without spaces, marks and letter case.
func plainHeader(header string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '_', '-', '.', '\u00A0', '\uFEFF':
			return -1
		}
		return r
	}, strings.ToLower(header))
}

// KnownHeader tells whether a cell names a column of one of Entra's files of users.
func KnownHeader(cell string) bool { return properties[plainHeader(cell)] != "" }

// KnownGroupHeader tells whether a cell names a column of one of Entra's files of groups.
func KnownGroupHeader(cell string) bool { return groupProperties[plainHeader(cell)] != "" }

// Export is a table of Entra's as it was read. What has no column is unknown, which is not the same as empty.
type Export struct {
	Format  string // Classic or Preview
	groups  bool   // it is of groups, not of users
	columns map[string]int
	rows    [][]string
	lines   []int
}

// User is a row of an Export, of one of groups too.
type User struct {
	Line int
	of   *Export
	row  []string
}

// ReadUsers takes a table for Entra's users. ErrNoUsers if its header does not name them.
func ReadUsers(header []string, rows [][]string, lines []int) (*Export, error) {
	e := readExport(properties, header, rows, lines)
	if !e.Has("userPrincipalName") {
		return nil, ErrNoUsers
	}
	if len(rows) == 0 {
		return nil, ErrNobody
	}
	return e, nil
}

// ReadGroups takes a table for Entra's groups. ErrNoGroups if its header does not name them, or is that of users.
func ReadGroups(header []string, rows [][]string, lines []int) (*Export, error) {
	e := readExport(groupProperties, header, rows, lines)
	e.groups = true
	users := readExport(properties, header, nil, nil).Has("userPrincipalName")
	if users || !e.Has("displayName") && !e.Has("objectId") {
		return nil, ErrNoGroups
	}
	if len(rows) == 0 {
		return nil, ErrNoGroup
	}
	return e, nil
}

func readExport(properties map[string]string, header []string, rows [][]string, lines []int) *Export {
	e := &Export{Format: Classic, columns: map[string]int{}, rows: rows, lines: lines}
	for i, h := range header {
		plain := plainHeader(h)
		property, known := properties[plain]
		if _, has := e.columns[property]; !known || has {
			continue
		}
		e.columns[property] = i
		if plain == "id" || plain == "officelocation" || plain == "mobilephone" {
			e.Format = Preview
		}
	}
	return e
}

// Has tells whether the file has a column for a property.
func (e *Export) Has(property string) bool {
	_, has := e.columns[property]
	return has
}

// Users gives the rows in order.
func (e *Export) Users() []User {
	all := make([]User, len(e.rows))
	for i, row := range e.rows {
		all[i] = User{Line: e.lines[i], of: e, row: row}
	}
	return all
}

// Get is a property's value, "" for one that is empty or not known.
func (u User) Get(property string) string {
	i, has := u.of.columns[property]
	if !has || i >= len(u.row) {
		return ""
	}
	return strings.TrimSpace(u.row[i])
}

// secures tells whether a group is one that Entra provisions: it sends none that are not security-enabled (Microsoft, "How application
// provisioning works"). A list that does not say so has only such groups.
func (u User) secures() bool {
	if !u.of.groups {
		return true
	}
	switch strings.ToLower(u.Get("securityEnabled")) {
	case "false", "no", "nein", "0":
		return false
	}
	return !strings.EqualFold(u.Get("groupType"), "distribution")
}

// enabled tells whether Entra lets the user sign in; who has no such column counts as enabled.
func (u User) enabled() bool {
	switch strings.ToLower(u.Get("accountEnabled")) {
	case "false", "no", "nein", "0", "disabled":
		return false
	}
	return true
}

// Scope is who is assigned to the application, by anything that a list may name them by: object ids, user principal names (a guest's with
// #EXT# and without), mail addresses. nil is everybody.
type Scope map[string]bool

// ReadScope takes every cell of a table for a name of somebody in scope: of a list of a group's members only the columns that identify
// them, of a pasted list all there is.
func ReadScope(header []string, rows [][]string) Scope {
	columns := map[int]bool{}
	for i, h := range header {
		switch properties[plainHeader(h)] {
		case "userPrincipalName", "objectId", "mail":
			columns[i] = true
		}
	}
	scope := Scope{}
	for _, row := range rows {
		for i, cell := range row {
			if key := scim.Key(strings.TrimSpace(cell)); key != "" && (len(columns) == 0 || columns[i]) {
				scope[key] = true
			}
		}
	}
	return scope
}

// holds says whether a user is in scope, and notes the names by which they were found.
func (s Scope) holds(u User, met map[string]bool) bool {
	if s == nil {
		return true
	}
	found := false
	upn := u.Get("userPrincipalName")
	for _, name := range []string{u.Get("objectId"), upn, sent("userPrincipalName", upn), u.Get("mail")} {
		if key := scim.Key(name); key != "" && s[key] {
			met[key], found = true, true
		}
	}
	return found
}
