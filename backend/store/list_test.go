package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"scimdesk/backend/scim"
)

// crowd creates n people p000... in one transaction a thousand.
func crowd(t testing.TB, s *Store, n int) []Record {
	t.Helper()
	all := make([]Record, n)
	for from := 0; from < n; from += 1000 {
		err := s.writer.write(context.Background(), func(tx *Tx) error {
			for i := from; i < min(from+1000, n); i++ {
				rec, err := s.create(tx, cause, crowdPerson(t, i), Local{}, With{})
				if err != nil {
					return err
				}
				all[i] = rec
			}
			return nil
		})
		if err != nil {
			t.Fatalf("crowd: %v", err)
		}
	}
	return all
}

func crowdPerson(t testing.TB, i int) *scim.Resource {
	return person(t, fmt.Sprintf("p%06d@x.example", i), fmt.Sprintf(`"displayName":"Person %06d"`, i),
		fmt.Sprintf(`"externalId":"E-%06d"`, i), fmt.Sprintf(`"title":"T%d"`, i%7), fmt.Sprintf(`"active":%t`, i%5 != 0),
		fmt.Sprintf(`"emails":[{"type":"work","value":"P%06d@mail.example","primary":true},{"type":"home","value":"h%d@home.example"}]`, i, i%3))
}

func TestListPages(t *testing.T) {
	s := open(t, Options{})
	all := crowd(t, s, 25)
	for _, filter := range []string{"", `displayName sw "person"`, `title pr`} {
		for _, start := range []int{-3, 0, 1, 11, 6, 24, 25, 26, 900} {
			page := find(t, s, scim.User, filter, start, 10)
			from := min(max(start, 1), len(all)+1) - 1
			want := []string{}
			for _, r := range all[from:min(from+10, len(all))] {
				want = append(want, r.Name)
			}
			same(t, fmt.Sprintf("%q from %d", filter, start), names(page), want)
			if page.Total != 25 || page.StartIndex != max(start, 1) {
				t.Errorf("%q from %d: total %d, start %d", filter, start, page.Total, page.StartIndex)
			}
		}
		if page := find(t, s, scim.User, filter, 1, 0); page.Total != 25 || len(page.Records) != 0 {
			t.Errorf("%q, count 0: %d of %d", filter, len(page.Records), page.Total)
		}
		if page := find(t, s, scim.User, filter, 1, -1); page.Total != 25 || len(page.Records) != 0 {
			t.Errorf("%q, count -1: %d of %d", filter, len(page.Records), page.Total)
		}
	}
	if page := find(t, s, scim.Group, "", 1, 10); page.Total != 0 || len(page.Records) != 0 {
		t.Errorf("groups: %+v", page)
	}
}

// A page that follows the one before must be right also when what stands before it has changed.
func TestPagesAfterDeletions(t *testing.T) {
	s := open(t, Options{})
	all := crowd(t, s, 30)
	for _, filter := range []string{"", `displayName sw "person"`} {
		find(t, s, scim.User, filter, 1, 10)
		want := names(find(t, s, scim.User, filter, 12, 10))
		if err := s.Delete(t.Context(), cause, scim.User, all[3].ID, 0); err != nil {
			t.Fatal(err)
		}
		same(t, "after a deletion", names(find(t, s, scim.User, filter, 11, 10)), want)
		if _, err := s.Restore(t.Context(), cause, scim.User, all[3].ID); err != nil {
			t.Fatal(err)
		}
		same(t, "after restoring", names(find(t, s, scim.User, filter, 12, 10)), want)
	}
	find(t, s, scim.User, `displayName sw "person"`, 1, 10)
	update(t, s, all[2], set("displayName", "Nobody"))
	if got := names(find(t, s, scim.User, `displayName sw "person"`, 11, 1)); got[0] != all[11].Name {
		t.Errorf("after a renaming: %v, want %s", got, all[11].Name)
	}
}

func TestListIsCapped(t *testing.T) {
	s := open(t, Options{})
	crowd(t, s, 1005)
	if page := find(t, s, scim.User, "", 1, 5000); page.Total != 1005 || len(page.Records) != 1000 {
		t.Errorf("%d of %d", len(page.Records), page.Total)
	}
	n := 0
	var last int64
	err := s.Scan(t.Context(), scim.User, With{Groups: true}, func(r Record) error {
		if r.Seq <= last || r.Groups == nil {
			t.Errorf("%+v after %d", r, last)
		}
		last = r.Seq
		n++
		return nil
	})
	if err != nil || n != 1005 {
		t.Errorf("Scan: %d %v", n, err)
	}
}

// Whatever the planner does, an answer is what comparing every resource gives.
func TestFiltersAgreeWithMatch(t *testing.T) {
	clock := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	s := open(t, Options{Now: func() time.Time { clock = clock.Add(1500 * time.Millisecond); return clock }})
	var people []Record
	for i := range 40 {
		people = append(people, create(t, s, crowdPerson(t, i)))
	}
	var groups []Record
	for i := range 6 {
		groups = append(groups, create(t, s, group(t, fmt.Sprintf("Group %d", i), people[i].ID, people[i*2].ID, "Nobody-"+fmt.Sprint(i))))
	}
	update(t, s, people[7], set("active", nil))
	update(t, s, people[8], set("displayName", nil))
	update(t, s, people[9], set("emails", nil))
	for _, gone := range []Record{people[3], groups[5]} {
		if err := s.Delete(t.Context(), cause, gone.Type, gone.ID, 0); err != nil {
			t.Fatal(err)
		}
	}
	middle := people[20].Modified
	fine := middle.Add(100 * time.Microsecond).Format(time.RFC3339Nano)
	at := middle.Format(time.RFC3339Nano)
	for _, filter := range []string{
		`userName eq "P000004@X.example"`, `userName eq "p000003@x.example"`, `userName sw "p00000"`, `userName eq ""`, `userName ne "p000004@x.example"`,
		`not (userName eq "p000004@x.example")`, `userName co "7"`,
		`id eq "` + people[5].ID + `"`, `id eq "` + strings.ToUpper(people[5].ID) + `"`, `id eq "` + people[5].ID + `" and active eq true`,
		`externalId eq "e-000012"`, `externalId sw "E-00001"`, `displayName eq "person 000013"`, `displayName sw "person 00001" and title eq "t3"`,
		`emails.value eq "p000006@MAIL.example"`, `emails eq "h1@home.example"`, `emails[type eq "work"].value eq "p000006@mail.example"`,
		`emails[type eq "home"].value eq "p000006@mail.example"`, `emails[type eq "home" and value eq "h2@home.example"]`, `emails[value eq "h2@home.example" or type eq "x"]`,
		`emails[type eq "work"].value ne "p000006@mail.example"`, `emails.type eq "home"`, `not (emails eq "h1@home.example")`,
		`active eq true`, `active eq false`, `active ne true`, `active eq "True"`, `active pr`, `not (active eq true)`,
		`active eq true and title eq "t1"`, `title eq "t1" or title eq "t2"`,
		`userName eq "p000004@x.example" or externalId eq "e-000005"`, `userName eq "p000004@x.example" or title eq "t5"`,
		`(userName eq "p000004@x.example" or externalId eq "e-000003") and active eq true`, `userName eq "p000004@x.example" and userName eq "p000005@x.example"`,
		`meta.lastModified gt "` + at + `"`, `meta.lastModified ge "` + at + `"`, `meta.lastModified lt "` + at + `"`, `meta.lastModified le "` + at + `"`,
		`meta.lastModified eq "` + at + `"`, `meta.lastModified gt "` + fine + `"`, `meta.lastModified ge "` + fine + `"`, `meta.lastModified lt "` + fine + `"`,
		`meta.lastModified le "` + fine + `"`, `meta.lastModified eq "` + fine + `"`, `meta.lastModified gt "2026-03-01T01:00:20+01:00" and active eq true`,
		`meta.created gt "` + at + `"`, `groups eq "` + groups[1].ID + `"`, `groups.value eq "` + groups[5].ID + `"`, `groups.display eq "group 2"`,
		`nonsense eq "x"`, `urn:ietf:params:scim:schemas:core:2.0:User:userName eq "p000004@x.example"`,
		`members eq "` + people[2].ID + `"`, `members.value eq "` + people[3].ID + `"`, `members eq "Nobody-1"`, `members[value eq "` + people[4].ID + `"]`,
		`id eq "` + groups[2].ID + `" and members eq "` + people[4].ID + `"`, `id eq "` + groups[2].ID + `" and members eq "` + people[5].ID + `"`,
		`displayName eq "group 4" and (members eq "` + people[4].ID + `" or members eq "` + people[8].ID + `")`,
	} {
		for _, kind := range []*scim.ResourceType{scim.User, scim.Group} {
			f, err := scim.ParseFilter(kind, filter)
			if err != nil {
				t.Errorf("%s: %v", filter, err)
				continue
			}
			want := []string{}
			err = s.Scan(t.Context(), kind, With{Groups: true, Members: true}, func(rec Record) error {
				r, err := scim.FromDocument(kind, rec.Doc)
				if err == nil && f.Match(r, rec.Meta()) {
					want = append(want, rec.Name)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			page := find(t, s, kind, filter, 1, 1000)
			same(t, kind.Name+" "+filter, names(page), want)
			if page.Total != len(want) {
				t.Errorf("%s: total %d, want %d", filter, page.Total, len(want))
			}
			if count := find(t, s, kind, filter, 1, 0); count.Total != len(want) {
				t.Errorf("%s: counted %d, want %d", filter, count.Total, len(want))
			}
			if len(want) > 2 {
				page := find(t, s, kind, filter, 2, 2)
				same(t, kind.Name+" from 2: "+filter, names(page), want[1:min(3, len(want))])
				if page.Total != len(want) {
					t.Errorf("%s from 2: total %d, want %d", filter, page.Total, len(want))
				}
				same(t, kind.Name+" from 4: "+filter, names(find(t, s, kind, filter, 4, 1000)), want[min(3, len(want)):])
			}
		}
	}
}

func TestSlowFilterIsGivenUp(t *testing.T) {
	s := open(t, Options{listLimit: time.Nanosecond})
	crowd(t, s, 10)
	f, _ := scim.ParseFilter(scim.User, `title co "x"`)
	_, err := s.List(t.Context(), scim.User, Query{Filter: f, Count: 10})
	if kindOf(err) != scim.TooMany || !strings.Contains(err.Error(), "userName") {
		t.Errorf("got %v", err)
	}
	if page := find(t, s, scim.User, `userName eq "p000001@x.example"`, 1, 10); page.Total != 1 {
		t.Errorf("a filter with an index: %+v", page)
	}
}

func TestListGivesUpWithItsCaller(t *testing.T) {
	s := open(t, Options{})
	crowd(t, s, 10)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.List(ctx, scim.User, Query{Count: 10}); err == nil || kindOf(err) != scim.Internal {
		t.Errorf("got %v", err)
	}
	if h := s.Health(); h.State != StateOK {
		t.Errorf("health: %+v", h)
	}
}

// Nothing that requests do often may read a table from end to end.
func TestHotStatementsUseIndexes(t *testing.T) {
	s := open(t, Options{})
	crowd(t, s, 3)
	texts := map[string]string{
		"get": getLiving, "get bare": getBare, "get deleted": getDeleted, "get by seq": getBySeq,
		"groups of a member": groupsOfMember, "members of a group": membersOfGroup, "ids of members": "select member_id from members where group_seq = $1 order by seq",
		"versions of members": bumpMembersText, "versions of groups": bumpGroupsText,
		"activity after": activityAfter, "activity before": activityBefore, "activity newest": activityNewest,
		"who has it":          "select id from resources where type = $1 and unique_key = $2 and deleted_at is null",
		"who had it":          "select id from resources where type = $1 and unique_key = $4 and deleted_at is not null order by seq desc limit 1",
		"hide":                "update members set hidden = 1 where member_id = $1",
		"version of member":   "update resources set version = version + (case when type = 'User' then 1 else 0 end) where id = $1 and deleted_at is null",
		"remove member":       "delete from members where group_seq = $1 and member_id = $2",
		"delete e-mails":      "delete from emails where resource_seq = $1",
		"activity head":       "select coalesce((select min(seq) from activity), 0), coalesce((select max(seq) from activity), 0)",
		"activity of request": "select seq from activity where request_id = $1",
	}
	for kind, filters := range map[*scim.ResourceType][]string{
		scim.User: {"", `userName eq "a"`, `userName sw "a"`, `externalId eq "a"`, `displayName eq "a"`, `displayName sw "a"`, `id eq "a"`, `emails eq "a"`,
			`emails[type eq "work"].value eq "a"`, `active eq true`, `active eq false`, `meta.lastModified gt "2026-01-01T00:00:00Z"`, `groups eq "a"`,
			`userName eq "a" or externalId eq "b"`, `userName eq "a" or emails eq "b" or id eq "c"`, `userName eq "a" and active eq true`, `title eq "x"`},
		scim.Group: {"", `displayName eq "a"`, `members eq "a"`, `id eq "a" and members eq "b"`, `externalId eq "a"`, `displayName sw "a"`},
	} {
		for _, filter := range filters {
			var f *scim.Filter
			if filter != "" {
				f, _ = scim.ParseFilter(kind, filter)
			}
			p := planFilter(kind, f)
			texts["page "+kind.Name+" "+filter] = p.sliceText()
			texts["skip "+kind.Name+" "+filter] = p.skipText()
			texts["total "+kind.Name+" "+filter] = p.totalText()
		}
	}
	// These are about all people or groups, and walk along an index.
	visits := map[string]bool{"skip User ": true, "skip Group ": true, "total User ": true, "total Group ": true,
		`skip User title eq "x"`: true, `total User title eq "x"`: true}
	counting := map[string]bool{"skip User ": true, "skip Group ": true, `skip User active eq false`: true, `total User active eq false`: true,
		`total User displayName sw "a"`: true, `skip User meta.lastModified gt "2026-01-01T00:00:00Z"`: true}
	for what, text := range texts {
		plan := explain(t, s, text)
		for _, step := range plan {
			scan := strings.HasPrefix(step, "SCAN") && !strings.Contains(step, "CONSTANT ROW")
			all := strings.Contains(step, "(type=?)") || strings.Contains(step, "(type=? AND deleted_at=?)")
			if scan || all && !visits[what] {
				t.Errorf("%s reads a whole table:\n%s\n%s", what, strings.Join(plan, "\n"), text)
			}
		}
		if (strings.HasPrefix(what, "skip") || strings.HasPrefix(what, "total")) && !strings.Contains(text, " or ") &&
			!strings.Contains(strings.Join(plan, "\n"), "SEARCH r USING COVERING INDEX") && counting[what] {
			t.Errorf("%s looks at rows:\n%s", what, strings.Join(plan, "\n"))
		}
	}
	index := func(filter string, kind *scim.ResourceType) string {
		f, _ := scim.ParseFilter(kind, filter)
		return strings.Join(explain(t, s, planFilter(kind, f).sliceText()), "\n")
	}
	for filter, want := range map[string]string{
		`userName eq "a"`: "resources_unique", `externalId eq "a"`: "resources_external", `displayName sw "a"`: "resources_display",
		`meta.lastModified gt "2026-01-01T00:00:00Z"`: "resources_updated", `active eq false`: "resources_active", "": "resources_order",
		`id eq "a"`: "sqlite_autoindex_resources_1",
	} {
		var got string
		if filter == "" {
			got = strings.Join(explain(t, s, planFilter(scim.User, nil).sliceText()), "\n")
		} else {
			got = index(filter, scim.User)
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s does not use %s:\n%s", filter, want, got)
		}
	}
	if got := index(`id eq "g" and members eq "u"`, scim.Group); !strings.Contains(got, "sqlite_autoindex_resources_1") || !strings.Contains(got, "members_member") {
		t.Errorf("membership of one person in one group:\n%s", got)
	}
}

func explain(t testing.TB, s *Store, text string) []string {
	t.Helper()
	args := []any{}
	for n := 1; n < 100; n++ { // some statements leave numbers out
		if strings.Contains(text, fmt.Sprint("$", n)) {
			args = append(args, slices.Repeat([]any{1}, n-len(args))...)
		}
	}
	rows, err := s.readers.Query("explain query plan "+text, args...)
	if err != nil {
		t.Fatalf("explain %s: %v", text, err)
	}
	defer func() { _ = rows.Close() }()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}
