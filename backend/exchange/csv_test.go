package exchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"
)

func TestCSVIsSafeForSpreadsheets(t *testing.T) {
	var out bytes.Buffer
	c, err := NewCSV(&out, []string{"name", "note"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]string{
		{"Zoë Ångström", `=HYPERLINK("http://evil.example")`},
		{"王芳", "+49 30 123"},
		{"-1", "@SUM(A1)"},
		{"two\nlines", "a,b;\"c\""},
		{"\tTab", "\rReturn"},
		{"＝full width", ""},
	} {
		if err := c.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(out.String(), "\uFEFF")
	if !marked {
		t.Error("no byte order mark: Excel would read the names in the wrong code page")
	}
	if !strings.HasPrefix(text, "name,note\r\n") {
		t.Errorf("header line = %q", text[:min(20, len(text))])
	}
	got, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"name", "note"},
		{"Zoë Ångström", `'=HYPERLINK("http://evil.example")`},
		{"王芳", "'+49 30 123"},
		{"'-1", "'@SUM(A1)"},
		{"two\nlines", "a,b;\"c\""},
		{"'\tTab", "'Return"}, // RFC 4180 has no lone CR
		{"'＝full width", ""},
	}
	for i := range want {
		for j := range want[i] {
			if got[i][j] != want[i][j] {
				t.Errorf("row %d cell %d = %q, want %q", i, j, got[i][j], want[i][j])
			}
		}
	}
}

type brokenDisk struct{ room int }

func (b *brokenDisk) Write(p []byte) (int, error) {
	if b.room -= len(p); b.room < 0 {
		return 0, errors.New("no space left")
	}
	return len(p), nil
}

func TestCSVTellsOfAFullDisk(t *testing.T) {
	if _, err := NewCSV(&brokenDisk{room: 1}, []string{"a"}); err == nil {
		t.Error("a header that could not be written is no error")
	}
	c, err := NewCSV(&brokenDisk{room: 3}, []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Flush(); err == nil {
		t.Error("a row that could not be written is no error")
	}
}

func TestPlainCSVKeepsTelephoneNumbers(t *testing.T) {
	var out bytes.Buffer
	c, err := NewPlainCSV(&out, []string{"value"})
	if err != nil {
		t.Fatal(err)
	}
	cells := map[string]string{
		"+49 30 123": "+49 30 123", "+49 (0)30/123-45": "+49 (0)30/123-45", "-1,5": "-1,5", "Ada": "Ada", "-": "'-", "+ (": "'+ (",
		"=1+1": "'=1+1", "=1": "'=1", "@SUM(1)": "'@SUM(1)", "+1+cmd|' /C calc'!A0": "'+1+cmd|' /C calc'!A0", "-2+A1": "'-2+A1", "\t1": "'\t1", "+49 30 12 ext 3": "'+49 30 12 ext 3",
	}
	want := []string{}
	for cell, as := range cells {
		want = append(want, as)
		if err := c.Row([]string{cell}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\uFEFF"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, as := range want {
		if got[i+1][0] != as {
			t.Errorf("%q, want %q", got[i+1][0], as)
		}
	}
}
