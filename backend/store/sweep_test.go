package store

import (
	"strings"
	"testing"
	"time"

	"scimdesk/backend/scim"
)

// A list of everybody may read the narrow index of lists, and nothing else.
func TestListsReadOneIndex(t *testing.T) {
	s := open(t, Options{})
	crowd(t, s, 3)
	check := func(what, text string, want ...string) {
		t.Helper()
		plan := strings.Join(explain(t, s, text), "\n")
		// Those who changed in one millisecond may be sorted; so may one person's groups.
		// What is given as a list, or is few by itself, is gone through.
		rest := strings.NewReplacer("SCAN j VIRTUAL TABLE", "", "SCAN x", "", "SCAN members USING COVERING INDEX members_hidden", "").Replace(plan)
		if strings.Contains(rest, "SCAN") || strings.Contains(plan, "TEMP B-TREE FOR ORDER BY") && text != allGroupsOf {
			t.Errorf("%s:\n%s\n%s", what, plan, text)
		}
		for _, w := range want {
			if !strings.Contains(plan, w) {
				t.Errorf("%s does not use %s:\n%s\n%s", what, w, plan, text)
			}
		}
	}
	const covered = "SEARCH r USING COVERING INDEX resources_list (type=? AND name_key>?"
	for _, kind := range []*scim.ResourceType{scim.User, scim.Group} {
		for sort := range findKeys {
			for state := range findStates {
				w := findSweep(kind, Find{Sort: sort, State: state}, 2)
				check("border by "+sort+" of "+state, w.border(), covered)
				check("list by "+sort+" of "+state, w.step(), covered+" AND name_key<?")
			}
		}
	}
	const byID = "SEARCH r USING COVERING INDEX sqlite_autoindex_resources_1 (id=?)"
	for quality := range qualities {
		check("list of "+quality, findSweep(scim.User, Find{Quality: quality, Role: "x", Sort: SortTitle}, 1).step(), covered+" AND name_key<?")
		check("few of "+quality, fewText(scim.User, Find{Quality: quality, Role: "x", Sort: SortTitle, State: FindDisabled}, 1), "SCAN j VIRTUAL TABLE", "SEARCH r USING INTEGER PRIMARY KEY")
	}
	check("flags", flagsSweep.step(), covered+" AND name_key<?")
	check("border of a group", inGroupSweep.border(), "SEARCH m USING COVERING INDEX members_group")
	check("people of a group", inGroupSweep.step(), "SEARCH m USING INDEX members_group", "SEARCH r USING INDEX sqlite_autoindex_resources_1 (id=?)")
	check("reports", reportsSweep.step(), "SEARCH r USING COVERING INDEX resources_manager (manager_id=? AND seq>?")
	check("count of reports", countReports, "COVERING INDEX resources_manager (manager_id=?)")
	check("border of managers", noManagerSweep.border(), "SEARCH r USING COVERING INDEX resources_manager (manager_id>?")
	check("managers", noManagerSweep.step(), "SEARCH r USING COVERING INDEX resources_manager (manager_id>?", "SEARCH m USING INDEX sqlite_autoindex_resources_1 (id=?)")
	check("border of addresses", emailBorder, "SEARCH emails USING PRIMARY KEY (key>?)")
	check("addresses", sameEmails, "SEARCH emails USING PRIMARY KEY (key>? AND key<?)", "SEARCH e USING PRIMARY KEY (key=?)", "SEARCH r USING INTEGER PRIMARY KEY")
	check("border of memberships", memberBorder, "SEARCH members USING COVERING INDEX members_member (member_id>?)")
	check("groups of each", groupsOfEach, "SEARCH members USING COVERING INDEX members_member (member_id>? AND member_id<?)", byID, "SEARCH resources USING INDEX resources_deleted (type=?)")
	check("border of groups", groupBorder, "SEARCH members USING COVERING INDEX members_group (group_seq>?)")
	check("members of each", membersOfEach, "SEARCH members USING COVERING INDEX members_group (group_seq>? AND group_seq<?)")
	check("hidden of each", hiddenOfEach, "USING COVERING INDEX members_hidden")
	check("by user name", byUserName, "SEARCH resources USING INDEX resources_unique (type=? AND unique_key=?)")
	check("by local id", byLocalID, "SEARCH resources USING INDEX resources_local (local_key=?)")
	check("rename", renameShown, "SEARCH resources USING INTEGER PRIMARY KEY")
	check("purge", goneOne, "SEARCH resources USING INDEX sqlite_autoindex_resources_1 (id=?)")
	check("rows of a job", rowsAfter, "SEARCH job_rows USING PRIMARY KEY (job_seq=? AND n>?)")
	check("rows of a job backwards", rowsBefore, "SEARCH job_rows USING PRIMARY KEY (job_seq=? AND n<?)")
	check("open job", openJob, "jobs_open")
	failed, _ := rowsWhere(1, RowFailed, nil)
	check("failed rows", "select n"+failed+" order by n", "job_rows_trouble (job_seq=? AND state=?)")
	check("border of changes", changedSweep.border(), "SEARCH r USING COVERING INDEX resources_updated")
	check("changes", changedSweep.step(), "SEARCH r USING COVERING INDEX resources_updated")
	for state, where := range memberStates {
		w := membersSweep(where)
		check("border of members "+state, w.border(), "SEARCH m USING COVERING INDEX members_group")
		check("members "+state, w.step(), "SEARCH m USING INDEX members_group", "SEARCH r USING INDEX sqlite_autoindex_resources_1 (id=?)")
	}
	check("row of a person", personRow, "SEARCH r USING INTEGER PRIMARY KEY", "members_member (member_id=?)", "INDEX history_resource (resource_seq=?)")
	check("row of a group", groupRow, "SEARCH m USING COVERING INDEX members_group (group_seq=?)", "SEARCH m USING COVERING INDEX members_hidden (group_seq=?)")
	check("member", membershipText, "SEARCH m USING INTEGER PRIMARY KEY", "sqlite_autoindex_resources_1 (id=?)")
	check("tally", tallyText, "SEARCH m USING COVERING INDEX members_group (group_seq=?)", "SEARCH r USING COVERING INDEX sqlite_autoindex_resources_1 (id=?)")
	check("unknown members", unknownSweep().step(), "SEARCH m USING COVERING INDEX members_group", "SEARCH r USING COVERING INDEX sqlite_autoindex_resources_1 (id=?)")
	check("groups of a person", allGroupsOf, "members_member (member_id=?)")
}

// What a PATCH does not change must not be written: each index of a column that is named costs as much as the row.
func TestUpdatesNameOnlyWhatMoves(t *testing.T) {
	s := open(t, Options{})
	columnsAfter := func(edits ...Edit) columns {
		r := person(t, "ana@x.example", `"displayName":"Ana"`, `"active":true`)
		for _, e := range edits {
			if err := e.Apply(r); err != nil {
				t.Fatal(err)
			}
		}
		return s.columnsOf("id", r, Local{}, true)
	}
	old := columnsAfter()
	for attribute, want := range map[string]string{"nickName": "", "title": "search title_key", "displayName": "search name name_key display_key", "active": "active", "externalId": "search external_key"} {
		value := any("Anna")
		if attribute == "active" {
			value = false
		}
		text, args := updateOf(1, nil, time.Now(), old, columnsAfter(set(attribute, value)))
		var moved []string
		for column := range strings.SplitSeq(text, ", ") {
			name, _, _ := strings.Cut(column, " = ")
			moved = append(moved, name)
		}
		same(t, "columns that a change of "+attribute+" writes", moved[3:], strings.Fields(want))
		if plan := strings.Join(explain(t, s, text), "\n"); !strings.Contains(plan, "SEARCH resources USING INTEGER PRIMARY KEY") {
			t.Errorf("%s: %s", text, plan)
		}
		if n := strings.Count(text, "$"); n != len(args) {
			t.Errorf("%d arguments for %s", len(args), text)
		}
	}
}
