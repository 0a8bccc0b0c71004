package backend

import (
	"context"
	"fmt"
	"sync"
	"time"

	"scimdesk/backend/scim"
)

// Notify tells a face that something moved. It never carries rows: a face pulls what it shows by cursor, so a face
// that lags or sleeps loses nothing. Several changes merge into one Notify.
type Notify struct {
	Store    string `json:"store"`    // Snapshot.Store; another value means: drop everything and start again
	Activity int64  `json:"activity"` // highest activity seq on disk
	People   bool   `json:"people"`   // people changed
	Groups   bool   `json:"groups"`   // groups or memberships changed
	Status   bool   `json:"status"`   // anything of Snapshot changed
}

// merge makes n tell what both told.
func (n *Notify) merge(m Notify) {
	n.Store = m.Store
	n.Activity = max(n.Activity, m.Activity)
	n.People = n.People || m.People
	n.Groups = n.Groups || m.Groups
	n.Status = n.Status || m.Status
}

// notifyEvery is the shortest time between two Notify values to one face: faster is not seen, and each costs the window a
// turn of its UI thread.
const notifyEvery = 100 * time.Millisecond

// hub hands what happened to every watcher, without ever waiting for one.
type hub struct {
	mu       sync.Mutex
	last     int64 // highest activity seq told
	watchers map[*watcher]struct{}
}

type watcher struct {
	pending Notify
	wake    chan struct{} // holds one: pending has something
}

func newHub() *hub { return &hub{watchers: map[*watcher]struct{}{}} }

func (h *hub) tell(n Notify) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = max(h.last, n.Activity)
	for w := range h.watchers {
		w.pending.merge(n)
		select {
		case w.wake <- struct{}{}:
		default: // it has not taken the last one yet; pending has both
		}
	}
}

func (h *hub) take(w *watcher) Notify {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := w.pending
	w.pending = Notify{}
	return n
}

// Watch gives merged Notify values, at most one every 100 ms, until ctx ends; then the channel is closed. The first comes at
// once and says that everything may have changed. Reading late merges, and never blocks whoever caused them.
func (b *Backend) Watch(ctx context.Context) <-chan Notify {
	out := make(chan Notify)
	w := &watcher{wake: make(chan struct{}, 1)}
	w.wake <- struct{}{} // while nobody else can: once the hub knows the watcher it may be full
	b.hub.mu.Lock()
	b.hub.watchers[w] = struct{}{}
	w.pending = Notify{Store: b.id, Activity: b.hub.last, People: true, Groups: true, Status: true}
	b.hub.mu.Unlock()
	go func() {
		defer close(out)
		defer func() {
			b.hub.mu.Lock()
			delete(b.hub.watchers, w)
			b.hub.mu.Unlock()
		}()
		for {
			select {
			case <-ctx.Done():
				return
			case <-w.wake:
			}
			select {
			case <-ctx.Done():
				return
			case out <- b.hub.take(w):
			}
			pause := time.NewTimer(notifyEvery)
			select {
			case <-ctx.Done():
				pause.Stop()
				return
			case <-pause.C:
			}
		}
	}()
	return out
}

// Snapshot is the state a face starts from, and pulls again when a Notify says Status, People or Groups.
type Snapshot struct {
	Store     string        `json:"store"` // random per Open
	Version   string        `json:"version"`
	Face      string        `json:"face"`
	Started   string        `json:"started"`
	Folder    string        `json:"folder"`
	Address   string        `json:"address"` // the SCIM base URL that clients are given, "" if none is served
	Listener  ListenerInfo  `json:"listener"`
	Token     TokenInfo     `json:"token"`
	OldToken  TokenInfo     `json:"oldToken"` // accepted beside Token while a rotation goes on
	Tunnel    TunnelInfo    `json:"tunnel"`
	Changed   AddressChange `json:"changed"`
	Quota     string        `json:"quota"` // QuotaInfo.Level
	Check     CheckSummary  `json:"check"` // the last one
	Gap       Gap           `json:"gap"`   // the one that lasts, or else the last one of today; From is "" if there is none
	Database  DatabaseInfo  `json:"database"`
	People    Counts        `json:"people"`
	Groups    Counts        `json:"groups"`
	Activity  ActivityHead  `json:"activity"`
	OAuth     bool          `json:"oauth"`     // a client for OAuth may sign in beside Token, or in place of it
	LastEntra string        `json:"lastEntra"` // last accepted request that came as Entra comes, or while the way is none, at all; "" if none yet
	LastVia   string        `json:"lastVia"`   // how that came: tunnel, proxy or local
	LastToken string        `json:"lastToken"` // id of the token, or of the OAuth client, that it came with
	LastLocal string        `json:"lastLocal"` // a later one from this computer, which proves nothing of the way; "" if there is none
	Refused   RefusedInfo   `json:"refused"`   // last request without one
	Sample    bool          `json:"sample"`    // invented people on a scratch folder
	Target    string        `json:"target"`    // id of the system that the folder stands in for
	OneToken  bool          `json:"oneToken"`  // that has one secret at a time: making a token ends the one before at once
	Job       JobInfo       `json:"job"`       // the one under way; else the last one that ended since the folder was opened, Seq 0 if none has
	Handover  HandoverFault `json:"handover"`  // the last hand-over by itself, if that failed
}

// HandoverFault is why the last hand-over that was due by itself was not made. All is "" once one is made, or nothing is left to hand over.
type HandoverFault struct {
	At    string `json:"at"`    // when it was tried last
	Code  string `json:"code"`  // an error code of errors.go
	Fault string `json:"fault"` // the same as a sentence
}

// RefusedInfo is the newest request that was refused for its token; At is "" if the log has none.
type RefusedInfo struct {
	At       string `json:"at"`
	Remote   string `json:"remote"`
	Detail   string `json:"detail"`
	LastFour string `json:"lastFour"` // of the secret that was sent, "" if it was none of this app's
	Ended    string `json:"ended"`    // when that token ended, "" if it never was one
	Activity int64  `json:"activity"` // its seq
}

// ListenerInfo is whether the SCIM listener serves, and why not.
type ListenerInfo struct {
	Serving bool   `json:"serving"`
	Since   string `json:"since"`  // when Serving last changed
	Listen  string `json:"listen"` // host:port really bound
	Code    string `json:"code"`   // an error code of errors.go, "" if all is well
	Message string `json:"message"`
}

// DatabaseInfo is what the disk lets us do: "ok", "full", "read-only", "locked", "corrupt", "failing".
type DatabaseInfo struct {
	State  string `json:"state"`
	Since  string `json:"since"`
	Detail string `json:"detail"`
}

// Counts of people or groups. Disabled ones are Total - Active; deleted ones are not in Total.
type Counts struct {
	Total   int `json:"total"`
	Active  int `json:"active"`
	Deleted int `json:"deleted"`
}

// ActivityHead is the range of activity seqs on disk; both 0 while there are none.
type ActivityHead struct {
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

// Snapshot gives the state now.
func (b *Backend) Snapshot(ctx context.Context) (Snapshot, error) {
	s := Snapshot{
		Store: b.id, Version: Version, Face: b.face, Folder: b.dir,
		Started: stamp(b.started),
		Address: b.address(),
		Sample:  b.sample,
		Target:  b.setting.get().Target, OneToken: b.targets.get().OneToken,
		Tunnel:  b.tunnelInfo(),
		Changed: b.addressChange(),
		Quota:   b.quotaLevel(time.Now()),
		Job:     b.jobs.info(),
		Check:   b.checkSummary(),
		Listener: ListenerInfo{
			Listen:  b.door.bound(),
			Serving: b.door.bound() != "",
			Since:   stamp(b.door.changedAt()),
		},
	}
	if err := b.door.failure(); err != nil {
		s.Listener.Code, s.Listener.Message = Code(err), Message(err)
	}
	h := b.store.Health()
	s.Database = DatabaseInfo{State: string(h.State), Since: stamp(h.Since), Detail: h.Detail}
	var err error
	if s.People, err = b.counts(ctx, scim.User); err != nil {
		return Snapshot{}, err
	}
	if s.Groups, err = b.counts(ctx, scim.Group); err != nil {
		return Snapshot{}, err
	}
	if s.Activity, err = b.activityHead(ctx); err != nil {
		return Snapshot{}, err
	}
	tokens := b.tokens.State()
	s.Token, s.OldToken = tokenInfo(tokens.Current), tokenInfo(tokens.Old)
	last, here := b.lastEntry(tokens)
	s.LastEntra, s.LastVia, s.LastToken, s.LastLocal = stamp(last.At), last.Via, last.Token, stamp(here)
	_, s.OAuth = b.tokens.Client()
	if s.Refused, err = b.lastRefused(ctx); err != nil {
		return Snapshot{}, err
	}
	if s.Gap, err = b.gapNow(ctx, time.Now()); err != nil {
		return Snapshot{}, err
	}
	if s.Handover, err = b.handing.fault(ctx); err != nil {
		return Snapshot{}, err
	}
	return s, nil
}

func (b *Backend) lastRefused(ctx context.Context) (RefusedInfo, error) {
	a, found, err := b.store.LastRefused(ctx)
	if err != nil || !found {
		return RefusedInfo{}, err
	}
	r := RefusedInfo{At: stamp(a.At), Remote: a.Remote, Detail: a.Detail, Activity: a.Seq, LastFour: a.Hint}
	for _, t := range b.tokens.State().Ended {
		if a.Hint != "" && t.LastFour == a.Hint {
			r.Ended = stamp(t.Ended)
			break
		}
	}
	return r, nil
}

func (b *Backend) counts(ctx context.Context, t *scim.ResourceType) (Counts, error) {
	c, err := b.store.Counts(ctx, t)
	if err != nil {
		return Counts{}, fmt.Errorf("count %s: %w", t.Endpoint, err)
	}
	return Counts(c), nil
}

// stamp writes a time for a face: RFC 3339 in UTC with milliseconds, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}
