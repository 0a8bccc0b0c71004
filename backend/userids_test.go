package backend

import (
	"context"
	"encoding/base64"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"scimdesk/backend/entra"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// old makes somebody as an import would: with a key of the old system, and nothing that Entra has written.
func old(t testing.TB, b *Backend, userName, email, localID string) string {
	t.Helper()
	r := &scim.Resource{Type: scim.User, Attrs: map[string]any{"userName": userName, "displayName": "P " + userName, "active": true}}
	if email != "" {
		r.Attrs["emails"] = []any{map[string]any{"type": "work", "value": email, "primary": true}}
	}
	var rec store.Record
	err := b.store.Batch(t.Context(), func(tx *store.Tx) (err error) {
		rec, err = tx.Create(store.Cause{Origin: "scimd"}, r, store.Local{LocalID: localID})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rec.ID
}

// userNames gives everybody's user ID by id.
func userNames(t testing.TB, b *Backend) map[string]string {
	t.Helper()
	all := map[string]string{}
	if err := b.store.Scan(t.Context(), scim.User, store.With{}, func(rec store.Record) error {
		k, err := keeperOf(rec)
		all[rec.ID] = k.UserName
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// state is all of a folder's people that a conversion and its undo must bring back.
func state(t testing.TB, b *Backend) string {
	t.Helper()
	var all strings.Builder
	if err := b.store.Scan(t.Context(), scim.User, store.With{Groups: true}, func(rec store.Record) error {
		_, err := fmt.Fprintf(&all, "%s %s %s %v %v\n", rec.ID, rec.Name, rec.Doc, rec.Local, rec.Entra)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func plan(t testing.TB, b *Backend, rule UserIDRule) UserIDPlan {
	t.Helper()
	p, err := b.PlanUserIDs(t.Context(), rule)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// apply carries a plan out and waits.
func apply(t testing.TB, b *Backend, p UserIDPlan) JobInfo {
	t.Helper()
	j, err := b.ApplyUserIDs(t.Context(), p.Plan)
	if err != nil {
		t.Fatal(err)
	}
	return wait(t, b, j.Seq)
}

func wait(t testing.TB, b *Backend, seq int64) JobInfo {
	t.Helper()
	j, err := b.WaitJob(t.Context(), seq)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func undo(t testing.TB, b *Backend, seq int64, n ...int) JobInfo {
	t.Helper()
	if _, err := b.UndoJob(t.Context(), JobUndo{Job: seq, N: n}); err != nil {
		t.Fatal(err)
	}
	return wait(t, b, seq)
}

// rowsOf gives a plan's rows as "from to state".
func rowsOf(t testing.TB, b *Backend, p UserIDPlan, state string) []string {
	t.Helper()
	page, err := b.UserIDRows(t.Context(), PlanQuery{Plan: p.Plan, State: state})
	if err != nil {
		t.Fatal(err)
	}
	all := []string{}
	for _, r := range page.Rows {
		all = append(all, strings.TrimSpace(r.From+" "+r.To+" "+r.State))
	}
	return all
}

func opened(t testing.TB, dir string) *Backend {
	t.Helper()
	b, err := Open(t.Context(), Options{Dir: dir, Listen: NoListener, Face: "scimd"})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func scratch(t testing.TB) *Backend {
	t.Helper()
	b := opened(t, t.TempDir())
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// TestAConversionAndItsUndo converts to e-mails, with a swap and a chain, and takes it back: in between everybody is found by what they had, and afterwards
// all is as it was.
func TestAConversionAndItsUndo(t *testing.T) {
	b, secret := serve(t)
	berg := old(t, b, "a.berg", "anna.berg@contoso.example", "L1")
	first := old(t, b, "x@contoso.example", "y@contoso.example", "L2")
	second := old(t, b, "y@contoso.example", "x@contoso.example", "")
	third := old(t, b, "z", "a.berg", "") // no e-mail address: invalid
	fourth := old(t, b, "Case@contoso.example", "case@contoso.example", "")
	fifth := old(t, b, "none", "", "")
	entraOwns := add(t, b, secret, "/Users", `{"userName":"owned@contoso.example","emails":[{"type":"work","value":"else@contoso.example"}]}`)
	before, was := state(t, b), userNames(t, b)

	p := plan(t, b, UserIDRule{To: ToEmail})
	want := []string{"a.berg anna.berg@contoso.example change", "x@contoso.example y@contoso.example change", "y@contoso.example x@contoso.example change", "z a.berg invalid",
		"Case@contoso.example case@contoso.example case", "none  no-source", "owned@contoso.example else@contoso.example owned"}
	if got := rowsOf(t, b, p, ""); !slices.Equal(got, want) {
		t.Errorf("the plan is %q, want %q", got, want)
	}
	if got := rowsOf(t, b, p, RowOwned); len(got) != 1 || p.Change != 4 || p.Open != 0 || p.Total != 7 || p.Matching {
		t.Errorf("owned are %q of %+v", got, p)
	}
	if state(t, b) != before {
		t.Error("a plan has changed somebody")
	}
	j := apply(t, b, p)
	if j.State != store.JobDone || j.Done != 4 || j.Failed != 0 || !j.CanUndo || j.Rule != ToEmail {
		t.Errorf("the job is %+v", j)
	}
	now := userNames(t, b)
	for id, is := range map[string]string{berg: "anna.berg@contoso.example", first: "y@contoso.example", second: "x@contoso.example", third: "z",
		fourth: "case@contoso.example", fifth: "none", entraOwns: "owned@contoso.example"} {
		if now[id] != is {
			t.Errorf("%s has %q, want %q", was[id], now[id], is)
		}
	}
	if s, err := b.Snapshot(t.Context()); err != nil || s.Job != j {
		t.Errorf("the snapshot has %+v, %v", s.Job, err)
	}
	if found, err := b.People(t.Context(), ListQuery{Search: "a.berg"}); err != nil || !slices.ContainsFunc(found.Rows, func(r PersonRow) bool { return r.ID == berg }) {
		t.Errorf("nobody is found by the old ID: %+v, %v", found, err)
	}
	history, err := b.History(t.Context(), HistoryQuery{Type: scim.User.Name, ID: berg})
	if err != nil || history.Rows[0].RequestID != fmt.Sprintf("job-%d", j.Seq) {
		t.Errorf("history says %+v, %v", history, err)
	}
	jobFiles(t, b, j.Seq)

	j = undo(t, b, j.Seq)
	if j.State != store.JobUndone || j.Undone != 4 || j.Done != 0 || j.CanUndo {
		t.Errorf("undone it is %+v", j)
	}
	if got := state(t, b); got != before {
		t.Errorf("after the undo there is\n%s\nand was\n%s", got, before)
	}
	if _, err := b.UndoJob(t.Context(), JobUndo{Job: j.Seq}); !errors.Is(err, store.ErrJobState) {
		t.Errorf("a second undo gives %v", err)
	}
}

// jobFiles looks at both files of the job in TestAConversionAndItsUndo.
func jobFiles(t *testing.T, b *Backend, seq int64) {
	t.Helper()
	lines := func(what string) [][]string {
		file, err := b.ExportJob(t.Context(), JobExport{Job: seq, What: what, Format: "csv", Folder: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file.Path)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\ufeff"))).ReadAll()
		if err != nil || file.Count != len(rows)-1 {
			t.Fatalf("%d counted in %q, %v", file.Count, rows, err)
		}
		return rows
	}
	ids := lines("ids")
	if len(ids) != 5 || !slices.Equal(ids[0], []string{"old", "new", "localId", "id"}) || ids[1][0] != "a.berg" || ids[1][1] != "anna.berg@contoso.example" || ids[1][2] != "L1" {
		t.Errorf("the old-to-new file is %q", ids)
	}
	if report := lines("report"); len(report) != 5 || report[1][3] != ActionConvert || report[1][6] != store.RowDone {
		t.Errorf("the report is %q", report)
	}
}

// TestCollisionsAreSettled refuses to apply while two would share an ID, and settles in each way.
func TestCollisionsAreSettled(t *testing.T) {
	b := scratch(t)
	old(t, b, "a1", "anna@contoso.example", "")
	old(t, b, "a2", "anna@fabrikam.example", "")
	old(t, b, "a3", "a1@contoso.example", "") // would take what a1 gives up
	old(t, b, "a4", "a3@contoso.example", "") // and so on
	p := plan(t, b, UserIDRule{To: ToMailbox})
	if p.Open != 2 || p.Change != 2 {
		t.Fatalf("the plan is %+v", p)
	}
	_, err := b.ApplyUserIDs(t.Context(), p.Plan)
	if Code(err) != "COLLISIONS" || !strings.Contains(err.Error(), "a1 would get anna, but P a2 (a2) would get it too") {
		t.Errorf("apply gives %v", err)
	}
	settle := func(c UserIDChoice) UserIDPlan {
		t.Helper()
		c.Plan = p.Plan
		is, err := b.SettleUserID(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		return is
	}
	if is := settle(UserIDChoice{N: -1, Do: "suffix"}); is.Open != 0 || !slices.Equal(rowsOf(t, b, is, ""), []string{"a1 anna change", "a2 anna2 change", "a3 a1 change", "a4 a3 change"}) {
		t.Errorf("with numbers it is %q", rowsOf(t, b, is, ""))
	}
	if is := settle(UserIDChoice{N: -1}); is.Open != 2 {
		t.Errorf("taken back it is %+v", is)
	}
	// Who stays keeps an ID that another wants, who stays then too.
	if is := settle(UserIDChoice{N: -1, Do: "skip"}); is.Open != 0 || is.Change != 0 || is.Counts[0] != (StateCount{RowSkipped, 4}) {
		t.Errorf("left out it is %+v", is)
	}
	settle(UserIDChoice{N: -1})
	if is := settle(UserIDChoice{N: 1, Do: "type", To: "A4"}); is.Open != 0 {
		t.Errorf("with what a4 gives up it is %+v", is)
	}
	if is := settle(UserIDChoice{N: 3, Do: "skip"}); is.Open != 1 {
		t.Errorf("with what a4 keeps it is %+v", is)
	}
	settle(UserIDChoice{N: 3})
	for _, c := range []UserIDChoice{{N: 4, Do: "skip"}, {N: -2}, {N: 0, Do: "guess"}, {N: -1, Do: "type", To: "x"}} {
		c.Plan = p.Plan
		if _, err := b.SettleUserID(t.Context(), c); !errors.Is(err, ErrQuery) {
			t.Errorf("%+v gives %v", c, err)
		}
	}
	if j := apply(t, b, p); j.Done != 4 {
		t.Errorf("the job is %+v", j)
	}
	if _, err := b.UserIDRows(t.Context(), PlanQuery{Plan: p.Plan}); !errors.Is(err, ErrPlanGone) {
		t.Errorf("an applied plan gives %v", err)
	}
}

// TestAStalePlanIsRefused changes people between plan and apply, in ways that matter and in ways that don't.
func TestAStalePlanIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		stale  bool
		change func(t *testing.T, b *Backend, berg, lund string)
	}{
		"a title":      {false, func(t *testing.T, b *Backend, berg, _ string) { set(t, b, berg, "title", "Analyst") }},
		"somebody new": {false, func(t *testing.T, b *Backend, _, _ string) { old(t, b, "new", "new@contoso.example", "") }},
		"the user ID":  {true, func(t *testing.T, b *Backend, berg, _ string) { set(t, b, berg, "userName", "anna") }},
		"the e-mail": {true, func(t *testing.T, b *Backend, berg, _ string) {
			set(t, b, berg, "emails", []any{map[string]any{"type": "work", "value": "n@contoso.example"}})
		}},
		"somebody has it": {true, func(t *testing.T, b *Backend, _, _ string) { old(t, b, "ANNA.berg@contoso.example", "", "") }},
		"deleted":         {true, func(t *testing.T, b *Backend, berg, _ string) { remove(t, b, berg) }},
		"the e-mail of no-source": {true, func(t *testing.T, b *Backend, _, lund string) {
			set(t, b, lund, "emails", []any{map[string]any{"type": "work", "value": "l@contoso.example"}})
		}},
		"deleted, of no-source": {false, func(t *testing.T, b *Backend, _, lund string) { remove(t, b, lund) }},
	} {
		t.Run(name, func(t *testing.T) {
			b := scratch(t)
			berg, lund := old(t, b, "a.berg", "anna.berg@contoso.example", ""), old(t, b, "b.lund", "", "")
			p := plan(t, b, UserIDRule{To: ToEmail})
			c.change(t, b, berg, lund)
			j, err := b.ApplyUserIDs(t.Context(), p.Plan)
			if stale := errors.Is(err, ErrPlanStale); stale != c.stale || !stale && err != nil {
				t.Fatalf("apply gives %v", err)
			}
			if !c.stale && wait(t, b, j.Seq).Done != 1 {
				t.Error("it was not carried out")
			}
		})
	}
}

func set(t testing.TB, b *Backend, id, attr string, value any) {
	t.Helper()
	if _, err := b.store.Update(t.Context(), store.Cause{Origin: "window"}, scim.User, id, 0, store.Edit{Apply: func(r *scim.Resource) error {
		r.Attrs[attr] = value
		return nil
	}}); err != nil {
		t.Fatal(err)
	}
}

func remove(t testing.TB, b *Backend, id string) {
	t.Helper()
	if err := b.store.Delete(t.Context(), store.Cause{Origin: "window"}, scim.User, id, 0); err != nil {
		t.Fatal(err)
	}
}

// TestAnUndoRefusesWhoChangedSince takes a conversion back after three of its people went other ways, and then one more row by itself.
func TestAnUndoRefusesWhoChangedSince(t *testing.T) {
	b := scratch(t)
	ids := map[string]string{}
	for _, name := range []string{"renamed", "deleted", "robbed", "well", "single"} {
		ids[name] = old(t, b, name, name+"@contoso.example", "")
	}
	j := apply(t, b, plan(t, b, UserIDRule{To: ToEmail}))
	set(t, b, ids["renamed"], "userName", "other@contoso.example")
	remove(t, b, ids["deleted"])
	old(t, b, "ROBBED", "", "")

	if j = undo(t, b, j.Seq, 5); j.State != store.JobDone || j.Undone != 1 || j.Done != 4 {
		t.Errorf("with one row undone it is %+v", j)
	}
	j = undo(t, b, j.Seq)
	if j.State != store.JobUndone || j.Undone != 2 || j.Refused != 3 {
		t.Errorf("undone it is %+v", j)
	}
	page, err := b.JobRows(t.Context(), JobQuery{Job: j.Seq, State: store.RowRefused})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"renamed": "CHANGED_SINCE: P renamed has the user ID other@contoso.example by now instead of renamed@contoso.example",
		"deleted": "GONE: P deleted is deleted", "robbed": "TAKEN: robbed belongs to P ROBBED now",
	}
	for _, r := range page.Rows {
		if got := r.Code + ": " + r.Reason; got != want[r.From] {
			t.Errorf("%s is refused by %s", r.From, got)
		}
	}
	now := userNames(t, b)
	if len(page.Rows) != 3 || now[ids["well"]] != "well" || now[ids["single"]] != "single" || now[ids["robbed"]] != "robbed@contoso.example" {
		t.Errorf("refused are %+v, and people are %v", page.Rows, now)
	}
}

// TestWhoIsConverted chooses people in each way.
func TestWhoIsConverted(t *testing.T) {
	b, secret := serve(t)
	berg := old(t, b, "a.berg", "anna.berg@contoso.example", "")
	old(t, b, "b.lund", "bo.lund@contoso.example", "L")
	owned := add(t, b, secret, "/Users", `{"userName":"c","emails":[{"type":"work","value":"c@contoso.example"}]}`)
	group := add(t, b, secret, "/Groups", fmt.Sprintf(`{"displayName":"Sales","members":[{"value":%q},{"value":%q}]}`, berg, owned))
	for name, c := range map[string]struct {
		rule UserIDRule
		want []string
	}{
		"everybody":      {UserIDRule{}, []string{"a.berg anna.berg@contoso.example change", "b.lund bo.lund@contoso.example change", "c c@contoso.example owned"}},
		"owned too":      {UserIDRule{Owned: true, Search: "c"}, []string{"a.berg anna.berg@contoso.example change", "b.lund bo.lund@contoso.example change", "c c@contoso.example change"}},
		"a search":       {UserIDRule{Search: "berg"}, []string{"a.berg anna.berg@contoso.example change"}},
		"a selection":    {UserIDRule{IDs: []string{owned}}, []string{"c c@contoso.example owned"}},
		"a group":        {UserIDRule{Group: group}, []string{"a.berg anna.berg@contoso.example change", "c c@contoso.example owned"}},
		"no local ID":    {UserIDRule{Quality: "no-local-id"}, []string{"a.berg anna.berg@contoso.example change", "c c@contoso.example owned"}},
		"those disabled": {UserIDRule{State: StateDisabled}, []string{}},
	} {
		c.rule.To = ToEmail
		p := plan(t, b, c.rule)
		if got := rowsOf(t, b, p, ""); !slices.Equal(got, c.want) {
			t.Errorf("%s: the plan is %q", name, got)
		}
		if p.Matching != c.rule.Owned {
			t.Errorf("%s: it warns of matching: %v", name, p.Matching)
		}
	}
	for _, rule := range []UserIDRule{{To: "x"}, {To: ToTemplate, Template: "{x}"}, {To: ToEmail, State: "x"}} {
		if _, err := b.PlanUserIDs(t.Context(), rule); Code(err) != "BAD_QUERY" {
			t.Errorf("%+v gives %v", rule, err)
		}
	}
}

func handed(t testing.TB, b *Backend, name, text string) string {
	t.Helper()
	up, err := b.PutUpload(t.Context(), UploadPart{Name: name, Data: base64.StdEncoding.EncodeToString([]byte(text))})
	if err != nil {
		t.Fatal(err)
	}
	return up.ID
}

func TestAFileOfOldAndNewIDs(t *testing.T) {
	for name, text := range map[string]string{
		"named columns":     "id,New,Old\n1,anna,A.Berg\n2,x,nobody\n",
		"the first columns": "a.berg;anna\nnobody;x\n",
	} {
		b := scratch(t)
		old(t, b, "a.berg", "", "")
		old(t, b, "b.lund", "", "")
		p := plan(t, b, UserIDRule{To: ToFile, Upload: handed(t, b, "ids.csv", text)})
		if got := rowsOf(t, b, p, ""); !slices.Equal(got, []string{"a.berg anna change", "nobody x missing"}) {
			t.Errorf("%s: the plan is %q", name, got)
		}
		if j := apply(t, b, p); j.Done != 1 || j.File != "ids.csv" {
			t.Errorf("%s: the job is %+v", name, j)
		}
		back := plan(t, b, UserIDRule{To: ToFormer})
		if got := rowsOf(t, b, back, RowChange); !slices.Equal(got, []string{"anna a.berg change"}) {
			t.Errorf("%s: back it is %q", name, got)
		}
	}
	b := scratch(t)
	if _, err := b.PlanUserIDs(t.Context(), UserIDRule{To: ToFile, Upload: handed(t, b, "one.csv", "a\nb\n")}); Code(err) != "BAD_FILE" {
		t.Errorf("one column gives %v", err)
	}
}

// TestNobodyIsRefusedDuringAConversion converts people there and back while Entra provisions others: no request is refused, and both agree.
func TestNobodyIsRefusedDuringAConversion(t *testing.T) {
	people := 1000
	if underRace {
		people = 200
	}
	b, secret := serve(t)
	oldPeople(t, b, people)
	before := userNames(t, b)
	c, err := entra.New(entra.Options{URL: b.door.address(), Token: secret, Dialect: "mixed", People: 40, Groups: 4, Seed: 3, Concurrency: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	stop, played := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			if _, err := c.Cycle(context.WithoutCancel(t.Context())); err != nil {
				played <- err
				return
			}
			select {
			case <-stop:
				played <- nil
				return
			default:
			}
		}
	}()
	j := apply(t, b, plan(t, b, UserIDRule{To: ToEmail}))
	if j.Done != people {
		t.Errorf("the job is %+v", j)
	}
	if j = undo(t, b, j.Seq); j.Undone != people {
		t.Errorf("undone it is %+v", j)
	}
	close(stop)
	if err := <-played; err != nil {
		t.Fatal(err)
	}
	report, err := c.Settle(t.Context())
	if err != nil || report.Total.Failed > 0 {
		t.Errorf("Entra had %d failures, %v", report.Total.Failed, err)
	}
	now := userNames(t, b)
	for id, userName := range before {
		if now[id] != userName {
			t.Fatalf("%s has %q", userName, now[id])
		}
	}
}

// oldPeople makes many people whom Entra does not know, u0 to uN with e-mails u0@contoso.example and so on.
func oldPeople(t testing.TB, b *Backend, n int) {
	t.Helper()
	for from := 0; from < n; from += 500 {
		if err := b.store.Batch(t.Context(), func(tx *store.Tx) error {
			for i := from; i < min(n, from+500); i++ {
				r := &scim.Resource{Type: scim.User, Attrs: map[string]any{"userName": fmt.Sprint("u", i), "displayName": fmt.Sprint("Person ", i), "active": true,
					"emails": []any{map[string]any{"type": "work", "value": fmt.Sprintf("u%d@contoso.example", i), "primary": true}}}}
				if _, err := tx.Create(store.Cause{Origin: "scimd"}, r, store.Local{LocalID: fmt.Sprint("L", i)}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAJobThatWasCutOffGoesOn closes the folder in the middle of a conversion, and then of its undo, again and again: it ends whole either way.
func TestAJobThatWasCutOffGoesOn(t *testing.T) {
	people := 1000
	if underRace {
		people = 200
	}
	dir := t.TempDir()
	b := opened(t, dir)
	defer func() { _ = b.Close() }()
	oldPeople(t, b, people)
	before := state(t, b)
	cut := func(seq int64, finished string) JobInfo {
		t.Helper()
		for range 1000 {
			j, err := b.Job(t.Context(), seq)
			if err != nil {
				t.Fatal(err)
			}
			if j.State == finished {
				return j
			}
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			b = opened(t, dir)
		}
		t.Fatal("it does not get on")
		return JobInfo{}
	}
	j, err := b.ApplyUserIDs(t.Context(), plan(t, b, UserIDRule{To: ToEmail}).Plan)
	if err != nil {
		t.Fatal(err)
	}
	if j = cut(j.Seq, store.JobDone); j.Done != people {
		t.Errorf("the job is %+v", j)
	}
	if _, err := b.UndoJob(t.Context(), JobUndo{Job: j.Seq}); err != nil {
		t.Fatal(err)
	}
	if j = cut(j.Seq, store.JobUndone); j.Undone != people {
		t.Errorf("undone it is %+v", j)
	}
	if state(t, b) != before {
		t.Error("people are not as they were")
	}
}
