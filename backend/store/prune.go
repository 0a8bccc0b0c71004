package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"scimdesk/backend/scim"
)

// How much of the writer's time removing may take. What waits behind a step waits no longer than that, and a commit.
const (
	stepTime   = 40 * time.Millisecond
	stepRows   = 2000
	stepChunk  = 64     // rows of one statement
	pruneSlice = 10_000 // rows looked at by one read
)

// Removed counts what was removed for good.
type Removed struct{ Requests, People, Groups, Jobs int }

// Prune removes requests that arrived before a time from the log, with their bodies, oldest first, and gaps that were over by then. The newest row stays, so that no number
// is given twice, and what stays has no gap: a row whose clock was wrong goes with its neighbours. It works in short steps, each
// a transaction, that leave SCIM its turn; on an error what was removed until then is given too.
func (s *Store) Prune(ctx context.Context, before time.Time) (Removed, error) {
	end, err := s.pruneEnd(ctx, millis(before), millis(s.o.Now()))
	if err != nil {
		return Removed{}, s.broken(fmt.Errorf("look for old requests: %w", err))
	}
	if err := s.pruneGaps(ctx, before); err != nil || end == 0 {
		return Removed{}, err
	}
	return s.inSteps(ctx, func(tx *Tx, left *budget) (r Removed, done bool, err error) {
		for !done && left.any() {
			var n int
			if n, done, err = tx.trim(left, pruneText, end); err != nil {
				return Removed{}, false, fmt.Errorf("remove requests: %w", err)
			}
			r.Requests += n
		}
		if r.Requests > 0 {
			tx.commit.Activity = tx.activity // nothing new, but the log did move
		}
		return r, done, nil
	})
}

const (
	pruneText = `delete from activity where seq in (select seq from activity where seq < $1 order by seq limit 0 + $2)`

	firstKept = `select coalesce(min(seq), 0) from activity where seq >= $1 and seq < $2 and +at >= $3 and +at <= $4`
	lastOld   = `select coalesce(max(seq), 0) from activity where seq >= $1 and seq < $2 and +at < $3`
)

// pruneEnd gives the seq that the rows to remove stand before: behind the last old row that is followed by none of the time
// between before and now. Rows from the future neither end the search nor count as old: the clock was wrong when they came, or is now.
func (s *Store) pruneEnd(ctx context.Context, before, now int64) (end int64, err error) {
	first, last, err := s.ActivityHead(ctx)
	if err != nil {
		return 0, err
	}
	for from := first; from < last; from += pruneSlice {
		to := min(from+pruneSlice, last)
		var keep, old int64
		if err := s.read.row(ctx, firstKept, []any{from, to, before, now}, &keep); err != nil {
			return 0, err
		}
		if keep > 0 {
			to = keep
		}
		if err := s.read.row(ctx, lastOld, []any{from, to, before}, &old); err != nil {
			return 0, err
		}
		if old > 0 {
			end = old + 1
		}
		if keep > 0 {
			break
		}
	}
	return end, nil
}

// PurgeDeleted removes people and groups that were deleted before a time, for good: their documents, their history, and the
// memberships that Restore would have brought back. What other groups' histories say of them stays, and so does an id
// that a client put into a group after the deletion. Steps and errors are as those of Prune.
func (s *Store) PurgeDeleted(ctx context.Context, before time.Time) (Removed, error) {
	return s.inSteps(ctx, func(tx *Tx, left *budget) (r Removed, done bool, err error) {
		for !done && left.any() {
			if done, err = tx.purgeNext(left, millis(before), &r); err != nil {
				return Removed{}, false, fmt.Errorf("remove deleted ones: %w", err)
			}
		}
		tx.commit.People, tx.commit.Groups = r.People > 0, r.Groups > 0
		return r, done, nil
	})
}

const (
	goneText = `select seq, id, type, follows from resources where deleted_at < $1 order by deleted_at limit 1`

	goneHistory = `delete from history where seq in (select seq from history where resource_seq = $1 limit 0 + $2)`
	goneMembers = `delete from members where seq in (select seq from members where group_seq = $1 limit 0 + $2)`
	goneMember  = `delete from members where seq in (select seq from members where member_id = $1 and hidden = 1 limit 0 + $2)`

	goneFollowers = `update resources set follows = $2 where follows = $1`

	// tombText leaves nothing of a resource but the row that its history and members hang on. Nothing finds it: it has no type, and its
	// id is another.
	tombText = `update resources set type = '', id = $2, name = '', unique_key = null, display_key = null, external_key = null, active = null,
		doc = '{}', search = '', name_key = '', email_key = '', local = '', local_key = null, role = '', manager_id = null, title_key = '', department_key = '' where seq = $1`
)

// tombPrefix stands before the id of what is being removed.
const tombPrefix = "removed:"

// Purge removes those of ids that are deleted for good, at once, and says how many; those not deleted, and those whom nobody knows, are left
// alone. It works in steps as Prune does, and Options.Check may refuse; on an error what was removed until then is given too.
func (s *Store) Purge(ctx context.Context, c Cause, t *scim.ResourceType, ids []string) (n int, err error) {
	for len(ids) > 0 {
		var rest []string
		var r Removed
		took, err := s.timed(ctx, func(tx *Tx) (err error) {
			rest, r = ids, Removed{}
			for left := newBudget(); len(rest) > 0 && left.any(); {
				gone, err := s.purgeOne(tx, left, c, t, rest[0], &r)
				if err != nil {
					return fmt.Errorf("remove %s for good: %w", rest[0], err)
				}
				if gone {
					rest = rest[1:]
				}
			}
			tx.commit.People, tx.commit.Groups = r.People > 0, r.Groups > 0
			return nil
		})
		if err != nil {
			return n, err
		}
		ids = rest
		n += r.People + r.Groups
		if len(ids) > 0 {
			if err := rested(ctx, took); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

const goneOne = `select seq, id, type, follows, local from resources where id in ($1, $2) and deleted_at is not null`

// purgeOne removes one that is deleted, or a part of it that fits into the step.
func (s *Store) purgeOne(tx *Tx, left *budget, c Cause, t *scim.ResourceType, id string, r *Removed) (gone bool, err error) {
	left.rows--
	var one goner
	var local string
	err = tx.row(goneOne, []any{id, tombPrefix + id}, &one.seq, &one.id, &one.kind, &one.follows, &local)
	if errors.Is(err, sql.ErrNoRows) || err == nil && one.kind != "" && one.kind != t.Name {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if one.kind != "" && s.o.Check != nil {
		l, err := localOf(local)
		if err != nil {
			return false, err
		}
		if err := s.o.Check(tx, Change{Origin: c.Origin, Type: t, ID: id, Local: l}); err != nil {
			return false, err
		}
	}
	return tx.purge(left, one, r)
}

// A goner is a deleted resource that is being removed for good.
type goner struct {
	seq      int64
	id, kind string
	follows  sql.NullString
}

// purgeNext removes the one that was deleted first, or a part of it that fits into the step; then the rest of it is next. What is
// begun can't be restored any more. done means that there is none.
func (tx *Tx) purgeNext(left *budget, before int64, r *Removed) (done bool, err error) {
	var one goner
	err = tx.row(goneText, []any{before}, &one.seq, &one.id, &one.kind, &one.follows)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	_, err = tx.purge(left, one, r)
	return false, err
}

func (tx *Tx) purge(left *budget, one goner, r *Removed) (gone bool, err error) {
	if one.kind != "" {
		if err := tx.forget(one.seq, one.id, one.kind, one.follows, r); err != nil {
			return false, err
		}
	}
	id := strings.TrimPrefix(one.id, tombPrefix)
	left.rows--
	for _, part := range []struct {
		text string
		of   any
	}{{goneHistory, one.seq}, {goneMembers, one.seq}, {goneMember, id}} {
		for emptied := false; !emptied; {
			if _, emptied, err = tx.trim(left, part.text, part.of); err != nil {
				return false, err
			}
			if !emptied && !left.any() {
				return false, nil
			}
		}
	}
	_, err = tx.exec(`delete from resources where seq = $1`, one.seq)
	return err == nil, err
}

// forget empties a deleted resource's row, takes it out of the counts, and links who followed it to whom it followed.
func (tx *Tx) forget(seq int64, id, kind string, follows sql.NullString, r *Removed) error {
	t := scim.User
	if kind == scim.Group.Name {
		t = scim.Group
		r.Groups++
	} else {
		r.People++
	}
	if err := tx.count(Cause{}, t, 0, 0, -1); err != nil {
		return err
	}
	if err := tx.noteGone(seq, id, kind); err != nil {
		return err
	}
	if _, err := tx.exec(goneFollowers, id, follows); err != nil {
		return err
	}
	if _, err := tx.exec(`delete from emails where resource_seq = $1`, seq); err != nil {
		return err
	}
	_, err := tx.exec(tombText, seq, tombPrefix+id)
	return err
}

// A budget is what a step may still do.
type budget struct {
	rows  int
	until time.Time
}

func (b *budget) any() bool { return b.rows > 0 && time.Now().Before(b.until) }

// trim runs a statement that removes some rows of the given one, and reports how many, and whether there are no more.
func (tx *Tx) trim(left *budget, text string, of any) (n int, emptied bool, err error) {
	removed, err := tx.exec(text, of, stepChunk)
	left.rows -= int(removed)
	return int(removed), removed < stepChunk, err
}

// inSteps runs a step again and again, each as a write of its own, until it is done or ctx ends. In between it rests for as long as the
// step took.
func (s *Store) inSteps(ctx context.Context, step func(*Tx, *budget) (Removed, bool, error)) (all Removed, err error) {
	for {
		var r Removed
		var done bool
		took, err := s.timed(ctx, func(tx *Tx) (err error) {
			r, done, err = step(tx, newBudget())
			return err
		})
		if err != nil {
			return all, err
		}
		all.Requests += r.Requests
		all.People += r.People
		all.Groups += r.Groups
		all.Jobs += r.Jobs
		if done {
			return all, nil
		}
		if err := rested(ctx, took); err != nil {
			return all, err
		}
	}
}

func newBudget() *budget { return &budget{rows: stepRows, until: time.Now().Add(stepTime)} }

// timed is a write of a step, and how long it held the writer.
func (s *Store) timed(ctx context.Context, step func(*Tx) error) (took time.Duration, err error) {
	err = s.writer.write(ctx, func(tx *Tx) error {
		start := time.Now()
		defer func() { took = time.Since(start) }()
		return step(tx)
	})
	return took, err
}

// rested waits, so that others have their turn.
func rested(ctx context.Context, d time.Duration) error {
	rest := time.NewTimer(d)
	defer rest.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-rest.C:
		return nil
	}
}

// Size gives the bytes that the database has on disk, its write-ahead log included.
func (s *Store) Size() int64 {
	var n int64
	for _, name := range []string{databaseFile, databaseFile + "-wal"} {
		if info, err := os.Stat(filepath.Join(s.o.Dir, name)); err == nil {
			n += info.Size()
		}
	}
	return n
}
