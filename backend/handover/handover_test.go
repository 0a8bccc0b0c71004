package handover

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCompare(t *testing.T) {
	columns := []string{AttrAction, AttrLocalID, "userName", "active", AttrFormerUserName}
	known := State{"userName": "a", "active": "true", "title": "x"}
	for _, c := range []struct {
		name     string
		now      State
		knownKey string
		key      string
		want     Action
	}{
		{"nothing", State{"userName": "a", "active": "true", "title": "y"}, "1", "1", Same},
		{"a value", State{"userName": "b", "active": "true"}, "1", "1", Change},
		{"disabled and another name", State{"userName": "b", "active": "false"}, "1", "1", Disable},
		{"a key given", State{"userName": "a", "active": "true"}, "", "1", Same},
		{"a key corrected", State{"userName": "a", "active": "true"}, "2", "1", Change},
		{"about the row", State{"userName": "a", "active": "true", AttrFormerUserName: "z"}, "1", "1", Same},
	} {
		if got := Compare(columns, known, c.now, c.knownKey, c.key); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if got := Compare(columns, State{"userName": "a", "active": "false"}, State{"userName": "a", "active": "true"}, "1", "1"); got != Enable {
		t.Errorf("enabled: %s", got)
	}
	if got := Compare(append(columns, "title"), State{"userName": "a", "active": "true"}, State{"userName": "a", "active": "true", "title": ""}, "", ""); got != Same {
		t.Errorf("an empty value of a new column: %s", got)
	}
}

func TestWhatIsToldStays(t *testing.T) {
	told := Told(State{"title": "x", "userName": "a", AttrFormerUserName: "z"}, State{"userName": "b"})
	if told["title"] != "x" || told["userName"] != "b" || told[AttrFormerUserName] != "" {
		t.Errorf("told %v", told)
	}
	if !Covers([]string{"a", "b"}, []string{"b", AttrAction}) || Covers([]string{"a"}, []string{"a", "b"}) {
		t.Error("a new column was not seen")
	}
}

func TestLeaversStandBeforeJoiners(t *testing.T) {
	order := []Action{Join, Change, Leave, Enable, Disable}
	slices.SortFunc(order, func(a, b Action) int { return Rank(a) - Rank(b) })
	if want := []Action{Leave, Disable, Change, Enable, Join}; !slices.Equal(order, want) || Rank(Out) >= Rank(In) || Rank(Moved) != 0 || Rank(Same) != 0 {
		t.Errorf("order %v, want %v", order, want)
	}
}

func TestFileNames(t *testing.T) {
	day := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for template, want := range map[string]string{
		"{n} {what}":                "0012 people.csv",
		`../{date}:{n}\{what}?`:     "-2026-03-04-0012-people-.csv",
		"con.{n}.{what}":            "_con.0012.people.csv",
		"{n}{what}\u202e\x00 . ":    "0012people--.csv",
		"Übergabe {n} {what} {who}": "Übergabe 0012 people {who}.csv",
	} {
		if got := FileName(template, 12, day, "people", "csv"); got != want {
			t.Errorf("%q: %q, want %q", template, got, want)
		}
	}
	if len(NameFaults("{what}")) == 0 || len(NameFaults("{n}")) == 0 || len(NameFaults("{n}{what}")) != 0 || len(NameFaults("{n}{what}"+strings.Repeat("\U0001F600", 50))) == 0 {
		t.Error("a template without a number or kind has no fault, or one with both has")
	}
}

func TestNext(t *testing.T) {
	for _, c := range []struct{ zone, every, at, last, want string }{
		{"Europe/Berlin", Hour, "02:00", "2026-03-04T05:06:00+01:00", "2026-03-04T06:00:00+01:00"},
		{"Europe/Berlin", Hour, "02:00", "2026-03-04T06:00:00+01:00", "2026-03-04T07:00:00+01:00"},
		{"Europe/Berlin", Hour, "02:00", "2026-03-04T23:59:59.5+01:00", "2026-03-05T00:00:00+01:00"},
		{"Europe/Berlin", Day, "02:00", "2026-03-04T01:59:00+01:00", "2026-03-04T02:00:00+01:00"},
		{"Europe/Berlin", Day, "02:00", "2026-03-04T02:00:00+01:00", "2026-03-05T02:00:00+01:00"},
		{"Europe/Berlin", Off, "02:00", "2026-03-04T05:06:00+01:00", ""},
		{"Europe/Berlin", Cycle, "02:00", "2026-03-04T05:06:00+01:00", ""},
		// Clocks are put forward at 2, and at midnight, and back at 2.
		{"America/New_York", Hour, "02:00", "2026-03-08T01:06:00-05:00", "2026-03-08T03:00:00-04:00"},
		{"America/New_York", Hour, "02:00", "2026-11-01T01:06:00-04:00", "2026-11-01T01:00:00-05:00"},
		{"America/New_York", Day, "02:30", "2026-03-08T01:31:00-05:00", "2026-03-09T02:30:00-04:00"},
		{"America/Santiago", Day, "00:00", "2026-09-05T23:01:00-04:00", "2026-09-07T00:00:00-03:00"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Skip("no time zones here")
		}
		last, err := time.Parse(time.RFC3339, c.last)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if next := Next(c.every, c.at, last.In(zone)); !next.IsZero() {
			got = next.Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%s %s %s after %s: %s, want %s", c.zone, c.every, c.at, c.last, got, c.want)
		}
	}
	if len(ScheduleFaults("week", "02:00")) == 0 || len(ScheduleFaults(Day, "25:00")) == 0 || len(ScheduleFaults(Day, "23:59")) != 0 {
		t.Error("schedules are not checked")
	}
}

func TestColumnFaults(t *testing.T) {
	attributes := []string{"a", "b"}
	if f := ColumnFaults("people", []Column{{"A", "a"}, {"B", "b"}}, attributes); len(f) != 0 {
		t.Errorf("faults %v", f)
	}
	for _, bad := range [][]Column{nil, {{" ", "a"}}, {{"A", "a"}, {"a ", "b"}}, {{"A", "c"}}, {{"A\n", "a"}}, make([]Column, 61)} {
		if len(ColumnFaults("people", bad, attributes)) == 0 {
			t.Errorf("%v has no fault", bad)
		}
	}
}
