package backend

import (
	"strings"
	"testing"

	"scimdesk/backend/exchange"
)

// The columns of lists as real systems write them, in their words and languages: each header with what it is, nothing for what is left out.
func TestColumnsByTheirUsualNames(t *testing.T) {
	for name, columns := range map[string]string{
		"Google": "First Name [Required]=givenName|Last Name [Required]=familyName|Email Address [Required]=email|Password [Required]=|Work Phone=phone|Employee ID=employeeNumber|Employee Title=title|Manager Email=manager|Status [READ ONLY]=active",
		"Entra's bulk file": "Name [displayName] Required=displayName|User name [userPrincipalName] Required=userName|Initial password [passwordProfile] Required=|Block sign in (Yes/No) [accountEnabled] Required=disabled|" +
			"First name [givenName]=givenName|Last name [surname]=familyName|State or province [state]=region|ZIP or postal code [postalCode]=postalCode",
		"Active Directory": "SamAccountName=localId|UserPrincipalName=userName|GivenName=givenName|Surname=familyName|Name=displayName|ObjectGUID=externalId|Enabled=active",
		"one login":        "sAMAccountName=userName|mail=email",
		"Okta":             "user.login=userName|user.email=email|user.firstName=givenName|user.status=active",
		"BambooHR":         "Employee #=employeeNumber|Preferred Name=nickName|Work Email=email|Reporting to=manager",
		"SCIM paths":       `userName=userName|emails[type eq "work"].value=email|phoneNumbers[type eq "mobile"].value=mobile|name.formatted=formattedName`,
		"French":           "Nom d'utilisateur=userName|Adresse e-mail=email|Nom=familyName|Prénom=givenName|Service=department|Actif=active",
		"Spanish":          "Usuario=userName|Correo electrónico=email|Nombre=givenName|Apellidos=familyName|Teléfono=phone",
		"Spanish, whole":   "Usuario=userName|Nombre=displayName",
		"Italian":          "Nome utente=userName|Nome=givenName|Cognome=familyName|Città=city",
		"Dutch":            "Gebruikersnaam=userName|E-mailadres=email|Voornaam=givenName|Achternaam=familyName|Afdeling=department",
		"Polish":           "Nazwa użytkownika=userName|Imię=givenName|Nazwisko=familyName|Dział=department|Przełożony=manager",
		"Swedish":          "Användarnamn=userName|E-post=email|Förnamn=givenName|Efternamn=familyName",
		"German":           "Anmeldename=userName|Vorname=givenName|Name=familyName|Stellenbezeichnung=title",
		"German, whole":    "Anmeldename=userName|Name=displayName",
	} {
		table, want := &exchange.Table{}, []string{}
		for column := range strings.SplitSeq(columns, "|") {
			i := strings.LastIndexByte(column, '=')
			table.Header, want = append(table.Header, column[:i]), append(want, column[i+1:])
		}
		table.Rows = [][]string{make([]string, len(want))}
		for i, got := range mapColumns(importPeople, table) {
			if got != want[i] {
				t.Errorf("%s: %s is %q, not %q", name, table.Header[i], got, want[i])
			}
		}
	}
	// A whole name beside a first name that is in it is no family name.
	whole := &exchange.Table{Header: []string{"Vorname", "Name"}, Rows: [][]string{{"Anna", "Berg, Anna"}}}
	if got := mapColumns(importPeople, whole); got[1] != "displayName" {
		t.Errorf("a whole name is %q", got)
	}
	if !isUsual(importPeople)("First Name [Required]") || isUsual(importPeople)("Password [Required]") {
		t.Error("a header is not told from what is none")
	}
}
