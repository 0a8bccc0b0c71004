package store

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"scimdesk/backend/scim"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// keep writes rows into the log as they are, a thousand a transaction.
func keep(t testing.TB, s *Store, rows ...Activity) {
	t.Helper()
	for part := range slices.Chunk(rows, 1000) {
		err := s.writer.write(context.Background(), func(tx *Tx) error {
			for i := range part {
				if err := tx.log(&part[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// forget removes the oldest rows up to a seq, as pruning does.
func forget(t testing.TB, s *Store, through int64) {
	t.Helper()
	if err := s.writer.write(context.Background(), func(tx *Tx) error {
		_, err := tx.exec("delete from activity where seq <= $1", through)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// searchOn asks on until it is done, and gives the matches and how many questions it took. between runs after each.
func searchOn(t testing.TB, s *Store, q Search, between func(question int)) (seqs []int64, questions int) {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 1000
	}
	for questions < 10_000 {
		found, err := s.SearchActivity(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		questions++
		seqs = append(seqs, found.Seqs...)
		if found.Done {
			return seqs, questions
		}
		if q.After != 0 {
			q.After = found.Through
		} else {
			q.Before = found.Through
		}
		if between != nil {
			between(questions)
		}
	}
	t.Fatal("the search does not end")
	return nil, 0
}

func TestSearchConditions(t *testing.T) {
	s := open(t, Options{})
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	keep(t, s,
		Activity{RequestID: "r-one", At: at(0), Method: "POST", Action: "create", Status: 201, ResourceID: "u1", Name: "Ánna Berg", Target: "/scim/v2/Users", UserAgent: "Entra/1"},
		Activity{RequestID: "r-two", At: at(1), Method: "GET", Action: "match", Status: 200, Target: `/scim/v2/Users?aadOptscim062020?filter=userName+eq+"anna.b%40contoso.example"`, Remote: "192.0.2.1:7"},
		Activity{RequestID: "r-three", At: at(2), Method: "PATCH", Action: "update", Status: 409, ResourceID: "u2", Name: "Zoë", Detail: "userName is taken by Anna", Target: "/scim/v2/Users/u2"},
		Activity{RequestID: "r-four", At: at(3), Method: "GET", Action: "read", Status: 404, ResourceID: "u3", Target: "/scim/v2/Users/u3"},
		Activity{RequestID: "r-five", At: at(4), Method: "DELETE", Action: "delete", Status: 503, ResourceID: "u1", Name: "Anna Berg", Target: "/scim/v2/Users/u1"},
		Activity{RequestID: "r-six", At: at(5).Add(time.Millisecond), Method: "POST", Action: "create", Status: 499, Name: "100% O'Neil \"Q\"", Target: "/scim/v2/Users"},
	)
	for name, c := range map[string]struct {
		q    Search
		want []int64
	}{
		"all":                        {Search{}, []int64{6, 5, 4, 3, 2, 1}},
		"upwards":                    {Search{After: -1}, []int64{1, 2, 3, 4, 5, 6}},
		"above":                      {Search{After: 4}, []int64{5, 6}},
		"below":                      {Search{Before: 3}, []int64{2, 1}},
		"nothing below the first":    {Search{Before: 1}, nil},
		"nothing above the last":     {Search{After: 6}, nil},
		"from beyond the end":        {Search{Before: 900}, []int64{6, 5, 4, 3, 2, 1}},
		"status":                     {Search{Status: 404}, []int64{4}},
		"outcomes":                   {Search{Outcomes: []Outcome{Success, Error}}, []int64{5, 2, 1}},
		"status of the outcome":      {Search{Status: 201, Outcomes: []Outcome{Success}}, []int64{1}},
		"status of another outcome":  {Search{Status: 404, Outcomes: []Outcome{Success}}, nil},
		"methods":                    {Search{Methods: []string{"POST", "DELETE"}}, []int64{6, 5, 1}},
		"actions and methods":        {Search{Actions: []string{"create", "match"}, Methods: []string{"GET"}}, []int64{2}},
		"resource":                   {Search{Resource: "u1"}, []int64{5, 1}},
		"resource upwards":           {Search{Resource: "u1", After: 1}, []int64{5}},
		"resource and status":        {Search{Resource: "u1", Status: 503}, []int64{5}},
		"nobody's resource":          {Search{Resource: "u"}, nil},
		"from, inclusive":            {Search{From: at(4)}, []int64{6, 5}},
		"until, exclusive":           {Search{Until: at(1)}, []int64{1}},
		"from, finer than stored":    {Search{From: at(5).Add(time.Microsecond)}, []int64{6}},
		"from, just after":           {Search{From: at(5).Add(time.Millisecond + 1)}, nil},
		"until, finer than stored":   {Search{From: at(5), Until: at(5).Add(time.Millisecond + 1)}, []int64{6}},
		"a time of another zone":     {Search{From: at(3).In(time.FixedZone("", 5*3600)), Until: at(4)}, []int64{4}},
		"a time that nothing has":    {Search{From: at(10)}, nil},
		"person, no accents or case": {Search{Person: "ANNA berg"}, []int64{5, 1}},
		"person, accents":            {Search{Person: "zoe"}, []int64{3}},
		"person, words in any order": {Search{Person: "berg anna"}, []int64{5, 1}},
		"person by user name":        {Search{Person: "anna.b@contoso"}, []int64{2}},
		"person by id":               {Search{Person: "u3"}, []int64{4}},
		"person is not the path":     {Search{Person: "users"}, nil},
		"person is not the detail":   {Search{Person: "taken"}, nil},
		"text in the detail":         {Search{Text: "taken zoe"}, []int64{3}},
		"text as it reads":           {Search{Text: `eq "anna.b@contoso.example"`}, []int64{2}},
		"text as it was sent":        {Search{Text: "anna.b%40contoso"}, []int64{2}},
		"text is not a pattern":      {Search{Text: "100%"}, []int64{6}},
		"text with quotes":           {Search{Text: `o'neil "q"`}, []int64{6}},
		"text in the client":         {Search{Text: "entra/1"}, []int64{1}},
		"text in the address":        {Search{Text: "192.0.2.1"}, []int64{2}},
		"text in the request id":     {Search{Text: "R-THREE"}, []int64{3}},
		"all words must occur":       {Search{Text: "taken berg"}, nil},
		"only spaces are no text":    {Search{Text: "  ", Person: "\t"}, []int64{6, 5, 4, 3, 2, 1}},
		"person and time and method": {Search{Person: "anna", From: at(1), Methods: []string{"DELETE"}}, []int64{5}},
	} {
		for _, limit := range []int{1, 2, 100} {
			c.q.Limit = limit
			if got, _ := searchOn(t, s, c.q, nil); !slices.Equal(got, c.want) {
				t.Errorf("%s, %d at once: %v, want %v", name, limit, got, c.want)
			}
		}
	}
}

// TestASliceIsBounded: also of somebody whom most of the log is about.
func TestASliceIsBounded(t *testing.T) {
	s := open(t, Options{})
	rows := make([]Activity, 2*searchSlice+100)
	for i := range rows {
		rows[i].ResourceID = "u1"
	}
	keep(t, s, rows...)
	for _, q := range []Search{{}, {After: -1}, {Resource: "u1"}, {Resource: "u1", After: -1}} {
		q.Limit = 10 * searchSlice
		got, questions := searchOn(t, s, q, nil)
		if len(got) != len(rows) || questions != 3 {
			t.Errorf("%+v: %d rows of %d in %d questions", q, len(got), len(rows), questions)
		}
	}
}

func TestSearchInAnEmptyLog(t *testing.T) {
	s := open(t, Options{})
	for _, q := range []Search{{}, {After: -1}, {Before: 5}, {After: 5}, {Resource: "u"}, {Text: "x", From: noon}} {
		q.Limit = 10
		found, err := s.SearchActivity(t.Context(), q)
		if err != nil || !found.Done || len(found.Seqs) > 0 || found.Seqs == nil {
			t.Errorf("%+v: %+v, %v", q, found, err)
		}
	}
}

// TestSearchingOnLosesAndDoublesNothing asks one slice at a time while rows are written and the oldest pruned: what was there from
// the beginning to the end is found once and in order.
func TestSearchingOnLosesAndDoublesNothing(t *testing.T) {
	if underRace {
		t.Skip("one goroutine and too many rows for the race detector")
	}
	for _, q := range []Search{{Text: "wanted"}, {Status: 200, After: -1}, {Resource: "u7"}, {Resource: "u7", After: -1}, {Person: "wanted", After: -1, Methods: []string{"GET"}}} {
		t.Run(fmt.Sprintf("%+v", q), func(t *testing.T) {
			s := open(t, Options{})
			r := rand.New(rand.NewPCG(1, 2))
			n := 0
			more := func(count int) {
				rows := make([]Activity, count)
				for i := range rows {
					n++
					rows[i] = Activity{At: noon.Add(time.Duration(n) * time.Second), Method: "GET", Status: 404, ResourceID: fmt.Sprint("u", n%3)}
					if r.IntN(50) == 0 {
						rows[i].Name, rows[i].Status, rows[i].ResourceID = "Wanted", 200, "u7"
					}
				}
				keep(t, s, rows...)
			}
			more(20_000)
			written := n
			pruned := int64(0)
			q.Limit = 37
			got, questions := searchOn(t, s, q, func(question int) {
				if question <= 40 {
					more(100)
					pruned += 50
					forget(t, s, pruned)
				}
			})
			if questions < 5 {
				t.Errorf("only %d questions", questions)
			}
			all := []int64{}
			if err := s.read.each(t.Context(), "select seq from activity where status = 200 order by seq", nil, scanInto(&all)); err != nil {
				t.Fatal(err)
			}
			down := q.After == 0
			if down {
				slices.Reverse(all)
			}
			if !slices.IsSortedFunc(got, func(a, b int64) int {
				if down {
					a, b = b, a
				}
				if a < b {
					return -1
				}
				return 1
			}) {
				t.Error("matches are not in order, or come twice")
			}
			for _, seq := range all {
				if down && seq > int64(written) {
					continue // it came above where the search had begun
				}
				if !slices.Contains(got, seq) {
					t.Errorf("row %d of %d was not found", seq, n)
				}
			}
		})
	}
}

func scanInto(all *[]int64) func(*sql.Rows) error {
	return func(rows *sql.Rows) error {
		var seq int64
		err := rows.Scan(&seq)
		*all = append(*all, seq)
		return err
	}
}

// TestSearchLeapsToItsTime: a time far from where the search begins costs a few questions of one slice each, and a clock that was set
// back does not hide rows.
func TestSearchLeapsToItsTime(t *testing.T) {
	if underRace {
		t.Skip("one goroutine and too many rows for the race detector")
	}
	s := open(t, Options{})
	rows := make([]Activity, 100_000)
	for i := range rows {
		at := noon.Add(time.Duration(i) * time.Second)
		if i == 10 || i == 99_000 {
			at = noon.Add(50_000 * time.Second) // the clock was wrong
		}
		rows[i] = Activity{At: at, Method: "GET", Status: 200}
	}
	keep(t, s, rows...)
	for _, after := range []int64{0, -1} {
		got, questions := searchOn(t, s, Search{From: noon.Add(50_000 * time.Second), Until: noon.Add(50_003 * time.Second), After: after}, nil)
		want := []int64{11, 50_001, 50_002, 50_003, 99_001}
		if after == 0 {
			slices.Reverse(want)
		}
		if !slices.Equal(got, want) {
			t.Errorf("after %d: %v, want %v", after, got, want)
		}
		if questions > 8 {
			t.Errorf("after %d: %d questions", after, questions)
		}
	}
	if got, questions := searchOn(t, s, Search{Until: noon, After: -1}, nil); len(got) > 0 || questions > 2 {
		t.Errorf("a time before the log: %v in %d questions", got, questions)
	}
}

func TestSearchPlans(t *testing.T) {
	s := open(t, Options{})
	plan := func(q Search) string {
		return strings.Join(explain(t, s, newWalk(s, q, 1, 1).text), "\n")
	}
	for name, q := range map[string]Search{
		"text": {Text: "a"}, "status": {Status: 401}, "outcomes": {Outcomes: []Outcome{Failure}},
		"time": {From: noon, Until: noon}, "unlike": {Unlike: true}, "all": {Person: "a", Methods: []string{"GET"}, Actions: []string{"read"}, From: noon, Status: 401},
	} {
		if got := plan(q); got != "SEARCH activity USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" {
			t.Errorf("%s does not go along the log:\n%s", name, got)
		}
		q.Resource = "u"
		if got := strings.Replace(plan(q), "COVERING ", "", 1); got != "SEARCH activity USING INDEX activity_resource (resource_id=? AND seq>? AND seq<?)" {
			t.Errorf("%s of a resource does not go along its index:\n%s", name, got)
		}
	}
	for text, want := range map[string]string{
		resourceDown:    "SEARCH activity USING COVERING INDEX activity_resource (resource_id=? AND seq<?)",
		resourceUp:      "SEARCH activity USING COVERING INDEX activity_resource (resource_id=? AND seq>?)",
		timeBelow:       "SEARCH activity USING COVERING INDEX activity_at (at>? AND at<?)",
		timeAbove:       "SEARCH activity USING COVERING INDEX activity_at (at>? AND at<?)",
		timeWithin:      "SEARCH activity USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
		activityRefused: "SEARCH activity USING INDEX activity_refused (status=?)",
		trafficGood:     "SEARCH activity USING COVERING INDEX activity_at (at>? AND at<?)",
		trafficBad:      "SEARCH activity USING INDEX activity_at (at>? AND at<?)",
		trafficFailed:   "SEARCH activity USING INDEX activity_at (at>? AND at<?)",
		trafficRows:     "SEARCH activity USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)",
		calledText:      "SEARCH e USING PRIMARY KEY (key=?)",
		activityAt():    "SEARCH activity USING INTEGER PRIMARY KEY (rowid=?)",
	} {
		steps := explain(t, s, text)
		got := strings.Join(steps, "\n")
		if !slices.Contains(steps, want) || strings.Contains(got, "TEMP B-TREE") && text != trafficFailed && text != trafficBad {
			t.Errorf("%s\n%s", text, got)
		}
	}
}

// TestAPersonIsFoundByUserName: a create has only the display name in the log, and a deleted person's requests are looked for most.
func TestAPersonIsFoundByUserName(t *testing.T) {
	s := open(t, Options{})
	anna := create(t, s, person(t, "anna.b@x.example", `"displayName":"Anna Berg"`, `"emails":[{"type":"work","value":"Anna@mail.example"}]`))
	other := create(t, s, person(t, "anna.b@x.example.com", `"displayName":"Anna Berg"`))
	keep(t, s, Activity{Name: "Anna Berg", ResourceID: anna.ID}, Activity{Name: "Anna Berg", ResourceID: other.ID}, Activity{ResourceID: anna.ID})
	for _, name := range []string{"anna.b@x.example", " ANNA.B@X.example ", "anna@mail.example"} {
		if got, _ := searchOn(t, s, Search{Person: name}, nil); !slices.Equal(got, []int64{3, 1}) {
			t.Errorf("%s: %v", name, got)
		}
	}
	if err := s.Delete(t.Context(), cause, scim.User, anna.ID, 0); err != nil {
		t.Fatal(err)
	}
	if got, _ := searchOn(t, s, Search{Person: "anna.b@x.example"}, nil); !slices.Equal(got, []int64{3, 1}) {
		t.Errorf("when she is deleted: %v", got)
	}
}

func TestFilterValues(t *testing.T) {
	for target, want := range map[string]string{
		"/Users": "", "/Users?filter=": "", "/Users?count=1": "",
		`/Users?filter=userName+eq+"a%40b.example"`:                          "a@b.example",
		`/Users?count=1&FILTER=userName%20eq%20%22a%2Bb%22`:                  "a+b",
		`/Users?flag?filter=a eq "x"`:                                        "x",
		`/Users?filter=a eq "x\"y" and b eq "z"`:                             "x\"y\nz",
		`/Users?filter=a eq "cut off`:                                        "cut off",
		`/Users?filter=a eq "100%zz%4"`:                                      "100%zz%4",
		`/Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22%C3%A4%22`: "work\nä",
		`/Users?filter=a eq "%ff"`:                                           "\uFFFD",
	} {
		if got := filterValues(target); got != want {
			t.Errorf("%s: %q, want %q", target, got, want)
		}
	}
}
