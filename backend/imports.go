package backend

import "context"

// ImportSource says what is read and how. What is left empty is found out.
type ImportSource struct {
	Upload    string          `json:"upload"` // a file that was handed over; or
	URL       string          `json:"url"`    // a SCIM server's base URL,
	Token     string          `json:"token"`  // and a bearer token for it, which is kept nowhere
	Kind      string          `json:"kind"`   // people or groups
	Format    string          `json:"format"` // "", csv or json
	Delimiter string          `json:"delimiter"`
	Encoding  string          `json:"encoding"` // "", utf-8, utf-16le, utf-16be or windows-1252
	Columns   []ImportMapping `json:"columns"`  // none: by their usual names
	// Existing says what is done with those who are here already: skip, empty (only values that are empty here are filled) or overwrite.
	Existing string `json:"existing"`
}

// ImportMapping says what a column is; Attribute is "" for one that is left out.
type ImportMapping struct {
	Column    int    `json:"column"`
	Attribute string `json:"attribute"` // one of ImportLook.Attributes, such as userName, localId, email
}

// ImportColumn is a column as it was found.
type ImportColumn struct {
	Column    int      `json:"column"`
	Header    string   `json:"header"`
	Attribute string   `json:"attribute"` // what it seems to be, "" if nothing
	Samples   []string `json:"samples"`   // the first values that are not empty, at most 5
	Filled    int      `json:"filled"`    // rows with a value
}

// ImportLook is what a file looks like before anything is read from it in earnest.
type ImportLook struct {
	Name       string         `json:"name"`
	Format     string         `json:"format"`
	Delimiter  string         `json:"delimiter"`
	Encoding   string         `json:"encoding"`
	Rows       int            `json:"rows"`
	Columns    []ImportColumn `json:"columns"`
	Attributes []string       `json:"attributes"` // all that a column can be mapped to
	Warnings   []string       `json:"warnings"`   // codes, such as SHORT_ROWS, EXCEL_NUMBERS, FORMULA_GUARDS
}

// States of a row of an import.
const (
	ImportCreate   = "create"
	ImportUpdate   = "update"
	ImportSame     = "same"     // nothing to change
	ImportSkip     = "skip"     // is here, and Existing says skip
	ImportInvalid  = "invalid"  // can't be taken, Reason says why
	ImportDouble   = "double"   // the same person stands in the file before
	ImportConflict = "conflict" // two people here answer to it, or a key of it belongs to somebody else
)

// ImportPlan is what an import would do: worked out, kept, nothing changed.
type ImportPlan struct {
	Plan   string       `json:"plan"`
	Kind   string       `json:"kind"`
	Total  int          `json:"total"`
	Counts []StateCount `json:"counts"`
	Change int          `json:"change"` // rows that would create or update
}

// ImportRow is a row of it.
type ImportRow struct {
	N       int      `json:"n"`
	Line    int      `json:"line"` // in the file, the header is 1
	ID      string   `json:"id"`   // of who is here already
	Name    string   `json:"name"`
	Key     string   `json:"key"` // userName, or displayName of a group
	LocalID string   `json:"localId"`
	State   string   `json:"state"`
	Reason  string   `json:"reason"`
	Changes []Change `json:"changes"`
}

// ImportPage is a part of an import's rows.
type ImportPage struct {
	Plan  ImportPlan  `json:"plan"`
	Total int         `json:"total"`
	Rows  []ImportRow `json:"rows"`
}

// LookAtImport reads enough of a source to say what it looks like. BAD_FILE says what is wrong with it and where.
func (b *Backend) LookAtImport(context.Context, ImportSource) (ImportLook, error) {
	return ImportLook{}, errUnbuilt
}

// PlanImport works out what an import would do, row by row.
func (b *Backend) PlanImport(context.Context, ImportSource) (ImportPlan, error) {
	return ImportPlan{}, errUnbuilt
}

// ImportRows gives a part of it.
func (b *Backend) ImportRows(context.Context, PlanQuery) (ImportPage, error) {
	return ImportPage{}, errUnbuilt
}

// ExportImport writes the rows of an import as a file, before anything is changed.
func (b *Backend) ExportImport(_ context.Context, plan, format, folder string) (ExportResult, error) {
	return ExportResult{}, errUnbuilt
}

// ApplyImport begins to carry it out; rows that are invalid, double or in conflict are left out. The job goes on behind the call.
func (b *Backend) ApplyImport(_ context.Context, plan string) (JobInfo, error) {
	return JobInfo{}, errUnbuilt
}

// applyKeys gives people the local IDs that a file has beside their user ID, id or externalId. The job goes on behind the call.
func (b *Backend) applyKeys(_ context.Context, _ string) (JobInfo, error) {
	return JobInfo{}, errUnbuilt
}
