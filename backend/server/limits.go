package server

import (
	"context"
	"fmt"
	"sync"
	"time"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

const (
	handled    = 32       // requests that are worked on at a time; more wait their turn
	handledBig = 2        // of them with a body above bigBody: one of 1 MiB takes some 60 MiB while it is read
	bigBody    = 64 << 10 // bytes
	maxAnswer  = 8 << 20  // bytes after which a page of a list ends early, as RFC 7644 section 3.4.2.4 allows
)

// lanes bound what all requests together take. A request waits for its lane after its body has come, so that a slow
// client holds up nobody; it gives up when its time is over, which is 503. Only a full waiting room is 429, and nothing else ever is:
// Entra may take that for a reason to stop.
type lanes struct {
	all, big chan struct{}
	room     *room
}

const (
	maxWaiting      = 512      // requests that wait for a lane
	maxWaitingBytes = 64 << 20 // of their bodies
)

// A room is where requests wait.
type room struct {
	mu       sync.Mutex
	requests int
	bytes    int
}

func newLanes() lanes {
	return lanes{all: make(chan struct{}, handled), big: make(chan struct{}, handledBig), room: &room{}}
}

// enter waits for a lane; leave gives it back.
func (l lanes) enter(ctx context.Context, body int) (leave func(), err error) {
	need := []chan struct{}{l.all}
	if body > bigBody {
		need = []chan struct{}{l.big, l.all}
	}
	for i, lane := range need {
		if err := l.wait(ctx, lane, body); err != nil {
			free(need[:i])
			return nil, err
		}
	}
	return func() { free(need) }, nil
}

// wait takes a place in a lane. Only who finds none free takes one in the room.
func (l lanes) wait(ctx context.Context, lane chan struct{}, body int) error {
	select {
	case lane <- struct{}{}:
		return nil
	default:
	}
	if !l.room.take(body) {
		return &scim.Error{Kind: scim.TooManyRequests, Detail: "Too many requests are waiting already; nothing was changed, try again later"}
	}
	defer l.room.leave(body)
	select {
	case lane <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (r *room) take(body int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.requests >= maxWaiting || r.bytes+body > maxWaitingBytes {
		return false
	}
	r.requests++
	r.bytes += body
	return true
}

func (r *room) leave(body int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests--
	r.bytes -= body
}

func free(lanes []chan struct{}) {
	for _, lane := range lanes {
		<-lane
	}
}

const (
	strangerRows = 60                  // rows a minute that requests without an accepted token may fill
	strangerText = store.StrangerLimit // bytes that are kept of what they say
)

// strangers keep who has no token from filling the disk with the record of being refused: of more than 60 a minute only the
// number is kept.
type strangers struct {
	mu     sync.Mutex
	minute time.Time
	rows   int
	more   int
}

// refused decides whether the row of a refusal is kept. It also gives the row that sums up an earlier minute, when there is one.
func (s *strangers) refused(at time.Time) (keep bool, sum *store.Activity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.Sub(s.minute) >= time.Minute {
		sum = s.sum()
		s.minute, s.rows = at, 0
	}
	if s.rows++; s.rows > strangerRows {
		s.more++
		return false, sum
	}
	return true, sum
}

// over gives the row that sums up a minute that has passed.
func (s *strangers) over(at time.Time) *store.Activity {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.more == 0 || at.Sub(s.minute) < time.Minute {
		return nil
	}
	return s.sum()
}

func (s *strangers) sum() *store.Activity {
	if s.more == 0 {
		return nil
	}
	n := s.more
	s.more = 0
	return &store.Activity{RequestID: requestID(), At: s.minute, Action: "other", Status: statuses[scim.Unauthorized].status,
		Detail: fmt.Sprintf("%d more requests within a minute without an accepted token", n)}
}

func cut(s string, n int) string { return s[:min(len(s), n)] }
