package backend

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"scimdesk/backend/server"
	"scimdesk/backend/store"
)

// What counts as what, seen from this side: nobody tells us whether a request belongs to a cycle. Entra sends a cycle without pauses worth the
// name, comes again about every 40 minutes, and Provision on demand writes one person within seconds.
const (
	guidePause  = 10 * time.Second // ends a burst: one go of Provision on demand
	guideBreak  = 2 * time.Minute  // ends a visit: a cycle
	guideEarly  = 30 * time.Minute // from the beginning of one visit to that of the next, when Entra comes by itself
	guideLate   = 50 * time.Minute
	guideVisits = 3      // so many at such distances are no accident
	guideAtOnce = 20     // pages of the log for one look
	guidePage   = 1_000  // rows
	guideFar    = 50_000 // rows that a folder which was never looked at is looked at back
)

// guideLog is the log as the guide has read it.
type guideLog struct {
	through  int64 // the last row that was read
	settled  int64 // the last row before the visit that may not be over
	burst    guideBurst
	visit    guideBurst
	began    time.Time // the visit before
	regular  int       // visits at Entra's distances, one after the other
	arrived  time.Time // the last request that was let in
	refused  guideProof
	astray   guideProof
	failed   guideProof
	finished time.Time // the last that went well after one that failed
	partial  bool      // rows were gone, or too many, before it was looked at for the first time
}

// A guideBurst is requests without a pause.
type guideBurst struct {
	first, last time.Time
	seq         int64  // of the first write of a person
	person      string // id of the first whom it wrote
	name        string
	persons     bool // it wrote another
	groups      bool
}

// readLog looks at what came since the last time, a bounded part of it at once, and draws from it what it shows. It needs mu.
func (b *Backend) readLog(ctx context.Context, now time.Time) error {
	g := b.guide
	first, last, err := b.store.ActivityHead(ctx)
	if err != nil {
		return err
	}
	if last < g.log.through { // it is another log
		g.log.through = 0
	}
	if g.log.through == 0 {
		g.log.partial = first > 1 || last > guideFar
		g.log.through = max(last-guideFar, 0)
	}
	for range guideAtOnce {
		if g.log.through >= last {
			break
		}
		after := g.log.through
		if after == 0 {
			after = -1 // the first row, not the newest
		}
		rows, err := b.store.ActivityPage(ctx, store.ActivityQuery{After: after, Limit: guidePage})
		if err != nil {
			return err
		}
		for _, a := range rows {
			b.readRow(a)
		}
		if len(rows) == 0 {
			break
		}
	}
	if at := g.strays.last(); at.At.After(g.log.astray.At) {
		g.log.astray = at
	}
	g.log.pass(&g.kept, now)
	return nil
}

// readRow takes a row of the log. Requests from this computer prove nothing.
func (b *Backend) readRow(a store.Activity) {
	g := b.guide
	g.log.through = a.Seq
	if !b.cameFromOutside(a) {
		return
	}
	at := guideProof{At: a.At, Seq: a.Seq}
	if a.Status == http.StatusUnauthorized {
		at.Value = a.Hint
		g.log.refused = at
		return
	}
	if a.Token == "" {
		return
	}
	g.log.pass(&g.kept, a.At)
	if g.log.visit.first.IsZero() {
		g.log.settled = a.Seq - 1
	}
	g.log.arrived = a.At
	g.kept.see(GuideValues, at)
	g.log.outcome(a)
	if a.Status == http.StatusOK && (a.Action == "test" || a.Action == "match") {
		g.kept.see(GuideTest, at)
	}
	g.log.burst.take(a)
	g.log.visit.take(a)
	if g.log.burst.persons {
		g.kept.see(GuideStart, guideProof{At: a.At, Seq: g.log.burst.seq, Value: g.log.burst.name})
	}
	if a.ResourceType == "Group" && isWritten(a) && a.Action != "delete" {
		at.Value = a.Name
		g.kept.see(GuideGroup, at)
	}
}

// outcome notes what went wrong, and that it does not any more.
func (l *guideLog) outcome(a store.Activity) {
	switch {
	case a.Status == http.StatusNotFound && a.Action == "other":
		path, _, _ := strings.Cut(a.Target, "?")
		l.astray = guideProof{At: a.At, Seq: a.Seq, Value: path}
	case a.Status >= http.StatusBadRequest && a.Method != http.MethodGet, a.Status == http.StatusBadRequest, a.Status >= http.StatusInternalServerError:
		l.failed = guideProof{At: a.At, Seq: a.Seq, Value: a.Detail}
	case a.Action == "match" || a.Action == "test" || isWritten(a):
		l.finished = a.At
	}
}

// pass lets time go on to the next request, or to now: what is quiet for long enough is over.
func (l *guideLog) pass(k *guideKept, now time.Time) {
	if one := l.burst; !one.first.IsZero() && now.Sub(one.last) >= guidePause {
		if one.person != "" && !one.persons && !one.groups {
			k.see(GuideOnDemand, guideProof{At: one.last, Seq: one.seq, Value: one.name})
		}
		l.burst = guideBurst{}
	}
	one := l.visit
	if one.first.IsZero() || now.Sub(one.last) < guideBreak {
		return
	}
	l.visit = guideBurst{}
	done := guideProof{At: one.last, Seq: one.seq, Value: one.name}
	if one.persons {
		k.see(GuideCycle, done)
	}
	if apart := one.first.Sub(l.began); apart >= guideEarly && apart <= guideLate {
		l.regular++
	} else if apart > guideLate || l.regular == 0 {
		l.regular = 1
	} else {
		return // between two of Entra's own, as a test is
	}
	l.began = one.first
	if l.regular >= guideVisits {
		k.see(GuideStart, done)
		k.see(GuideCycle, done)
	}
}

func (u *guideBurst) take(a store.Activity) {
	if u.first.IsZero() {
		u.first = a.At
	}
	u.last = a.At
	switch {
	case !isWritten(a):
	case a.ResourceType == "Group":
		u.groups = true
	case a.ResourceType != "User":
	case u.person == "":
		u.person, u.name, u.seq = a.ResourceID, a.Name, a.Seq
	case u.person != a.ResourceID:
		u.persons = true
	}
}

// isWritten tells that a request changed something, or would have if it was not so already.
func isWritten(a store.Activity) bool {
	return a.Method != http.MethodGet && a.Status >= 200 && a.Status < 300 && a.ResourceID != ""
}

// cameFromOutside is fromOutside of a row of the log. Under the own address one that looks local counts if it came from another computer, or
// if entered saw that it was handed on.
func (b *Backend) cameFromOutside(a store.Activity) bool {
	switch a.Via {
	case server.ViaTunnel, server.ViaProxy:
		return true
	case server.ViaLocal:
		if b.guide.strays.handedOn(a.RequestID) {
			return true
		}
		at, err := netip.ParseAddrPort(a.Remote)
		return err == nil && !at.Addr().Unmap().IsLoopback() && b.setting.connection().Way == WayOwn
	}
	return false
}

// strays is what the log does not tell: requests that were for no path of ours, and which of those that look local are not. It is in
// memory only, and bounded.
type strays struct {
	mu     sync.Mutex
	astray guideProof
	handed map[string]struct{}
	order  []string
}

// handedKept is how many requests are remembered: as many as a few cycles of a small office.
const handedKept = 4096

func (s *strays) last() guideProof {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.astray
}

func (s *strays) handedOn(request string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.handed[request]
	return ok
}

func (s *strays) hand(request string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.handed == nil {
		s.handed = map[string]struct{}{}
	}
	if len(s.order) == handedKept {
		delete(s.handed, s.order[0])
		s.order = s.order[1:]
	}
	s.handed[request] = struct{}{}
	s.order = append(s.order, request)
}

// wentAstray notes a request with a credential that asked for what SCIM has, but not under a path of ours: the Tenant URL is nearly right.
func (b *Backend) wentAstray(e server.Entry, path string) {
	if !b.fromOutside(e) || !isNearly(path) {
		return
	}
	s := &b.guide.strays
	s.mu.Lock()
	s.astray = guideProof{At: time.Now().UTC().Truncate(time.Millisecond), Value: Mask(path[:min(len(path), store.StrangerLimit)])}
	s.mu.Unlock()
	b.tellStatus()
}

// isNearly tells that somebody looks for SCIM.
func isNearly(path string) bool {
	for part := range strings.SplitSeq(strings.ToLower(path), "/") {
		switch part {
		case "users", "groups", "user", "group", "schemas", "serviceproviderconfig", "scim":
			return true
		}
	}
	return false
}
