package backend

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"scimdesk/backend/scim"
	"scimdesk/backend/server"
	"scimdesk/backend/store"
)

// importFileOf hands a file over.
func importFileOf(t *testing.T, b *Backend, name, text string) string {
	t.Helper()
	up, err := b.PutUpload(t.Context(), UploadPart{Name: name, Data: base64.StdEncoding.EncodeToString([]byte(text))})
	if err != nil {
		t.Fatal(err)
	}
	return up.ID
}

func importOf(t *testing.T, b *Backend, kind, existing, text string) ImportSource {
	t.Helper()
	return ImportSource{Upload: importFileOf(t, b, kind+".csv", text), Kind: kind, Existing: existing}
}

// preview plans an import and gives its rows, a line each: line, state, name or key, and why.
func preview(t *testing.T, b *Backend, s ImportSource) (ImportPlan, []ImportRow) {
	t.Helper()
	plan, err := b.PlanImport(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	page, err := b.ImportRows(t.Context(), PlanQuery{Plan: plan.Plan, Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	return plan, page.Rows
}

// applied carries an import out, and wants all of its rows done.
func applied(t *testing.T, b *Backend, s ImportSource) JobInfo {
	t.Helper()
	plan, _ := preview(t, b, s)
	job, err := b.ApplyImport(t.Context(), plan.Plan)
	if err != nil {
		t.Fatal(err)
	}
	return waited(t, b, job)
}

func waited(t *testing.T, b *Backend, job JobInfo) JobInfo {
	t.Helper()
	job, err := b.WaitJob(t.Context(), job.Seq)
	if err != nil {
		t.Fatal(err)
	}
	page, err := b.JobRows(t.Context(), JobQuery{Job: job.Seq, State: store.RowFailed})
	if err != nil || len(page.Rows) > 0 {
		t.Fatalf("rows that failed: %+v %v", page.Rows, err)
	}
	return job
}

// undone takes a job back whole.
func undone(t *testing.T, b *Backend, job JobInfo) JobInfo {
	t.Helper()
	if _, err := b.UndoJob(t.Context(), JobUndo{Job: job.Seq}); err != nil {
		t.Fatal(err)
	}
	job, err := b.WaitJob(t.Context(), job.Seq)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// everything is all that the folder shows of people and groups, without what moves by itself.
func everything(t *testing.T, b *Backend) string {
	t.Helper()
	var out strings.Builder
	for _, kind := range []*scim.ResourceType{scim.User, scim.Group} {
		err := b.store.Scan(t.Context(), kind, store.With{Members: true, Groups: true}, func(r store.Record) error {
			members := []string{}
			for _, m := range r.Members {
				members = append(members, m.Value)
			}
			slices.Sort(members)
			_, err := fmt.Fprintf(&out, "%s %s %q %q %q %v %v\n", r.ID, r.Doc, r.Local.LocalID, r.Local.Role, r.Local.Note, r.Entra, members)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// byName gives everybody by userName, with what is kept of them and the groups.
func byName(t *testing.T, b *Backend) map[string]string {
	t.Helper()
	names, all := map[string]string{}, map[string]string{}
	scan := func(each func(store.Record, *scim.Resource)) {
		err := b.store.Scan(t.Context(), scim.User, store.With{Groups: true}, func(r store.Record) error {
			person, err := scim.FromDocument(scim.User, r.Doc)
			each(r, person)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	scan(func(r store.Record, person *scim.Resource) { names[r.ID] = person.UserName() })
	scan(func(r store.Record, person *scim.Resource) {
		if boss := managerOf(person); boss != "" {
			putManager(person, names[boss])
		}
		groups := []string{}
		for _, g := range r.Groups {
			groups = append(groups, g.Display)
		}
		slices.Sort(groups)
		all[person.UserName()] = fmt.Sprintf("%s %q %q %q %q", person.Document(), r.Local.LocalID, r.Local.Role, r.Local.Note, groups)
	})
	return all
}

const importOffice = "ID;Login;Vorname;Nachname;E-Mail;Abteilung;Vorgesetzter;Status;Telefon;Gruppen\r\n" +
	"1;a.berg;Anna;Berg;anna.berg@contoso.example;Finance;3;aktiv;'+49 30 1;Office; Staff\r\n" +
	"2;b.klein;Ben;Klein;ben@contoso.example;IT;anna.berg@contoso.example;gesperrt;;Staff\r\n" +
	"3;c.lang;Clara;Lang;;Board;;ja;;\r\n"

func TestPeopleAreImportedAndTheImportIsTakenBack(t *testing.T) {
	b, secret := serve(t)
	addNamed(t, b, secret, "Somebody Else")
	before := everything(t, b)
	s := importOf(t, b, "people", "", strings.ReplaceAll(importOffice, "Office; Staff", `"Office; Staff"`))

	look, err := b.LookAtImport(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	mapped := []string{}
	for _, c := range look.Columns {
		mapped = append(mapped, c.Attribute)
	}
	if want := []string{"localId", "userName", "givenName", "familyName", "email", "department", "manager", "active", "phone", "groups"}; !slices.Equal(mapped, want) {
		t.Errorf("columns are %q", mapped)
	}
	if look.Rows != 3 || look.Delimiter != ";" || !look.Header || !slices.Equal(look.Warnings, []string{"FORMULA_GUARDS"}) || !slices.Equal(look.Columns[2].Samples, []string{"Anna", "Ben", "Clara"}) {
		t.Errorf("it looks like %+v", look)
	}

	counts := inTheFolder(t, b)
	plan, rows := preview(t, b, s)
	if plan.Total != 3 || plan.Change != 3 || !slices.Equal(plan.Counts, []StateCount{{ImportCreate, 3}}) {
		t.Errorf("plan %+v", plan)
	}
	if got := inTheFolder(t, b); got != counts {
		t.Errorf("a dry run changed\n%s to\n%s", counts, got)
	}
	if rows[1].Line != 3 || rows[1].Name != "Ben Klein" || rows[1].Key != "b.klein" || rows[1].LocalID != "2" ||
		!slices.ContainsFunc(rows[1].Changes, func(c Change) bool { return c.Path == managerPath && c.New == "a.berg" }) ||
		!slices.ContainsFunc(rows[1].Changes, func(c Change) bool { return c.Path == `emails[type eq "work"].value` && c.New == "ben@contoso.example" }) {
		t.Errorf("row %+v", rows[1])
	}

	job := applied(t, b, s)
	if job.State != store.JobDone || job.Kind != JobImport || job.Rule != "people" || job.File != "people.csv" || job.Failed != 0 {
		t.Errorf("job %+v", job)
	}
	people := byName(t, b)
	for name, want := range map[string]string{
		"a.berg": `"displayName":"Anna Berg","active":true,"emails":[{"value":"anna.berg@contoso.example","type":"work","primary":true}],"phoneNumbers":[{"value":"+49 30 1","type":"work"}],` +
			`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Finance","manager":{"value":"c.lang"}}} "1" "" "" ["Office" "Staff"]`,
		"b.klein": `"active":false,"emails":[{"value":"ben@contoso.example","type":"work","primary":true}],` +
			`"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"IT","manager":{"value":"a.berg"}}} "2" "" "" ["Staff"]`,
		"c.lang": `"department":"Board"}} "3" "" "" []`,
	} {
		if !strings.HasSuffix(people[name], want) {
			t.Errorf("%s is %s, want …%s", name, people[name], want)
		}
	}
	page, err := b.History(t.Context(), HistoryQuery{Limit: 1})
	if err != nil || page.Rows[0].Origin == store.OriginSCIM || page.Rows[0].RequestID != fmt.Sprintf("job-%d", job.Seq) {
		t.Errorf("history says %+v %v", page.Rows, err)
	}

	// The old system has what its own file says, so a hand-over has nothing to tell of it.
	state, err := b.Handover(t.Context())
	if err != nil || state.Pending.Joiners != 1 || state.Pending.Changes != 0 || state.Pending.In != 0 { // Somebody Else joined by Entra
		t.Errorf("a hand-over would tell %+v %v", state.Pending, err)
	}

	// The same again finds everybody.
	if plan, _ := preview(t, b, s); plan.Change != 0 || plan.Counts[0] != (StateCount{ImportSkip, 3}) {
		t.Errorf("again: %+v", plan)
	}
	s.Existing = existingOverwrite
	if plan, rows := preview(t, b, s); plan.Change != 0 || plan.Counts[0] != (StateCount{ImportSame, 3}) {
		t.Errorf("over itself: %+v %+v", plan, rows)
	}

	if job = undone(t, b, job); job.State != store.JobUndone || job.Refused != 0 || job.Undone != job.Total {
		t.Errorf("undone: %+v", job)
	}
	if after := everything(t, b); after != before {
		t.Errorf("undone is\n%s, not\n%s", after, before)
	}
}

// inTheFolder tells what is in the database, by what anybody could see of it.
func inTheFolder(t *testing.T, b *Backend) string {
	t.Helper()
	jobs, err := b.store.Jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	history, err := b.store.HistoryOfAll(t.Context(), 0, 500)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d jobs, %d changes\n%s", len(jobs), len(history), everything(t, b))
}

// TestWhoIsHereAlreadyIsFound has one row for each way in which a file can name somebody, and for each reason why it can't be taken.
func TestWhoIsHereAlreadyIsFound(t *testing.T) {
	b, secret := serve(t)
	add(t, b, secret, "/Users", `{"userName":"anna@contoso.example","externalId":"E-1","displayName":"Anna","emails":[{"type":"work","value":"anna.mail@contoso.example"}]}`)
	applied(t, b, importOf(t, b, "people", "", "localId,userName,displayName,externalId,email\n1,b.klein,Ben,,ben@contoso.example\n2,c.lang,Clara,E-3,shared@contoso.example\n3,d.kurz,Dora,,shared@contoso.example\n"))
	text := "localId,userName,displayName,externalId,email,active,title\n" +
		"1,other.name,Ben Klein,,,,Buyer\n" + // 2: by local ID, keeps the user ID
		"9,ANNA@contoso.example,Anna Neu,,,,Chief\n" + // 3: by user ID in other letters; Entra owns her, only the local ID comes
		",,,E-3,,,Clerk\n" + // 4: neither user ID nor local ID
		"2,d.kurz,Who,,,,\n" + // 5: two people
		",e.neu,Emil,E-1,,,\n" + // 6: by externalId: Anna again
		",f.neu,Frida,,ben@contoso.example,,\n" + // 7: by e-mail: Ben again
		"8,g.neu,Gerd,,ben@contoso.example,,\n" + // 8: by e-mail, but Ben has another local ID
		",h.neu,Hans,,shared@contoso.example,,\n" + // 9: the e-mail of two
		",i.neu,Ida,,,perhaps,\n" + // 10: neither yes nor no
		"7,j.neu,Jana,,,no,\n" + // 11: new
		"7,k.neu,Kai,,,,\n" + // 12: the local ID stands in line 11
		",J.NEU,Jana,,,,\n" + // 13: the user ID, too
		"5,,Lea,,,,\n" // 14: the local ID stands for the user ID
	want := []string{
		"2 update is here as b.klein, and keeps that user ID",
		"3 update Entra has written this person, so only what is kept here changes",
		"4 invalid it has neither a user ID nor a local ID",
		"5 conflict the local ID 2 is that of Clara (c.lang), but the user ID d.kurz is that of Dora (d.kurz)",
		"6 double line 3 is the same person here, Anna (anna@contoso.example)",
		"7 double line 2 is the same person here, Ben (b.klein)",
		"8 conflict the e-mail ben@contoso.example is that of Ben (b.klein), whose local ID is 1, not 8",
		"9 conflict the e-mail shared@contoso.example is that of Clara (c.lang) and of Dora (d.kurz)",
		`10 invalid "perhaps" in the column active says neither yes nor no`,
		"11 create ",
		"12 double line 11 has the same local ID 7",
		"13 double line 11 has the same user ID J.NEU",
		"14 create ",
	}
	before := everything(t, b)
	s := importOf(t, b, "people", existingOverwrite, text)
	plan, rows := preview(t, b, s)
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%d %s %s", r.Line, r.State, r.Reason))
	}
	if !slices.Equal(got, want) {
		t.Errorf("rows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if plan.Change != 4 {
		t.Errorf("plan %+v", plan)
	}
	job := applied(t, b, s)
	people := byName(t, b)
	if len(people) != 6 || !strings.Contains(people["b.klein"], `"displayName":"Ben Klein","title":"Buyer"`) || !strings.HasSuffix(people["5"], `"5" "" "" []`) ||
		!strings.HasSuffix(people["anna@contoso.example"], `"9" "" "" []`) || strings.Contains(people["anna@contoso.example"], "Chief") {
		t.Errorf("people %q", people)
	}
	if undone(t, b, job); everything(t, b) != before {
		t.Errorf("undone is\n%s, not\n%s", everything(t, b), before)
	}

	s.Existing = existingEmpty
	applied(t, b, s)
	if ben := byName(t, b)["b.klein"]; !strings.Contains(ben, `"displayName":"Ben","title":"Buyer"`) {
		t.Errorf("filled up, Ben is %s", ben)
	}
}

// TestValuesThatNobodyCouldEditAreNotTaken: an export gone wrong has whole texts in a cell, which every list and hand-over would carry on.
func TestValuesThatNobodyCouldEditAreNotTaken(t *testing.T) {
	b := scratch(t)
	long := strings.Repeat("ü", valueLimit)
	groups := strings.Repeat("Office;", valueLimit)
	_, rows := preview(t, b, importOf(t, b, "people", "", "userName,title,note,groups\na,"+long+",,"+groups+"\nb,"+long+"ü,,\nc,,"+long+"ü,\n"))
	_, whole := preview(t, b, importOf(t, b, "people", "", `[{"schemas":["`+scim.UserURN+`"],"userName":"d","title":"`+strings.Repeat("x", 1<<20)+`"}]`))
	var got []string
	for _, r := range append(rows, whole...) {
		got = append(got, fmt.Sprintf("%s %s %s", r.Key, r.State, r.Reason))
	}
	want := []string{"a create ", "b invalid the value of title is longer than 4000 characters", "c invalid the value of note is longer than 4000 characters",
		" invalid it has more than 1048576 bytes, which is the most that SCIM takes of anybody"}
	if !slices.Equal(got, want) {
		t.Errorf("rows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAnUndoneImportLeavesWhatWasChangedSince(t *testing.T) {
	b, secret := serve(t)
	job := applied(t, b, importOf(t, b, "people", "", "userName,title\na,x\nb,x\nc,x\nd,x\n"))
	again := applied(t, b, importOf(t, b, "people", existingOverwrite, "userName,title,nickName\na,y,n\nb,y,n\nc,y,n\nd,y,n\n"))
	ids := map[string]string{}
	for _, name := range []string{"a", "b", "c", "d"} {
		_, list := send(t, b, "GET", "/Users?filter="+`userName%20eq%20%22`+name+`%22`, secret, "")
		found, _ := list["Resources"].([]any)
		one, _ := found[0].(map[string]any)
		ids[name], _ = one["id"].(string)
	}
	send(t, b, "PATCH", "/Users/"+ids["a"], secret, `{"Operations":[{"op":"replace","path":"title","value":"z"}]}`)
	send(t, b, "DELETE", "/Users/"+ids["c"], secret, "")
	if _, err := b.store.Update(t.Context(), store.Cause{Origin: "scimd"}, scim.User, ids["d"], 0, store.Edit{Apply: func(r *scim.Resource) error { // by the admin, not by Entra
		r.Attrs["title"] = "w"
		return nil
	}}); err != nil {
		t.Fatal(err)
	}
	again = undone(t, b, again)
	if again.Undone != 1 || again.Refused != 3 {
		t.Errorf("the second import: %+v", again)
	}
	page, err := b.JobRows(t.Context(), JobQuery{Job: again.Seq, State: store.RowRefused})
	if err != nil || len(page.Rows) != 3 || page.Rows[0].Code != JobChanged || page.Rows[2].Code != JobChanged || page.Rows[1].Code != JobGone || page.Rows[0].Action != ActionUpdate || page.Rows[0].To != "a" {
		t.Errorf("refused %+v %v", page.Rows, err)
	}
	if job = undone(t, b, job); job.Undone != 1 || job.Refused != 3 {
		t.Errorf("the first import: %+v", job)
	}
	if got := byName(t, b); len(got) != 2 || !strings.Contains(got["a"], `"title":"z"`) || !strings.Contains(got["d"], `"title":"w"`) {
		t.Errorf("left is %q", got)
	}
}

// TestAManagerMayStandBelow: whoever manages whom, in whatever order and even in a circle.
func TestAManagerMayStandBelow(t *testing.T) {
	b, _ := serve(t)
	job := applied(t, b, importOf(t, b, "people", "", "userName,manager,displayName\n1,2,Eins\n2,3,Zwei\n3,1,Drei\n4,5,Vier\n5,\"CN=Sechs\\, Dr.,OU=x\",Fünf\n6,,\"Sechs, Dr.\"\n7,7,Sieben\n8,nobody,Acht\n"))
	people := byName(t, b)
	for name, boss := range map[string]string{"1": "2", "2": "3", "3": "1", "4": "5", "5": "6", "7": "7"} {
		if !strings.Contains(people[name], `"manager":{"value":"`+boss+`"}`) {
			t.Errorf("the manager of %s: %s, want %s", name, people[name], boss)
		}
	}
	if strings.Contains(people["8"], "manager") {
		t.Errorf("8 is %s", people["8"])
	}
	if undone(t, b, job); everything(t, b) != "" {
		t.Errorf("undone is %s", everything(t, b))
	}
}

// TestGooglesListIsKnown: its headers have remarks behind them, and people sign in there by their e-mail.
func TestGooglesListIsKnown(t *testing.T) {
	b := scratch(t)
	_, rows := preview(t, b, importOf(t, b, "people", "", "First Name [Required],Last Name [Required],Email Address [Required],Status [READ ONLY],Employee Title\n"+
		"Anna,Berg,anna.berg@contoso.example,Suspended,Clerk\nBen,Klein,,Active,\n"))
	if len(rows) != 2 || rows[0].Key != "anna.berg@contoso.example" || rows[0].LocalID != rows[0].Key || rows[1].State != ImportInvalid {
		t.Fatalf("rows %+v", rows)
	}
	var got []string
	for _, c := range rows[0].Changes {
		got = append(got, c.Path+" "+c.New)
	}
	for _, want := range []string{"active false", "displayName Anna Berg", "name.familyName Berg", "title Clerk"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not among %q", want, got)
		}
	}
}

// TestPeopleNameTheirGroups, but none that an import of groups would refuse.
func TestPeopleNameTheirGroups(t *testing.T) {
	b := scratch(t)
	_, rows := preview(t, b, importOf(t, b, "people", "", "userName,groups\na,Office;"+strings.Repeat("y", 1025)+"\nb,\"Off\tice| OFFICE\"\n"))
	if len(rows) != 2 || rows[0].State != ImportCreate || rows[0].Reason != "a group is left out: the name is longer than 1024 characters" ||
		rows[1].Reason != `a group is left out: the name "Off\tice" has a character in it that can't be printed` {
		t.Errorf("rows %+v", rows)
	}
}

func TestGroupsAreImported(t *testing.T) {
	b, secret := serve(t)
	applied(t, b, importOf(t, b, "people", "", "userName,localId,email,displayName\na.berg,1,a@x.example,Anna\nb.klein,2,b@x.example,Ben\nc.lang,3,c@x.example,Clara\n"))
	add(t, b, secret, "/Groups", `{"displayName":"Entra's"}`)
	before := everything(t, b)
	for _, form := range []string{
		"Group name,Members\nOffice,a.berg; 2\nEmpty,\nAll,Office; c@x.example; nobody\nEntra's,a.berg\n",
		"displayName,member\nOffice,a.berg\nOffice,2\nEmpty,\nAll,Office\nAll,c@x.example\nAll,nobody\nEntra's,a.berg\n",
		"displayName;members\nOffice;a.berg, 2\nEmpty;\nAll;Office, c@x.example, nobody\nEntra's;a.berg\n",
		"displayName;member\nOffice;a.berg|2\nEmpty;\nAll;\"Office\nc@x.example\nnobody\"\nEntra's;a.berg\n",
		`[{"displayName":"Office","members":[{"value":"1"},{"value":"b.klein"}]},{"displayName":"Empty"},
			{"displayName":"All","members":[{"value":"77","display":"Office","type":"Group"},{"value":"3"},{"value":"nobody"}]},{"displayName":"Entra's","members":[{"value":"1"}]}]`,
	} {
		s := importOf(t, b, "groups", "", form)
		plan, rows := preview(t, b, s)
		if plan.Total != 4 || plan.Change != 3 || rows[3].State != ImportSkip || rows[2].Reason != "the member nobody is not known, and is left out" {
			t.Fatalf("%s\nplan %+v %+v", form, plan, rows)
		}
		job := applied(t, b, s)
		members := map[string]string{}
		err := b.store.Scan(t.Context(), scim.Group, store.With{Members: true}, func(r store.Record) error {
			for _, m := range r.Members {
				other, err := b.store.Names(t.Context(), []string{m.Value})
				members[r.Name] += other[m.Value] + " " + m.Type + ", "
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(members) != 2 || members["Office"] != "Anna User, Ben User, " || members["All"] != "Office Group, Clara User, " && members["All"] != "Clara User, Office Group, " {
			t.Errorf("%s\nmembers %q %v", form, members, err)
		}
		s.Existing = existingEmpty
		if plan, _ := preview(t, b, s); plan.Change != 0 {
			t.Errorf("again: %+v", plan)
		}
		if undone(t, b, job); everything(t, b) != before {
			t.Fatalf("undone is\n%s, not\n%s", everything(t, b), before)
		}
	}
}

// TestAMemberWithACommaIsOne, and two groups of one name are not made one.
func TestAMemberWithACommaIsOne(t *testing.T) {
	b := scratch(t)
	applied(t, b, importOf(t, b, "people", "", "userName,displayName\na.berg,\"Berg, Anna\"\nb.klein,Ben\n"))
	plan, rows := preview(t, b, importOf(t, b, "groups", "", "displayName;externalId;members\nOffice;o-1;Berg, Anna\noffice;o-2;Ben\nOffice;;b.klein\nOther;;\"Nobody, Else\"\n"))
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%d %s %d %s", r.Line, r.State, len(r.Changes), r.Reason))
	}
	want := []string{"2 create 2 ", "3 double 0 line 2 has a group of the same name with another externalId, and two of one name could not be told apart",
		"5 create 0 the member Nobody, Else is not known, and is left out"}
	if !slices.Equal(got, want) {
		t.Errorf("rows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	page, err := b.ImportRows(t.Context(), PlanQuery{Plan: plan.Plan, State: ImportRemark})
	if err != nil || plan.Remark != 1 || page.Total != 1 || page.Rows[0].Name != "Other" || page.Rows[0].Reasons[0].Code != "NO_MEMBER" {
		t.Errorf("with a remark: %+v %+v %v", plan, page, err)
	}
}

// TestThePageHasWordsForEachReason: of one that it lacks it would show English.
func TestThePageHasWordsForEachReason(t *testing.T) {
	for _, file := range []string{"locales/en/import.json", "locales/de/import.json", "pages/Tools/import/words.ts"} {
		text, err := os.ReadFile("../frontend/src/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for code := range reasonTexts {
			if !strings.Contains(string(text), `"`+code+`":`) && !strings.Contains(string(text), "'"+code+"'") {
				t.Errorf("%s does not know %s", file, code)
			}
		}
	}
}

// TestAnExportIsImported: ScimDesk's own files make the same people and groups elsewhere, and change nothing here.
func TestAnExportIsImported(t *testing.T) {
	from, secret := serve(t)
	applied(t, from, importOf(t, from, "people", "", "userName,localId,displayName,givenName,familyName,email,phone,manager,active,note,role,city,department\n"+
		"a.berg,1,\"Berg, Anna\",Anna,Berg,anna@contoso.example,+49 30 1,,yes,\"two\nlines\",administrator,Berlin,Finance\n"+
		"b.klein,,=Ben,Ben,Klein,ben@contoso.example,,a.berg,no,,,,\n王芳,3,王芳,,,,,b.klein,yes,,,,\n"))
	add(t, from, secret, "/Users", `{"userName":"entra@contoso.example","displayName":"Made by Entra","emails":[{"type":"work","value":"e@contoso.example","primary":true}]}`)
	gone := add(t, from, secret, "/Users", `{"userName":"gone"}`)
	send(t, from, "DELETE", "/Users/"+gone, secret, "")
	applied(t, from, importOf(t, from, "groups", "", "displayName,externalId,members\nOffice,G-1,a.berg; 王芳\nNobody,,\n"))
	groupsBefore := members(t, from)
	for _, format := range []string{"csv", "json"} {
		to, _ := serve(t)
		for _, kind := range []string{"people", "groups"} {
			var file bytes.Buffer
			if err := from.Export(t.Context(), &file, kind, format); err != nil {
				t.Fatal(err)
			}
			// Here it changes nothing.
			if plan, rows := preview(t, from, importOf(t, from, kind, existingOverwrite, file.String())); plan.Change != 0 || plan.Total == 0 {
				t.Errorf("%s %s over itself: %+v %+v", kind, format, plan, rows)
			}
			applied(t, to, importOf(t, to, kind, existingEmpty, file.String()))
		}
		got, want := byName(t, to), byName(t, from)
		for name := range want {
			if got[name] != want[name] {
				t.Errorf("%s, %s is\n%s, want\n%s", format, name, got[name], want[name])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d people, want %d", format, len(got), len(want))
		}
		if now := members(t, to); now != groupsBefore {
			t.Errorf("%s: groups %s, want %s", format, now, groupsBefore)
		}
	}
}

func members(t *testing.T, b *Backend) string {
	t.Helper()
	var all []string
	err := b.store.Scan(t.Context(), scim.Group, store.With{}, func(r store.Record) error {
		rows, err := b.store.MemberRows(t.Context(), r.ID, "", 500)
		names := []string{}
		for _, m := range rows {
			names = append(names, m.UserName)
		}
		slices.Sort(names)
		all = append(all, fmt.Sprint(string(r.Doc), names))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// TestAServerIsReadPageByPage: our own server, behind one that gives seven at most at once, as others do.
func TestAServerIsReadPageByPage(t *testing.T) {
	from, secret := serve(t)
	var list strings.Builder
	list.WriteString("userName,localId,displayName,manager\n")
	for i := range 30 {
		fmt.Fprintf(&list, "u%d,%d,User %d,u%d\n", i, i, i, (i+1)%29)
	}
	applied(t, from, importOf(t, from, "people", "", list.String()))
	applied(t, from, importOf(t, from, "groups", "", "displayName,members\nOdd,u1; u3; u5\nEven,u2\n"))
	api := server.New(server.Options{Store: from.store, Verify: from.verify})
	asked := []string{}
	capped := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		q := r.URL.Query()
		q.Set("count", "7")
		r.URL.RawQuery = q.Encode()
		api.ServeHTTP(w, r)
	}))
	defer capped.Close()
	to, _ := serve(t)
	s := ImportSource{URL: capped.URL + "/scim/v2/", Token: "Bearer " + secret, Kind: "people"}
	look, err := to.LookAtImport(t.Context(), s)
	if err != nil || look.Rows != 30 {
		t.Fatalf("it looks like %+v %v", look, err)
	}
	asked = asked[:0]
	job := applied(t, to, s)
	if len(asked) != 5 || asked[4] != "/scim/v2/Users?startIndex=29&count=200" {
		t.Errorf("asked %q", asked)
	}
	s.Kind = "groups"
	applied(t, to, s)
	stored, err := to.store.Job(t.Context(), job.Seq)
	if err != nil || strings.Contains(stored.About, secret) || !strings.Contains(stored.About, capped.Listener.Addr().String()) {
		t.Errorf("the job is about %s %v", stored.About, err)
	}
	got := byName(t, to)
	if len(got) != 30 || !strings.Contains(got["u28"], `"manager":{"value":"u0"}`) || !strings.Contains(got["u3"], `["Odd"]`) {
		t.Errorf("%d people, u28 is %s, u3 is %s", len(got), got["u28"], got["u3"])
	}
}

func TestAServerThatCantBeReadIsToldInWords(t *testing.T) {
	b, _ := serve(t)
	page := func(status int, body string, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	for _, c := range []struct {
		url, token, want string
		do               http.HandlerFunc
	}{
		{"http://directory.example/scim", "t", "must begin with https://", nil},
		{"https://user:pass@directory.example/scim", "t", "say the token beside the address", nil},
		{"ftp://directory.example", "t", "begins with https://", nil},
		{"https://directory.example/scim?x=1", "t", "without ? and #", nil},
		{"http://127.0.0.1:1/scim", "two words", "a space or another character", nil},
		{"http://127.0.0.1:1/scim", "t", "can't be reached", nil},
		{"", "t", "it refuses the token (401)", page(401, "")},
		{"", "t", "there is no /Users under this address (404)", page(404, "")},
		{"", "t", "it sends the request to elsewhere.example (302)", page(302, "", "Location", "https://elsewhere.example/?secret")},
		{"", "very-secret", "it answers with the status 500: no … here", page(500, `{"detail":"no very-secret here"}`)},
		{"", "t", "is no SCIM list", page(200, `<html>`)},
		{"", "t", "the same page again and again", page(200, `{"totalResults":9,"Resources":[{"userName":"a"}]}`)},
		{"", "t", "it has 100001 people, and at most 100000 are read", page(200, `{"totalResults":100001,"Resources":[{"userName":"a"}]}`)},
	} {
		s := ImportSource{URL: c.url, Token: c.token, Kind: "people"}
		if c.do != nil {
			srv := httptest.NewServer(c.do)
			defer srv.Close()
			s.URL = srv.URL
		}
		_, err := b.PlanImport(t.Context(), s)
		if !errors.Is(err, ErrServer) || Code(err) != "BAD_SERVER" || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "very-secret") {
			t.Errorf("%s: %v, want %s", c.url, err, c.want)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.PlanImport(gone, ImportSource{URL: "http://127.0.0.1:1", Kind: "people"}); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

func TestLocalIDsComeBackFromAFile(t *testing.T) {
	b, secret := serve(t)
	anna := add(t, b, secret, "/Users", `{"userName":"anna@contoso.example","externalId":"E-1"}`)
	add(t, b, secret, "/Users", `{"userName":"ben@contoso.example","externalId":"E-2"}`)
	add(t, b, secret, "/Users", `{"userName":"clara@contoso.example"}`)
	before := everything(t, b)
	for _, text := range []string{
		"userName,localId\nANNA@contoso.example,1\nben@contoso.example,2\nnobody,3\n,\n",
		"Key;id\n1;" + anna + "\n2;E-2\n3;nobody\n",
		"anna@contoso.example,1\nben@contoso.example,2\nnobody@contoso.example,3\n",
		`[{"externalId":"E-1","localId":"1"},{"externalId":"E-2","localId":"2"},{"externalId":"E-9","localId":"3"}]`,
	} {
		job, err := b.applyKeys(t.Context(), importFileOf(t, b, "keys.csv", text))
		if err != nil {
			t.Fatal(text, err)
		}
		if job, err = b.WaitJob(t.Context(), job.Seq); err != nil || job.Done != 2 || job.Failed != 1 || job.Kind != JobLocal {
			t.Fatalf("%s: %+v %v", text, job, err)
		}
		if person, err := b.Person(t.Context(), anna); err != nil || person.LocalID != "1" {
			t.Errorf("%s: %+v %v", text, person, err)
		}
		job = undone(t, b, job)
		if job.Undone != 2 || everything(t, b) != before {
			t.Errorf("%s: undone is %+v\n%s", text, job, everything(t, b))
		}
	}
	for text, want := range map[string]string{"userName,email\na,b\n": "no column is called localId", "localId,title\n1,x\n": "no column says whose", "a@x.example\n": "the columns have no names"} {
		if _, err := b.applyKeys(t.Context(), importFileOf(t, b, "keys.csv", text)); Code(err) != "BAD_FILE" || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if job, err := b.applyKeys(t.Context(), importFileOf(t, b, "keys.csv", "userName,localId\nanna@contoso.example,1\nben@contoso.example,1\n")); err != nil {
		t.Error(err)
	} else if job, err = b.WaitJob(t.Context(), job.Seq); err != nil || job.Done != 1 || job.Failed != 1 {
		t.Errorf("one local ID for two: %+v %v", job, err)
	}
}

func TestQuestionsOfAnImportThatCantBeAnswered(t *testing.T) {
	b, _ := serve(t)
	file := importFileOf(t, b, "x.csv", "userName\na\n")
	for _, s := range []ImportSource{
		{Upload: file, Kind: "members"}, {Upload: file, Kind: "people", Existing: "delete"}, {Upload: file, Kind: "people", Format: "xml"},
		{Kind: "people"}, {Upload: file, URL: "https://x.example", Kind: "people"},
		{Upload: file, Kind: "people", Columns: []ImportMapping{{9, "userName"}}}, {Upload: file, Kind: "people", Columns: []ImportMapping{{0, "shoe"}}},
	} {
		if _, err := b.PlanImport(t.Context(), s); Code(err) != "BAD_QUERY" {
			t.Errorf("%+v: %v", s, err)
		}
	}
	if _, err := b.PlanImport(t.Context(), ImportSource{Upload: importFileOf(t, b, "x.csv", "a,\"b\n"), Kind: "people"}); Code(err) != "BAD_FILE" || !strings.Contains(err.Error(), "x.csv: line 1, column 3") {
		t.Errorf("a broken file: %v", err)
	}
	for _, err := range []error{errOf(b.ImportRows(t.Context(), PlanQuery{Plan: "gone"})), errOf(b.ApplyImport(t.Context(), "gone"))} {
		if Code(err) != "PLAN_GONE" {
			t.Error(err)
		}
	}
	// A column that is mapped by hand is that, and one that is mapped to nothing is left out.
	plan, rows := preview(t, b, ImportSource{Upload: importFileOf(t, b, "x.csv", "Spalte,email\nanna,a@x.example\n"), Kind: "people", Columns: []ImportMapping{{0, "userName"}, {1, ""}}})
	if plan.Change != 0 && len(rows) == 1 && slices.ContainsFunc(rows[0].Changes, func(c Change) bool { return strings.HasPrefix(c.Path, "emails") }) {
		t.Errorf("mapped: %+v", rows)
	}
	file2, err := b.ExportImport(t.Context(), plan.Plan, "json", t.TempDir())
	if err != nil || file2.Count != 1 {
		t.Errorf("export %+v %v", file2, err)
	}
}

func errOf[T any](_ T, err error) error { return err }
