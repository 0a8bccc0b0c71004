package backend

import (
	"errors"
	"testing"
)

// Whoever types a rule sees what it makes of the first whom it is about, and keeps the previews that are there.
func TestAnExampleOfARule(t *testing.T) {
	b := scratch(t)
	old(t, b, "a.berg", "anna.berg@contoso.example", "1")
	id := old(t, b, "b.roe", "bob@contoso.example", "2")
	kept := plan(t, b, UserIDRule{To: ToEmail})
	example := func(r UserIDRule) UserIDRow {
		t.Helper()
		row, err := b.ExampleUserID(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		return row
	}
	for name, c := range map[string]struct {
		rule     UserIDRule
		from, to string
	}{
		"everybody":    {UserIDRule{To: ToEmail}, "a.berg", "anna.berg@contoso.example"},
		"chosen":       {UserIDRule{To: ToMailbox, IDs: []string{id}}, "b.roe", "bob"},
		"searched":     {UserIDRule{To: ToLocalID, Search: "bob"}, "b.roe", "2"},
		"a file":       {UserIDRule{To: ToFile, Upload: handed(t, b, "ids.csv", "old;new\nnobody;x\nb.roe;rob\n")}, "b.roe", "rob"},
		"nobody there": {UserIDRule{To: ToEmail, IDs: []string{"nobody"}}, "", ""},
	} {
		if row := example(c.rule); row.From != c.from || row.To != c.to {
			t.Errorf("%s: %+v", name, row)
		}
	}
	if _, err := b.ExampleUserID(t.Context(), UserIDRule{To: ToTemplate, Template: "{nothing}"}); !errors.Is(err, ErrQuery) {
		t.Errorf("a template that can't be followed: %v", err)
	}
	if _, err := b.UserIDRows(t.Context(), PlanQuery{Plan: kept.Plan}); err != nil {
		t.Errorf("the preview that was there: %v", err)
	}
}
