package target

import (
	"cmp"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Page is the mapping table as an admin enters it in Entra.
type Page struct {
	Target  *Target
	Address string // the Tenant URL, "" while there is none
	German  bool
}

// words are what stands on a page beside the table's own.
type words struct {
	Lang, Title, URL, None, Users, Groups, Source, Path, Match, Apply, Required, Rule, Yes, Always, Once, Phone, Exact, GroupsBy, Note string
	Notes                                                                                                                              map[string]string
}

func english() words {
	return words{
		Lang: "en", Title: "Attribute mapping for", URL: "Tenant URL", None: "none yet", Users: "Provision Microsoft Entra ID Users", Groups: "Provision Microsoft Entra ID Groups",
		Source: "Source attribute in Entra", Path: "Target attribute", Match: "Matching precedence", Apply: "Apply this mapping", Required: "Required", Rule: "Rule",
		Yes: "yes", Always: "Always", Once: "Only during object creation", Phone: "telephone numbers as RFC 3966 writes them, such as tel:+49-30-1234567",
		Exact: "The table in Entra must hold these lines and no others: delete those that are there beside them.", GroupsBy: "Groups are matched by", Note: "Note",
		Notes: map[string]string{
			"not-matching": "The objectId, applied always; this is no matching attribute.",
			"two-readings": "The system's own page says two things: first that groups are no longer matched by displayName, at the end that it has matching precedence 2. ScimDesk works with either.",
			"top-level":    "A top-level attribute of this system, not the one of the enterprise extension.",
			"whole-email":  "The whole e-mail address. IDs made of the part before the @ are converted before provisioning starts.",
		},
	}
}

func german() words {
	return words{
		Lang: "de", Title: "Attributzuordnung für", URL: "Mandanten-URL", None: "noch keine", Users: "Microsoft Entra ID-Benutzer bereitstellen", Groups: "Microsoft Entra ID-Gruppen bereitstellen",
		Source: "Quellattribut in Entra", Path: "Zielattribut", Match: "Rangfolge für Abgleich", Apply: "Diese Zuordnung anwenden", Required: "Erforderlich", Rule: "Regel",
		Yes: "ja", Always: "Immer", Once: "Nur bei Objekterstellung", Phone: "Telefonnummern nach RFC 3966, etwa tel:+49-30-1234567",
		Exact: "Die Tabelle in Entra darf nur diese Zeilen enthalten: Löschen Sie alle anderen.", GroupsBy: "Gruppen werden abgeglichen über", Note: "Hinweis",
		Notes: map[string]string{
			"not-matching": "Die objectId, immer angewendet; kein Abgleichsattribut.",
			"two-readings": "Die Anleitung des Systems widerspricht sich: Erst heißt es, Gruppen würden nicht mehr über displayName abgeglichen, am Ende, es habe die Rangfolge 2. ScimDesk kommt mit beidem zurecht.",
			"top-level":    "Bei diesem System ein Attribut der obersten Ebene, nicht das der Enterprise-Erweiterung.",
			"whole-email":  "Die ganze E-Mail-Adresse. IDs aus dem Teil vor dem @ werden umgestellt, bevor die Bereitstellung beginnt.",
		},
	}
}

func (p Page) words() words {
	if p.German {
		return german()
	}
	return english()
}

// pageTable is a table of a page, in words.
type pageTable struct {
	Title string
	Head  []string
	Rows  [][]string
}

func (p Page) tables() []pageTable {
	w := p.words()
	var all []pageTable
	for _, one := range []struct {
		title string
		lines []Attribute
	}{{w.Users, p.Target.Users}, {w.Groups, p.Target.Groups}} {
		if len(one.lines) == 0 {
			continue
		}
		t := pageTable{Title: one.title, Head: []string{w.Source, w.Path, w.Match, w.Apply, w.Required, w.Rule}}
		for _, a := range one.lines {
			t.Rows = append(t.Rows, w.row(a))
		}
		all = append(all, t)
	}
	return all
}

func (w words) row(a Attribute) []string {
	row := []string{a.Source, a.Path, "", w.Always, "", ""}
	if a.Match > 0 {
		row[2] = strconv.Itoa(a.Match)
	}
	if a.Apply == ApplyOnce {
		row[3] = w.Once
	}
	if a.Required {
		row[4] = w.Yes
	}
	if a.Rule == RulePhone {
		row[5] = w.Phone
	}
	return row
}

// remarks are what is said of the target, and of lines by their path.
func (p Page) remarks() []string {
	w := p.words()
	all := []string{w.GroupsBy + " " + p.Target.GroupKey + "."}
	if len(p.Target.Groups) == 0 {
		all = nil
	}
	if p.Target.Exact {
		all = append(all, w.Exact)
	}
	for _, lines := range [][]Attribute{p.Target.Users, p.Target.Groups} {
		for _, a := range lines {
			if a.Note != "" {
				all = append(all, a.Path+": "+w.Notes[a.Note])
			}
		}
	}
	return all
}

// Text writes the page for a clipboard: columns in line, no line longer than its longest cells.
func (p Page) Text(out io.Writer) error {
	w := p.words()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n%s: %s\n", w.Title, p.Target.Name, w.URL, cmp.Or(p.Address, w.None))
	for _, t := range p.tables() {
		fmt.Fprintf(&b, "\n%s\n", t.Title)
		widths := make([]int, len(t.Head))
		for _, row := range append([][]string{t.Head}, t.Rows...) {
			for i, cell := range row {
				widths[i] = max(widths[i], utf8.RuneCountInString(cell))
			}
		}
		for _, row := range append([][]string{t.Head}, t.Rows...) {
			var line strings.Builder
			for i, cell := range row {
				line.WriteString(cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
			}
			b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		}
	}
	if remarks := p.remarks(); len(remarks) > 0 {
		fmt.Fprintf(&b, "\n%s\n", strings.Join(remarks, "\n"))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

const pageHTML = `<!DOCTYPE html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{{.Title}}</title>
<style>
body { font: 14px/1.4 "Segoe UI", system-ui, sans-serif; color: #1b1a19; background: #fff; margin: 24px; }
h1 { font-size: 20px; margin: 0 0 8px; }
h2 { font-size: 16px; margin: 24px 0 8px; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #8a8886; padding: 4px 8px; text-align: start; vertical-align: top; overflow-wrap: anywhere; }
th { background: #f3f2f1; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
code { font-family: Consolas, ui-monospace, monospace; font-size: 13px; }
@page { size: A4 landscape; margin: 12mm; }
@media print { body { margin: 0; } }
</style>
</head>
<body>
<h1>{{.Title}}</h1>
<p>{{.URL}}: <code>{{.Address}}</code></p>
{{range .Tables}}<h2>{{.Title}}</h2>
<table>
<thead><tr>{{range .Head}}<th scope="col">{{.}}</th>{{end}}</tr></thead>
<tbody>
{{range .Rows}}<tr>{{range $i, $cell := .}}<td>{{if lt $i 2}}<code>{{$cell}}</code>{{else}}{{$cell}}{{end}}</td>{{end}}</tr>
{{end}}</tbody>
</table>
{{end}}{{if .Remarks}}<h2>{{.Note}}</h2>
<ul>
{{range .Remarks}}<li>{{.}}</li>
{{end}}</ul>
{{end}}</body>
</html>
`

// HTML writes the page for the printer: one file that loads nothing.
func (p Page) HTML(out io.Writer) error {
	page, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return fmt.Errorf("page of a target: %w", err)
	}
	w := p.words()
	return page.Execute(out, map[string]any{
		"Lang": w.Lang, "Title": w.Title + " " + p.Target.Name, "URL": w.URL, "Address": cmp.Or(p.Address, w.None), "Note": w.Note,
		"Tables": p.tables(), "Remarks": p.remarks(),
	})
}
