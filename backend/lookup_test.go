package backend

import (
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// looked gives each line of a list as "input kind state who…", with the user IDs of those who answer.
func looked(t *testing.T, b *Backend, r LookupRequest) ([]string, Lookup) {
	t.Helper()
	l, err := b.LookUp(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	page, err := b.LookupRows(t.Context(), PlanQuery{Plan: l.Plan})
	if err != nil {
		t.Fatal(err)
	}
	all := []string{}
	for _, row := range page.Rows {
		line := []string{row.Input, row.Kind, row.State}
		for _, m := range row.Matches {
			line = append(line, m.UserName)
		}
		all = append(all, strings.Join(line, " "))
	}
	return all, l
}

// office fills a folder with people who are like each other, and tells the id of the first.
func office(t *testing.T, b *Backend) string {
	t.Helper()
	somebody := func(userName, local string, attrs map[string]any) string {
		r := &scim.Resource{Type: scim.User, Attrs: map[string]any{"userName": userName, "active": true}}
		maps.Copy(r.Attrs, attrs)
		var rec store.Record
		if err := b.store.Batch(t.Context(), func(tx *store.Tx) (err error) {
			rec, err = tx.Create(store.Cause{Origin: "scimd"}, r, store.Local{LocalID: local})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return rec.ID
	}
	mail := func(values ...string) []any {
		list := []any{map[string]any{"type": "work", "value": values[0]}}
		for _, v := range values[1:] {
			list = append(list, map[string]any{"type": "home", "value": v})
		}
		return list
	}
	name := func(given, family string) map[string]any {
		return map[string]any{"givenName": given, "familyName": family}
	}
	berg := somebody("a.berg", "L1", map[string]any{"displayName": "Anna Berg", "emails": mail("anna.berg@contoso.example", "anna@home.example"), "name": name("Anna", "Berg"), "externalId": "e-1"})
	somebody("zoe", "L2", map[string]any{"displayName": "Zoë Müller", "emails": mail("zoe@contoso.example"), "name": name("Zoë", "Müller")})
	somebody("bo1", "", map[string]any{"displayName": "Bo Lund", "emails": mail("bo@contoso.example")})
	somebody("bo2", "", map[string]any{"displayName": "Bo Lund", "emails": mail("shared@contoso.example")})
	somebody("shared@contoso.example", "=7", map[string]any{"displayName": "Shared"})
	gone := somebody("gone", "L9", map[string]any{"displayName": "Gone Girl", "emails": mail("gone@contoso.example")})
	remove(t, b, gone)
	again := somebody("back", "", map[string]any{"displayName": "Back", "emails": mail("back@contoso.example")})
	if err := b.store.Batch(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Rename(store.Cause{Origin: "scimd"}, again, "back@contoso.example", true)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return berg
}

// TestAListIsLookedUp looks up one of each kind, and what there is several or none of.
func TestAListIsLookedUp(t *testing.T) {
	b := scratch(t)
	berg := office(t, b)
	before := state(t, b)
	list := strings.Join([]string{"a.berg", "A.BERG", "ａ.berg", "", "anna.berg@contoso.example", "anna@home.example", berg, "E-1", "L1", "Anna Berg", "berg, anna", "Berg  Anna", "zoe muller",
		"\"Müller, Zoë <ZOE@contoso.example>\"", "mailto:zoe@contoso.example", "Bo Lund", "shared@contoso.example", "back", "gone@contoso.example", "nobody", strings.Repeat("x", lookupLongest+1), "zoe", "zoe"}, "\n")
	got, l := looked(t, b, LookupRequest{Upload: handed(t, b, "list.txt", list), Column: 0})
	want := []string{
		"a.berg userName found a.berg", "A.BERG userName twice a.berg", "ａ.berg userName twice a.berg", "  empty", "anna.berg@contoso.example email found a.berg",
		"anna@home.example anyEmail found a.berg", berg + " id found a.berg", "E-1 externalId case a.berg", "L1 localId found a.berg", "Anna Berg name found a.berg", "berg, anna name case a.berg",
		"Berg  Anna name case a.berg", "zoe muller name case zoe", "Müller, Zoë <ZOE@contoso.example> email case zoe", "mailto:zoe@contoso.example email twice zoe",
		"Bo Lund name several bo1 bo2", "shared@contoso.example userName several shared@contoso.example bo2", "back former former back@contoso.example",
		"gone@contoso.example email found gone", "nobody  none", strings.Repeat("x", lookupLongest+1) + "  invalid", "zoe userName found zoe", "zoe userName twice zoe",
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("line %d is %q, want %q", i, got[min(i, len(got)-1)], want[min(i, len(want)-1)])
		}
	}
	if l.Total != 23 || l.Counts[0].State != LookupFound {
		t.Errorf("it says %+v", l)
	}
	if state(t, b) != before {
		t.Error("looking up has changed somebody")
	}
	for from, want := range map[string]string{"userName": "none", "email": "none", "anyEmail": "found", "localId": "none", "name": "none"} {
		got, _ := looked(t, b, LookupRequest{Upload: handed(t, b, "one.txt", "anna@home.example\n"), From: from, Column: -1})
		if words := strings.Fields(got[0]); !slices.Contains(words, want) {
			t.Errorf("from %s it is %q", from, got)
		}
	}
}

// TestAddressesBehindEachOther takes lines of addresses apart where a mail program wrote them, and two columns of addresses not.
func TestAddressesBehindEachOther(t *testing.T) {
	b := scratch(t)
	office(t, b)
	for list, want := range map[string]int{
		"Anna Berg <a@contoso.example>; Bo <b@contoso.example>":                                            2,
		"a@contoso.example, b@contoso.example,\n":                                                          2,
		"Anna <a@contoso.example>; Bo <b@contoso.example>\nZoë <z@contoso.example>\n":                      3,
		"\"Berg, Anna\" <a@contoso.example>, Bo <b@contoso.example>\nZoë <z@contoso.example>, c@c.example": 4,
		"a@old.example;a@contoso.example\nb@old.example;b@contoso.example\n":                               2,
		"Anna;a@contoso.example\nBo;b@contoso.example\n":                                                   2,
	} {
		if _, l := looked(t, b, LookupRequest{Upload: handed(t, b, "pasted.txt", list), Column: -1}); l.Total != want {
			t.Errorf("%q has %d lines, want %d", list, l.Total, want)
		}
	}
}

func TestWhatStandsAroundAValueIsTakenOff(t *testing.T) {
	for given, want := range map[string]string{
		"SMTP:ada@contoso.example": "ada@contoso.example", "mailto:ada@contoso.example": "ada@contoso.example", " ada@contoso.example. ": "ada@contoso.example",
		"{7c1a1f0e-6f3e-4b32-9d42-0a4f5d2b8c11}": "7c1a1f0e-6f3e-4b32-9d42-0a4f5d2b8c11", "Ada Jr.": "Ada Jr.", "Ada <ada@contoso.example>": "ada@contoso.example", "{": "{",
	} {
		if got := cleaned(given); got != want {
			t.Errorf("of %q it leaves %q", given, got)
		}
	}
}

// TestAListKeepsItsOrderAndColumns looks up a CSV whose columns are to be found, chooses one of several, and exports it.
func TestAListKeepsItsOrderAndColumns(t *testing.T) {
	b := scratch(t)
	office(t, b)
	file := handed(t, b, "staff.csv", "No;Who;Note;email\n1;Bo Lund;=1+1;x\n2;anna berg;\"two\nlines\";y\n3;;;\n4;nobody;;z\n")
	got, l := looked(t, b, LookupRequest{Upload: file, Column: -1})
	if l.Column != 1 || !slices.Equal(l.Header, []string{"No", "Who", "Note", "email"}) || len(got) != 4 {
		t.Fatalf("it is %q of %+v", got, l)
	}
	if _, err := b.ChooseLookup(t.Context(), LookupChoice{Plan: l.Plan, N: 0, Match: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.ChooseLookup(t.Context(), LookupChoice{Plan: l.Plan, N: 0, Match: 2}); Code(err) != "BAD_QUERY" {
		t.Errorf("a third of two gives %v", err)
	}
	text, err := b.LookupText(t.Context(), LookupOut{Plan: l.Plan, To: []string{"userName"}})
	if err != nil || text != "bo2\na.berg\n\n" {
		t.Errorf("for the clipboard it is %q, %v", text, err)
	}
	out, err := b.ExportLookup(t.Context(), LookupOut{Plan: l.Plan, To: []string{"email", "localId", "state"}, Format: "csv", Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(out.Path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(raw), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"No", "Who", "Note", "email", "email found", "localId", "state"}, {"1", "Bo Lund", "'=1+1", "x", "shared@contoso.example", "", "several"},
		{"2", "anna berg", "two\nlines", "y", "anna.berg@contoso.example", "L1", "case"}, {"3", "", "", "", "", "", "empty"}, {"4", "nobody", "", "z", "", "", "none"}}
	if fmt.Sprint(rows) != fmt.Sprint(want) || out.Count != 4 {
		t.Errorf("the file is %q", rows)
	}
	for _, o := range []LookupOut{{Plan: l.Plan}, {Plan: l.Plan, To: []string{"shoe"}}} {
		if _, err := b.ExportLookup(t.Context(), o); Code(err) != "BAD_QUERY" {
			t.Errorf("%+v gives %v", o, err)
		}
	}
}

func TestAddressesOfAMailProgramAreAList(t *testing.T) {
	b := scratch(t)
	office(t, b)
	for _, text := range []string{
		"Anna Berg <anna.berg@contoso.example>; Zoe <zoe@contoso.example>; bo@contoso.example",
		"Berg, Anna <anna.berg@contoso.example>; Müller, Zoe <zoe@contoso.example>; bo@contoso.example;",
		"\"Berg, Anna\" <anna.berg@contoso.example>, \"Müller, Zoe\" <zoe@contoso.example>, bo@contoso.example",
		"\"Berg, Anna\" <anna.berg@contoso.example>\n\"Müller, Zoe\" <zoe@contoso.example>\nbo@contoso.example\n",
	} {
		got, _ := looked(t, b, LookupRequest{Upload: handed(t, b, "", text), Column: -1})
		if len(got) != 3 || !strings.HasSuffix(got[0], "email case a.berg") || !strings.HasSuffix(got[2], "email found bo1") {
			t.Errorf("%s: the list is %q", text, got)
		}
	}
}

// The first line of a list is no header only because it looks unlike the others.
func TestTheFirstOfAListIsLookedUpToo(t *testing.T) {
	b := scratch(t)
	office(t, b)
	for text, lines := range map[string]int{"a.berg\nbo@contoso.example\n": 2, "E-Mail\nbo@contoso.example\n": 1, "a.berg\n": 1} {
		if got, l := looked(t, b, LookupRequest{Upload: handed(t, b, "", text), Column: -1}); l.Total != lines || !strings.Contains(got[0], " found ") {
			t.Errorf("%q gives %q", text, got)
		}
	}
}

// TestAnIDThatIsSomebodyElsesNow: whoever has it now is found, and those who had it before stand behind them, to be chosen. Somebody who was
// created again is no other person.
func TestAnIDThatIsSomebodyElsesNow(t *testing.T) {
	b := scratch(t)
	somebody := func(userName, name string) string {
		rec, err := b.store.Create(t.Context(), store.Cause{Origin: "scim"}, &scim.Resource{Type: scim.User, Attrs: map[string]any{"userName": userName, "displayName": name}}, store.With{})
		if err != nil {
			t.Fatal(err)
		}
		return rec.ID
	}
	rename := func(id, to string) {
		t.Helper()
		if err := b.store.Batch(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Rename(store.Cause{Origin: "scimd"}, id, to, true)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	first := somebody("a.berg", "Anna Berg")
	rename(first, "anna.berg")
	second := somebody("A.Berg", "Alex Berg")
	remove(t, b, second)
	somebody("a.berg", "Arno Berg") // of another name, and yet in the place of the second: Entra creates again whom it deleted
	remove(t, b, somebody("b.lund", "Bo Lund"))
	rename(somebody("b.lund2", "Bea Lund"), "b.lund")
	rename(somebody("c.ash", "Cy Ash"), "cy.ash")
	got, l := looked(t, b, LookupRequest{Upload: handed(t, b, "list.txt", "a.berg\nb.lund\nc.ash\nb.lund2\nanna.berg\n"), Column: 0})
	want := []string{"a.berg userName found a.berg anna.berg", "b.lund userName found b.lund b.lund", "c.ash former former cy.ash", "b.lund2 former former b.lund", "anna.berg userName found anna.berg"}
	if !slices.Equal(got, want) || l.Reused != 2 {
		t.Errorf("%q, %d of them were somebody else's; want %q and 2", got, l.Reused, want)
	}
	page, err := b.LookupRows(t.Context(), PlanQuery{Plan: l.Plan})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range page.Rows {
		var now, before int
		for _, m := range r.Matches {
			if m.Until == "" {
				now++
			} else {
				before++
			}
		}
		if wants := [][2]int{{1, 1}, {1, 1}, {0, 1}, {0, 1}, {1, 0}}[i]; r.Chosen != 0 || now != wants[0] || before != wants[1] {
			t.Errorf("line %d: %d of now, %d of before, %d is chosen", i, now, before, r.Chosen)
		}
	}
	text := func(column string) string {
		t.Helper()
		text, err := b.LookupText(t.Context(), LookupOut{Plan: l.Plan, To: []string{column}})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if text("formerOwner") != "anna.berg\nb.lund\ncy.ash\nb.lund\n" || strings.Count(text("formerUntil"), "Z\n") != 4 {
		t.Errorf("owners of before are %q until %q", text("formerOwner"), text("formerUntil"))
	}
	if _, err := b.ChooseLookup(t.Context(), LookupChoice{Plan: l.Plan, N: 0, Match: 1}); err != nil {
		t.Fatal(err)
	}
	if names := text("name"); !strings.HasPrefix(names, "Anna Berg\nBea Lund\n") {
		t.Errorf("the former owner of the first was chosen, and the names are %q", names)
	}
	if got, _ := looked(t, b, LookupRequest{Upload: handed(t, b, "one.txt", "a.berg\n"), From: "localId", Column: 0}); got[0] != "a.berg  none" {
		t.Errorf("among local IDs it is %q", got)
	}
}

// TestACopiedColumnHasALineEach also where somebody's name has two.
func TestACopiedColumnHasALineEach(t *testing.T) {
	b := scratch(t)
	if _, err := b.store.Create(t.Context(), store.Cause{Origin: "scimd"}, &scim.Resource{Type: scim.User, Attrs: map[string]any{"userName": "eve", "displayName": "Eve\r\nLund"}}, store.With{}); err != nil {
		t.Fatal(err)
	}
	_, l := looked(t, b, LookupRequest{Upload: handed(t, b, "list.txt", "eve\nnobody"), Column: 0})
	if text, err := b.LookupText(t.Context(), LookupOut{Plan: l.Plan, To: []string{"name"}}); err != nil || text != "Eve  Lund\n" {
		t.Errorf("it is %q, %v", text, err)
	}
}
