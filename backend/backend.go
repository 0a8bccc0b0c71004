// Package backend is the whole application without a window: the store, the SCIM server, the tokens and the life of
// all three, behind methods that a face may call. A face is the desktop window (app.go) or the daemon (cmd/scimd); both get
// the same flat types: strings, numbers, booleans, slices that are never nil, times as RFC 3339 strings.
package backend

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"scimdesk/backend/config"
	"scimdesk/backend/server"
	"scimdesk/backend/store"
	"scimdesk/backend/token"
	"scimdesk/backend/tunnel"
)

// Version is the program's version; the build sets it.
var Version = "0.1.0-dev"

// What a face tells of defaults and environment; package config decides.
const (
	DefaultListen = config.DefaultListen
	EnvData       = config.EnvData
	EnvListen     = config.EnvListen
	EnvAuthtoken  = config.EnvAuthtoken
)

// ErrOwned means that another process has the data folder open.
var ErrOwned = store.ErrOwned

// NoListener as Options.Listen opens a folder without serving SCIM from it.
const NoListener = "none"

// DefaultMaxBody is the largest request body in bytes unless Options says otherwise: 1 MiB.
const DefaultMaxBody = server.DefaultMaxBody

// Options of Open.
type Options struct {
	// Dir is the data folder; it is made when missing. Empty means config.DataDir.
	Dir string
	// Listen is the TCP address of the SCIM listener; port 0 picks one. Empty means SCIMDESK_LISTEN, else what the folder's
	// settings say.
	Listen string
	// BehindProxy allows a Listen address that is not loopback: a reverse proxy in front of it adds TLS.
	BehindProxy bool
	// PublicURL is the address that Entra uses, such as https://desk.contoso.example, where a proxy or tunnel of the admin's
	// stands before Listen. Empty: the folder's settings decide how Entra comes.
	PublicURL string
	// Ngrok has Entra come through ngrok, whatever the folder's settings say, and by Domain if that is not empty.
	Ngrok  bool
	Domain string
	// Opener opens the tunnel; nil means ngrok itself.
	Opener tunnel.Opener
	// Outside is how a self-check reaches the public address.
	Outside Outside
	// MaxBody is the largest request body in bytes; 0 means DefaultMaxBody.
	MaxBody int64
	// Sample marks a folder of invented people, on which Entra is played.
	Sample bool
	// Face is who opens the folder, "window" or "scimd". It stands in history and is told to others who find the folder taken.
	Face string
	// Log gets what happens; secrets are masked before it. Nil discards.
	Log *slog.Logger
}

// Backend is one open data folder and the server on it. All methods may be called concurrently.
type Backend struct {
	id        string
	dir       string
	face      string
	sample    bool
	sender    *sampleWire // of a sample, set before Run: gets each new secret
	started   time.Time
	log       *slog.Logger
	hub       *hub
	store     *store.Store
	tokens    *token.Keeper
	door      *listener
	setting   *setting
	lists     lists
	uploads   uploads
	imports   plans[*importPlan]
	forecasts plans[*forecastPlan]
	jobs      *jobs
	userIDs   plans[*userIDPlan]
	lookups   plans[*lookup]
	bundles   plans[[]DiagnosticsFile]
	link      *link
	checks    *checks
	gaps      *gaps
	came      *came
	handing   *handovers
	targets   *targets
	guide     *guide
}

// Open opens the folder and binds the listener; nothing is served until Run. A folder that another process owns gives
// store.ErrOwned, one that the disk refuses *store.Unavailable, one with broken settings *config.Faults. An address that can't
// be bound is no error here: the backend lives, Snapshot and ListenError tell, and Run goes on trying.
func Open(ctx context.Context, o Options) (*Backend, error) {
	dir, err := DataDir(o.Dir)
	if err != nil {
		return nil, err
	}
	set, err := newSetting(o)
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o, err = led(o); err != nil {
		return nil, err
	}
	b := &Backend{
		id:      uuid.NewString(),
		dir:     dir,
		face:    o.Face,
		sample:  o.Sample,
		started: time.Now(),
		log:     slog.New(Masked(o.Log.Handler())),
		hub:     newHub(),
		setting: set,
		guide:   &guide{},
	}
	if b.targets, err = newTargets(dir); err != nil {
		return nil, err
	}
	b.store, err = store.Open(ctx, store.Options{
		Dir:      dir,
		Log:      b.log,
		Check:    b.targets.guard,
		GroupKey: b.targets.groupKey,
		Committed: func(c store.Commit) {
			if c.People || c.Groups {
				b.targets.moved.Add(1)
			}
			b.hub.tell(Notify{Store: b.id, Activity: c.Activity, People: c.People, Groups: c.Groups, Status: true})
		},
		HealthChanged: func(store.Health) { b.hub.tell(Notify{Store: b.id, Status: true}) },
	})
	if err != nil {
		return nil, fmt.Errorf("open data folder %s: %w", dir, err)
	}
	addr, err := b.setting.load(dir) // now that the folder is ours
	if err != nil {
		return nil, errors.Join(err, b.store.Close())
	}
	if err := b.loadTarget(ctx); err != nil {
		return nil, errors.Join(err, b.store.Close())
	}
	if b.tokens, err = token.Open(ctx, b.store, time.Now); err != nil {
		return nil, errors.Join(err, b.store.Close())
	}
	b.link = newLink(b, o, time.Now)
	b.came = &came{store: b.store}
	if err := errors.Join(b.link.given.load(ctx), b.came.load(ctx)); err != nil {
		return nil, errors.Join(err, b.store.Close())
	}
	scim := server.New(server.Options{
		Store: b.store, Verify: b.verify, OAuth: b.oauth(), Accepted: b.entered, Astray: b.wentAstray, BasePaths: b.basePaths, PublicURL: b.publicOrigin, MaxBody: o.MaxBody, Mask: Mask, Log: b.log,
	})
	b.gaps = newGaps(b, time.Now)
	b.handing = newHandovers(b, time.Now)
	b.jobs = newJobs(b.store, b.log, b.tellStatus)
	b.checks = newChecks(b, o.Outside)
	b.link.open(o, server.From(scim, server.Origin{Via: server.ViaTunnel, Carried: b.carried}))
	b.door = newListener(addr, local(server.From(scim, server.Origin{Via: server.ViaLocal, Trusted: b.setting.proxies})), b.link.cert.config, b.log, b.doorMoved)
	b.door.bind(ctx)
	if err := b.jobs.resume(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// DataDir is the absolute data folder for a name from a flag; for none it is the environment's, or the system's place for it.
func DataDir(named string) (string, error) {
	if named == "" {
		return config.DataDir()
	}
	abs, err := filepath.Abs(named)
	if err != nil {
		return "", fmt.Errorf("find data folder: %w", err)
	}
	return abs, nil
}

// Run serves until ctx ends, then finishes what is in flight. Meanwhile it removes what was kept long enough.
func (b *Backend) Run(ctx context.Context) error {
	var beside sync.WaitGroup
	defer beside.Wait()
	beside.Go(func() { b.clean(ctx) })
	beside.Go(func() { b.gaps.run(ctx) })
	beside.Go(func() { b.handing.run(ctx) })
	beside.Go(func() { b.tokens.Run(ctx, b.log, b.reachable) })
	var linkErr error
	linked := make(chan struct{})
	go func() {
		defer close(linked)
		linkErr = b.link.run(ctx)
	}()
	err := b.door.run(ctx)
	<-linked
	return errors.Join(err, linkErr)
}

// ListenError tells why the SCIM listener could not be bound, nil if it is.
func (b *Backend) ListenError() error { return b.door.failure() }

// Dir is the absolute data folder.
func (b *Backend) Dir() string { return b.dir }

// Face is who opened the folder.
func (b *Backend) Face() string { return b.face }

// Close ends the listener and closes the folder. What is on disk stays whole even without it.
func (b *Backend) Close() error {
	b.checks.close()
	b.lists.close()
	b.jobs.close()
	return errors.Join(b.door.close(), b.store.Close())
}

// scratchPrefix is how the names of scratch folders in the system's temporary folder begin.
const scratchPrefix = "scimdesk-scratch-"

// OpenScratch opens a backend on a folder of its own that Close does not outlive: for rehearsals and samples. Secrets in
// it are in memory only as ever, and nothing of it is left when the returned function has run.
func OpenScratch(ctx context.Context, o Options) (*Backend, func() error, error) {
	dir, err := os.MkdirTemp("", scratchPrefix)
	if err != nil {
		return nil, nil, fmt.Errorf("make scratch folder: %w", err)
	}
	o.Dir = dir
	b, err := Open(ctx, o)
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	return b, func() error { return errors.Join(b.Close(), os.RemoveAll(dir)) }, nil
}

// RemoveLeftovers removes scratch folders that a process which was killed has left. Those in use stay, and so does what is not
// ours or not only ours.
func RemoveLeftovers(ctx context.Context, log *slog.Logger) {
	found, err := os.ReadDir(os.TempDir())
	if err != nil {
		log.Warn("look for scratch folders", "err", err)
	}
	for _, e := range found {
		if !strings.HasPrefix(e.Name(), scratchPrefix) {
			continue
		}
		dir := filepath.Join(os.TempDir(), e.Name())
		switch err := store.Discard(ctx, dir); {
		case err == nil:
			log.Info("removed a scratch folder that was left behind", "folder", dir)
		case ctx.Err() != nil:
			return
		case errors.Is(err, store.ErrOwned), errors.Is(err, store.ErrForeign):
		default:
			log.Warn("remove a scratch folder that was left behind", "err", err)
		}
	}
}
