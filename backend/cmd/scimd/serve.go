package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

const serveUsage = `scimd run serves SCIM until it is ended with Ctrl+C or SIGTERM; then it finishes what is in flight.

  scimd run --data ./office --listen 127.0.0.1:8088
  scimd run --data ./office --ngrok --domain desk.ngrok.app
  scimd run --data ./office --public-url https://desk.contoso.example

--ngrok, --domain and --public-url come before the folder's settings, which scimd connection shows and changes.`

func (a *app) serve(ctx context.Context, args []string) error {
	fs := a.flags("scimd run", serveUsage)
	data := dataFlag(fs)
	listen := fs.String("listen", "", "`host:port` to serve on (default: "+backend.EnvListen+", else the folder's settings, else "+backend.DefaultListen+")")
	proxied := fs.Bool("behind-proxy", false, "allow an address that other computers reach: a reverse proxy in front adds TLS")
	public := fs.String("public-url", "", "the `URL` that Entra uses, such as https://desk.contoso.example, where a proxy or a tunnel of your own stands in front")
	ngrok := fs.Bool("ngrok", false, "have Entra come through a tunnel by ngrok; its authtoken comes from "+backend.EnvAuthtoken+" or scimd authtoken save")
	domain := fs.String("domain", "", "the `name` of the tunnel's domain; it says --ngrok too (default: the account's own)")
	maxBody := fs.Int64("max-body", backend.DefaultMaxBody, "largest request body, in `bytes`")
	quiet := fs.Bool("quiet", false, "do not show requests, only the tunnel")
	verbose := fs.Bool("verbose", false, "log more, to standard error")
	if _, err := a.parse(fs, args); err != nil {
		return err
	}
	if *listen == backend.NoListener {
		return &usageError{"scimd run: --listen is host:port"}
	}
	if *public != "" && (*ngrok || *domain != "") {
		return &usageError{"scimd run: --public-url is an address of your own; leave out --ngrok and --domain"}
	}
	if *maxBody < 1 {
		return &usageError{"scimd run: --max-body is at least 1"}
	}
	dir, err := backend.DataDir(*data)
	if err != nil {
		return err
	}
	level := slog.LevelInfo
	if *verbose {
		level = slog.LevelDebug
	}
	log := slog.New(backend.Masked(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: level})))
	var b *backend.Backend
	err = patiently(ctx, func() error {
		if owner, err := control.Reach(ctx, dir); err == nil {
			return fmt.Errorf("%s is open already, in the %s with process id %d: end that first, or use another folder: %w", dir, face(owner.Face()), owner.PID(), errRunning)
		}
		var err error
		b, err = backend.Open(ctx, backend.Options{
			Dir: dir, Listen: *listen, BehindProxy: *proxied, PublicURL: *public, Ngrok: *ngrok || *domain != "", Domain: *domain,
			MaxBody: *maxBody, Face: "scimd", Log: log,
		})
		return err
	})
	if err != nil {
		return err
	}
	return errors.Join(a.serveOn(ctx, b, log, *quiet), b.Close())
}

// errRunning is a folder whose owner answers.
var errRunning = errors.New("one process owns a folder")

func face(name string) string {
	if name == "window" {
		return "ScimDesk window"
	}
	return "daemon"
}

func (a *app) serveOn(ctx context.Context, b *backend.Backend, log *slog.Logger, quiet bool) error {
	if err := b.ListenError(); err != nil {
		return fmt.Errorf("%s (%w)", backend.Message(err), err)
	}
	door, err := control.Open(ctx, b, log)
	if err != nil {
		return err
	}
	now, err := b.Snapshot(ctx)
	if err != nil {
		return errors.Join(err, door.Close())
	}
	if err := a.greet(now); err != nil {
		return errors.Join(err, door.Close())
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	shown := make(chan struct{})
	go func() {
		defer close(shown)
		a.show(watching, b, now.Activity.Last, quiet, log)
	}()
	err = b.Run(ctx)
	stop()
	select {
	case <-shown:
	case <-time.After(lastLines): // nobody reads them
	}
	return errors.Join(err, door.Close())
}

// lastLines is how long the end waits for whoever reads the requests.
const lastLines = time.Second

func (a *app) greet(s backend.Snapshot) error {
	token := "none yet. Make one, in another terminal:  " + os.Args[0] + " token rotate --data " + quote(s.Folder)
	if s.Token.Exists {
		token = "ends in " + s.Token.LastFour + ". Make a new one:  " + os.Args[0] + " token rotate --data " + quote(s.Folder)
	}
	return a.print("ScimDesk %s\n  Tenant URL   %s\n%s  Secret token %s\n  Data folder  %s\n  People %d, groups %d\n\nRequests appear here as they arrive. Ctrl+C ends.\n",
		s.Version, cmp.Or(s.Address, "known when the tunnel is up"), reach(s), token, s.Folder, s.People.Total, s.Groups.Total)
}

// reach tells how Entra comes, if it does.
func reach(s backend.Snapshot) string {
	data := " --data " + quote(s.Folder)
	switch s.Tunnel.Way {
	case backend.WayNgrok:
		return "  Tunnel       by ngrok. Its authtoken, where it is not known yet:  " + os.Args[0] + " authtoken save" + data + " < file\n"
	case backend.WayOwn:
		return "  Listening    on " + cmp.Or(s.Listener.Listen, "nothing") + "\n"
	}
	return "  Tunnel       none, so Entra can't come. Open one:  " + os.Args[0] + " connection set way=ngrok" + data + "\n"
}

// show prints a line for each request until ctx ends, pulling by cursor, so that a burst is printed whole, and one for each new state of
// the tunnel.
func (a *app) show(ctx context.Context, b *backend.Backend, last int64, quiet bool, log *slog.Logger) {
	var was reached
	for n := range b.Watch(ctx) {
		if !quiet {
			last = a.showFrom(ctx, b, last, log)
		}
		if n.Status {
			was = a.showTunnel(b.Reach(), was)
		}
	}
	if quiet {
		return
	}
	// What was answered at the very end is written and shown, too.
	ending := context.WithoutCancel(ctx)
	if err := b.Flush(ending); err != nil {
		log.Warn("the last requests can't be shown", "err", err)
	}
	a.showFrom(ending, b, last, log)
}

// showFrom prints what came after a row and gives the last row it printed.
func (a *app) showFrom(ctx context.Context, b *backend.Backend, last int64, log *slog.Logger) int64 {
	for {
		page, err := b.Activity(ctx, backend.ActivityQuery{After: cmp.Or(last, backend.Beginning), Limit: 1000})
		if err != nil && ctx.Err() == nil {
			log.Warn("requests can't be shown", "err", err)
		}
		if err != nil || len(page.Rows) == 0 {
			return last
		}
		for _, r := range page.Rows {
			if a.print("%s\n", line(r)) != nil {
				return last // nobody reads; serving goes on
			}
			last = r.Seq
		}
	}
}

// reached is how Entra could come when that was printed last.
type reached struct {
	state, code, address, old string
}

// showTunnel prints how the tunnel is, and the address, if that is news.
func (a *app) showTunnel(c backend.Reach, was reached) reached {
	now := reached{c.Tunnel.State, c.Tunnel.Code, c.Address, c.Changed.Old}
	if now == was || c.Tunnel.Way != backend.WayNgrok {
		return now
	}
	text := time.Now().Format("15:04:05.000") + "  tunnel " + printable(tunnelLine(c.Tunnel))
	if now.address != was.address && now.address != "" {
		text += "\n              Tenant URL " + now.address
	}
	if now.old != "" && now.old != was.old {
		text += "\n" + changedLine(c.Changed)
	}
	_ = a.print("%s\n", backend.Mask(text)) // nobody reads; serving goes on
	return now
}

func line(r backend.Activity) string {
	at := r.At
	if t, err := time.Parse(time.RFC3339, r.At); err == nil {
		at = t.Local().Format("15:04:05.000")
	}
	s := fmt.Sprintf("%s  %d  %-6s  %-9s  %-30s  %6.1f ms", at, r.Status, r.Method, r.Action, cmp.Or(r.Identity, r.ID, "-"), r.Took)
	if r.Detail != "" {
		s += "  " + r.Detail
	}
	return backend.Mask(printable(s))
}

// printable keeps what a stranger sent from steering the terminal.
func printable(s string) string {
	out := []rune(s)
	for i, r := range out {
		if r < ' ' || (r >= 0x7f && r < 0xa0) {
			out[i] = '\uFFFD'
		}
	}
	return string(out)
}

// quote is a path as a shell takes it.
func quote(path string) string {
	for _, r := range path {
		if !(r == '/' || r == '\\' || r == ':' || r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return `"` + path + `"`
		}
	}
	return path
}
