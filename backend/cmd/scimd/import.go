package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

const importUsage = `scimd import takes in people or groups who exist before Entra: from a CSV or JSON FILE (- is standard input), or from another SCIM server's own list.

  scimd import people staff.csv --data ./office --dry-run
  scimd import people staff.csv --existing empty --report report.csv
  scimd import groups groups.csv
  scimd import people --url https://old.contoso.example/scim/v2 --token-file token.txt
  scimd import people staff.csv --map "Kürzel=localId" --map "Login=userName"
  scimd import undo

Columns are found by their usual names: userName, localId, email, displayName, givenName, familyName, department, title, manager, externalId, active, phone and
more, in English, German and other languages of Europe. A first row that names none is people. Groups come a row each with their members in a cell, or a row for each membership.

Who is here already is found by local ID, user ID, externalId, then e-mail. --existing says what becomes of them: skip leaves them alone, empty fills what is
empty, overwrite takes what the file has. What Entra has written stays, and so does every user ID. Without a column for the local ID the user ID is one, and
without both the e-mail is.

Nothing is changed by --dry-run. Nothing is left half done: an import that was cut off goes on when the folder is opened again, and undo takes it back.`

// A columnMap is --map, which may be said several times.
type columnMap []string

func (m *columnMap) String() string { return strings.Join(*m, ", ") }

func (m *columnMap) Set(text string) error {
	if column, _, ok := strings.Cut(text, "="); !ok || column == "" {
		return errors.New("say column=attribute")
	}
	*m = append(*m, text)
	return nil
}

// importCall is what scimd import was asked for.
type importCall struct {
	source         backend.ImportSource
	file           string
	tokenFile      string
	columns        columnMap
	dry            bool
	format, report string
	job            int64
}

// errNobody ends an import of which nothing could be taken; why has been listed.
var errNobody = errors.New("nothing could be taken")

func (a *app) importPeople(ctx context.Context, args []string) error {
	fs := a.flags("scimd import", importUsage)
	data := dataFlag(fs)
	c := importCall{}
	fs.BoolVar(&c.dry, "dry-run", false, "only say what would be done")
	fs.StringVar(&c.source.Existing, "existing", "skip", "what becomes of those who are here already: skip, empty or overwrite")
	fs.StringVar(&c.source.Delimiter, "delimiter", "", "the `character` between cells, or tab (default: found out)")
	fs.StringVar(&c.source.Encoding, "encoding", "", "utf-8, utf-16le, utf-16be or windows-1252 (default: found out)")
	fs.Var(&c.columns, "map", "what a column is, as `column=attribute`, by its name or its number from 1; nothing behind = leaves it out; may be said several times")
	fs.StringVar(&c.format, "format", "text", "of what is printed: text, or csv or json with a line for each row")
	fs.StringVar(&c.report, "report", "", "`file` with a line for each row, CSV or .json: what came of it, or with --dry-run what would")
	fs.StringVar(&c.source.URL, "url", "", "a SCIM server's `address` instead of a file, as far as /Users stands behind it")
	fs.StringVar(&c.tokenFile, "token-file", "", "`file` with the bearer token for --url; - is standard input. It is kept nowhere")
	fs.Int64Var(&c.job, "job", 0, "of undo: the `number` of the import instead of the last one")
	words, err := a.words(fs, args)
	if err != nil {
		return err
	}
	if err := c.take(words); err != nil {
		return err
	}
	if err := errors.Join(canRead(c.file), canRead(c.tokenFile), canWrite(c.report)); err != nil {
		return err
	}
	if c.dry && words[0] != "undo" {
		return a.tryOut(ctx, *data, func(f folder) error { return a.runImport(ctx, f, c) })
	}
	return a.with(ctx, *data, words[0] != "undo", func(f folder, _ *control.Client) error {
		if words[0] == "undo" {
			return a.undo(ctx, f, undoing{backend.JobImport, "rows", c.job, c.format})
		}
		return a.runImport(ctx, f, c)
	})
}

// take checks the words and flags against each other.
func (c *importCall) take(words []string) error {
	wrong := func(text string) error { return &usageError{"scimd import: " + text} }
	switch {
	case len(words) == 0 || !slices.Contains([]string{"people", "groups", "undo"}, words[0]):
		return wrong("say people or groups and a file, or undo")
	case words[0] == "undo" && len(words) > 1, len(words) > 2:
		return wrong(fmt.Sprintf("%q is one word too many", words[len(words)-1]))
	case words[0] == "undo" && c.format == "csv":
		return wrong("--format of undo is text or json")
	case !slices.Contains([]string{"text", "csv", "json"}, c.format):
		return wrong("--format is text, csv or json")
	case words[0] == "undo":
		return nil
	case len(words) == 1 && c.source.URL == "", len(words) == 2 && c.source.URL != "":
		return wrong("name one file, - for standard input, or --url")
	case c.source.URL == "" && c.tokenFile != "":
		return wrong("--token-file goes with --url")
	case !slices.Contains([]string{"skip", "empty", "overwrite"}, c.source.Existing):
		return wrong("--existing is skip, empty or overwrite")
	}
	c.source.Kind = words[0]
	if len(words) == 2 {
		c.file = words[1]
	}
	return nil
}

func (a *app) runImport(ctx context.Context, f folder, c importCall) error {
	if err := a.openSource(ctx, f, &c); err != nil {
		return err
	}
	p, err := f.PlanImport(ctx, c.source)
	if err != nil {
		return err
	}
	if c.source.Upload != "" {
		if err := f.DropUpload(ctx, c.source.Upload); err != nil {
			return err
		}
	}
	if err := a.tellImport(ctx, f, p, c); err != nil {
		return err
	}
	if c.dry || p.Change == 0 {
		if c.report != "" {
			if err := whole(c.report, func(w io.Writer) error { return importTable(ctx, f, w, p, reportFormat(c.report)) }); err != nil {
				return err
			}
		}
		return nothingDone(p)
	}
	return a.applyImport(ctx, f, p, c)
}

// nothingDone is the end where nothing was done: an error if that is because no row was any good.
func nothingDone(p backend.ImportPlan) error {
	if p.Total == 0 {
		return fmt.Errorf("%w: there is nobody in it", errNobody)
	}
	for _, n := range p.Counts {
		if slices.Contains([]string{backend.ImportCreate, backend.ImportUpdate, backend.ImportSame, backend.ImportSkip}, n.State) {
			return nil
		}
	}
	return errNobody
}

func reportFormat(file string) string {
	if strings.EqualFold(filepath.Ext(file), ".json") {
		return "json"
	}
	return "csv"
}

// openSource hands the file over and reads the token, and tells what the columns are.
func (a *app) openSource(ctx context.Context, f folder, c *importCall) error {
	if c.source.URL != "" {
		if c.tokenFile == "" {
			return nil
		}
		token, err := a.secretFile(c.tokenFile)
		c.source.Token = token
		return err
	}
	up, err := a.handFile(ctx, f, c.file)
	if err != nil {
		return err
	}
	c.source.Upload = up.ID
	look, err := f.LookAtImport(ctx, c.source)
	if err != nil {
		return err
	}
	for _, place := range look.Places {
		a.say("Look at %s", printable(placeWords(place)))
	}
	if len(c.columns) > 0 {
		return c.mapColumns(look)
	}
	switch {
	case look.Format != "csv" || has(look, "userName", "localId"):
	case has(look, "email"):
		a.say("No column is called as user IDs or local IDs are, so e-mails are taken for them: say otherwise by --map, such as --map 1=userName")
	case !has(look, "displayName"): // which is what groups have
		a.say("No column is called as user IDs or local IDs are: say which it is, such as --map 1=userName")
	}
	if unknown := unmapped(look); len(unknown) > 0 {
		_, _ = fmt.Fprintf(a.err, "Left out, since no attribute is called so: %s\n", printable(strings.Join(unknown, ", ")))
	}
	return nil
}

// has tells whether a column is one of the attributes.
func has(look backend.ImportLook, attributes ...string) bool {
	return slices.ContainsFunc(look.Columns, func(c backend.ImportColumn) bool { return slices.Contains(attributes, c.Attribute) })
}

// warningWords are the codes of what is odd in a file.
var warningWords = map[string]string{
	"SHORT_ROWS": "fewer cells than the header has", "LONG_ROWS": "more cells than the header has", "STRAY_QUOTES": "quotes where none belong",
	"EXCEL_NUMBERS": "numbers of which a spreadsheet has lost digits", "BAD_BYTES": "letters that could not be read",
	"FORMULA_GUARDS":   "signs that kept a spreadsheet from calculating, which were taken off",
	"ENCODING_GUESSED": "umlauts and accents, since the encoding is guessed, Windows-1252: say another with --encoding",
}

// placeWords says in words what ImportLook.Places has as a code, a column and lines.
func placeWords(place string) string {
	code, where, _ := strings.Cut(place, " ")
	code = strings.TrimSuffix(code, ":")
	words, known := warningWords[code]
	if !known {
		return place
	}
	column, lines := where, ""
	if i := strings.LastIndex(where, ": "); i >= 0 {
		column, lines = where[:i], where[i+2:]
	} else if strings.Contains(place, ": ") {
		column, lines = "", where
	}
	if lines != "" {
		lines = "line " + lines
	}
	at := strings.Join(slices.DeleteFunc([]string{lines, column}, func(s string) bool { return s == "" }), ", ")
	if at == "" {
		return words
	}
	return at + ": " + words
}

func unmapped(look backend.ImportLook) []string {
	var all []string
	for _, c := range look.Columns {
		if c.Attribute == "" && c.Filled > 0 && c.Header != "" {
			all = append(all, c.Header)
		}
	}
	return all
}

// secretFile reads a token, which is one line.
func (a *app) secretFile(file string) (string, error) {
	in := a.in
	if file != "-" {
		opened, err := os.Open(file)
		if err != nil {
			return "", err
		}
		defer func() { _ = opened.Close() }()
		in = opened
	}
	text, err := io.ReadAll(io.LimitReader(decoded(in), 64<<10))
	if err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// mapColumns lays --map over what the columns were found to be.
func (c *importCall) mapColumns(look backend.ImportLook) error {
	for _, found := range look.Columns {
		c.source.Columns = append(c.source.Columns, backend.ImportMapping{Column: found.Column, Attribute: found.Attribute})
	}
	for _, said := range c.columns {
		name, attribute, _ := strings.Cut(said, "=")
		at := slices.IndexFunc(look.Columns, func(f backend.ImportColumn) bool { return f.Header == name })
		if at < 0 {
			at = slices.IndexFunc(look.Columns, func(f backend.ImportColumn) bool { return strings.EqualFold(f.Header, name) })
		}
		if n, err := strconv.Atoi(name); at < 0 && err == nil && n >= 1 && n <= len(look.Columns) {
			at = n - 1
		}
		if at < 0 {
			return &usageError{fmt.Sprintf("scimd import: --map: the file has no column %q", name)}
		}
		known := slices.IndexFunc(look.Attributes, func(a string) bool { return strings.EqualFold(a, attribute) })
		if attribute != "" && known < 0 {
			return &usageError{fmt.Sprintf("scimd import: --map: a column can't be %q, but %s", attribute, strings.Join(look.Attributes, ", "))}
		}
		for i := range c.source.Columns { // what is said takes the place of what was found
			if attribute != "" && c.source.Columns[i].Attribute == look.Attributes[known] {
				c.source.Columns[i].Attribute = ""
			}
		}
		if attribute != "" {
			attribute = look.Attributes[known]
		}
		c.source.Columns[at].Attribute = attribute
	}
	return nil
}

// importWords says what the states of rows are.
var importWords = map[bool]map[string]string{
	true: {
		backend.ImportCreate: "would be made", backend.ImportUpdate: "would be changed", backend.ImportSame: "are here with the same values", backend.ImportSkip: "are left alone",
		backend.ImportInvalid: "can't be taken", backend.ImportDouble: "stand in it twice", backend.ImportConflict: "are in conflict",
	},
	false: {
		backend.ImportCreate: "are made", backend.ImportUpdate: "are changed", backend.ImportSame: "are here with the same values", backend.ImportSkip: "are left alone",
		backend.ImportInvalid: "can't be taken", backend.ImportDouble: "stand in it twice", backend.ImportConflict: "are in conflict",
	},
}

// tellImport prints the plan: all rows as a table, or counts, and on standard error the first rows that can't be taken, or not as they stand
// in the file.
func (a *app) tellImport(ctx context.Context, f folder, p backend.ImportPlan, c importCall) error {
	if c.format != "text" {
		out := bufio.NewWriter(a.out)
		return errors.Join(importTable(ctx, f, out, p, c.format), out.Flush())
	}
	say := &printer{w: a.out}
	say.line("%d %s in %s:", p.Total, p.Kind, printable(cmp.Or(c.source.URL, sourceName(c.file))))
	for _, n := range p.Counts {
		say.line("%7d  %s", n.Count, importWords[c.dry][n.State])
	}
	if p.Remark > 0 {
		say.line("%7d  of them not as they stand in the file", p.Remark)
	}
	for _, state := range []string{backend.ImportInvalid, backend.ImportDouble, backend.ImportConflict, backend.ImportRemark} {
		page, err := f.ImportRows(ctx, backend.PlanQuery{Plan: p.Plan, State: state, Limit: rowsShown})
		if err != nil {
			return err
		}
		for _, r := range page.Rows {
			_, _ = fmt.Fprintf(a.err, "  line %d  %s: %s\n", r.Line, printable(cmp.Or(r.Name, r.Key, "?")), printable(r.Reason))
		}
		if more := page.Total - len(page.Rows); more > 0 {
			_, _ = fmt.Fprintf(a.err, "  and %d more\n", more)
		}
	}
	return say.err
}

// importLine is a row of an import as JSON has it.
type importLine struct {
	Line     int    `json:"line"`
	State    string `json:"state"`
	Name     string `json:"name"`
	UserName string `json:"userName,omitempty"` // of people
	LocalID  string `json:"localId,omitempty"`
	ID       string `json:"id"`
	Reason   string `json:"reason"`
}

// eachImport gives all rows of a plan.
func eachImport(ctx context.Context, f folder, plan string) iter.Seq2[backend.ImportRow, error] {
	return func(yield func(backend.ImportRow, error) bool) {
		for from := 0; ; {
			page, err := f.ImportRows(ctx, backend.PlanQuery{Plan: plan, From: from, Limit: 500})
			if err != nil {
				yield(backend.ImportRow{}, err)
				return
			}
			for _, r := range page.Rows {
				if !yield(r, nil) {
					return
				}
			}
			if from += len(page.Rows); from >= page.Total || len(page.Rows) == 0 {
				return
			}
		}
	}
}

// importTable writes all rows of a plan.
func importTable(ctx context.Context, f folder, w io.Writer, p backend.ImportPlan, format string) error {
	rows := eachImport(ctx, f, p.Plan)
	if format != "json" {
		_, err := backend.WriteImport(w, format, rows)
		return err
	}
	return jsonArray(w, func(add func(any) error) error {
		for r, err := range rows {
			l := importLine{Line: r.Line, State: r.State, Name: r.Name, UserName: r.Key, LocalID: r.LocalID, ID: r.ID, Reason: r.Reason}
			if p.Kind == "groups" {
				l.UserName = ""
			}
			if err == nil {
				err = add(l)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// applyImport carries the plan out and waits for it.
func (a *app) applyImport(ctx context.Context, f folder, p backend.ImportPlan, c importCall) error {
	var rows []backend.ImportRow
	if c.report != "" { // the plan is gone once it is carried out
		for r, err := range eachImport(ctx, f, p.Plan) {
			if err != nil {
				return err
			}
			rows = append(rows, r)
		}
	}
	j, err := f.ApplyImport(ctx, p.Plan)
	if err != nil {
		return err
	}
	if j, err = a.waitJob(ctx, f, j.Seq); err != nil {
		return err
	}
	if c.report != "" {
		if err := reportImport(ctx, f, j.Seq, rows, c.report); err != nil {
			return err
		}
	}
	if c.format == "text" {
		if err := a.print("Imported by job %d: %d of %d steps done. To take it back: scimd import undo\n", j.Seq, j.Done, j.Total); err != nil {
			return err
		}
	}
	if j.Failed == 0 {
		return nil
	}
	if err := a.tellRows(ctx, f, j.Seq, "failed"); err != nil {
		return err
	}
	if j.Done == 0 {
		return errNobody
	}
	_, _ = fmt.Fprintf(a.err, "%d could not be done, since something changed meanwhile\n", j.Failed)
	return nil
}

// reportImport writes what came of each row of the source: as the plan has it, or failed.
func reportImport(ctx context.Context, f folder, job int64, rows []backend.ImportRow, file string) error {
	came := map[string]backend.JobRow{}
	for from := 0; ; {
		page, err := f.JobRows(ctx, backend.JobQuery{Job: job, From: from, Limit: 500})
		if err != nil {
			return err
		}
		for _, r := range page.Rows {
			if first, known := came[r.To]; !known || first.State != "failed" && r.State == "failed" {
				came[r.To] = r
			}
		}
		if from += len(page.Rows); from >= page.Total || len(page.Rows) == 0 {
			break
		}
	}
	return whole(file, func(w io.Writer) error {
		_, err := backend.WriteImport(w, reportFormat(file), func(yield func(backend.ImportRow, error) bool) {
			for _, r := range rows {
				if done, known := came[r.Key]; known && (r.State == backend.ImportCreate || r.State == backend.ImportUpdate) {
					r.ID = cmp.Or(r.ID, done.ID)
					if done.State == "failed" {
						r.State, r.Reason = done.State, done.Reason
					}
				}
				if !yield(r, nil) {
					return
				}
			}
		})
		return err
	})
}
