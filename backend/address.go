package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"scimdesk/backend/server"
	"scimdesk/backend/store"
)

// givenKey is where the store keeps the address that Entra was given.
const givenKey = "address given to Entra"

// given is the address that Entra was given, as far as one can know from here: the first one that was up, later the one that Entra was
// seen at or that the admin says. While the public address is another, Entra sends to where nobody is, and that is told.
type given struct {
	store   *store.Store
	keeping sync.Mutex  // one change after the other
	alarm   atomic.Bool // the address of now is another; cheap to ask with every request

	mu  sync.Mutex
	now givenAddress
}

// givenAddress is what the store keeps.
type givenAddress struct {
	Address string    `json:"address"`
	Way     string    `json:"way"`
	New     string    `json:"new,omitempty"` // another one, since At; "" while all is well
	NewWay  string    `json:"newWay,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// load reads what was kept.
func (g *given) load(ctx context.Context) error {
	text, err := g.store.Meta(ctx, givenKey)
	if err != nil || text == "" {
		return err
	}
	var kept givenAddress
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		return fmt.Errorf("read the address that Entra was given: %w", err)
	}
	g.put(kept)
	return nil
}

func (g *given) get() givenAddress {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.now
}

func (g *given) put(a givenAddress) {
	g.mu.Lock()
	g.now = a
	g.mu.Unlock()
	g.alarm.Store(a.New != "")
}

// by is the address that Entra was given if it is of a way.
func (g *given) by(way string) string {
	if a := g.get(); a.Way == way {
		return a.Address
	}
	return ""
}

// change keeps what f makes of it, and tells whether that is something else.
func (g *given) change(ctx context.Context, f func(givenAddress) givenAddress) (changed bool, err error) {
	g.keeping.Lock()
	defer g.keeping.Unlock()
	before := g.get()
	after := f(before)
	if after == before {
		return false, nil
	}
	text, err := json.Marshal(after)
	if err != nil {
		return false, fmt.Errorf("note the address: %w", err)
	}
	g.put(after) // told also where the disk refuses it
	return true, g.store.SetMeta(ctx, givenKey, string(text))
}

// seen is what an address that is up makes of the one that Entra was given.
func (a givenAddress) seen(address, way string, now time.Time) givenAddress {
	switch {
	case a.Address == "", a.Address == address:
		return givenAddress{Address: address, Way: way}
	case a.New == address:
		return a
	}
	return givenAddress{Address: a.Address, Way: a.Way, New: address, NewWay: way, At: now.UTC().Truncate(time.Millisecond)}
}

// settled is that Entra has the new address.
func (a givenAddress) settled() givenAddress {
	if a.New == "" {
		return a
	}
	return givenAddress{Address: a.New, Way: a.NewWay}
}

// cameBy is that Entra has the address with another base path: another target's.
func (a givenAddress) cameBy(base string) givenAddress {
	if a.Address != "" && a.New == "" {
		a.Address = atPath(a.Address, base)
	}
	return a
}

// noteAddress compares the address that is up with the one that Entra was given.
func (b *Backend) noteAddress(ctx context.Context) {
	if b.sample {
		return
	}
	b.changeGiven(ctx, func(a givenAddress) givenAddress {
		origin, up := b.link.origin() // of now: who looked before somebody else's change would take that back
		if origin == "" || !up {
			return a
		}
		return a.seen(b.tenant(origin, a.Address), b.setting.connection().Way, time.Now())
	})
}

// changeGiven also keeps what is noted while the program ends.
func (b *Backend) changeGiven(ctx context.Context, f func(givenAddress) givenAddress) {
	changed, err := b.link.given.change(context.WithoutCancel(ctx), f)
	if err != nil && !errors.Is(err, store.ErrClosed) {
		b.log.Warn("note the address that Entra was given", "err", err)
	}
	if changed {
		b.tellStatus()
	}
}

// entered looks at a request that was let in: one that came by the new address shows that Entra has it.
func (b *Backend) entered(e server.Entry) {
	if e.Who.Check {
		return
	}
	outside := b.fromOutside(e)
	if outside && e.Via == server.ViaLocal {
		b.guide.strays.hand(e.Request)
	}
	if b.came.note(entry{At: time.Now().UTC().Truncate(time.Millisecond), Via: e.Via, Token: e.Who.Token}, outside) {
		b.link.stir()
	}
	if !b.link.given.alarm.Load() {
		if outside {
			b.cameBy(e)
		}
		return
	}
	u, err := url.Parse(b.link.given.get().New)
	if err != nil || !strings.EqualFold(u.Host, e.Host) {
		return
	}
	b.link.mu.Lock()
	b.link.arrived = true
	b.link.mu.Unlock()
	b.link.stir()
}

// cameBy notes by which base path of the address Entra comes, so that it is known whether it still can when another target is chosen.
func (b *Backend) cameBy(e server.Entry) {
	u, err := url.Parse(b.link.given.get().Address)
	if err != nil || u.Host == "" || !strings.EqualFold(u.Host, e.Host) || u.Path == e.Base {
		return
	}
	b.link.mu.Lock()
	b.link.base = e.Base
	b.link.mu.Unlock()
	b.link.stir()
}

// addressChange tells of an address that Entra does not have.
func (b *Backend) addressChange() AddressChange {
	a := b.link.given.get()
	if a.New == "" {
		return AddressChange{}
	}
	return AddressChange{Old: a.Address, New: a.New, At: stamp(a.At)}
}
