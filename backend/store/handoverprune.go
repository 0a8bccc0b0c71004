package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// oldHandovers names none that has a younger one before it, as a clock that was wrong leaves them.
const oldHandovers = `select coalesce(max(seq), 0) from handovers where state = 'made' and seq < coalesce(
	(select min(seq) from handovers where state = 'made' and made_at >= $1), (select max(seq) from handovers where state = 'made'))`

// OldHandovers gives the number up to which all hand-overs that count were made before a time, 0 if there are none. The newest is never among them.
func (s *Store) OldHandovers(ctx context.Context, before time.Time) (upTo int64, err error) {
	if err := s.browse.row(ctx, oldHandovers, []any{millis(before)}, &upTo); err != nil {
		return 0, s.broken(fmt.Errorf("look for old hand-overs: %w", err))
	}
	return upTo, nil
}

// A toldRow names a row of a hand-over: of a person, or of a membership.
type toldRow struct {
	rank       int
	n          int64
	id, member string
	action     string
}

const (
	toldPeople = `select rank, n, id, '', action from handover_people
		where handover = $1 and handover > 0 and (rank, n) > ($2, $3) order by rank, n limit 0 + $4`
	toldMembers = `select rank, n, group_id, member_id, action from handover_members
		where handover = $1 and handover > 0 and (rank, n) > ($2, $3) order by rank, n limit 0 + $4`

	pastPeople  = `delete from handover_people where id = $1 and n < $2 and handover < $3`
	pastMembers = `delete from handover_members where group_id = $1 and member_id = $2 and n < $3 and handover < $4`
	endedPerson = `delete from handover_people where n = $1`
	endedMember = `delete from handover_members where n = $1`
)

// PruneHandover removes what a hand-over that counts has superseded: what was known before, by an import or one with a lower number, of the people
// and memberships of whom it tells. Its own rows go where they say that the old system has somebody no more, which is as if it had never been told of
// them; lives tells of an action whether it has. What it says of all others stays, so that hand-overs are pruned one after the other from the first, and none
// whose files are still to be made again. It may be called again after a crash. Steps are as those of Prune.
func (s *Store) PruneHandover(ctx context.Context, seq int64, lives func(action string) bool) error {
	err := s.eachTold(ctx, toldPeople, seq, func(tx *Tx, r toldRow) error {
		if _, err := tx.exec(pastPeople, r.id, r.n, seq); err != nil || lives(r.action) {
			return err
		}
		return second(tx.exec(endedPerson, r.n))
	})
	if err == nil {
		err = s.eachTold(ctx, toldMembers, seq, func(tx *Tx, r toldRow) error {
			if _, err := tx.exec(pastMembers, r.id, r.member, r.n, seq); err != nil || lives(r.action) {
				return err
			}
			return second(tx.exec(endedMember, r.n))
		})
	}
	if err != nil {
		return fmt.Errorf("remove what hand-over %d has superseded: %w", seq, err)
	}
	return nil
}

// eachTold reads the rows of a hand-over in slices, and writes in steps what is to be done about each.
func (s *Store) eachTold(ctx context.Context, text string, seq int64, put func(*Tx, toldRow) error) error {
	last := toldRow{rank: -1}
	for {
		var slice []toldRow
		err := s.browse.each(ctx, text, []any{seq, last.rank, last.n, handedSlice}, func(rows *sql.Rows) error {
			var r toldRow
			err := rows.Scan(&r.rank, &r.n, &r.id, &r.member, &r.action)
			slice, last = append(slice, r), r
			return err
		})
		if err != nil {
			return s.broken(err)
		}
		if err := stepwise(ctx, s, slice, put); err != nil {
			return err
		}
		if len(slice) < handedSlice {
			return nil
		}
	}
}
