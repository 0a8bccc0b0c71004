package backend

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"time"

	"scimdesk/backend/server"
	"scimdesk/backend/store"
	"scimdesk/backend/token"
)

// cameKey is where the store keeps who came last.
const cameKey = "last requests that were let in"

// cameEvery is how often that is written at most: after a crash it may be so much older than the tokens' own last use.
const cameEvery = time.Minute

// An entry is a request that was let in.
type entry struct {
	At    time.Time `json:"at,omitzero"`
	Via   string    `json:"via,omitempty"`
	Token string    `json:"token,omitempty"` // id of the record
}

// entries are the last request that came as Entra comes, and the last from this computer.
type entries struct {
	Outside entry `json:"outside,omitzero"`
	Here    entry `json:"here,omitzero"`
}

// came tells Entra's requests from a rehearsal's or a script's: the latter prove nothing of the way from the internet.
type came struct {
	store *store.Store

	mu    sync.Mutex
	now   entries
	kept  entries // what is on disk
	keeps time.Time
}

// load reads what was kept.
func (c *came) load(ctx context.Context) error {
	text, err := c.store.Meta(ctx, cameKey)
	if err != nil || text == "" {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := json.Unmarshal([]byte(text), &c.now); err != nil {
		return fmt.Errorf("read who came last: %w", err)
	}
	c.kept = c.now
	return nil
}

func (c *came) get() entries {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// note takes a request, and tells whether it is time to keep it. The first of a kind is kept at once.
func (c *came) note(e entry, outside bool) (due bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var first bool
	if outside {
		first, c.now.Outside = c.kept.Outside.At.IsZero(), e
	} else {
		first, c.now.Here = c.kept.Here.At.IsZero(), e
	}
	return first || e.At.Sub(c.keeps) >= cameEvery
}

// keep writes who came last, if that is due or insist says so.
func (c *came) keep(ctx context.Context, insist bool) error {
	c.mu.Lock()
	now := c.now
	due := now != c.kept && (insist || now.Outside.At.IsZero() != c.kept.Outside.At.IsZero() || now.Here.At.IsZero() != c.kept.Here.At.IsZero() || time.Since(c.keeps) >= cameEvery)
	if due {
		c.keeps = time.Now()
	}
	c.mu.Unlock()
	if !due {
		return nil
	}
	text, err := json.Marshal(now)
	if err == nil {
		err = c.store.SetMeta(ctx, cameKey, string(text))
	}
	if err != nil {
		return fmt.Errorf("note who came last: %w", err)
	}
	c.mu.Lock()
	c.kept = now
	c.mu.Unlock()
	return nil
}

// keepCame also keeps what is noted while the program ends.
func (b *Backend) keepCame(ctx context.Context, insist bool) {
	if err := b.came.keep(context.WithoutCancel(ctx), insist); err != nil && !errors.Is(err, store.ErrClosed) {
		b.log.Warn("keep who came last", "err", err)
	}
}

// fromOutside tells whether a request came as Entra comes. Through the tunnel or a trusted proxy it did. Under the own address one that
// looks local may have come by a proxy on this computer that nobody named as trusted, such as a cloudflared, or over TLS with the
// admin's certificate: then it says it was handed on, or names the public host, which a client that goes to 127.0.0.1 does not. That
// is no proof against somebody on this computer who has the token and pretends; it is for honest rehearsals and scripts.
func (b *Backend) fromOutside(e server.Entry) bool {
	if e.Via != server.ViaLocal {
		return true
	}
	c := b.setting.connection()
	if c.Way != WayOwn {
		return false
	}
	u, err := url.Parse(c.PublicURL)
	return e.Forwarded || err == nil && strings.EqualFold(u.Hostname(), hostname(e.Host))
}

// hostname is a Host header without its port.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}

// lastEntry is the last request that counts as Entra's, and when one came from this computer since, which then counts for nothing. While
// nobody else is to come, a request from this computer is what is waited for.
func (b *Backend) lastEntry(s token.State) (last entry, here time.Time) {
	e := b.came.get()
	if b.setting.connection().Way != WayNone {
		if e.Here.At.After(e.Outside.At) {
			here = e.Here.At
		}
		return e.Outside, here
	}
	last.At, last.Token = b.lastUse(s)
	if last.At.IsZero() {
		return entry{}, here
	}
	last.Via = server.ViaLocal
	if e.Outside.At.After(e.Here.At) {
		last.Via = cmp.Or(e.Outside.Via, last.Via)
	}
	return last, here
}
