package backend

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scimdesk/backend/exchange"
	"scimdesk/backend/handover"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// oldSystem is a system without SCIM that follows the files of hand-overs.
type oldSystem struct{ people []*oldPerson }

type oldPerson struct {
	vals   map[string]string // by header
	groups map[string]bool
}

// read gives the rows of a file by header, as a program would that undoes what spreadsheets need.
func readHandover(t *testing.T, path string) []map[string]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	if filepath.Ext(path) == ".json" {
		if err := json.Unmarshal(data, &rows); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return rows
	}
	table, err := exchange.Read(data, exchange.Options{Header: exchange.WithHeader, Delimiter: ","})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	for _, cells := range table.Rows {
		row := map[string]string{}
		for i, h := range table.Header {
			if i < len(cells) {
				row[h] = cells[i]
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// find gives whom a row is about: by their key, else by the user ID that they had when they were handed over last.
func (o *oldSystem) find(row map[string]string, former bool) *oldPerson {
	key, name := row["localId"], row["userName"]
	if former {
		key, name = cmp.Or(row["formerLocalId"], key), cmp.Or(row["formerUserName"], name)
	}
	at := slices.IndexFunc(o.people, func(p *oldPerson) bool {
		if key != "" || p.vals["localId"] != "" {
			return p.vals["localId"] == key
		}
		return p.vals["userName"] == name
	})
	if at < 0 {
		return nil
	}
	return o.people[at]
}

func (o *oldSystem) follow(t *testing.T, people, members []map[string]string) {
	t.Helper()
	about := make([]*oldPerson, len(people))
	for i, row := range people {
		if row["action"] != handover.Join {
			if about[i] = o.find(row, true); about[i] == nil {
				t.Fatalf("the old system has nobody for %v", row)
			}
		}
	}
	for i, row := range people {
		action := row["action"]
		vals := maps.Clone(row)
		for _, h := range []string{"action", "formerUserName", "formerLocalId"} {
			delete(vals, h)
		}
		switch action {
		case handover.Leave:
			o.people = slices.DeleteFunc(o.people, func(p *oldPerson) bool { return p == about[i] })
		case handover.Join:
			o.people = append(o.people, &oldPerson{vals, map[string]bool{}})
		default:
			if was, is := about[i].vals["active"], vals["active"]; (was != is) != (action == handover.Enable || action == handover.Disable) || action == handover.Enable && is != "true" {
				t.Errorf("%s from active %s to %s", action, was, is)
			}
			if maps.Equal(about[i].vals, vals) {
				t.Errorf("nothing changes by %v", row)
			}
			about[i].vals = vals
		}
	}
	for _, row := range members {
		p := o.find(row, false)
		switch {
		case row["action"] == handover.Out && p == nil: // who left
		case row["action"] == handover.Out:
			delete(p.groups, row["group"])
		case row["action"] != handover.In || p == nil || p.groups[row["group"]]:
			t.Errorf("a membership that can't begin: %v", row)
		default:
			p.groups[row["group"]] = true
		}
	}
}

// text gives everything in order, to be compared.
func (o *oldSystem) text() string {
	lines := make([]string, len(o.people))
	for i, p := range o.people {
		lines[i] = fmt.Sprint(p.vals, slices.Sorted(maps.Keys(p.groups)))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// filesOf gives the rows of a hand-over's files.
func filesOf(t *testing.T, info HandoverInfo) (people, members []map[string]string) {
	t.Helper()
	for _, path := range info.Files {
		rows := readHandover(t, path)
		if len(rows) == 0 {
			t.Errorf("%s is empty", path)
		}
		if strings.Contains(filepath.Base(path), fileMembers) {
			members = rows
		} else {
			people = rows
		}
	}
	return people, members
}

func handOver(t *testing.T, b *Backend, r HandoverRequest) HandoverInfo {
	t.Helper()
	if r.Folder == "" {
		r.Folder = t.TempDir()
	}
	info, err := b.HandOver(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// imported makes people and a group as an import does, known to the old system.
func imported(t *testing.T, b *Backend, n int) (ids []string) {
	t.Helper()
	err := b.store.Batch(t.Context(), func(tx *store.Tx) error {
		ids = nil
		group, err := tx.Create(store.Cause{Origin: "scimd"}, &scim.Resource{Type: scim.Group, Attrs: map[string]any{"schemas": []any{scim.GroupURN}, "displayName": "Everybody"}}, store.Local{})
		if err != nil {
			return err
		}
		for i := range n {
			r := &scim.Resource{Type: scim.User, Attrs: map[string]any{"schemas": []any{scim.UserURN}, "userName": fmt.Sprintf("p%d", i), "displayName": fmt.Sprintf("Person %d", i), "active": true,
				"phoneNumbers": []any{map[string]any{"type": "work", "value": fmt.Sprintf("+49 30 %d", i)}}}}
			rec, err := tx.Create(store.Cause{Origin: "scimd"}, r, store.Local{LocalID: fmt.Sprintf("L%d", i)})
			if err != nil {
				return err
			}
			ids = append(ids, rec.ID)
			if err := knowPerson(tx, rec.ID, rec.Local.LocalID, rec.Doc); err != nil {
				return err
			}
			if i%2 == 0 {
				if _, err := tx.Update(store.Cause{Origin: "scimd"}, scim.Group, group.ID, store.Edit{Members: []scim.MemberOp{{Kind: scim.AddMembers, Members: []scim.Member{{Value: rec.ID}}}}}); err != nil {
					return err
				}
				if err := knowMember(tx, group, rec.ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// A player asks for random changes, as Entra and the admin would.
type player struct {
	t       *testing.T
	b       *Backend
	secret  string
	rng     *rand.Rand
	people  []string // ever made
	groups  []string
	deleted []string
}

const patchOp = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[%s]}`

func (p *player) send(method, path, body string) (int, map[string]any) {
	p.t.Helper()
	status, v := send(p.t, p.b, method, path, p.secret, body)
	if status >= 500 {
		p.t.Fatalf("%s %s %s: %d %v", method, path, body, status, v)
	}
	return status, v
}

func (p *player) patch(path, ops string) { p.send("PATCH", path, fmt.Sprintf(patchOp, ops)) }

func (p *player) one(of []string) string { return of[p.rng.IntN(len(of))] }

func (p *player) set(id, path string, value any) {
	raw, err := json.Marshal(value)
	if err != nil {
		p.t.Fatal(err)
	}
	p.patch("/Users/"+id, fmt.Sprintf(`{"op":"Replace","path":%q,"value":%s}`, path, raw))
}

func (p *player) name() string { return fmt.Sprintf("p%d", p.rng.IntN(40)) }

func (p *player) make(userName string) {
	status, v := p.send("POST", "/Users", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"displayName":"=Name %d","active":%t}`,
		userName, p.rng.IntN(10), p.rng.IntN(8) > 0))
	if status == http.StatusCreated {
		p.people = append(p.people, v["id"].(string))
	}
}

func (p *player) kill(id string) {
	if status, _ := p.send("DELETE", "/Users/"+id, ""); status == http.StatusNoContent {
		p.deleted = append(p.deleted, id)
	}
}

func (p *player) change() {
	id, group := p.one(p.people), p.one(p.groups)
	for range 4 { // rather somebody who is there
		if slices.Contains(p.deleted, id) {
			id = p.one(p.people)
		}
	}
	switch p.rng.IntN(20) {
	case 0, 1:
		p.make(p.name())
	case 2:
		p.set(id, "displayName", fmt.Sprintf("-Name %d", p.rng.IntN(5)))
	case 3, 17, 18:
		p.set(id, "active", p.rng.IntN(2) == 0)
	case 4:
		p.set(id, "userName", p.name())
	case 5:
		p.set(id, `phoneNumbers[type eq "work"].value`, fmt.Sprintf("+49 30 %d", p.rng.IntN(9)))
	case 6:
		p.set(id, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", p.one(p.people))
	case 7:
		p.kill(id)
	case 8, 9: // Entra deletes somebody and makes them again
		status, v := p.send("GET", "/Users/"+id, "")
		if status == 200 {
			p.kill(id)
			if p.rng.IntN(3) == 0 {
				p.purge(id)
			}
			p.make(v["userName"].(string))
			if p.rng.IntN(2) == 0 {
				p.patch("/Groups/"+group, fmt.Sprintf(`{"op":"Add","path":"members","value":[{"value":%q}]}`, p.people[len(p.people)-1]))
			}
		}
	case 10, 11:
		p.patch("/Groups/"+group, fmt.Sprintf(`{"op":"Add","path":"members","value":[{"value":%q}]}`, id))
	case 12:
		p.patch("/Groups/"+group, fmt.Sprintf(`{"op":"Remove","path":"members[value eq \"%s\"]"}`, id))
	case 13:
		_, v := p.send("POST", "/Groups", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Group %d"}`, p.rng.IntN(9)))
		if id, ok := v["id"].(string); ok {
			p.groups = append(p.groups, id)
		}
	case 14:
		p.patch("/Groups/"+group, fmt.Sprintf(`{"op":"Replace","path":"displayName","value":"Group %d"}`, p.rng.IntN(9)))
	case 15:
		if p.rng.IntN(3) == 0 {
			p.send("DELETE", "/Groups/"+group, "")
		} else {
			p.allowed(p.b.Restore(p.t.Context(), scim.Group.Name, group))
		}
	case 16: // comes and goes
		p.set(id, "displayName", "for a moment")
		p.set(id, "displayName", "Person 1")
	default:
		if len(p.deleted) > 0 && p.rng.IntN(2) == 0 {
			p.allowed(p.b.Restore(p.t.Context(), scim.User.Name, p.one(p.deleted)))
		} else if len(p.deleted) > 0 {
			p.purge(p.one(p.deleted))
		}
	}
}

func (p *player) purge(id string) {
	_, err := p.b.store.Purge(p.t.Context(), store.Cause{Origin: "window"}, scim.User, []string{id})
	p.allowed(err)
}

// allowed lets pass what the folder refuses.
func (p *player) allowed(err error) {
	p.t.Helper()
	if _, refused := errors.AsType[*scim.Error](err); err != nil && !refused {
		p.t.Fatal(err)
	}
}

// A hundred times something happens, fifty in each format under the race detector, and each time what is handed over must bring the old system to what a full export says,
// with what is old being removed in between.
func TestHandOversAddUp(t *testing.T) {
	for _, format := range []string{"csv", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			b, secret := serve(t)
			rng := rand.New(rand.NewPCG(5, uint64(len(format))))
			p := &player{t: t, b: b, secret: secret, rng: rng, people: imported(t, b, 20)}
			groups, err := b.Groups(t.Context(), ListQuery{})
			if err != nil {
				t.Fatal(err)
			}
			p.groups = []string{groups.Rows[0].ID}
			old := &oldSystem{}
			old.followFull(t, handOver(t, b, HandoverRequest{Full: true, Format: format}))
			if info := handOver(t, b, HandoverRequest{Format: format}); info.Seq != 0 || len(info.Files) != 0 {
				t.Fatalf("an import alone was handed over: %+v", info)
			}
			seq, words := int64(0), map[string]int{}
			cycles := 100
			if underRace {
				cycles = 50
			}
			for cycle := range cycles {
				for range rng.IntN(6) {
					p.change()
				}
				info := handOver(t, b, HandoverRequest{Format: format})
				people, members := filesOf(t, info)
				if len(people)+len(members) > 0 {
					seq++
				}
				if info.Seq != seq && info.Seq != 0 || info.Joiners+info.Changes+info.Leavers != len(people) || info.In+info.Out != len(members) {
					t.Fatalf("cycle %d: %+v for %d and %d rows, and hand-over %d", cycle, info, len(people), len(members), seq)
				}
				for _, row := range slices.Concat(people, members) {
					words[row["action"]]++
				}
				old.follow(t, people, members)
				full := &oldSystem{}
				full.followFull(t, handOver(t, b, HandoverRequest{Full: true, Format: format}))
				if old.text() != full.text() {
					t.Fatalf("cycle %d, hand-over %d:\n%s\n\nfull:\n%s\n\nrows: %v\n%v", cycle, seq, old.text(), full.text(), people, members)
				}
				old.giveKeys(t, b, rng, cycle)
				if cycle%3 == 0 {
					if _, err := b.handing.clean(t.Context(), time.Now().Add(time.Hour)); err != nil {
						t.Fatal(err)
					}
				}
				if t.Failed() {
					t.Fatalf("cycle %d", cycle)
				}
			}
			for _, w := range []string{handover.Join, handover.Change, handover.Disable, handover.Enable, handover.Leave, handover.In, handover.Out} {
				if words[w] < 2 {
					t.Errorf("only %d rows say %s", words[w], w)
				}
			}
		})
	}
}

// followFull follows a full export.
func (o *oldSystem) followFull(t *testing.T, info HandoverInfo) {
	t.Helper()
	people, members := filesOf(t, info)
	o.follow(t, people, members)
}

// giveKeys has the old system give a key to some of those who joined.
func (o *oldSystem) giveKeys(t *testing.T, b *Backend, rng *rand.Rand, cycle int) {
	t.Helper()
	for i, p := range o.people {
		if p.vals["localId"] != "" || rng.IntN(2) == 0 {
			continue
		}
		key := fmt.Sprintf("K%d-%d", cycle, i)
		err := b.store.Batch(t.Context(), func(tx *store.Tx) error {
			id, found, err := tx.ByUserName(scim.Key(p.vals["userName"]))
			if err != nil || !found {
				return errors.Join(err, fmt.Errorf("nobody has %s: %v", p.vals["userName"], found))
			}
			_, err = tx.SetLocal(store.Cause{Origin: "scimd"}, id, func(l *store.Local) error { l.LocalID = key; return nil })
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		p.vals["localId"] = key
	}
}

func fileBytes(t *testing.T, files []string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(f)] = string(raw)
	}
	return all
}

func TestAHandOverIsTheSameAgain(t *testing.T) {
	b, secret := serve(t)
	id := add(t, b, secret, "/Users", `{"userName":"ada@contoso.example","displayName":"=Ada","active":true}`)
	first := handOver(t, b, HandoverRequest{})
	want := fileBytes(t, first.Files)
	send(t, b, "PATCH", "/Users/"+id, secret, fmt.Sprintf(patchOp, `{"op":"Replace","path":"displayName","value":"Ada B."}`))
	s, err := b.Handover(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Settings.Format, s.Settings.People = "json", s.Settings.People[:3]
	if _, err := b.SaveHandover(t.Context(), s.Settings); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for range 2 {
		again := handOver(t, b, HandoverRequest{Again: 1, Folder: dir})
		if got := fileBytes(t, again.Files); !maps.Equal(got, want) || again.Seq != 1 {
			t.Errorf("made again: %v, want %v", got, want)
		}
	}
	if !strings.Contains(want["scimdesk-0001-people.csv"], "'=Ada") {
		t.Errorf("the file holds a formula: %v", want)
	}
	if err := os.WriteFile(filepath.Join(dir, "scimdesk-0001-people.csv"), []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := b.HandOver(t.Context(), HandoverRequest{Again: 1, Folder: dir}); Code(err) != "EXPORT_FAILED" {
		t.Errorf("somebody else's file: %v", err)
	}
	if _, err := b.HandOver(t.Context(), HandoverRequest{Again: 7}); Code(err) != "NOT_FOUND" {
		t.Errorf("one that was never made: %v", err)
	}
}

// After what the settings keep, hand-overs keep their place in the list and can't be made again, but for the newest; what the old system knows stays known.
func TestOldHandOversAreCleaned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, err := Open(t.Context(), Options{Dir: t.TempDir(), Listen: NoListener, Face: "scimd"})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		}()
		cause := store.Cause{Origin: store.OriginSCIM}
		made := map[int64]map[string]string{}
		next := func() {
			t.Helper()
			info := handOver(t, b, HandoverRequest{Folder: t.TempDir()})
			made[info.Seq] = fileBytes(t, info.Files)
			time.Sleep(24 * time.Hour)
		}
		var ids []string
		for i := range 3 {
			rec, err := b.store.Create(t.Context(), cause, &scim.Resource{Type: scim.User, Attrs: map[string]any{"userName": fmt.Sprint("u", i), "active": true}}, store.With{})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, rec.ID)
			next()
		}
		if err := b.store.Delete(t.Context(), cause, scim.User, ids[0], 0); err != nil {
			t.Fatal(err)
		}
		next()
		if _, err := b.GiveReceipt(t.Context(), HandoverReceipt{Seq: 1, Text: "taken"}); err != nil {
			t.Fatal(err)
		}
		check := func(days int, gone int64) {
			t.Helper()
			c, err := b.Settings(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.SaveSettings(t.Context(), SettingsChange{Listen: c.Listen, RequestDays: c.RequestDays, DeletedDays: days}); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second finds nothing
				if err := b.cleanOnce(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			state, err := b.Handover(t.Context())
			if err != nil || len(state.List) != len(made) || state.Pending.Joiners+state.Pending.Changes+state.Pending.Leavers != 0 {
				t.Fatalf("after %d days: %+v, %v", days, state, err)
			}
			for _, one := range state.List {
				if one.Cleaned != (one.Seq <= gone) || one.Joiners+one.Leavers != 1 || (one.Receipt == "taken") != (one.Seq == 1) {
					t.Errorf("after %d days number %d is %+v", days, one.Seq, one)
				}
				again, err := b.HandOver(t.Context(), HandoverRequest{Again: one.Seq, Folder: t.TempDir()})
				if one.Cleaned {
					if Code(err) != "HANDOVER_CLEANED" {
						t.Errorf("number %d made again: %v", one.Seq, err)
					}
				} else if err != nil || !maps.Equal(fileBytes(t, again.Files), made[one.Seq]) {
					t.Errorf("number %d made again: %+v, %v", one.Seq, again, err)
				}
			}
		}
		check(0, 0)
		check(10, 0)
		check(3, 1) // that of three days ago is not older than three
		check(10, 1)
		check(1, 3)
		time.Sleep(100 * 24 * time.Hour)
		check(1, 3)
		if _, err := b.store.Create(t.Context(), cause, &scim.Resource{Type: scim.User, Attrs: map[string]any{"userName": "u0"}}, store.With{}); err != nil {
			t.Fatal(err)
		}
		if err := b.store.Delete(t.Context(), cause, scim.User, ids[1], 0); err != nil {
			t.Fatal(err)
		}
		if info := handOver(t, b, HandoverRequest{}); info.Seq != 5 || info.Joiners != 1 || info.Leavers != 1 || info.Changes != 0 {
			t.Errorf("the next: %+v", info)
		}
	})
}

// What is on disk but not recorded, as a crash between leaves it, is made again under its number and with its bytes, whatever came since.
func TestACrashBetweenFilesAndRecord(t *testing.T) {
	b, secret := serve(t)
	add(t, b, secret, "/Users", `{"userName":"ada@contoso.example","active":true}`)
	dir := t.TempDir()
	s, err := b.handing.settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	staged, err := b.handing.stage(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	about, err := aboutHandover(staged)
	if err != nil {
		t.Fatal(err)
	}
	files, _, err := b.writeHandover(t.Context(), staged, about, dir)
	if err != nil {
		t.Fatal(err)
	}
	want := fileBytes(t, files)
	add(t, b, secret, "/Users", `{"userName":"bo@contoso.example","active":true}`)
	first := handOver(t, b, HandoverRequest{Folder: dir})
	if got := fileBytes(t, first.Files); first.Seq != 1 || !maps.Equal(got, want) || first.Joiners != 1 {
		t.Errorf("after the crash: %+v %v, want %v", first, got, want)
	}
	second := handOver(t, b, HandoverRequest{Folder: dir})
	if second.Seq != 2 || second.Joiners != 1 {
		t.Errorf("the next: %+v", second)
	}
}

// A folder that is gone costs no number and leaves nothing.
func TestAHandOverThatFailsCostsNoNumber(t *testing.T) {
	b, secret := serve(t)
	add(t, b, secret, "/Users", `{"userName":"ada@contoso.example","active":true}`)
	dir := t.TempDir()
	taken := filepath.Join(dir, "scimdesk-0001-people.csv")
	if err := os.WriteFile(taken, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{filepath.Join(dir, "gone"), taken, b.dir, dir} {
		if _, err := b.HandOver(t.Context(), HandoverRequest{Folder: folder}); Code(err) != "EXPORT_FAILED" {
			t.Errorf("into %s: %v", folder, err)
		}
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 1 {
		t.Errorf("left behind: %v %v", names, err)
	}
	if info := handOver(t, b, HandoverRequest{}); info.Seq != 1 || info.Joiners != 1 {
		t.Errorf("the next: %+v", info)
	}
}

func TestReceipts(t *testing.T) {
	b, secret := serve(t)
	add(t, b, secret, "/Users", `{"userName":"ada@contoso.example","active":true}`)
	handOver(t, b, HandoverRequest{})
	info, err := b.GiveReceipt(t.Context(), HandoverReceipt{Seq: 1, Text: " taken by Ida "})
	if err != nil || info.Taken == "" || info.Receipt != "taken by Ida" {
		t.Errorf("receipt %+v, %v", info, err)
	}
	s, err := b.Handover(t.Context())
	if err != nil || s.NoKey != 1 || len(s.List) != 1 || s.List[0].Receipt != "taken by Ida" || s.List[0].NoKey != 1 {
		t.Errorf("state %+v, %v", s, err)
	}
	if _, err := b.GiveReceipt(t.Context(), HandoverReceipt{Seq: 2}); Code(err) != "NOT_FOUND" {
		t.Errorf("a receipt for nothing: %v", err)
	}
	if _, err := b.GiveReceipt(t.Context(), HandoverReceipt{Seq: 1, Text: strings.Repeat("x", 501)}); Code(err) != "BAD_QUERY" {
		t.Errorf("a long receipt: %v", err)
	}
}

func TestTheNextHandOverIsShown(t *testing.T) {
	b, secret := serve(t)
	ids := imported(t, b, 3)
	add(t, b, secret, "/Users", `{"userName":"ada@contoso.example","displayName":"Ada","active":true}`)
	send(t, b, "DELETE", "/Users/"+ids[0], secret, "")
	send(t, b, "PATCH", "/Users/"+ids[1], secret, fmt.Sprintf(patchOp, `{"op":"Replace","path":"active","value":false}`))
	s, err := b.Handover(t.Context())
	if err != nil || s.Pending.Joiners != 1 || s.Pending.Changes != 1 || s.Pending.Leavers != 1 || s.Pending.Out != 1 || s.Pending.NoKey != 1 {
		t.Fatalf("pending %+v, %v", s.Pending, err)
	}
	page, err := b.HandoverRows(t.Context(), PlanQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range page.Rows {
		got = append(got, r.Action+" "+r.LocalID+" "+r.Name)
	}
	if want := []string{"leave L0 Person 0", "disable L1 Person 1", "join  Ada"}; !slices.Equal(got, want) || page.Total != 3 {
		t.Errorf("rows %q, want %q", got, want)
	}
	handOver(t, b, HandoverRequest{})
	if s, err = b.Handover(t.Context()); err != nil || s.Pending.Joiners+s.Pending.Changes+s.Pending.Leavers+s.Pending.Out != 0 {
		t.Errorf("pending after it %+v, %v", s.Pending, err)
	}
}

// A column that is new tells everybody's value, and nothing else does.
func TestNewColumnsAreTold(t *testing.T) {
	b, _ := serve(t)
	imported(t, b, 3)
	s, err := b.handing.settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.People = s.People[:3]
	if _, err := b.SaveHandover(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	rename := func(name string) {
		t.Helper()
		err := b.store.Batch(t.Context(), func(tx *store.Tx) error {
			id, _, err := tx.ByLocalID("l0")
			if err == nil {
				_, err = tx.Rename(store.Cause{Origin: "scimd"}, id, name, true)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	rename("another")
	if info := handOver(t, b, HandoverRequest{}); info.Changes != 1 {
		t.Fatalf("the first: %+v", info)
	}
	s.People = append(s.People, HandoverColumn{"Role", attrRole}, HandoverColumn{"Key", attrID})
	if _, err := b.SaveHandover(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	// Those of the import are known with their id; whom it was told without is told again.
	if info := handOver(t, b, HandoverRequest{}); info.Changes != 0 {
		t.Errorf("with the id, which an import knows: %+v", info)
	}
	rename("yet.another")
	info := handOver(t, b, HandoverRequest{})
	people, _ := filesOf(t, info)
	if len(people) != 1 || people[0]["userName"] != "yet.another" || people[0]["Key"] == "" {
		t.Errorf("rows %v", people)
	}
}

func TestHandOverSettingsAreChecked(t *testing.T) {
	b, _ := serve(t)
	good := defaultHandover()
	for name, change := range map[string]func(*HandoverSettings){
		"format":      func(s *HandoverSettings) { s.Format = "xml" },
		"schedule":    func(s *HandoverSettings) { s.Every = "week" },
		"no folder":   func(s *HandoverSettings) { s.Every = handover.Hour },
		"data folder": func(s *HandoverSettings) { s.Folder = filepath.Join(b.dir, "x") },
		"relative":    func(s *HandoverSettings) { s.Folder = "x" },
		"name":        func(s *HandoverSettings) { s.Name = "x" },
		"attribute":   func(s *HandoverSettings) { s.People = []HandoverColumn{{"A", "group"}} },
		"members":     func(s *HandoverSettings) { s.Members = nil },
	} {
		s := good
		change(&s)
		if _, err := b.SaveHandover(t.Context(), s); Code(err) != "BAD_SETTING" {
			t.Errorf("%s: %v", name, err)
		}
	}
	good.Folder = filepath.Join(t.TempDir(), "gone")
	if _, err := b.SaveHandover(t.Context(), good); Code(err) != "EXPORT_FAILED" {
		t.Errorf("a folder that is gone: %v", err)
	}
}

// A schedule makes one each hour, once, tells of one that fails, and makes up for it at its next time. One that follows Entra waits until it is quiet.
func TestHandOversByThemselves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, err := Open(t.Context(), Options{Dir: t.TempDir(), Listen: NoListener, Face: "scimd"})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		}()
		ran := make(chan struct{})
		ctx, stop := context.WithCancel(t.Context())
		go func() { b.handing.run(ctx); close(ran) }()
		defer func() { stop(); <-ran }()
		n := 0
		join := func() (id string) {
			n++
			rec, err := b.store.Create(t.Context(), store.Cause{Origin: store.OriginSCIM}, &scim.Resource{Type: scim.User, Attrs: map[string]any{"userName": fmt.Sprint("u", n)}}, store.With{})
			if err != nil {
				t.Fatal(err)
			}
			return rec.ID
		}
		made := func() (int, string) {
			s, err := b.Handover(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			told, err := b.Snapshot(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if h := told.Handover; h.Code != s.FaultCode || h.Fault != s.Fault || (h.At == "") != (h.Code == "") {
				t.Errorf("everybody is told %+v, and the page %s: %s", h, s.FaultCode, s.Fault)
			}
			return len(s.List), s.FaultCode
		}
		s := defaultHandover()
		s.Every, s.Folder = handover.Hour, filepath.Join(t.TempDir(), "out")
		if err := os.Mkdir(s.Folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := b.SaveHandover(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		join()
		check := func(after time.Duration, want int, fault string) {
			t.Helper()
			time.Sleep(after)
			synctest.Wait()
			if got, code := made(); got != want || code != fault {
				t.Errorf("%s later: %d made and fault %q, want %d and %q", after, got, code, want, fault)
			}
		}
		check(time.Second, 0, "")
		check(time.Hour, 1, "")
		join()
		check(2*time.Minute, 1, "")
		if err := os.Rename(s.Folder, s.Folder+"2"); err != nil {
			t.Fatal(err)
		}
		check(time.Hour, 1, "EXPORT_FAILED")
		if err := os.Rename(s.Folder+"2", s.Folder); err != nil {
			t.Fatal(err)
		}
		check(30*time.Minute, 1, "EXPORT_FAILED")
		check(time.Hour, 2, "")
		check(5*time.Hour, 2, "")
		// A folder that nothing is to go into is not missed, and one that was is not any more once nothing is left to go into it.
		if err := os.Rename(s.Folder, s.Folder+"2"); err != nil {
			t.Fatal(err)
		}
		check(2*time.Hour, 2, "")
		join()
		check(time.Hour, 2, "EXPORT_FAILED")
		if info, err := b.HandOver(t.Context(), HandoverRequest{Folder: s.Folder + "2"}); err != nil || info.Seq != 3 {
			t.Errorf("by hand: %+v, %v", info, err)
		}
		check(time.Second, 3, "")
		check(2*time.Hour, 3, "")
		short := join()
		check(time.Hour, 3, "EXPORT_FAILED")
		if err := b.store.Delete(t.Context(), store.Cause{Origin: store.OriginSCIM}, scim.User, short, 0); err != nil {
			t.Fatal(err)
		}
		check(time.Hour, 3, "")
		if err := os.Rename(s.Folder+"2", s.Folder); err != nil {
			t.Fatal(err)
		}

		s.Every = handover.Cycle
		if _, err := b.SaveHandover(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // or it may come in what is handed over at once
		join()
		check(9*time.Minute, 3, "")
		join()
		check(9*time.Minute, 3, "")
		check(3*time.Minute, 4, "")
		check(24*time.Hour, 4, "")
		s.Every = handover.Off
		if _, err := b.SaveHandover(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		join()
		check(24*time.Hour, 4, "")
	})
}

// Whom Entra deletes and creates again is who they were: with nothing else changed there is no row, the key goes on, and it is no other's. Once the old
// system was told that they left, they join.
func TestCreatedAgainGoesOn(t *testing.T) {
	for _, purged := range []bool{false, true} {
		b, secret := serve(t)
		ids := imported(t, b, 3)
		again := func(id, userName string) {
			t.Helper()
			send(t, b, "DELETE", "/Users/"+id, secret, "")
			if purged {
				if n, err := b.store.Purge(t.Context(), store.Cause{Origin: "window"}, scim.User, []string{id}); n != 1 || err != nil {
					t.Fatalf("purged %d, %v", n, err)
				}
			}
			add(t, b, secret, "/Users", fmt.Sprintf(`{"userName":%q,"displayName":"Person 1","active":true,"phoneNumbers":[{"type":"work","value":"+49 30 1"}]}`, userName))
		}
		again(ids[1], "p1")
		info := handOver(t, b, HandoverRequest{})
		if purged { // who follows whom is gone with them
			if info.Leavers != 1 || info.Joiners != 1 {
				t.Errorf("purged before they came again: %+v", info)
			}
			continue
		}
		if info.Seq != 0 {
			t.Errorf("created again and nothing else: %+v", info)
		}
		send(t, b, "DELETE", "/Users/"+ids[2], secret, "") // so that there is something to tell
		if info = handOver(t, b, HandoverRequest{}); info.Seq != 1 || info.Leavers != 1 || info.Joiners+info.Changes != 0 {
			t.Errorf("beside a leaver: %+v", info)
		}
		if id, err := b.store.WithLocalID(t.Context(), "L1"); err != nil || id == "" || id == ids[1] {
			t.Errorf("L1 is %q's, %v", id, err)
		}
		add(t, b, secret, "/Users", `{"userName":"p2","active":true}`)
		info = handOver(t, b, HandoverRequest{})
		people, _ := filesOf(t, info)
		if info.Joiners != 1 || info.NoKey != 1 || people[0]["localId"] != "" {
			t.Errorf("back after they left: %+v %v", info, people)
		}
	}
}

// A key that the old system gives back is no change, and a leaver is named by it, also when they were removed for good before it was told.
func TestAGivenKeyIsKept(t *testing.T) {
	b, secret := serve(t)
	id := add(t, b, secret, "/Users", `{"userName":"ada@contoso.example","active":true}`)
	handOver(t, b, HandoverRequest{})
	if _, err := b.store.SetLocal(t.Context(), store.Cause{Origin: "window"}, id, func(l *store.Local) error { l.LocalID = "4711"; return nil }); err != nil {
		t.Fatal(err)
	}
	if info := handOver(t, b, HandoverRequest{}); info.Seq != 0 {
		t.Errorf("a key given back was told: %+v", info)
	}
	send(t, b, "DELETE", "/Users/"+id, secret, "")
	if n, err := b.store.Purge(t.Context(), store.Cause{Origin: "window"}, scim.User, []string{id}); n != 1 || err != nil {
		t.Fatalf("purged %d, %v", n, err)
	}
	people, _ := filesOf(t, handOver(t, b, HandoverRequest{}))
	if len(people) != 1 || people[0]["action"] != handover.Leave || people[0]["localId"] != "4711" || people[0]["userName"] != "ada@contoso.example" {
		t.Errorf("rows %v", people)
	}
}

// Two who ask at once get one hand-over and nothing.
func TestOneNumberForOneHandOver(t *testing.T) {
	b, secret := serve(t)
	add(t, b, secret, "/Users", `{"userName":"ada@contoso.example","active":true}`)
	dir := t.TempDir()
	results := make(chan HandoverInfo, 4)
	for range 4 {
		go func() {
			info, err := b.HandOver(t.Context(), HandoverRequest{Folder: dir})
			if err != nil {
				t.Error(err)
			}
			results <- info
		}()
	}
	sum := int64(0)
	for range 4 {
		sum += (<-results).Seq
	}
	if sum != 1 {
		t.Errorf("the numbers add up to %d, want 1", sum)
	}
}

// One by itself that failed is no fault any more once there is nothing to hand over, and one that the end of ScimDesk cuts off is due again.
func TestHandOversByThemselvesGoOn(t *testing.T) {
	b := scratch(t)
	h := b.handing
	s := defaultHandover()
	s.Every, s.Folder = handover.Cycle, filepath.Join(t.TempDir(), "out")
	if err := os.Mkdir(s.Folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := b.SaveHandover(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if err := h.keepRun(t.Context(), handoverRun{Fault: "it was gone", Code: "EXPORT_FAILED"}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.HandOver(t.Context(), HandoverRequest{}); err != nil {
		t.Fatal(err)
	}
	if run, err := h.lastRun(t.Context()); err != nil || run.Fault != "" || run.Code != "" {
		t.Errorf("nothing is left to hand over, and told is %+v, %v", run, err)
	}
	if _, err := b.store.Create(t.Context(), store.Cause{Origin: store.OriginSCIM}, &scim.Resource{Type: scim.User, Attrs: map[string]any{"userName": "anna"}}, store.With{}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	asked := 0
	h.now = func() time.Time {
		if asked++; asked == 2 { // it is being kept
			stop()
		}
		return time.Now().Add(time.Hour)
	}
	if _, err := h.once(ctx); err != nil || ctx.Err() == nil {
		t.Fatalf("cut off: %v, %v", err, ctx.Err())
	}
	if _, err := h.once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if state, err := b.Handover(t.Context()); err != nil || len(state.List) != 1 || state.List[0].Joiners != 1 {
		t.Errorf("made %+v, %v", state.List, err)
	}
}

// The old system reads the file, not a spreadsheet: a telephone number is the number alone, and nothing that a spreadsheet runs is in it.
func TestTelephoneNumbersAreHandedOverAsTheyAre(t *testing.T) {
	b, secret := serve(t)
	add(t, b, secret, "/Users", `{"userName":"ada@contoso.example","displayName":"=1+1","active":true,"phoneNumbers":[{"type":"work","value":"+49 30 1234"}]}`)
	info := handOver(t, b, HandoverRequest{})
	text, err := os.ReadFile(info.Files[0])
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), ",+49 30 1234,") || !strings.Contains(string(text), ",'=1+1,") {
		t.Errorf("handed over: %s", text)
	}
}
