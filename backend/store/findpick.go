package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"scimdesk/backend/scim"
)

// qualities are conditions of what Find.Quality asks for; of some it is not all that they ask for.
var qualities = map[string]string{
	NoEmail:        " and r.deleted_at is null and r.email_key = ''",
	SameEmail:      " and r.deleted_at is null",
	NoManagerFound: " and r.deleted_at is null",
	NoGroup:        " and r.deleted_at is null",
	NoLocalID:      " and r.deleted_at is null and r.local_key is null",
	MadeHere:       " and r.deleted_at is null and r.entra = 0",
	NoMembers:      " and r.deleted_at is null",
}

// A pick says by what no list has a column for who is in it.
type pick struct {
	picks bool
	in    []int64 // who may be in it, where picks says so
	set   seqSet  // the same
	out   seqSet  // who may not
}

// few tells whether the rows are looked up by themselves, instead of reading all of a list for them.
func (p *pick) few(slice int) bool { return p.picks && len(p.in) <= slice/10 }

func (p *pick) has(seq int64) bool { return (!p.picks || p.set.has(seq)) && !p.out.has(seq) }

// keep narrows who may be in the list.
func (p *pick) keep(seqs []int64) {
	before := *p
	p.picks, p.in, p.set = true, nil, seqSet{}
	for _, seq := range seqs {
		if before.has(seq) && p.set.add(seq) {
			p.in = append(p.in, seq)
		}
	}
}

func (s *Store) pick(ctx context.Context, f Find) (*pick, error) {
	p := &pick{}
	for _, one := range []struct {
		asked bool
		read  func(context.Context, string) ([]int64, error)
		of    string
	}{
		{f.Group != "", s.inGroup, f.Group},
		{f.Manager != "", s.reports, f.Manager},
		{f.Quality == SameEmail, s.sameEmail, ""},
		{f.Quality == NoManagerFound, s.noManagerFound, ""},
	} {
		if !one.asked {
			continue
		}
		seqs, err := one.read(ctx, one.of)
		if err != nil {
			return nil, err
		}
		p.keep(seqs)
	}
	if f.Quality == NoMembers {
		return p, s.leaveOutFilled(ctx, p)
	}
	if f.Quality != NoGroup {
		return p, nil
	}
	err := s.links(ctx, scim.User, func(row found) { p.out.add(row.seq) })
	if p.picks {
		p.keep(slices.Clone(p.in))
	}
	return p, err
}

// leaveOutFilled narrows a list of groups to those without members.
func (s *Store) leaveOutFilled(ctx context.Context, p *pick) error {
	counts := make(map[int64]int64)
	err := s.links(ctx, scim.Group, func(row found) { counts[row.seq] += row.number })
	for seq, n := range counts {
		if n > 0 {
			p.out.add(seq)
		}
	}
	return err
}

// fewText is a statement for rows of a list whose seqs are known. Its arguments are those of a sweep's step.
func fewText(t *scim.ResourceType, f Find, words int) string {
	key := findKeys[f.Sort]
	return "select r.seq, r.name_key, " + cmp.Or(key.text, "''") + ", " + cmp.Or(key.number, "0") + " from json_each($1) j cross join resources r on r.seq = j.value where r.type = '" +
		t.Name + "'" + findWhere(t, f, words)
}

// findFew is find for few seqs.
func (s *Store) findFew(ctx context.Context, t *scim.ResourceType, f Find, words int, more []string, seqs []int64) ([]found, error) {
	wanted, err := json.Marshal(seqs)
	if err != nil {
		return nil, err
	}
	args := []any{string(wanted), nil, nil, nil, nil}
	for _, m := range more {
		args = append(args, m)
	}
	type named struct {
		found
		name string
	}
	var rows []named
	err = s.browse.each(ctx, fewText(t, f, words), args, func(r *sql.Rows) error {
		var n named
		err := r.Scan(&n.seq, &n.name, &n.text, &n.number)
		rows = append(rows, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b named) int { return cmp.Or(strings.Compare(a.name, b.name), cmp.Compare(a.seq, b.seq)) })
	all := make([]found, len(rows))
	for i, r := range rows {
		all[i] = r.found
		all[i].rank = i
	}
	return all, nil
}

// inGroupSweep reads a group's people; the number is theirs, the seq is the membership's.
var inGroupSweep = sweep{table: "members m join resources r on r.id = m.member_id", of: "m.group_seq = $1", seq: "m.seq", place: "m.member_id", first: "",
	where: " and m.hidden = 0 and r.type = 'User'", key: sortKey{number: "r.seq"}}

func (s *Store) inGroup(ctx context.Context, group string) (all []int64, err error) {
	var seq int64
	err = s.browse.row(ctx, `select seq from resources where id = $1 and type = 'Group'`, []any{group}, &seq)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound(scim.Group, group)
	}
	if err == nil {
		err = s.sweep(ctx, inGroupSweep, seq, nil, func(row found) { all = append(all, row.number) })
	}
	if err != nil {
		return nil, fmt.Errorf("find members: %w", err)
	}
	return all, nil
}

var reportsSweep = sweep{table: "resources r", of: "r.manager_id = $1 and r.deleted_at is null", seq: "r.seq", place: "r.seq", first: int64(math.MinInt64)}

func (s *Store) reports(ctx context.Context, manager string) (all []int64, err error) {
	err = s.sweep(ctx, reportsSweep, scim.Key(manager), nil, func(row found) { all = append(all, row.seq) })
	if err != nil {
		return nil, fmt.Errorf("find reports: %w", err)
	}
	return all, nil
}

// Reports counts the living people whose manager somebody is.
func (s *Store) Reports(ctx context.Context, manager string) (n int, err error) {
	if err = s.browse.row(ctx, countReports, []any{scim.Key(manager)}, &n); err != nil {
		return 0, s.broken(fmt.Errorf("count reports: %w", err))
	}
	return n, nil
}

const countReports = `select count(*) from resources where manager_id = $1 and deleted_at is null`

// noManagerSweep goes along everybody who has a manager, in order of managers.
var noManagerSweep = sweep{table: "resources r", of: "$1 = 'User' and r.manager_id is not null and r.deleted_at is null", seq: "r.seq", place: "r.manager_id", first: "",
	where: " and not exists (select 1 from resources m where m.id = r.manager_id and m.type = 'User' and m.deleted_at is null)"}

func (s *Store) noManagerFound(ctx context.Context, _ string) (all []int64, err error) {
	err = s.sweep(ctx, noManagerSweep, scim.User.Name, nil, func(row found) { all = append(all, row.seq) })
	if err != nil {
		return nil, fmt.Errorf("find who has no manager: %w", err)
	}
	return all, nil
}

// Slices of tables whose rows of one key must stay together end with a key.
const (
	emailBorder = `select key from emails where key > $1 order by key limit 1 offset 0 + $2`
	sameEmails  = `select string_agg(e.resource_seq, char(31)) from emails e join resources r on r.seq = e.resource_seq
		where e.key in (select key from emails where key > $1 and key <= $2 group by key having count(*) > 1) and r.deleted_at is null and r.type = 'User'
		group by e.key having count(*) > 1`

	memberBorder = `select member_id from members where member_id > $1 order by member_id limit 1 offset 0 + $2`
	groupsOfEach = `select string_agg(r.seq, char(31)), null, string_agg(x.n, char(31)) from (select member_id, count(*) as n from members
		where member_id > $1 and member_id <= $2 and group_seq not in (select seq from resources where type = 'Group' and deleted_at is not null)
		group by member_id) x cross join resources r on r.id = x.member_id`

	groupBorder   = `select group_seq from members where group_seq > $1 order by group_seq limit 1 offset 0 + $2`
	membersOfEach = `select string_agg(x.group_seq, char(31)), null, string_agg(x.n, char(31)) from (select group_seq, count(*) as n from members
		where group_seq > $1 and group_seq <= $2 group by group_seq) x`
	hiddenOfEach = `select string_agg(x.group_seq, char(31)), null, string_agg(-x.n, char(31)) from (select group_seq, count(*) as n from members
		where hidden = 1 group by group_seq) x`
)

// byKey calls step for the slices of a table: with the key that stands before each, and its last.
func (s *Store) byKey(ctx context.Context, border string, first any, step func(after, last any) error) error {
	for after := first; ; {
		var last any
		err := s.browse.row(ctx, border, []any{after, s.o.findSlice - 1}, &last)
		end := errors.Is(err, sql.ErrNoRows)
		if end {
			last, err = afterAll, nil
		}
		if err == nil {
			err = step(after, last)
		}
		if err != nil || end {
			return err
		}
		after = last
	}
}

// sameEmail gives whoever has an address that another living person has too.
func (s *Store) sameEmail(ctx context.Context, _ string) (all []int64, err error) {
	err = s.byKey(ctx, emailBorder, "", func(after, last any) error {
		return s.browse.each(ctx, sameEmails, []any{after, last}, func(rows *sql.Rows) error {
			var seqs string
			if err := rows.Scan(&seqs); err != nil {
				return err
			}
			for one := range strings.SplitSeq(seqs, "\x1f") {
				seq, err := strconv.ParseInt(one, 10, 64)
				if err != nil {
					return err
				}
				all = append(all, seq)
			}
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("find addresses that people share: %w", err)
	}
	return all, nil
}

// links gives the number of groups of everybody who is in any, or of shown members of each group that has any, in parts that add
// up. Of deleted people and groups it says nothing. They are counted along indexes that every change of a membership writes anyway.
func (s *Store) links(ctx context.Context, t *scim.ResourceType, each func(found)) error {
	border, step, first := memberBorder, groupsOfEach, any("")
	if t == scim.Group {
		border, step, first = groupBorder, membersOfEach, int64(math.MinInt64)
	}
	err := s.byKey(ctx, border, first, func(after, last any) error { return s.agg(ctx, step, []any{after, last}, each) })
	if err == nil && t == scim.Group {
		err = s.agg(ctx, hiddenOfEach, nil, each)
	}
	if err != nil {
		return fmt.Errorf("count memberships: %w", err)
	}
	return nil
}

// addLinks sets the number of each row to how many groups or members it has.
func (s *Store) addLinks(ctx context.Context, t *scim.ResourceType, all []found) error {
	counts := make(map[int64]int64)
	if err := s.links(ctx, t, func(row found) { counts[row.seq] += row.number }); err != nil {
		return err
	}
	for i := range all {
		all[i].number = counts[all[i].seq]
	}
	return nil
}

// flagsSweep reads all living people; the number says what a list has a column for.
var flagsSweep = sweep{table: "resources r", of: "r.type = $1", seq: "r.seq", place: "r.name_key", first: "", where: findStates[FindLiving].people,
	key: sortKey{number: "(r.email_key = '') + 2 * (r.local_key is null) + 4 * (r.entra = 0)"}}

// QualityCounts gives for each Quality how many living people a list of it has. It reads indexes in slices, as lists do.
func (s *Store) QualityCounts(ctx context.Context) (map[string]int, error) {
	counts, err := s.qualityCounts(ctx)
	if err != nil {
		return nil, s.broken(fmt.Errorf("count what is missing: %w", err))
	}
	return counts, nil
}

// AnyLocalID tells whether any living person has a localId.
func (s *Store) AnyLocalID(ctx context.Context) (bool, error) {
	var some bool
	if err := s.browse.row(ctx, anyLocalText, nil, &some); err != nil {
		return false, s.broken(fmt.Errorf("look for a localId: %w", err))
	}
	return some, nil
}

const anyLocalText = `select exists (select 1 from resources where local_key is not null and deleted_at is null)`

func (s *Store) qualityCounts(ctx context.Context) (map[string]int, error) {
	n := map[string]int{NoEmail: 0, SameEmail: 0, NoManagerFound: 0, NoGroup: 0, NoLocalID: 0, MadeHere: 0}
	var grouped, seen seqSet
	if err := s.links(ctx, scim.User, func(row found) { grouped.add(row.seq) }); err != nil {
		return nil, err
	}
	err := s.sweep(ctx, flagsSweep, scim.User.Name, nil, func(row found) {
		if !seen.add(row.seq) {
			return
		}
		n[NoEmail] += int(row.number & 1)
		n[NoLocalID] += int(row.number >> 1 & 1)
		n[MadeHere] += int(row.number >> 2)
		n[NoGroup] += bit(!grouped.has(row.seq))
	})
	if err != nil {
		return nil, err
	}
	for quality, read := range map[string]func(context.Context, string) ([]int64, error){SameEmail: s.sameEmail, NoManagerFound: s.noManagerFound} {
		seqs, err := read(ctx, "")
		if err != nil {
			return nil, err
		}
		var each seqSet
		for _, seq := range seqs {
			n[quality] += bit(seen.has(seq) && each.add(seq))
		}
	}
	return n, nil
}
