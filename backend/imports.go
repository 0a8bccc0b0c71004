package backend

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"scimdesk/backend/exchange"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

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
	Header     bool           `json:"header"` // the first row names the columns
	Rows       int            `json:"rows"`
	Columns    []ImportColumn `json:"columns"`
	Attributes []string       `json:"attributes"` // all that a column can be mapped to; none of what is in SCIM's own shape
	Warnings   []string       `json:"warnings"`   // codes, such as SHORT_ROWS, EXCEL_NUMBERS, FORMULA_GUARDS
	Places     []string       `json:"places"`     // where: code, column and the first lines, as in "EXCEL_NUMBERS employeeNumber: 2, 5"
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

// ImportRemark is no state, but what PlanQuery.State asks for rows by that would create or update and of which something is left out.
const ImportRemark = "remark"

// ImportPlan is what an import would do: worked out, kept, nothing changed.
type ImportPlan struct {
	Plan   string       `json:"plan"`
	Kind   string       `json:"kind"`
	Total  int          `json:"total"`
	Counts []StateCount `json:"counts"`
	Change int          `json:"change"` // rows that would create or update
	Remark int          `json:"remark"` // of these, rows that are not taken as they stand in the file
}

// ImportRow is a row of it.
type ImportRow struct {
	N       int            `json:"n"`
	Line    int            `json:"line"` // in the file, the header is 1
	ID      string         `json:"id"`   // of who is here already
	Name    string         `json:"name"`
	Key     string         `json:"key"` // userName, or displayName of a group
	LocalID string         `json:"localId"`
	State   string         `json:"state"`
	Reason  string         `json:"reason"` // in English
	Reasons []ImportReason `json:"reasons"`
	Changes []Change       `json:"changes"`
}

// ImportPage is a part of an import's rows.
type ImportPage struct {
	Plan  ImportPlan  `json:"plan"`
	Total int         `json:"total"`
	Rows  []ImportRow `json:"rows"`
}

// lookedAt is how many resources of a server are read to say what its list looks like.
const lookedAt = 50

// LookAtImport reads enough of a source to say what it looks like. BAD_FILE says what is wrong with it and where, BAD_SERVER why a server's list can't be
// read.
func (b *Backend) LookAtImport(ctx context.Context, s ImportSource) (ImportLook, error) {
	if err := checkSource(&s); err != nil {
		return ImportLook{}, err
	}
	f, err := b.readImport(ctx, s, lookedAt)
	if err != nil {
		return ImportLook{}, err
	}
	look := ImportLook{Name: f.name, Format: f.format.Kind, Delimiter: f.format.Delimiter, Encoding: f.format.Encoding, Header: f.format.Header,
		Rows: max(f.rows(), f.total), Columns: []ImportColumn{}, Attributes: []string{}, Warnings: []string{}, Places: []string{}}
	if f.table == nil {
		return look, nil
	}
	for _, a := range importAttributes(s.Kind) {
		look.Attributes = append(look.Attributes, a.name)
	}
	for j, header := range f.table.Header {
		look.Columns = append(look.Columns, importColumn(f, j, header))
	}
	for _, w := range f.table.Warnings {
		if !slices.Contains(look.Warnings, w.Code) {
			look.Warnings = append(look.Warnings, w.Code)
		}
		look.Places = append(look.Places, placeOf(f.table, w))
	}
	return look, nil
}

// shownSamples is how many values of a column are shown, and sampleLength how many characters of one.
const (
	shownSamples = 5
	sampleLength = 80
)

func importColumn(f *importFile, j int, header string) ImportColumn {
	c := ImportColumn{Column: j, Header: header, Attribute: f.mapped[j], Samples: []string{}}
	for _, row := range f.table.Rows {
		value := row[j]
		if value == "" {
			continue
		}
		c.Filled++
		if len(c.Samples) < shownSamples {
			if runes := []rune(value); len(runes) > sampleLength {
				value = string(runes[:sampleLength]) + "…"
			}
			c.Samples = append(c.Samples, value)
		}
	}
	return c
}

// placeOf words where a warning is: its code, the column and the lines.
func placeOf(t *exchange.Table, w exchange.Warning) string {
	text := w.Code
	if w.Column >= 0 && w.Column < len(t.Header) {
		text += " " + cmp.Or(t.Header[w.Column], "#"+strconv.Itoa(w.Column+1))
	}
	lines := make([]string, len(w.Lines))
	for i, line := range w.Lines {
		lines[i] = strconv.Itoa(line)
	}
	if w.Count > len(lines) && len(lines) > 0 {
		lines = append(lines, "…")
	}
	if len(lines) > 0 {
		text += ": " + strings.Join(lines, ", ")
	}
	return text
}

// PlanImport works out what an import would do, row by row.
func (b *Backend) PlanImport(ctx context.Context, s ImportSource) (ImportPlan, error) {
	if err := checkSource(&s); err != nil {
		return ImportPlan{}, err
	}
	f, err := b.readImport(ctx, s, 0)
	if err != nil {
		return ImportPlan{}, err
	}
	s.Token = "" // from here on nobody needs it
	plan := b.planPeople
	if s.Kind == importGroups {
		plan = b.planGroups
	}
	p, err := plan(ctx, s, f)
	if err != nil {
		return ImportPlan{}, err
	}
	return p.shown(b.imports.keep(p)), nil
}

func (p *importPlan) shown(name string) ImportPlan {
	shown := ImportPlan{Plan: name, Kind: p.source.Kind, Total: len(p.rows),
		Counts: countStates(p.rows, ImportCreate, ImportUpdate, ImportSame, ImportSkip, ImportInvalid, ImportDouble, ImportConflict)}
	for _, r := range p.rows {
		if r.taken() {
			shown.Change++
		}
		if r.remarked() {
			shown.Remark++
		}
	}
	return shown
}

// ImportRows gives a part of it. PLAN_GONE if it is not kept any more.
func (b *Backend) ImportRows(_ context.Context, q PlanQuery) (ImportPage, error) {
	p, err := b.imports.get(q.Plan)
	if err != nil {
		return ImportPage{}, err
	}
	rows := p.rows
	if q.State == ImportRemark {
		rows, q.State = slices.DeleteFunc(slices.Clone(rows), func(r *importRow) bool { return !r.remarked() }), ""
	}
	total, part, err := planPart(rows, q)
	if err != nil {
		return ImportPage{}, err
	}
	page := ImportPage{Plan: p.shown(q.Plan), Total: total, Rows: make([]ImportRow, 0, len(part))}
	for _, r := range part {
		row := r.shown()
		if r.st == ImportCreate && p.source.Kind == importPeople {
			made, err := p.made(r)
			if err != nil {
				return ImportPage{}, err
			}
			row.Changes = append(made, row.Changes...)
		}
		page.Rows = append(page.Rows, row)
	}
	return page, nil
}

// made are all values of somebody who would be made. They are worked out when they are looked at: of 100,000 they would fill the memory.
func (p *importPlan) made(r *importRow) ([]Change, error) {
	person, x, err := p.wanted(r)
	if err != nil {
		return nil, err
	}
	var all []Change
	for _, c := range scim.Diff(nil, person) {
		all = append(all, change(c))
	}
	if r.bossRow != nil {
		all = append(all, Change{Path: managerPath, Kind: "added", New: r.bossRow.key, NewName: r.bossRow.name})
	}
	return append(all, localDiff(store.Local{}, x.over(store.Local{}, existingOverwrite, r.localID))...), nil
}

// ApplyImport begins to carry it out; rows that are invalid, double or in conflict are left out. The job goes on behind the call.
func (b *Backend) ApplyImport(ctx context.Context, plan string) (JobInfo, error) {
	p, err := b.imports.get(plan)
	if err != nil {
		return JobInfo{}, err
	}
	ask := p.source
	ask.Columns, ask.Upload, ask.Token = nil, "", ""
	j, err := b.jobs.start(ctx, JobImport, b.face, jobAbout{Rule: p.source.Kind, File: p.file.name, Ask: ask}, p.jobRows())
	if err != nil {
		return JobInfo{}, err
	}
	b.imports.drop(plan)
	return jobInfo(j), nil
}
