package backend

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Steps of the set-up guide, in their order.
const (
	GuidePlan     = "plan"      // which Entra plan, and which role
	GuideNight    = "night"     // does this computer run all night
	GuideTunnel   = "tunnel"    // a public address that answers
	GuideToken    = "token"     // a secret token
	GuideTarget   = "target"    // what the folder stands in for
	GuidePeople   = "people"    // who exists already: import, forecast, convert
	GuideValues   = "values"    // Tenant URL and Secret token in Entra
	GuideTest     = "test"      // Test Connection was seen
	GuideOnDemand = "on-demand" // one person by Provision on demand
	GuideForecast = "forecast"  // what the first cycle will do
	GuideStart    = "start"     // Start provisioning: the first user
	GuideGroup    = "group"     // the first group
	GuideCycle    = "cycle"     // the first cycle is done
	GuideWatch    = "watch"     // what to look after from now on
)

// GuideStep is a step with what the server itself has seen of it.
type GuideStep struct {
	ID      string `json:"id"`
	State   string `json:"state"`   // done, open, skipped or trouble
	By      string `json:"by"`      // done: "seen" (from traffic or state) or "said" (the admin ticked it)
	At      string `json:"at"`      // when it was seen or said
	Detail  string `json:"detail"`  // a code of the page's sentences, such as WRONG_PATH, see below; "" if there is nothing to say
	Value   string `json:"value"`   // what goes into that sentence: a path, a name, a count
	Since   string `json:"since"`   // of one that waits for traffic: since when it listens
	Request int64  `json:"request"` // seq of the request that shows it, 0 if none
}

// Guide is how far the set-up is.
type Guide struct {
	Store   string      `json:"store"`
	Step    string      `json:"step"` // where the admin is
	Steps   []GuideStep `json:"steps"`
	Plan    string      `json:"plan"`   // free, p1 or "" (not said)
	Role    string      `json:"role"`   // yes, no or ""
	Night   string      `json:"night"`  // yes, no or ""
	Portal  string      `json:"portal"` // classic or current
	Cloud   string      `json:"cloud"`  // public or usgov
	People  string      `json:"people"` // none, some or "": do people exist already
	Address string      `json:"address"`

	Target   string   `json:"target"`   // name of the system that the folder stands in for
	Tutorial []string `json:"tutorial"` // codes of what that system's own tutorial asks for, in order

	Done   bool `json:"done"`
	Hidden bool `json:"hidden"` // the admin has put it away
}

// GuideChange notes what the admin says. Set one of the values; "" leaves it.
type GuideChange struct {
	Step   string `json:"step"`   // go there
	Skip   string `json:"skip"`   // leave this step out
	Done   string `json:"done"`   // it is done, though nothing can be seen of it
	Undone string `json:"undone"` // take skip or done back
	Plan   string `json:"plan"`
	Role   string `json:"role"`
	Night  string `json:"night"`
	Portal string `json:"portal"`
	Cloud  string `json:"cloud"`
	People string `json:"people"`
	Hidden string `json:"hidden"` // yes or no
}

// Codes of GuideStep.Detail.
const (
	guidePast        = "PAST"          // Entra provisions already, so it needs no answer
	guideNoRole      = "NO_ROLE"       // somebody else has to set it up
	guideNoWay       = "NO_WAY"        // nothing but this computer reaches the address
	guideUnchecked   = "UNCHECKED"     // of an own address: nobody has come by it, and no self-check
	guideTunnelDown  = "TUNNEL_DOWN"   // Value: the code of why
	guideAddress     = "ADDRESS_MOVED" // Value: the address of now, which Entra does not have
	guideNoToken     = "NO_TOKEN"      //
	guideRefused     = "REFUSED_TOKEN" // Value: last four characters of what was sent, if it was ours
	guideWrongPath   = "WRONG_PATH"    // Value: the path that was asked for
	guideCheckFailed = "CHECK_FAILED"  // Value: the step of the self-check that failed
	guideCheckOK     = "CHECK_OK"      // nothing came, though the self-check did
	guideNoRequest   = "NO_REQUEST"    // nothing came
	guideLocalOnly   = "LOCAL_ONLY"    // something came, but from this computer. Value: when
	guideFailed      = "FAILED"        // Value: what Entra was told
	guideOnePerson   = "ONE_PERSON"    // Value: who came; provisioning itself was not seen yet
	guideQuiet       = "QUIET"         // Entra does not come any more. Value: when it did last
	guideFreeGroups  = "NO_GROUPS_FREE"
	guideNoGroups    = "NO_GROUPS_CYCLE" // Entra has been through everything and sent none
	guideNobody      = "NOBODY_HERE"
	guideJob         = "JOB" // Value: how many rows an import or a conversion did
)

// guideSteps are in their order.
var guideSteps = []string{GuidePlan, GuideNight, GuideTunnel, GuideToken, GuideTarget, GuidePeople, GuideValues, GuideTest, GuideOnDemand, GuideForecast,
	GuideStart, GuideGroup, GuideCycle, GuideWatch}

// States of a step.
const (
	guideDone    = "done"
	guideOpen    = "open"
	guideSkipped = "skipped"
	guideTrouble = "trouble"

	guideSeen = "seen"
	guideSaid = "said"
)

// guideKey is where the store keeps the guide, and guideVersion the form of what stands there.
const (
	guideKey     = "set-up guide"
	guideVersion = 1
)

// guide is how far the set-up is, as it is kept in the folder: what the admin said, and what was seen, so that it stays when the log is pruned.
type guide struct {
	strays strays

	mu     sync.Mutex
	loaded bool
	kept   guideKept
	saved  string // what is on disk, without the place in the log
	log    guideLog
}

type guideKept struct {
	Version int                   `json:"version"`
	Step    string                `json:"step,omitempty"`
	Said    map[string]guideWord  `json:"said,omitempty"`  // by step
	Since   map[string]time.Time  `json:"since,omitempty"` // when the admin came to a step for the first time
	Plan    string                `json:"plan,omitempty"`
	Role    string                `json:"role,omitempty"`
	Portal  string                `json:"portal,omitempty"`
	Cloud   string                `json:"cloud,omitempty"`
	People  string                `json:"people,omitempty"`
	Hidden  bool                  `json:"hidden,omitempty"`
	Seen    map[string]guideProof `json:"seen,omitempty"` // by step
	Through int64                 `json:"through,omitempty"`
}

// A guideWord is what the admin said of a step.
type guideWord struct {
	State string    `json:"state"` // done or skipped
	At    time.Time `json:"at"`
}

// A guideProof is what shows that a step is done.
type guideProof struct {
	At    time.Time `json:"at"`
	Seq   int64     `json:"seq,omitempty"`
	Value string    `json:"value,omitempty"`
}

// Guide gives how far the set-up is; it ticks itself from what the server has seen.
func (b *Backend) Guide(ctx context.Context) (Guide, error) { return b.guideAt(ctx, time.Now()) }

// guideAt is Guide at a time, since quiet is evidence too.
func (b *Backend) guideAt(ctx context.Context, now time.Time) (Guide, error) {
	g := b.guide
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := b.readGuide(ctx); err != nil {
		return Guide{}, err
	}
	if err := b.readLog(ctx, now); err != nil {
		return Guide{}, err
	}
	all, err := b.guideView(ctx, now)
	if err != nil {
		return Guide{}, err
	}
	return all, b.keepGuide(ctx)
}

// SaveGuide notes what the admin says; it is kept in the folder.
func (b *Backend) SaveGuide(ctx context.Context, c GuideChange) (Guide, error) {
	if err := c.check(); err != nil {
		return Guide{}, err
	}
	if c.Night != "" {
		s := b.connectionSettings()
		s.AllNight = c.Night
		if _, err := b.SaveConnection(ctx, s); err != nil {
			return Guide{}, err
		}
	}
	if err := b.noteGuide(ctx, c); err != nil {
		return Guide{}, err
	}
	return b.Guide(ctx)
}

func (b *Backend) noteGuide(ctx context.Context, c GuideChange) error {
	g := b.guide
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := b.readGuide(ctx); err != nil {
		return err
	}
	g.kept.note(c, time.Now().UTC().Truncate(time.Millisecond))
	return b.keepGuide(ctx)
}

// readGuide reads what was kept, once.
func (b *Backend) readGuide(ctx context.Context) error {
	g := b.guide
	if g.loaded {
		return nil
	}
	text, err := b.store.Meta(ctx, guideKey)
	if err != nil {
		return err
	}
	kept := guideKept{Version: guideVersion}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &kept); err != nil {
			return fmt.Errorf("read the set-up guide: %w", err)
		}
		if kept.Version != guideVersion {
			return fmt.Errorf("read the set-up guide: its version %d is not known", kept.Version)
		}
	}
	if kept.Seen == nil {
		kept.Seen = map[string]guideProof{}
	}
	if kept.Said == nil {
		kept.Said = map[string]guideWord{}
	}
	if kept.Since == nil {
		kept.Since = map[string]time.Time{}
	}
	if g.saved, err = kept.text(0); err != nil {
		return err
	}
	g.kept, g.loaded = kept, true
	g.log = guideLog{through: kept.Through, settled: kept.Through}
	return nil
}

// keepGuide writes what is new. The place in the log alone is not worth a write.
func (b *Backend) keepGuide(ctx context.Context) error {
	g := b.guide
	words, err := g.kept.text(0)
	if err != nil || words == g.saved {
		return err
	}
	text, err := g.kept.text(g.log.settled)
	if err != nil {
		return err
	}
	if err := b.store.SetMeta(context.WithoutCancel(ctx), guideKey, text); err != nil {
		return err
	}
	g.saved = words
	return nil
}

// text is what the store keeps.
func (k guideKept) text(through int64) (string, error) {
	k.Through = through
	text, err := json.Marshal(k)
	if err != nil {
		return "", fmt.Errorf("keep the set-up guide: %w", err)
	}
	return string(text), nil
}

// check refuses what a guide does not know.
func (c GuideChange) check() error {
	for _, one := range []struct {
		name, value string
		allowed     []string
	}{
		{"step", c.Step, guideSteps}, {"skip", c.Skip, guideSteps}, {"done", c.Done, guideSteps}, {"undone", c.Undone, guideSteps},
		{"plan", c.Plan, []string{"free", "p1"}}, {"role", c.Role, []string{"yes", "no"}}, {"night", c.Night, []string{"yes", "no"}},
		{"portal", c.Portal, []string{"classic", "current"}}, {"cloud", c.Cloud, []string{"public", "usgov"}}, {"people", c.People, []string{"none", "some"}},
		{"hidden", c.Hidden, []string{"yes", "no"}},
	} {
		if one.value != "" && !slices.Contains(one.allowed, one.value) {
			return fmt.Errorf("%w: %s of the set-up guide must be one of %s", ErrQuery, one.name, strings.Join(one.allowed, ", "))
		}
	}
	return nil
}

// note takes over what the admin says.
func (k *guideKept) note(c GuideChange, now time.Time) {
	if c.Step != "" {
		k.Step = c.Step
		if k.Since[c.Step].IsZero() {
			k.Since[c.Step] = now
		}
	}
	if c.Skip != "" {
		k.Said[c.Skip] = guideWord{guideSkipped, now}
	}
	if c.Done != "" {
		k.Said[c.Done] = guideWord{guideDone, now}
	}
	maps.DeleteFunc(k.Said, func(step string, _ guideWord) bool { return step == c.Undone })
	for into, value := range map[*string]string{&k.Plan: c.Plan, &k.Role: c.Role, &k.Portal: c.Portal, &k.Cloud: c.Cloud, &k.People: c.People} {
		if value != "" {
			*into = value
		}
	}
	if c.Hidden != "" {
		k.Hidden = c.Hidden == "yes"
	}
}

// see keeps the first proof of a step.
func (k *guideKept) see(step string, p guideProof) {
	if _, known := k.Seen[step]; !known {
		k.Seen[step] = p
	}
}
