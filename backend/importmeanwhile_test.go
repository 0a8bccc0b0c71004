package backend

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// TestAnImportGoesOnBesideEntra: requests come and go while people are taken in, and some of those people have been made by Entra, converted or deleted
// since the preview. Nobody stands here twice, and no row is done to somebody else.
func TestAnImportGoesOnBesideEntra(t *testing.T) {
	b, secret := serve(t)
	changed := made(t, b, "changed", "C-1", Attribute{"title", "Clerk"})
	owned := made(t, b, "owned", "O-1", Attribute{"title", "Clerk"})
	leaver := made(t, b, "leaver", "L-1", Attribute{"title", "Clerk"})
	var file strings.Builder
	file.WriteString("localId,userName,title\nC-1,changed,Boss\nO-1,owned,Boss\nL-1,leaver,Boss\nT-1,taken,Boss\n")
	for i := range 500 {
		fmt.Fprintf(&file, "N-%d,new%d,Clerk\n", i, i)
	}
	plan, _ := preview(t, b, importOf(t, b, "people", "overwrite", file.String()))

	taken := add(t, b, secret, "/Users", `{"userName":"Taken","title":"Entra's"}`)
	if status, body := send(t, b, http.MethodPatch, "/Users/"+owned.ID, secret, patchTitle); status != http.StatusOK {
		t.Fatal(status, body)
	}
	send(t, b, http.MethodDelete, "/Users/"+leaver.ID, secret, "")
	if _, err := edit(t, b, changed.ID, func(e *PersonEdit) { e.Values = []Attribute{{"userName", "anna@contoso.example"}} }); err != nil {
		t.Fatal(err)
	}

	ctx, stop := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	asked := 0
	asking.Go(func() {
		for i := 0; ctx.Err() == nil || i < 3; i++ {
			if status, body := send(t, b, http.MethodPost, "/Users", secret, fmt.Sprintf(`{"userName":"beside%d"}`, i)); status != http.StatusCreated {
				t.Errorf("beside the import: %d %v", status, body)
				return
			}
			asked++
		}
	})
	job, err := b.ApplyImport(t.Context(), plan.Plan)
	if err != nil {
		t.Fatal(err)
	}
	if job, err = b.WaitJob(t.Context(), job.Seq); err != nil {
		t.Fatal(err)
	}
	stop()
	asking.Wait()

	page, err := b.JobRows(t.Context(), JobQuery{Job: job.Seq, State: store.RowFailed})
	if err != nil || job.State != store.JobDone || job.Done != 502 || len(page.Rows) != 2 {
		t.Fatalf("the job is %+v, failed are %+v %v", job, page.Rows, err)
	}
	all := byName(t, b)
	if len(all) != 500+asked+3 {
		t.Errorf("%d people, want the 500, the %d beside them, and three", len(all), asked)
	}
	for name, title := range map[string]string{"anna@contoso.example": "Boss", "owned": "Entra's", "Taken": "Entra's"} {
		if !strings.Contains(all[name], `"title":"`+title+`"`) {
			t.Errorf("%s is %s, want %s", name, all[name], title)
		}
	}
	if p, err := b.Person(t.Context(), taken); err != nil || p.LocalID != "" {
		t.Errorf("whom Entra made meanwhile has the local ID %q %v", p.LocalID, err)
	}
	if back := undone(t, b, job); back.Refused != 0 {
		t.Errorf("taken back: %+v", back)
	}
	left := byName(t, b)
	if len(left) != asked+3 || !strings.Contains(left["anna@contoso.example"], `"title":"Clerk"`) {
		t.Errorf("%d people are left, %s", len(left), left["anna@contoso.example"])
	}
}

const patchTitle = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"title","value":"Entra's"}]}`

// TestAnEditAndEntraAtOnce: of what is kept here and a PATCH of the same person neither is lost or refused.
func TestAnEditAndEntraAtOnce(t *testing.T) {
	b, secret := serve(t)
	p := made(t, b, "ana", "A-0", Attribute{"title", "Clerk"})
	for i := range 20 {
		now, err := b.Person(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		var edited error
		next := fmt.Sprintf("A-%d", i+1)
		both.Go(func() {
			_, edited = b.EditPerson(t.Context(), PersonEdit{ID: p.ID, Version: now.Version, Mark: now.Mark, LocalID: next})
		})
		both.Go(func() {
			body := strings.Replace(patchTitle, "Entra's", fmt.Sprintf("Title %d", i), 1)
			if status, answer := send(t, b, http.MethodPatch, "/Users/"+p.ID, secret, body); status != http.StatusOK {
				t.Errorf("PATCH: %d %v", status, answer)
			}
		})
		both.Wait()
		if edited != nil {
			t.Errorf("the edit: %v", edited)
		}
		rec, err := b.store.Get(t.Context(), scim.User, p.ID, store.With{})
		if err != nil || rec.Local.LocalID != next || !strings.Contains(string(rec.Doc), fmt.Sprintf(`"title":"Title %d"`, i)) {
			t.Fatalf("after %d: %s %q, want %q %v", i, rec.Doc, rec.Local.LocalID, next, err)
		}
	}
}

// TestThePurgedAreMissedByNobody: a manager and member who is removed for good leaves people, groups, lists, histories and exports that can still be read.
func TestThePurgedAreMissedByNobody(t *testing.T) {
	b, secret := serve(t)
	boss := add(t, b, secret, "/Users", `{"userName":"boss","displayName":"Bea Boss"}`)
	clerk := add(t, b, secret, "/Users", `{"userName":"clerk","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"`+boss+`"}}}`)
	group := add(t, b, secret, "/Groups", `{"displayName":"Office","members":[{"value":"`+boss+`"},{"value":"`+clerk+`"}]}`)
	send(t, b, http.MethodDelete, "/Users/"+boss, secret, "")
	if n, err := b.Purge(t.Context(), "User", []string{boss}); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if _, err := b.Person(t.Context(), boss); Code(err) != "NOT_FOUND" {
		t.Errorf("the purged: %v", err)
	}
	p, err := b.Person(t.Context(), clerk)
	if err != nil || len(p.Groups) != 1 {
		t.Errorf("who reported to the purged: %+v %v", p, err)
	}
	same(t, "those without a manager", rowNames(people(t, b, ListQuery{Quality: "no-manager-found"})), []string{"clerk"})
	if g, err := b.Group(t.Context(), group); err != nil || g.Members != 1 {
		t.Errorf("the group: %+v %v", g, err)
	}
	members, err := b.Members(t.Context(), ListQuery{Group: group})
	if err != nil || len(members.Rows) != 1 || members.Rows[0].ID != clerk {
		t.Errorf("members: %+v %v", members.Rows, err)
	}
	if list := people(t, b, ListQuery{Manager: boss}); len(list.Rows) != 1 {
		t.Errorf("the purged one's people: %+v", list.Rows)
	}
	for _, what := range []string{"people", "groups"} {
		for _, format := range []string{"csv", "json"} {
			var out strings.Builder
			if err := b.Export(t.Context(), &out, what, format); err != nil || strings.Contains(out.String(), "Bea Boss") {
				t.Errorf("%s as %s: %s %v", what, format, out.String(), err)
			}
		}
	}
	if status, body := send(t, b, http.MethodGet, "/Groups/"+group, secret, ""); status != http.StatusOK || strings.Contains(fmt.Sprint(body), boss) {
		t.Errorf("the group as Entra sees it: %d %v", status, body)
	}
	if status, body := send(t, b, http.MethodPatch, "/Users/"+clerk, secret, patchTitle); status != http.StatusOK {
		t.Errorf("a PATCH of who reported to the purged: %d %v", status, body)
	}
}
