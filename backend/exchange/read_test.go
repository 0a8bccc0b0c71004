package exchange

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func fixture(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func usual(cell string) bool {
	return slices.Contains([]string{"userName", "SamAccountName", "Benutzername"}, cell)
}

func TestFilesAreReadAsTheyCome(t *testing.T) {
	people := [][]string{
		{"a.berg", "Anna Berg", "anna.berg@contoso.example"},
		{"z.angstrom", "Zoë Ångström", "zoë@contoso.example"},
		{"wangfang", "王芳", "wang.fang@contoso.example"},
	}
	header := []string{"userName", "displayName", "email"}
	for _, c := range []struct {
		file     string
		format   Format
		header   []string
		rows     [][]string
		lines    []int
		warnings []Warning
	}{
		{"utf16le-mark.csv", Format{"csv", UTF16LE, "\t", true, true}, header, people, []int{2, 3, 4}, nil},
		{"utf16be-mark.csv", Format{"csv", UTF16BE, ";", true, true}, header, people, []int{2, 3, 4}, nil},
		{"utf16le.csv", Format{"csv", UTF16LE, ";", false, true}, header, people, []int{2, 3, 4}, nil},
		{"utf8-mark.csv", Format{"csv", UTF8, ";", true, true}, header, people, []int{2, 3, 4}, nil},
		{"semicolons.csv", Format{"csv", UTF8, ";", false, true}, header, people, []int{2, 3, 4}, nil},
		{"windows-1252.csv", Format{"csv", Windows1252, ";", false, true}, []string{"Benutzername", "Name", "Straße", "Preis"},
			[][]string{{"j.muller", "Jürgen Müller", "Höhenweg 3", "12,50 €"}, {"f.gross", "François Groß", "Rue de l’Église 1", "1,00"}}, []int{2, 3},
			[]Warning{{EncodingGuessed, -1, 1, nil}}},
		{"quoted-newlines.csv", Format{"csv", UTF8, ",", false, true}, []string{"userName", "address", "note"},
			[][]string{{"a.berg", "Main Street 1\nBerlin", `said "hello", then left`}, {"b.klein", "Side Street 2\nHamburg", ""}, {"c.lang", "with a space before", "plain"}},
			[]int{2, 4, 6}, nil},
		{"sep.csv", Format{"csv", UTF8, "|", false, true}, []string{"userName", "name"}, [][]string{{"a.berg", "Berg, Anna; Dr."}}, []int{3}, nil},
		{"powershell.csv", Format{"csv", UTF8, ",", false, true}, []string{"SamAccountName", "UserPrincipalName"},
			[][]string{{"aberg", "a.berg@contoso.example"}}, []int{3}, nil},
		{"excel-numbers.csv", Format{"csv", UTF8, ";", false, true}, []string{"userName", "employeeNumber", "phone"},
			[][]string{{"a.berg", "1,23E+11", "+4,93012E+11"}, {"b.klein", "00042", "+49 30 123"}, {"c.lang", "00123", "7"}, {"d.kurz", "2E+15", "030 1"}},
			[]int{2, 3, 4, 5}, []Warning{{FormulaGuards, -1, 3, []int{3, 4}}, {ExcelNumbers, 1, 2, []int{2, 5}}}},
		{"lone-cr.csv", Format{"csv", UTF8, ",", false, true}, []string{"userName", "email"},
			[][]string{{"a.berg", "a@x.example"}, {"b.klein", "b@x.example"}}, []int{2, 3}, nil},
		{"ragged.csv", Format{"csv", UTF8, ",", false, true}, []string{"userName", "displayName", "email", "", ""},
			[][]string{{"a.berg", "Anna", "a@x.example", "", ""}, {"b.klein", "Ben", "", "", ""}, {"", "", "", "", ""},
				{"c.lang", "Lang", "Clara", "c@x.example", "extra", "more"}, {"d.kurz", `D"ora" Kurz`, "d@x.example", "", ""}},
			[]int{2, 3, 4, 5, 6}, []Warning{{ShortRows, -1, 1, []int{3}}, {LongRows, -1, 1, []int{5}}, {StrayQuotes, -1, 1, []int{6}}}},
		{"one-column.csv", Format{"csv", UTF8, ",", false, false}, []string{""},
			[][]string{{"anna.berg@contoso.example"}, {"ben.klein@contoso.example"}, {""}, {"clara@contoso.example"}}, []int{1, 2, 3, 4}, nil},
		{"mixed.csv", Format{"csv", UTF8, ",", false, true}, []string{"userName", "name"},
			[][]string{{"a.berg", "Ånna"}, {"b", "Zoë"}, {"c", "Müller"}, {"d", "Łukasz"}, {"e", "Gro\uFFFD"}}, []int{2, 3, 4, 5, 6},
			[]Warning{{BadBytes, -1, 1, []int{6}}}},
	} {
		t.Run(c.file, func(t *testing.T) {
			got, err := Read(fixture(t, c.file), Options{Known: usual})
			if err != nil {
				t.Fatal(err)
			}
			same(t, "format", got.Format, c.format)
			same(t, "header", got.Header, c.header)
			same(t, "rows", got.Rows, c.rows)
			same(t, "lines", got.Lines, c.lines)
			same(t, "warnings", got.Warnings, c.warnings)
		})
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

func TestHeadersAndDelimitersAreFound(t *testing.T) {
	for _, c := range []struct {
		text, delimiter string
		header          bool
		columns         int
	}{
		{"a.berg,anna.berg@x.example\nb.klein,ben@x.example\n", ",", false, 2},
		{"old,new\na.berg,anna.berg@x.example\n", ",", true, 2},
		{"a.berg\nb.klein\n", ",", false, 1},
		{"e-mail\nanna@x.example\n", ",", true, 1},
		{"1;2,5\n3;4,5\n", ";", false, 2},
		{"name;price\nx;1,5\ny;2,5\n", ";", true, 2},
		{"Berg, Anna\tx\nKlein, Ben\ty\n", "\t", false, 2},
		{"userName,groups\na,\"x; y\"\nb,\"x; y\"\n", ",", true, 2},
		{"userName\n", ",", true, 1},
		{`"a";"b"` + "\n" + `"1,1";"2,2"` + "\n", ";", true, 2},
	} {
		got, err := Read([]byte(c.text), Options{Known: usual})
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if got.Format.Delimiter != c.delimiter || got.Format.Header != c.header || len(got.Header) != c.columns {
			t.Errorf("%q: delimiter %q, header %v, %d columns, want %q, %v, %d", c.text, got.Format.Delimiter, got.Format.Header, len(got.Header),
				c.delimiter, c.header, c.columns)
		}
	}
	said, err := Read([]byte("a|b;c\n"), Options{Delimiter: "|", Header: WithHeader})
	if err != nil || !slices.Equal(said.Header, []string{"a", "b;c"}) || len(said.Rows) != 0 {
		t.Errorf("what is said counts: %+v %v", said, err)
	}
}

func TestErrorsSayWhere(t *testing.T) {
	for _, c := range []struct {
		data, want string
		o          Options
	}{
		{"", "there is nothing in it", Options{}},
		{"\uFEFF\r\n \r\n", "there is nothing in it", Options{}},
		{"a,b\nc,d\ne, \"f\ng,h\n", "line 3, column 4: the quote that opens here is never closed", Options{}},
		{"PK\x03\x04rest", "this is a workbook", Options{}},
		{"a", `the encoding "ebcdic" is not read`, Options{Encoding: "ebcdic"}},
		{"a", `"::" can't be a delimiter`, Options{Delimiter: "::"}},
		{strings.Repeat(",", maxColumns+1) + "\n", "line 1: there are more than 1000 columns", Options{Delimiter: ","}},
		{"[\n {\"a\": 1},\n {\"a\": x}\n]", "line 3, column 8: this is no JSON", Options{}},
		{"[{\"a\": 1},\n 7]", "line 2: here should be an object", Options{}},
		{"{\"a\": 1}\n{\"a\": ", "line 2, column 7: the file ends in the middle", Options{}},
	} {
		_, err := Read([]byte(c.data), c.o)
		if _, ok := errors.AsType[*Error](err); !ok || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%.20q: %v, want %s", c.data, err, c.want)
		}
	}
}

// TestTooMuchIsRefused reads files that are just above the limits, which takes ten times as long under the race detector.
func TestTooMuchIsRefused(t *testing.T) {
	if underRace {
		t.Skip("ten times slower with the race detector, and one goroutine all the while")
	}
	for want, data := range map[string]string{
		fmt.Sprintf("line %d: there are more than %d rows", maxRows+1, maxRows):               "a\n" + strings.Repeat("\n", maxRows+1) + "b\n",
		fmt.Sprintf("line %d: there are more than %d cells", maxCells/maxColumns+1, maxCells): strings.Repeat(strings.Repeat(",", maxColumns-1)+"x\n", maxCells/maxColumns+2),
	} {
		_, err := Read([]byte(data), Options{Delimiter: ","})
		if _, ok := errors.AsType[*Error](err); !ok || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestJSONInItsForms(t *testing.T) {
	want := [][]string{{"a.berg", "Anna", "true", "7"}, {"b.klein", "Ben", "", ""}}
	for _, text := range []string{
		`[{"userName":"a.berg","name":{"givenName":"Anna"},"active":true,"n":7},` + "\n" + `{"userName":"b.klein","name":{"givenName":"Ben"},"n":null}]`,
		`{"userName":"a.berg","name":{"givenName":"Anna"},"active":true,"n":7}` + "\n" + `{"userName":" b.klein\u00a0","name":{"givenName":"Ben"}}` + "\n",
		`{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":2,"Resources":[{"userName":"a.berg","name":{"givenName":"Anna"},"active":true,"n":7},` +
			"\n" + `{"userName":"b.klein","name":{"givenName":"Ben"}}]}`,
		`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[{"userName":"a.berg","name":{"givenName":"Anna"},"active":true,"n":7},` +
			"\n" + `{"userName":"b.klein","name":{"givenName":"Ben"}}]}`,
	} {
		got, err := Read([]byte(text), Options{})
		if err != nil {
			t.Fatal(err)
		}
		same(t, "header", got.Header, []string{"userName", "name.givenName", "active", "n"})
		same(t, "rows", got.Rows, want)
		same(t, "lines", got.Lines, []int{1, 2})
	}
	got, err := Read([]byte(`[{"emails":[{"value":"a@x.example"},{"value":"b@x.example","type":"home"}],"tags":["x","y"],"urn:x:2.0:User":{"department":"IT"}}]`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "header", got.Header, []string{"emails", "tags", "urn:x:2.0:User:department"})
	same(t, "rows", got.Rows, [][]string{{"a@x.example; b@x.example", "x; y", "IT"}})
}

// TestWhatIsWrittenIsReadBack takes the writer's own files: its guards come off, and nothing else.
func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rows := [][]string{{"a", "+49 30 123", "=1+1", "-x"}, {"b\nc", `"quoted" it's`, "@me", "x,y;z"}, {"'", "''", "E+", "="}}
	var out strings.Builder
	c, err := NewCSV(&out, []string{"one", "two", "three", "four"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := c.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	got, err := Read([]byte(out.String()), Options{Header: WithHeader})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "rows", got.Rows, rows)
}

// FuzzRead: whatever comes, nothing panics, and every character that is no delimiter, quote, guard or space is in some cell, in its order.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.csv")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("a,\"b\"c\",d\n=\"1,2\",\"x\n"))
	f.Add([]byte(`[{"a":{"b":[1,{"value":"x"}]}},{}]`))
	f.Add([]byte("'=x,'\n,\"\"\"\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := Read(data, Options{}); err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("an error that says nothing: %v", err)
			}
		}
		if !utf8.Valid(data) {
			return
		}
		got, err := Read(data, Options{Delimiter: ",", Encoding: UTF8, Header: NoHeader})
		if err != nil {
			return
		}
		cells := slices.Concat(slices.Concat(got.Rows...))
		text, _, _ := preamble(strings.TrimPrefix(string(data), "\uFEFF"), ",")
		if is, want := essence(strings.Join(cells, "")), essence(text); is != want {
			t.Fatalf("%q became %q: %q is not %q", data, got.Rows, is, want)
		}
		if len(got.Rows) != len(got.Lines) || !slices.IsSorted(got.Lines) {
			t.Fatalf("lines %v of %d rows", got.Lines, len(got.Rows))
		}
	})
}

func essence(text string) string {
	return strings.Map(func(r rune) rune {
		if invisible(r) || strings.ContainsRune(`,"'=`, r) {
			return -1
		}
		return r
	}, text)
}

// BenchmarkRead reads 100,000 rows of 25 columns.
func BenchmarkRead(b *testing.B) {
	var text strings.Builder
	for i := range 25 {
		fmt.Fprintf(&text, "column%d,", i)
	}
	for i := range 100_000 {
		text.WriteString("\r\n")
		for j := range 25 {
			fmt.Fprintf(&text, "value %d of %d,", j, i)
		}
	}
	data := []byte(text.String())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		t, err := Read(data, Options{Header: WithHeader})
		if err != nil || len(t.Rows) != 100_000 {
			b.Fatal(err)
		}
	}
}

// TestAQuotedNameBeforeAnAddressBelongsToIt, as mail programs write both; behind it the next cell begins as ever.
func TestAQuotedNameBeforeAnAddressBelongsToIt(t *testing.T) {
	got, err := Read([]byte(`"Berg, Anna" <a@x.example>,"Klein, Ben" ,"Lang" <c`+"\n"+`"Dora" <d@x.example> x","e"`), Options{Delimiter: ",", Header: NoHeader})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "rows", got.Rows, [][]string{{`"Berg, Anna" <a@x.example>`, "Klein, Ben", "Lang\" <c\n\"Dora\" <d@x.example> x", "e"}})
}
