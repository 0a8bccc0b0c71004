// Package token makes, ends and verifies the secrets that SCIM clients show. A secret leaves this package once, from
// Rotate; what stays is its SHA-256 and its last four characters. A secret is 256 random bits, so a plain hash is
// enough: there is nothing to guess.
//
// At most two tokens are accepted: a new one, and beside it the one that it replaces, until Entra has surely changed over. A secret
// that is dead for one of Entra's cycles quarantines the whole job.
package token

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"scimdesk/backend/store"
)

// Quiet is how long a token that is replaced must not have been used before it ends by itself. Entra comes every 40 minutes.
const Quiet = time.Hour

// tick is how often Run looks, and nap how late a look may be before this computer must have slept.
const (
	tick = time.Minute
	nap  = 3 * time.Minute
)

var (
	// ErrRotating refuses a rotation while two tokens are accepted: a third is never.
	ErrRotating = errors.New("the last rotation is not finished")
	// ErrNotRotating says that there is no rotation to undo: only one token is accepted, or none.
	ErrNotRotating = errors.New("no rotation is under way")
	// ErrNoToken says that no token is accepted.
	ErrNoToken = errors.New("there is no token")
	// ErrExpiry refuses an end that has passed.
	ErrExpiry = errors.New("a token can only end in the future")
)

// Rotation says how Rotate makes a token.
type Rotation struct {
	Leaked  bool      // all others end at once
	Force   bool      // while two are accepted, one makes way: the newer if it was never seen, else the older
	Expires time.Time // zero: never
}

// Who is whom a secret belongs to.
type Who struct {
	Token    string // id of the record; of an accepted token, of one that has ended, or of the OAuth client
	LastFour string // of a secret of ours, accepted or not; "" for what is none
	Check    bool   // the self-check's own credential, which is no token
}

// State is what is accepted, and what was.
type State struct {
	Current store.Token   // the newest that is accepted; without an ID there is none
	Old     store.Token   // the one that it replaces, while both are accepted
	OldEnds time.Time     // when Old ends if nobody uses it; zero until Current was seen
	Ended   []store.Token // the last that ended, newest end first
}

// Keeper holds the tokens of one store. All methods may be called concurrently.
type Keeper struct {
	store  *store.Store
	now    func() time.Time
	equal  func(a, b []byte) int // constant time; a test counts its calls
	change sync.Mutex            // one step at a time
	table  atomic.Pointer[table]
	oauth  atomic.Pointer[oauth]
	heard  atomic.Pointer[heard]
	wake   chan struct{} // holds one: a token is due
}

// heard is since when whoever wanted to could have used a token, and until when that is known.
type heard struct{ since, until time.Time }

// Open reads the tokens. They are then verified from memory, so a database in trouble never turns into a 401, which Entra would
// punish by quarantining the job.
func Open(ctx context.Context, st *store.Store, now func() time.Time) (*Keeper, error) {
	k := &Keeper{store: st, now: now, equal: subtle.ConstantTimeCompare, wake: make(chan struct{}, 1)}
	all, err := st.Tokens(ctx)
	if err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	rows := []row{}
	for _, t := range all {
		if len(t.Hash) == sha256.Size {
			rows = append(rows, newRow(t))
		}
	}
	k.table.Store(&table{rows: forget(rows)})
	k.heard.Store(&heard{k.wall(), k.wall()})
	if err := k.openOAuth(ctx); err != nil {
		return nil, err
	}
	return k, nil
}

// wall is the time as a clock on the wall shows it, which goes on while this computer sleeps, as exact as it is kept.
func (k *Keeper) wall() time.Time { return k.now().Round(0).UTC().Truncate(time.Millisecond) }

// Run has tokens that are due end on disk too, until ctx ends. Only minutes that it has seen, in which reachable (nil: always) says
// that Entra could come, count as quiet: after a night's sleep, or without a tunnel, nobody has used the old token, and Entra
// may still have it.
func (k *Keeper) Run(ctx context.Context, log *slog.Logger, reachable func() bool) {
	look := time.NewTicker(tick)
	defer look.Stop()
	for {
		ended, err := k.look(ctx, reachable == nil || reachable())
		if err != nil && ctx.Err() == nil {
			log.Warn("end a token that is due; it is refused all the same", "err", err)
		}
		for _, r := range ended {
			log.Info("token ended by itself", "last_four", r.LastFour, "ended", r.Ended)
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		case <-k.wake:
		}
	}
}

// look notes that Entra could have come until now, or could not, and ends what is due.
func (k *Keeper) look(ctx context.Context, reachable bool) (ended []row, err error) {
	at := k.wall()
	if since := k.quietSince(at); reachable {
		k.heard.Store(&heard{since, at})
	} else {
		k.heard.Store(&heard{at, at})
	}
	k.change.Lock()
	defer k.change.Unlock()
	return k.settle(ctx, at)
}

// quietSince is since when not being used counts as quiet.
func (k *Keeper) quietSince(at time.Time) time.Time {
	h := k.heard.Load()
	if at.Sub(h.until) > nap {
		return at
	}
	return h.since
}

// settle writes the end of tokens that have ended by themselves. change is held.
func (k *Keeper) settle(ctx context.Context, at time.Time) ([]row, error) {
	ended := k.table.Load().lapsed(at, k.quietSince(at))
	if err := k.save(ctx, ended); err != nil {
		return nil, err
	}
	return ended, nil
}

// save writes a step, then goes by it: what is not on disk is not accepted, and not refused. change is held.
func (k *Keeper) save(ctx context.Context, changed []row) error {
	if len(changed) == 0 {
		return nil
	}
	records := make([]store.Token, 0, len(changed))
	for _, r := range changed {
		records = append(records, r.Token)
	}
	if err := k.store.SaveTokens(ctx, records...); err != nil {
		return fmt.Errorf("save tokens: %w", err)
	}
	k.table.Store(k.table.Load().with(changed))
	return nil
}

// step gives the tokens that are accepted, after what is due has ended, to a function that says what becomes of them; older is nil
// if there is only one, newer if there is none.
func (k *Keeper) step(ctx context.Context, do func(at time.Time, newer, older *row) ([]row, error)) error {
	k.change.Lock()
	defer k.change.Unlock()
	at := k.wall()
	if _, err := k.settle(ctx, at); err != nil {
		return err
	}
	t := k.table.Load()
	var found [2]*row
	for i, place := range t.accepted(at, k.quietSince(at)) {
		if place >= 0 {
			r := t.rows[place]
			found[i] = &r
		}
	}
	changed, err := do(at, found[0], found[1])
	if err != nil {
		return err
	}
	return k.save(ctx, changed)
}

// Rotate makes a secret and keeps its record. The token before it goes on until it is not needed any more, or ends at once if it
// leaked. The secret is returned here and nowhere else. If the record can't be written, everything stays as it was.
func (k *Keeper) Rotate(ctx context.Context, how Rotation) (secret string, record store.Token, err error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", store.Token{}, fmt.Errorf("make token id: %w", err)
	}
	secret = newSecret(Prefix)
	h := hash(secret)
	made := store.Token{ID: id.String(), Hash: h[:], LastFour: lastFour(secret), Expires: how.Expires}
	err = k.step(ctx, func(at time.Time, newer, older *row) ([]row, error) {
		if !how.Expires.IsZero() && !how.Expires.After(at) {
			return nil, ErrExpiry
		}
		made.Created = k.table.Load().after(at)
		changed, err := how.makeWay(at, newer, older)
		if err != nil {
			return nil, err
		}
		for i := range changed {
			if changed[i].Ended.IsZero() {
				changed[i].ReplacedBy = made.ID
			}
		}
		return append([]row{newRow(made)}, changed...), nil
	})
	if err != nil {
		return "", store.Token{}, fmt.Errorf("rotate token: %w", err)
	}
	return secret, made, nil
}

// makeWay says what becomes of the accepted tokens when there is a new one; at most one of them goes on.
func (how Rotation) makeWay(at time.Time, newer, older *row) ([]row, error) {
	if newer == nil {
		return nil, nil
	}
	switch {
	case how.Leaked:
		newer.Ended = at
		if older != nil {
			older.Ended = at
		}
	case older == nil:
	case !how.Force:
		return nil, ErrRotating
	case newer.mark.first.Load() == 0:
		newer.Ended = at
	default:
		older.Ended = at
	}
	if older == nil {
		return []row{*newer}, nil
	}
	return []row{*newer, *older}, nil
}

// Undo ends the newer of two accepted tokens; the old one goes on alone.
func (k *Keeper) Undo(ctx context.Context) error {
	return k.step(ctx, func(at time.Time, newer, older *row) ([]row, error) {
		if older == nil {
			return nil, ErrNotRotating
		}
		newer.Ended, older.ReplacedBy = at, ""
		return []row{*newer, *older}, nil
	})
}

// Finish ends the older of two accepted tokens now. If it has ended already, that is what was wanted.
func (k *Keeper) Finish(ctx context.Context) error {
	return k.step(ctx, func(at time.Time, _, older *row) ([]row, error) {
		if older == nil {
			return nil, nil
		}
		older.Ended = at
		return []row{*older}, nil
	})
}

// End stops accepting every token, and tells which it was that ended.
func (k *Keeper) End(ctx context.Context) (ended []store.Token, err error) {
	err = k.step(ctx, func(at time.Time, newer, older *row) ([]row, error) {
		changed := []row{}
		for _, r := range []*row{newer, older} {
			if r != nil {
				r.Ended = at
				changed, ended = append(changed, *r), append(ended, r.token())
			}
		}
		return changed, nil
	})
	if err != nil {
		return nil, fmt.Errorf("end tokens: %w", err)
	}
	return ended, nil
}

// Expire has the newest accepted token end at a time, or never if that is zero.
func (k *Keeper) Expire(ctx context.Context, end time.Time) error {
	return k.step(ctx, func(at time.Time, newer, _ *row) ([]row, error) {
		switch {
		case newer == nil:
			return nil, ErrNoToken
		case !end.IsZero() && !end.After(at):
			return nil, ErrExpiry
		}
		newer.Expires = end
		return []row{*newer}, nil
	})
}

// MintCheck makes the credential of one self-check. It is in memory alone, and ends with end or after a while.
func (k *Keeper) MintCheck(life time.Duration) (secret string, end func()) {
	k.change.Lock()
	defer k.change.Unlock()
	secret = newSecret(Prefix)
	at := k.wall()
	made := check{hash(secret), at.Add(life)}
	k.keepChecks(func(c check) bool { return at.Before(c.until) }, made)
	return secret, func() {
		k.change.Lock()
		defer k.change.Unlock()
		k.keepChecks(func(c check) bool { return c != made })
	}
}

// keepChecks drops credentials of self-checks and adds others. change is held.
func (k *Keeper) keepChecks(keep func(check) bool, more ...check) {
	t := k.table.Load()
	checks := slices.DeleteFunc(slices.Clone(t.checks), func(c check) bool { return !keep(c) })
	k.table.Store(&table{rows: t.rows, checks: append(checks, more...)})
}

// Verify tells whose a secret is and whether it is accepted, and notes its use, or that it was sent after its end. It does the
// same work for any secret: it is hashed once, and the hash compared in constant time with every one that is known.
func (k *Keeper) Verify(secret string) (who Who, ok bool) {
	h := hash(secret)
	formed := wellFormed(secret, Prefix) || wellFormed(secret, accessPrefix)
	at := k.wall()
	t := k.table.Load()
	accepted := t.accepted(at, k.quietSince(at))
	found := -1
	for i := range t.rows {
		if k.equal(t.rows[i].hash[:], h[:]) == 1 {
			found = i
		}
	}
	for i := range t.checks {
		if k.equal(t.checks[i].hash[:], h[:]) == 1 {
			who.Check = at.Before(t.checks[i].until)
		}
	}
	if formed {
		who.LastFour = lastFour(secret)
	}
	o := k.oauth.Load()
	if o.admits(h, at) {
		who.Token = o.client.ID
		o.used(k.store, at)
		return who, true
	}
	if found < 0 {
		return who, who.Check
	}
	r := t.rows[found]
	who.Token = r.ID
	if slices.Contains(accepted[:], found) {
		r.mark.used(at)
		k.store.TouchToken(r.ID, at)
		return who, true
	}
	later(&r.mark.refused, millis(at))
	k.store.RefuseToken(r.ID, at)
	if r.Ended.IsZero() {
		k.due()
	}
	return who, false
}

// due wakes Run, so that what was refused for its end also has it on disk.
func (k *Keeper) due() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// State gives the tokens as they are now.
func (k *Keeper) State() State {
	at := k.wall()
	quiet := k.quietSince(at)
	t := k.table.Load()
	t = t.with(t.lapsed(at, quiet))
	s := State{Ended: []store.Token{}}
	accepted := t.accepted(at, quiet)
	if i := accepted[0]; i >= 0 {
		s.Current = t.rows[i].token()
	}
	if i := accepted[1]; i >= 0 {
		s.Old = t.rows[i].token()
		s.OldEnds = t.due(accepted[0], i, quiet)
	}
	for _, r := range t.rows {
		if !r.Ended.IsZero() {
			s.Ended = append(s.Ended, r.token())
		}
	}
	slices.SortStableFunc(s.Ended, func(a, b store.Token) int { return b.Ended.Compare(a.Ended) })
	return s
}
