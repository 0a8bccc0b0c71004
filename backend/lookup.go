package backend

import "context"

// LookupRequest is a list of anything: e-mails, user IDs, local IDs, SCIM ids, Entra ids, names.
type LookupRequest struct {
	Upload string `json:"upload"` // a file, or what was pasted
	From   string `json:"from"`   // what the values are: "" (found out for each), userName, email, anyEmail, id, externalId, localId or name
	Column int    `json:"column"` // which column holds them, from 0; -1 finds it
}

// States of a row that is looked up.
const (
	LookupFound   = "found"
	LookupCase    = "case"    // found when letter case, spaces around it or width don't count
	LookupFormer  = "former"  // found by a user ID of before
	LookupSeveral = "several" // several people answer to it
	LookupNone    = "none"
	LookupInvalid = "invalid" // too long, or holds what no value holds
	LookupTwice   = "twice"   // stands in the list before
	LookupEmpty   = "empty"
)

// Lookup is a list that was looked up: nothing is ever written.
type Lookup struct {
	Plan   string       `json:"plan"`
	Name   string       `json:"name"`
	Header []string     `json:"header"` // of a CSV
	Column int          `json:"column"`
	Total  int          `json:"total"`
	Counts []StateCount `json:"counts"`
}

// LookupRow is a line of the list in its order.
type LookupRow struct {
	N       int           `json:"n"`
	Input   string        `json:"input"`
	Cells   []string      `json:"cells"` // all columns of the line
	Kind    string        `json:"kind"`  // what the value was taken for
	State   string        `json:"state"`
	Chosen  int           `json:"chosen"` // which of Matches goes into a copy and an export, -1 for none
	Matches []LookupMatch `json:"matches"`
}

// LookupMatch is a person who answers to it.
type LookupMatch struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	UserName   string `json:"userName"`
	Email      string `json:"email"`
	ExternalID string `json:"externalId"`
	LocalID    string `json:"localId"`
	State      string `json:"state"`
}

// LookupPage is a part of it.
type LookupPage struct {
	Lookup Lookup      `json:"lookup"`
	Total  int         `json:"total"`
	Rows   []LookupRow `json:"rows"`
}

// LookupChoice says which of several is meant.
type LookupChoice struct {
	Plan  string `json:"plan"`
	N     int    `json:"n"`
	Match int    `json:"match"` // index in Matches, -1 for none
}

// LookupOut asks for the list with what was found: as text for the clipboard (ToText), or as a file.
type LookupOut struct {
	Plan   string   `json:"plan"`
	To     []string `json:"to"`     // columns that are added: userName, email, id, externalId, localId, name, state
	Format string   `json:"format"` // csv or json
	Folder string   `json:"folder"`
}

// LookUp finds out who is meant by each line.
func (b *Backend) LookUp(context.Context, LookupRequest) (Lookup, error) { return Lookup{}, errUnbuilt }

// LookupRows gives a part of it.
func (b *Backend) LookupRows(context.Context, PlanQuery) (LookupPage, error) {
	return LookupPage{}, errUnbuilt
}

// ChooseLookup settles a line that several answer to.
func (b *Backend) ChooseLookup(context.Context, LookupChoice) (Lookup, error) {
	return Lookup{}, errUnbuilt
}

// LookupText gives the values of one column, a line each in the order of the list, for the clipboard.
func (b *Backend) LookupText(context.Context, LookupOut) (string, error) { return "", errUnbuilt }

// ExportLookup writes the list with what was found behind its own columns.
func (b *Backend) ExportLookup(context.Context, LookupOut) (ExportResult, error) {
	return ExportResult{}, errUnbuilt
}

// A lookup is a list that is kept.
type lookup struct{}
