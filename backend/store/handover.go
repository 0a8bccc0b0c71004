package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"scimdesk/backend/scim"
)

// States of a Handover.
const (
	handoverStaging = "staging" // its rows are being written; what a crash left is dropped by the next
	handoverReady   = "ready"   // its rows are whole, so that its files can be made again after a crash
	handoverMade    = "made"    // its files are whole on disk: from now on it counts
)

// Handover is one hand-over to the old system. Those that count are numbered from 1 without a gap.
type Handover struct {
	Seq       int64
	Face      string
	Made      time.Time
	About     string // the backend's JSON
	HistoryTo int64  // the newest change that it looked at
	Taken     time.Time
	Receipt   string
}

// HandedPerson is what the old system is told of a person. A Rank of 0 stands in no file, and only says what the old system knows from then on.
type HandedPerson struct {
	ID, LocalID string
	Action      string // the backend's
	Rank        int    // files have the lowest first
	Vals        string // JSON, attribute to text
}

// HandedMember is what the old system is told of a membership.
type HandedMember struct {
	Group, Member string // ids
	Action        string
	Rank          int
	Vals, Person  string // JSON, attribute to text, of the group and of the person
}

// Gone is somebody removed for good of whom the old system was told.
type Gone struct {
	N        int64
	Type     *scim.ResourceType
	ID       string
	LocalID  string // what it was at the end
	Follower string // who was created again in their place, "" if nobody was
}

// ChangedOne is a change of a person or group, or, with Member, of a membership of a group.
type ChangedOne struct {
	Type   *scim.ResourceType
	ID     string
	Member string
}

const handoverColumns = `seq, face, made_at, about, history_to, taken_at, receipt`

const (
	handoversMade     = `select ` + handoverColumns + ` from handovers where state = 'made' order by seq desc limit 0 + $1`
	handoverBySeq     = `select ` + handoverColumns + ` from handovers where state = 'made' and seq = $1`
	handoverReadyText = `select ` + handoverColumns + ` from handovers where state = 'ready' order by seq desc limit 1`
)

// Handovers gives those that count, the newest first; limit is at most 1,000, 0 means 100.
func (s *Store) Handovers(ctx context.Context, limit int) ([]Handover, error) {
	return s.handovers(ctx, handoversMade, clampLimit(limit, 100))
}

// Handover gives one that counts; found is false where there is none of that number.
func (s *Store) Handover(ctx context.Context, seq int64) (h Handover, found bool, err error) {
	return firstOf(s.handovers(ctx, handoverBySeq, seq))
}

// ReadyHandover gives the one whose rows are whole and whose files may not be, as a crash leaves it.
func (s *Store) ReadyHandover(ctx context.Context) (h Handover, found bool, err error) {
	return firstOf(s.handovers(ctx, handoverReadyText))
}

func firstOf(all []Handover, err error) (Handover, bool, error) {
	if err != nil || len(all) == 0 {
		return Handover{}, false, err
	}
	return all[0], true, nil
}

func (s *Store) handovers(ctx context.Context, text string, args ...any) ([]Handover, error) {
	all := []Handover{}
	err := s.browse.each(ctx, text, args, func(rows *sql.Rows) error {
		var h Handover
		var made int64
		var taken sql.NullInt64
		err := rows.Scan(&h.Seq, &h.Face, &made, &h.About, &h.HistoryTo, &taken, &h.Receipt)
		h.Made = fromMillis(made)
		if taken.Valid {
			h.Taken = fromMillis(taken.Int64)
		}
		all = append(all, h)
		return err
	})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read hand-overs: %w", err))
	}
	return all, nil
}

const (
	stagedPerson = `insert into handover_people (handover, rank, id, local_id, action, vals) values ($1, $2, $3, $4, $5, $6)`
	stagedMember = `insert into handover_members (handover, rank, group_id, member_id, action, vals, person) values ($1, $2, $3, $4, $5, $6, $7)`
)

// StageHandover keeps the rows of the next hand-over, in steps as those of Prune, and gives it its number. It does not count before
// MakeHandover. Whatever another that does not count has left is dropped.
func (s *Store) StageHandover(ctx context.Context, h Handover, people []HandedPerson, members []HandedMember) (Handover, error) {
	if err := s.DropHandover(ctx); err != nil {
		return Handover{}, err
	}
	err := s.writer.write(ctx, func(tx *Tx) error {
		if err := tx.row(`select coalesce(max(seq), 0) + 1 from handovers`, nil, &h.Seq); err != nil {
			return err
		}
		h.Made = tx.now
		_, err := tx.exec(`insert into handovers (seq, state, face, made_at, about, history_to) values ($1, $2, $3, $4, $5, $6)`,
			h.Seq, handoverStaging, h.Face, millis(h.Made), h.About, h.HistoryTo)
		return err
	})
	if err != nil {
		return Handover{}, fmt.Errorf("begin hand-over: %w", err)
	}
	if err := stepwise(ctx, s, people, func(tx *Tx, p HandedPerson) error {
		_, err := tx.exec(stagedPerson, h.Seq, p.Rank, p.ID, p.LocalID, p.Action, p.Vals)
		return err
	}); err != nil {
		return Handover{}, fmt.Errorf("keep people of a hand-over: %w", err)
	}
	if err := stepwise(ctx, s, members, func(tx *Tx, m HandedMember) error {
		_, err := tx.exec(stagedMember, h.Seq, m.Rank, m.Group, m.Member, m.Action, m.Vals, m.Person)
		return err
	}); err != nil {
		return Handover{}, fmt.Errorf("keep members of a hand-over: %w", err)
	}
	return h, s.setHandover(ctx, h.Seq, handoverReady)
}

// stepwise writes all, a step's worth at a time.
func stepwise[T any](ctx context.Context, s *Store, all []T, put func(*Tx, T) error) error {
	for len(all) > 0 {
		var n int
		took, err := s.timed(ctx, func(tx *Tx) error {
			n = 0
			for left := newBudget(); n < len(all) && left.any(); n++ {
				left.rows--
				if err := put(tx, all[n]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if all = all[n:]; len(all) > 0 {
			if err := rested(ctx, took); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) setHandover(ctx context.Context, seq int64, state string) error {
	return s.writer.write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(`update handovers set state = $2 where seq = $1`, seq, state); err != nil {
			return fmt.Errorf("hand-over %d: %w", seq, err)
		}
		return nil
	})
}

// MakeHandover has a hand-over count, once its files are whole. gone is the newest Gone that it looked at.
func (s *Store) MakeHandover(ctx context.Context, seq int64, about string, gone int64) error {
	return s.writer.write(ctx, func(tx *Tx) error {
		if _, err := tx.exec(`update handovers set state = $2, about = $3 where seq = $1`, seq, handoverMade, about); err != nil {
			return fmt.Errorf("hand-over %d: %w", seq, err)
		}
		if _, err := tx.exec(`delete from handover_gone where n <= $1`, gone); err != nil {
			return fmt.Errorf("forget who is gone: %w", err)
		}
		return nil
	})
}

const (
	droppedPeople  = `delete from handover_people where n in (select n from handover_people where handover = $1 and handover > 0 limit 0 + $2)`
	droppedMembers = `delete from handover_members where n in (select n from handover_members where handover = $1 and handover > 0 limit 0 + $2)`
)

// DropHandover drops the hand-over that does not count, if there is one.
func (s *Store) DropHandover(ctx context.Context) error {
	var seq int64
	err := s.browse.row(ctx, `select seq from handovers where state <> 'made' limit 1`, nil, &seq)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return s.broken(fmt.Errorf("look for a hand-over that was cut off: %w", err))
	}
	_, err = s.inSteps(ctx, func(tx *Tx, left *budget) (r Removed, done bool, err error) {
		for _, text := range []string{droppedPeople, droppedMembers} {
			for done = false; !done && left.any(); {
				if _, done, err = tx.trim(left, text, seq); err != nil {
					return r, false, fmt.Errorf("drop hand-over %d: %w", seq, err)
				}
			}
			if !done {
				return r, false, nil
			}
		}
		_, err = tx.exec(`delete from handovers where seq = $1 and state <> 'made'`, seq)
		return r, true, err
	})
	return err
}

// TakeHandover notes the old system's receipt; false where there is no hand-over of that number.
func (s *Store) TakeHandover(ctx context.Context, seq int64, text string) (found bool, err error) {
	err = s.writer.write(ctx, func(tx *Tx) error {
		n, err := tx.exec(`update handovers set taken_at = $2, receipt = $3 where seq = $1 and state = 'made'`, seq, millis(tx.now), text)
		if err != nil {
			return fmt.Errorf("note receipt: %w", err)
		}
		found = n > 0
		return nil
	})
	return found, err
}

// handedSlice is how many rows of a hand-over are read at once.
const handedSlice = 1000

const (
	handedPeople = `select n, rank, id, local_id, action, vals from handover_people
		where handover = $1 and handover > 0 and (rank, n) > ($2, $3) order by rank, n limit 0 + $4`
	handedMembers = `select n, rank, group_id, member_id, action, vals, person from handover_members
		where handover = $1 and handover > 0 and (rank, n) > ($2, $3) order by rank, n limit 0 + $4`
)

// HandedPeople gives what a hand-over's file says of people, in its order, whether it counts already or not.
func (s *Store) HandedPeople(ctx context.Context, seq int64, each func(HandedPerson) error) error {
	return handed(ctx, s, handedPeople, seq, each, func(rows *sql.Rows, n *int64, rank *int, p *HandedPerson) error {
		err := rows.Scan(n, rank, &p.ID, &p.LocalID, &p.Action, &p.Vals)
		p.Rank = *rank
		return err
	})
}

// HandedMembers gives what it says of memberships.
func (s *Store) HandedMembers(ctx context.Context, seq int64, each func(HandedMember) error) error {
	return handed(ctx, s, handedMembers, seq, each, func(rows *sql.Rows, n *int64, rank *int, m *HandedMember) error {
		err := rows.Scan(n, rank, &m.Group, &m.Member, &m.Action, &m.Vals, &m.Person)
		m.Rank = *rank
		return err
	})
}

func handed[T any](ctx context.Context, s *Store, text string, seq int64, each func(T) error, scan func(*sql.Rows, *int64, *int, *T) error) error {
	rank, n := 0, int64(maxRow)
	for {
		var slice []T
		err := s.browse.each(ctx, text, []any{seq, rank, n, handedSlice}, func(rows *sql.Rows) error {
			var one T
			err := scan(rows, &n, &rank, &one)
			slice = append(slice, one)
			return err
		})
		if err != nil {
			return s.broken(fmt.Errorf("read hand-over %d: %w", seq, err))
		}
		for _, one := range slice {
			if err := each(one); err != nil {
				return err
			}
		}
		if len(slice) < handedSlice {
			return nil
		}
	}
}

// maxRow is above every number of a row: rank 0 stands in no file.
const maxRow = 1<<63 - 1

const changedAfter = `select h.seq, r.type, r.id, coalesce(h.member_id, '') from history h join resources r on r.seq = h.resource_seq
	where h.seq > $1 and h.seq <= $2 order by h.seq limit 0 + $3`

// HistoryHead gives the number of the newest change, 0 if there is none.
func (s *Store) HistoryHead(ctx context.Context) (seq int64, err error) {
	if err := s.browse.row(ctx, `select coalesce(max(seq), 0) from history`, nil, &seq); err != nil {
		return 0, s.broken(fmt.Errorf("read the newest change: %w", err))
	}
	return seq, nil
}

// LastWrite gives when SCIM last changed something, as far as the newest changes tell; zero if none of them is SCIM's.
func (s *Store) LastWrite(ctx context.Context) (time.Time, error) {
	var at int64
	err := s.browse.row(ctx, `select coalesce(max(at), 0) from (select at, origin from history order by seq desc limit 1000) where origin = $1`, []any{OriginSCIM}, &at)
	if err != nil {
		return time.Time{}, s.broken(fmt.Errorf("read the last write: %w", err))
	}
	if at == 0 {
		return time.Time{}, nil
	}
	return fromMillis(at), nil
}

// ChangedBetween gives what the changes behind after, up to and with to, were about, in their order. Those removed for good are not among it.
func (s *Store) ChangedBetween(ctx context.Context, after, to int64, each func(ChangedOne)) error {
	for more := true; more; {
		n := 0
		err := s.browse.each(ctx, changedAfter, []any{after, to, pruneSlice}, func(rows *sql.Rows) error {
			var c ChangedOne
			var kind string
			if err := rows.Scan(&after, &kind, &c.ID, &c.Member); err != nil {
				return err
			}
			n++
			if c.Type = typeNamed(kind); c.Type != nil {
				each(c)
			}
			return nil
		})
		if err != nil {
			return s.broken(fmt.Errorf("read changes: %w", err))
		}
		more = n == pruneSlice
	}
	return nil
}

// KnownHead moves whenever an import or a hand-over says what the old system knows.
func (s *Store) KnownHead(ctx context.Context) (n int64, err error) {
	err = s.browse.row(ctx, `select (select coalesce(max(n), 0) from handover_people) + (select coalesce(max(n), 0) from handover_members)`, nil, &n)
	if err != nil {
		return 0, s.broken(fmt.Errorf("read what is known: %w", err))
	}
	return n, nil
}

// WithoutLocalID counts the living people without a localId.
func (s *Store) WithoutLocalID(ctx context.Context) (int, error) {
	c, err := counts(ctx, s.browse, scim.User)
	if err != nil {
		return 0, s.broken(err)
	}
	var keyed int
	if err := s.browse.row(ctx, `select count(*) from resources where deleted_at is null and local_key is not null`, nil, &keyed); err != nil {
		return 0, s.broken(fmt.Errorf("count local IDs: %w", err))
	}
	return max(c.Total-keyed, 0), nil
}

// Gone gives who was removed for good since the last hand-over, of those whom the old system was told of.
func (s *Store) Gone(ctx context.Context) ([]Gone, error) {
	var all []Gone
	err := s.browse.each(ctx, `select n, id, type, local_id, follower from handover_gone order by n`, nil, func(rows *sql.Rows) error {
		var g Gone
		var kind string
		err := rows.Scan(&g.N, &g.ID, &kind, &g.LocalID, &g.Follower)
		g.Type = typeNamed(kind)
		all = append(all, g)
		return err
	})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read who is gone: %w", err))
	}
	return all, nil
}

const goneNoted = `insert into handover_gone (id, type, local_id, follower)
	select $1, $2, $3, coalesce((select id from resources where follows = $1 order by deleted_at is not null, seq limit 1), '')
	where exists (select 1 from handover_people where id = $1) or exists (select 1 from handover_members where group_id = $1)`

// noteGone keeps what a hand-over needs of somebody who is being removed for good.
func (tx *Tx) noteGone(seq int64, id, kind string) error {
	var text string
	if err := tx.row(`select local from resources where seq = $1`, []any{seq}, &text); err != nil {
		return err
	}
	l, err := localOf(text)
	if err != nil {
		return err
	}
	_, err = tx.exec(goneNoted, id, kind, l.LocalID)
	return err
}

const (
	knownPerson  = `select id, local_id, action, vals from handover_people where id = $1 and handover <= $2 order by n desc limit 1`
	knownIDs     = `select distinct id from handover_people where id > $1 and handover <= $2 order by id limit 0 + $3`
	knownGroups  = `select distinct group_id from handover_members where group_id > $1 and handover <= $2 order by group_id limit 0 + $3`
	knownMember  = `select group_id, member_id, action, vals, person from handover_members where group_id = $1 and member_id = $2 and handover <= $3 order by n desc limit 1`
	knownInGroup = `select group_id, member_id, action, vals, person from handover_members where group_id = $1 and handover <= $2 order by member_id, n`
	knownOf      = `select group_id, member_id, action, vals, person from handover_members where member_id = $1 and handover <= $2 order by group_id, n`
)

// KnownPerson gives what the old system was told last of a person by an import or a hand-over up to that number.
func (s *Store) KnownPerson(ctx context.Context, id string, upTo int64) (p HandedPerson, found bool, err error) {
	err = s.browse.each(ctx, knownPerson, []any{id, upTo}, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&p.ID, &p.LocalID, &p.Action, &p.Vals)
	})
	if err != nil {
		return HandedPerson{}, false, s.broken(fmt.Errorf("read what is known of %s: %w", id, err))
	}
	return p, found, nil
}

// KnownPeople gives the ids of all people that the old system was ever told of; KnownGroups those of groups.
func (s *Store) KnownPeople(ctx context.Context, upTo int64, each func(id string)) error {
	return s.knownIDs(ctx, knownIDs, upTo, each)
}

// KnownGroups gives the ids of all groups with members that the old system was ever told of.
func (s *Store) KnownGroups(ctx context.Context, upTo int64, each func(id string)) error {
	return s.knownIDs(ctx, knownGroups, upTo, each)
}

func (s *Store) knownIDs(ctx context.Context, text string, upTo int64, each func(id string)) error {
	after := ""
	for {
		var slice []string
		err := s.browse.each(ctx, text, []any{after, upTo, handedSlice}, func(rows *sql.Rows) error {
			err := rows.Scan(&after)
			slice = append(slice, after)
			return err
		})
		if err != nil {
			return s.broken(fmt.Errorf("read who is known: %w", err))
		}
		for _, id := range slice {
			each(id)
		}
		if len(slice) < handedSlice {
			return nil
		}
	}
}

// KnownMember gives what the old system was told last of a membership.
func (s *Store) KnownMember(ctx context.Context, group, member string, upTo int64) (m HandedMember, found bool, err error) {
	all, err := s.knownMembers(ctx, knownMember, group, member, upTo)
	if err != nil || len(all) == 0 {
		return HandedMember{}, false, err
	}
	return all[0], true, nil
}

// KnownInGroup gives what it was told last of each membership of a group, KnownOf of each of a person.
func (s *Store) KnownInGroup(ctx context.Context, group string, upTo int64) ([]HandedMember, error) {
	return s.knownMembers(ctx, knownInGroup, group, upTo)
}

// KnownOf gives what the old system was told last of each membership of a person.
func (s *Store) KnownOf(ctx context.Context, member string, upTo int64) ([]HandedMember, error) {
	return s.knownMembers(ctx, knownOf, member, upTo)
}

// knownMembers keeps the last of each pair.
func (s *Store) knownMembers(ctx context.Context, text string, args ...any) ([]HandedMember, error) {
	var all []HandedMember
	err := s.browse.each(ctx, text, args, func(rows *sql.Rows) error {
		var m HandedMember
		if err := rows.Scan(&m.Group, &m.Member, &m.Action, &m.Vals, &m.Person); err != nil {
			return err
		}
		if last := len(all) - 1; last >= 0 && all[last].Group == m.Group && all[last].Member == m.Member {
			all[last] = m
		} else {
			all = append(all, m)
		}
		return nil
	})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read known members: %w", err))
	}
	return all, nil
}

const (
	isMemberText = `select 1 from members m join resources g on g.seq = m.group_seq
		where g.id = $1 and g.type = 'Group' and g.deleted_at is null and m.member_id = $2 and m.hidden = 0`
	shownMembers = `select m.member_id from members m join resources g on g.seq = m.group_seq
		where g.id = $1 and g.type = 'Group' and g.deleted_at is null and m.hidden = 0 order by m.member_id`
	shownGroups = `select g.id from members m join resources g on g.seq = m.group_seq
		where m.member_id = $1 and m.hidden = 0 and g.type = 'Group' and g.deleted_at is null order by g.id`
	reportsOf = `select id from resources where manager_id = $1 and deleted_at is null`
	heirText  = `select id, deleted_at is null from resources where follows = $1 and type = 'User' order by deleted_at is not null, seq limit 1`
	withKey   = `select id from resources where local_key = $1 and deleted_at is null`
)

// IsMember tells whether a group shows a member.
func (s *Store) IsMember(ctx context.Context, group, member string) (bool, error) {
	ids, err := s.ids(ctx, isMemberText, group, member)
	return len(ids) > 0, err
}

// MemberIDs gives the members that a group shows, in order of id; none of one that is deleted.
func (s *Store) MemberIDs(ctx context.Context, group string) ([]string, error) {
	return s.ids(ctx, shownMembers, group)
}

// GroupIDs gives the groups that show a member.
func (s *Store) GroupIDs(ctx context.Context, member string) ([]string, error) {
	return s.ids(ctx, shownGroups, member)
}

// ReportIDs gives the living people whose manager this is.
func (s *Store) ReportIDs(ctx context.Context, manager string) ([]string, error) {
	return s.ids(ctx, reportsOf, scim.Key(manager))
}

// WithLocalID gives the living person with this localId, "" if there is none.
func (s *Store) WithLocalID(ctx context.Context, localID string) (string, error) {
	ids, err := s.ids(ctx, withKey, scim.Key(localID))
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}

func (s *Store) ids(ctx context.Context, text string, args ...any) ([]string, error) {
	var all []string
	err := s.browse.each(ctx, text, args, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		all = append(all, id)
		return err
	})
	if err != nil {
		return nil, s.broken(fmt.Errorf("read ids: %w", err))
	}
	return all, nil
}

// heirSteps bounds how often somebody was created again one after the other.
const heirSteps = 100

// Heir gives the living person who was created in the place of a deleted one, or of one whose follower was deleted too; "" if there is none.
// from is the follower if that is known, "" to look for it.
func (s *Store) Heir(ctx context.Context, id, from string) (string, error) {
	living := false
	for range heirSteps {
		next := from
		var err error
		if from != "" {
			from = ""
			err = s.browse.row(ctx, `select deleted_at is null from resources where id = $1 and type = 'User'`, []any{next}, &living)
		} else {
			err = s.browse.row(ctx, heirText, []any{id}, &next, &living)
		}
		if errors.Is(err, sql.ErrNoRows) {
			return "", nil
		}
		if err != nil {
			return "", s.broken(fmt.Errorf("look for who follows %s: %w", id, err))
		}
		if living {
			return next, nil
		}
		id = next
	}
	return "", nil
}

// LookAside is Look on the connections of faces, for work that reads many.
func (s *Store) LookAside(ctx context.Context, t *scim.ResourceType, id string) (Record, error) {
	rec, err := getRecord(ctx, s.browse, getAny, t, t.Name, id, With{})
	return rec, s.broken(err)
}

// KnowPerson notes inside an import's write that the old system has a person, and with which values: a hand-over tells only what is different.
func (tx *Tx) KnowPerson(p HandedPerson) error {
	if err := tx.UnknowPerson(p.ID); err != nil {
		return err
	}
	if _, err := tx.exec(stagedPerson, 0, 0, p.ID, p.LocalID, p.Action, p.Vals); err != nil {
		return fmt.Errorf("note what is known of %s: %w", p.ID, err)
	}
	return nil
}

// UnknowPerson takes KnowPerson back.
func (tx *Tx) UnknowPerson(id string) error {
	if _, err := tx.exec(`delete from handover_people where id = $1 and handover = 0`, id); err != nil {
		return fmt.Errorf("forget what is known of %s: %w", id, err)
	}
	return nil
}

// KnowMember notes inside an import's write that the old system has a membership.
func (tx *Tx) KnowMember(m HandedMember) error {
	if err := tx.UnknowMember(m.Group, m.Member); err != nil {
		return err
	}
	if _, err := tx.exec(stagedMember, 0, 0, m.Group, m.Member, m.Action, m.Vals, m.Person); err != nil {
		return fmt.Errorf("note a known member of %s: %w", m.Group, err)
	}
	return nil
}

// UnknowMember takes KnowMember back.
func (tx *Tx) UnknowMember(group, member string) error {
	if _, err := tx.exec(`delete from handover_members where group_id = $1 and member_id = $2 and handover = 0`, group, member); err != nil {
		return fmt.Errorf("forget a known member of %s: %w", group, err)
	}
	return nil
}
