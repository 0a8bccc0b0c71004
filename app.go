package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

const (
	callTimeout      = 10 * time.Second // of most calls from the page; the page itself gives up a little later
	openTimeout      = 30 * time.Minute // of the opening of another folder, whose database may have to be updated
	exportTimeout    = 10 * time.Minute // of an export of a large directory
	planTimeout      = 5 * time.Minute  // of what goes through everybody: a preview, a forecast, the counts of a target
	clipboardTimeout = time.Second      // for another program to hand over what it copied
	closeTimeout     = 12 * time.Second // for requests in flight when the window has closed
	openerTimeout    = time.Second      // in which a program that opens something says that it can't
)

// App is what the page may call: every exported method, and no other. A panic in a method becomes that call's error,
// since Wails would leave the page's promise unsettled for ever. Methods wait while the folder is being opened; when it
// could not be opened each of them gives that error, and Retry tries again. What the page shows comes from the sample while
// there is one, and from the live folder else.
type App struct {
	desk    *backend.Desk
	prefs   *backend.PreferenceStore
	log     *slog.Logger
	started time.Time
	limit   time.Duration // of a call, unless it has one of its own

	wails context.Context    // the window; set by startup, before the page can call
	life  context.Context    // ends when the window closes
	end   context.CancelFunc // of life

	mu      sync.Mutex
	unwatch context.CancelFunc // ends the Watch before this one
	secret  [sha256.Size]byte  // hash of the secret last copied, zero if none
	written map[string]bool    // files of ExportFile, which ShowFile may show
	stop    context.CancelFunc // ends the export under way; nil before the first
}

// NewApp prepares the window's side of a backend that startup opens. Started is when the process began, for Painted.
func NewApp(o backend.Options, prefs *backend.PreferenceStore, started time.Time) *App {
	a := &App{prefs: prefs, log: o.Log, started: started, limit: callTimeout, written: map[string]bool{}}
	a.life, a.end = context.WithCancel(context.Background())
	a.desk = backend.NewDesk(o, prefs, func(ctx context.Context, b *backend.Backend) (io.Closer, error) {
		door, err := control.Open(ctx, b, o.Log)
		if err != nil {
			return nil, err
		}
		return door, nil
	})
	return a
}

// Snapshot gives the state the page starts from.
func (a *App) Snapshot() (backend.Snapshot, error) { return call(a, (*backend.Backend).Snapshot) }

// FindActivity looks for requests; ask on until it is done.
func (a *App) FindActivity(q backend.ActivityFind) (backend.ActivityFound, error) {
	return ask(a, (*backend.Backend).FindActivity, q)
}

// ActivityAt gives single rows of the log.
func (a *App) ActivityAt(seqs []int64) (backend.ActivityPage, error) {
	return ask(a, (*backend.Backend).ActivityAt, seqs)
}

// ActivityDetail gives one request with bodies and changes.
func (a *App) ActivityDetail(seq int64) (backend.ActivityDetail, error) {
	return ask(a, (*backend.Backend).ActivityDetail, seq)
}

// Overview gives what the first page tells beside the snapshot.
func (a *App) Overview() (backend.Overview, error) { return call(a, (*backend.Backend).Overview) }

// People gives a part of the list of people.
func (a *App) People(q backend.ListQuery) (backend.PeoplePage, error) {
	return ask(a, (*backend.Backend).People, q)
}

// Person gives one person in full.
func (a *App) Person(id string) (backend.Person, error) { return ask(a, (*backend.Backend).Person, id) }

// Groups gives a part of the list of groups.
func (a *App) Groups(q backend.ListQuery) (backend.GroupsPage, error) {
	return ask(a, (*backend.Backend).Groups, q)
}

// Group gives one group in full but for its members.
func (a *App) Group(id string) (backend.Group, error) { return ask(a, (*backend.Backend).Group, id) }

// Members gives a part of the list of a group's members.
func (a *App) Members(q backend.ListQuery) (backend.MembersPage, error) {
	return ask(a, (*backend.Backend).Members, q)
}

// History gives what changed, of one person or group or of all.
func (a *App) History(q backend.HistoryQuery) (backend.HistoryPage, error) {
	return ask(a, (*backend.Backend).History, q)
}

// Restore brings a deleted person or group back.
func (a *App) Restore(kind, id string) error {
	return act(a, func(b *backend.Backend, ctx context.Context) error { return b.Restore(ctx, kind, id) })
}

// ExportFile writes a list into a file, which ShowFile may show then. CancelExport ends it with CANCELLED, and nothing is left of it.
func (a *App) ExportFile(r backend.ExportRequest) (backend.ExportResult, error) {
	return a.export(func(b *backend.Backend, ctx context.Context) (backend.ExportResult, error) {
		return b.ExportFile(ctx, r)
	})
}

// CancelExport ends the export that began last, if it still goes on.
func (a *App) CancelExport() error {
	return a.do(func(context.Context) error {
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.stop != nil {
			a.stop()
		}
		return nil
	})
}

// Settings gives what is set for the live folder.
func (a *App) Settings() (backend.Settings, error) { return live(a, (*backend.Backend).Settings) }

// SaveSettings changes it.
func (a *App) SaveSettings(c backend.SettingsChange) (backend.Settings, error) {
	return live(a, func(b *backend.Backend, ctx context.Context) (backend.Settings, error) { return b.SaveSettings(ctx, c) })
}

// EndToken stops accepting the token at once.
func (a *App) EndToken() error {
	return act(a, (*backend.Backend).EndToken)
}

// RotateToken makes a new secret. The answer is the only place the secret ever stands.
func (a *App) RotateToken(r backend.TokenRotation) (backend.NewToken, error) {
	return ask(a, (*backend.Backend).RotateToken, r)
}

// Tokens gives what is accepted, and how a rotation goes.
func (a *App) Tokens() (backend.Tokens, error) { return call(a, (*backend.Backend).Tokens) }

// UndoRotation ends the newer of two accepted tokens.
func (a *App) UndoRotation() error { return act(a, (*backend.Backend).UndoRotation) }

// FinishRotation ends the older of two accepted tokens.
func (a *App) FinishRotation() error { return act(a, (*backend.Backend).FinishRotation) }

// SetTokenExpiry has the current token end at a time, or never.
func (a *App) SetTokenExpiry(at string) error {
	return act(a, func(b *backend.Backend, ctx context.Context) error { return b.SetTokenExpiry(ctx, at) })
}

// DismissReminder notes that the admin has seen that the token is old.
func (a *App) DismissReminder() error { return act(a, (*backend.Backend).DismissReminder) }

// MakeOAuthClient makes a client that Entra may sign in with. The answer is the only place its secret ever stands.
func (a *App) MakeOAuthClient() (backend.NewOAuthClient, error) {
	return call(a, (*backend.Backend).MakeOAuthClient)
}

// EndOAuthClient stops accepting it.
func (a *App) EndOAuthClient() error { return act(a, (*backend.Backend).EndOAuthClient) }

// Connection gives how Entra reaches what is shown.
func (a *App) Connection() (backend.Connection, error) { return call(a, (*backend.Backend).Connection) }

// SaveConnection changes it.
func (a *App) SaveConnection(s backend.ConnectionSettings) (backend.Connection, error) {
	return ask(a, (*backend.Backend).SaveConnection, s)
}

// SaveAuthtoken keeps ngrok's authtoken in the keychain, or in a file if place says so.
func (a *App) SaveAuthtoken(secret, place string) error {
	return act(a, func(b *backend.Backend, ctx context.Context) error { return b.SaveAuthtoken(ctx, secret, place) })
}

// ForgetAuthtoken removes it.
func (a *App) ForgetAuthtoken() error { return act(a, (*backend.Backend).ForgetAuthtoken) }

// StartTunnel opens the tunnel.
func (a *App) StartTunnel() error { return act(a, (*backend.Backend).StartTunnel) }

// StopTunnel closes it.
func (a *App) StopTunnel() error { return act(a, (*backend.Backend).StopTunnel) }

// Reconnect makes the tunnel's connection anew at once.
func (a *App) Reconnect() error { return act(a, (*backend.Backend).Reconnect) }

// SettleAddress notes that Entra has been given the address of now.
func (a *App) SettleAddress() error { return act(a, (*backend.Backend).SettleAddress) }

// StartCheck begins a self-check from outside in.
func (a *App) StartCheck(person bool) (backend.CheckState, error) {
	return ask(a, (*backend.Backend).StartCheck, person)
}

// Check gives the self-check under way, or the last one.
func (a *App) Check() (backend.CheckState, error) { return call(a, (*backend.Backend).Check) }

// CancelCheck ends the one under way.
func (a *App) CancelCheck() error { return act(a, (*backend.Backend).CancelCheck) }

// PutUpload takes a part of a file that was dropped, chosen or pasted.
func (a *App) PutUpload(p backend.UploadPart) (backend.Upload, error) {
	return ask(a, (*backend.Backend).PutUpload, p)
}

// DropUpload forgets it.
func (a *App) DropUpload(id string) error {
	return act(a, func(b *backend.Backend, ctx context.Context) error { return b.DropUpload(ctx, id) })
}

// EditPerson changes what Entra does not own of a person, or makes one.
func (a *App) EditPerson(e backend.PersonEdit) (backend.Person, error) {
	return ask(a, (*backend.Backend).EditPerson, e)
}

// Purge removes deleted people or groups for good.
func (a *App) Purge(kind string, ids []string) (int, error) {
	return plan(a, func(b *backend.Backend, ctx context.Context) (int, error) { return b.Purge(ctx, kind, ids) })
}

// Quality counts whose data want a look.
func (a *App) Quality() (backend.Quality, error) { return plan(a, (*backend.Backend).Quality) }

// PlanUserIDs works out what a rule would do to the user IDs.
func (a *App) PlanUserIDs(r backend.UserIDRule) (backend.UserIDPlan, error) {
	return planAsk(a, (*backend.Backend).PlanUserIDs, r)
}

// ExampleUserID says what a rule makes of the first whom it is about.
func (a *App) ExampleUserID(r backend.UserIDRule) (backend.UserIDRow, error) {
	return ask(a, (*backend.Backend).ExampleUserID, r)
}

// UserIDRows gives a part of such a plan.
func (a *App) UserIDRows(q backend.PlanQuery) (backend.UserIDPage, error) {
	return ask(a, (*backend.Backend).UserIDRows, q)
}

// SettleUserID settles a row of it.
func (a *App) SettleUserID(c backend.UserIDChoice) (backend.UserIDPlan, error) {
	return planAsk(a, (*backend.Backend).SettleUserID, c)
}

// ExportUserIDs writes it as a file.
func (a *App) ExportUserIDs(name, format string) (backend.ExportResult, error) {
	return a.export(func(b *backend.Backend, ctx context.Context) (backend.ExportResult, error) {
		return b.ExportUserIDs(ctx, name, format, "")
	})
}

// ApplyUserIDs begins to carry it out.
func (a *App) ApplyUserIDs(name string) (backend.JobInfo, error) {
	return planAsk(a, (*backend.Backend).ApplyUserIDs, name)
}

// LookAtImport says what a file or a SCIM server looks like.
func (a *App) LookAtImport(s backend.ImportSource) (backend.ImportLook, error) {
	return planAsk(a, (*backend.Backend).LookAtImport, s)
}

// PlanImport works out what an import would do.
func (a *App) PlanImport(s backend.ImportSource) (backend.ImportPlan, error) {
	return planAsk(a, (*backend.Backend).PlanImport, s)
}

// ImportRows gives a part of it.
func (a *App) ImportRows(q backend.PlanQuery) (backend.ImportPage, error) {
	return ask(a, (*backend.Backend).ImportRows, q)
}

// ExportImport writes it as a file.
func (a *App) ExportImport(name, format string) (backend.ExportResult, error) {
	return a.export(func(b *backend.Backend, ctx context.Context) (backend.ExportResult, error) {
		return b.ExportImport(ctx, name, format, "")
	})
}

// ApplyImport begins to carry it out.
func (a *App) ApplyImport(name string) (backend.JobInfo, error) {
	return planAsk(a, (*backend.Backend).ApplyImport, name)
}

// Jobs gives the conversions and imports of the folder.
func (a *App) Jobs() ([]backend.JobInfo, error) { return call(a, (*backend.Backend).Jobs) }

// Job gives one.
func (a *App) Job(seq int64) (backend.JobInfo, error) { return ask(a, (*backend.Backend).Job, seq) }

// JobRows gives a part of a job's rows.
func (a *App) JobRows(q backend.JobQuery) (backend.JobPage, error) {
	return ask(a, (*backend.Backend).JobRows, q)
}

// UndoJob takes a job back, whole or by rows.
func (a *App) UndoJob(u backend.JobUndo) (backend.JobInfo, error) {
	return planAsk(a, (*backend.Backend).UndoJob, u)
}

// ExportJob writes a file about a job.
func (a *App) ExportJob(e backend.JobExport) (backend.ExportResult, error) {
	return a.export(func(b *backend.Backend, ctx context.Context) (backend.ExportResult, error) {
		return b.ExportJob(ctx, e)
	})
}

// LookUp finds out who is meant by each line of a list.
func (a *App) LookUp(r backend.LookupRequest) (backend.Lookup, error) {
	return planAsk(a, (*backend.Backend).LookUp, r)
}

// LookupRows gives a part of it.
func (a *App) LookupRows(q backend.PlanQuery) (backend.LookupPage, error) {
	return ask(a, (*backend.Backend).LookupRows, q)
}

// ChooseLookup settles a line that several answer to.
func (a *App) ChooseLookup(c backend.LookupChoice) (backend.Lookup, error) {
	return ask(a, (*backend.Backend).ChooseLookup, c)
}

// LookupText gives one column of it for the clipboard.
func (a *App) LookupText(o backend.LookupOut) (string, error) {
	return planAsk(a, (*backend.Backend).LookupText, o)
}

// ExportLookup writes it as a file.
func (a *App) ExportLookup(o backend.LookupOut) (backend.ExportResult, error) {
	return a.export(func(b *backend.Backend, ctx context.Context) (backend.ExportResult, error) {
		return b.ExportLookup(ctx, o)
	})
}

// MakeForecast works out what Entra's first cycle will do.
func (a *App) MakeForecast(r backend.ForecastRequest) (backend.Forecast, error) {
	return planAsk(a, (*backend.Backend).MakeForecast, r)
}

// ForecastRows gives a part of its people.
func (a *App) ForecastRows(q backend.PlanQuery) (backend.ForecastPage, error) {
	return ask(a, (*backend.Backend).ForecastRows, q)
}

// ForecastGroups gives a part of its groups.
func (a *App) ForecastGroups(q backend.PlanQuery) (backend.ForecastPage, error) {
	return ask(a, (*backend.Backend).ForecastGroups, q)
}

// FixForecast mends what it found.
func (a *App) FixForecast(f backend.ForecastFix) (backend.ForecastFixed, error) {
	return planAsk(a, (*backend.Backend).FixForecast, f)
}

// ExportForecast writes it as a file.
func (a *App) ExportForecast(name, format string) (backend.ExportResult, error) {
	return a.export(func(b *backend.Backend, ctx context.Context) (backend.ExportResult, error) {
		return b.ExportForecast(ctx, name, format, "")
	})
}

// Targets gives the systems that the folder may stand in for.
func (a *App) Targets() (backend.Targets, error) { return call(a, (*backend.Backend).Targets) }

// Target gives one of them in full, "" the active one.
func (a *App) Target(id string) (backend.Target, error) {
	return planAsk(a, (*backend.Backend).Target, id)
}

// SaveTarget makes one the active one.
func (a *App) SaveTarget(c backend.TargetChange) (backend.Targets, error) {
	return planAsk(a, (*backend.Backend).SaveTarget, c)
}

// CopyTarget makes a file of the admin's own of a target.
func (a *App) CopyTarget(id string) (backend.TargetInfo, error) {
	return ask(a, (*backend.Backend).CopyTarget, id)
}

// TargetPage gives its mapping table for the printer or the clipboard.
func (a *App) TargetPage(format string) (string, error) {
	return planAsk(a, (*backend.Backend).TargetPage, format)
}

// ExportTargetPage writes it as a file.
func (a *App) ExportTargetPage(format string) (backend.ExportResult, error) {
	return a.export(func(b *backend.Backend, ctx context.Context) (backend.ExportResult, error) {
		return b.ExportTargetPage(ctx, format, "")
	})
}

// Guide gives how far the set-up is.
func (a *App) Guide() (backend.Guide, error) { return call(a, (*backend.Backend).Guide) }

// SaveGuide notes what the admin says.
func (a *App) SaveGuide(c backend.GuideChange) (backend.Guide, error) {
	return ask(a, (*backend.Backend).SaveGuide, c)
}

// Handover gives how the hand-over to the old system stands.
func (a *App) Handover() (backend.HandoverState, error) { return plan(a, (*backend.Backend).Handover) }

// HandoverRows gives a part of the people whom the next one tells of.
func (a *App) HandoverRows(q backend.PlanQuery) (backend.HandoverPage, error) {
	return planAsk(a, (*backend.Backend).HandoverRows, q)
}

// SaveHandover changes what it looks like and when it is made.
func (a *App) SaveHandover(s backend.HandoverSettings) (backend.HandoverState, error) {
	return planAsk(a, (*backend.Backend).SaveHandover, s)
}

// HandOver makes one; ShowFile may show its files.
func (a *App) HandOver(r backend.HandoverRequest) (backend.HandoverInfo, error) {
	done, err := planAsk(a, (*backend.Backend).HandOver, r)
	a.wrote(done.Files...)
	return done, err
}

// GiveReceipt notes that one was taken.
func (a *App) GiveReceipt(r backend.HandoverReceipt) (backend.HandoverInfo, error) {
	return planAsk(a, (*backend.Backend).GiveReceipt, r)
}

// Diagnostics gathers what somebody who is to help needs to know of the live folder, also where that could not be opened.
func (a *App) Diagnostics() (all backend.Diagnostics, err error) {
	err = a.do(func(ctx context.Context) (err error) { all, err = a.desk.Diagnostics(ctx); return err })
	return all, err
}

// SaveDiagnostics writes files of it, which ShowFile may show then.
func (a *App) SaveDiagnostics(s backend.DiagnosticsSave) (done backend.ExportResult, err error) {
	err = a.do(func(ctx context.Context) (err error) { done, err = a.desk.SaveDiagnostics(ctx, s); return err })
	if err == nil {
		a.wrote(done.Path)
	}
	return done, err
}

// Watch starts the event "notify", which carries a backend.Notify of the backend that is shown. Called again it starts afresh:
// once for each page load and each successful Retry.
func (a *App) Watch() error {
	_, err := call(a, func(*backend.Backend, context.Context) (none, error) {
		a.watch()
		return none{}, nil
	})
	return err
}

// Retry opens the live folder again after a failure, and does nothing while it is open.
func (a *App) Retry() error {
	a.desk.Open()
	_, err := live(a, func(*backend.Backend, context.Context) (none, error) { return none{}, nil })
	return err
}

// Painted logs how long the window took to appear. At is the moment of its first paint in milliseconds of Unix time.
func (a *App) Painted(at float64) {
	a.log.Info(fmt.Sprintf("first paint %.2f s", time.UnixMilli(int64(at)).Sub(a.started).Seconds()))
}

// CopyText puts text on the clipboard. Of a secret it remembers the hash, for ForgetSecret.
func (a *App) CopyText(text string, secret bool) (err error) {
	defer a.rescue(&err)
	if secret {
		a.mu.Lock()
		a.secret = sha256.Sum256([]byte(text))
		a.mu.Unlock()
	}
	return runtime.ClipboardSetText(a.wails, text)
}

// ForgetSecret empties the clipboard if it still holds the secret that was copied last, and says whether it did.
func (a *App) ForgetSecret() (forgotten bool, err error) {
	defer a.rescue(&err)
	a.mu.Lock()
	secret := a.secret
	a.secret = [sha256.Size]byte{}
	a.mu.Unlock()
	if secret == [sha256.Size]byte{} {
		return false, nil
	}
	if text, err := runtime.ClipboardGetText(a.wails); err != nil || sha256.Sum256([]byte(text)) != secret {
		return false, err
	}
	return true, runtime.ClipboardSetText(a.wails, "")
}

// none is the answer of what has none.
type none struct{}

// asked is backend.AskShown or backend.AskLive.
type asked[T any] func(context.Context, *backend.Desk, func(*backend.Backend, context.Context) (T, error)) (T, error)

// within runs f on a backend, in time, and turns a panic into an error.
func within[T any](a *App, limit time.Duration, at asked[T], f func(*backend.Backend, context.Context) (T, error)) (t T, err error) {
	defer a.rescue(&err)
	ctx, cancel := context.WithTimeout(a.life, limit)
	defer cancel()
	return at(ctx, a.desk, f)
}

// call asks the backend that is shown.
func call[T any](a *App, f func(*backend.Backend, context.Context) (T, error)) (T, error) {
	return within(a, a.limit, backend.AskShown, f)
}

// act is a call without an answer.
func act(a *App, f func(*backend.Backend, context.Context) error) error {
	_, err := call(a, func(b *backend.Backend, ctx context.Context) (none, error) { return none{}, f(b, ctx) })
	return err
}

// live asks the live folder, whatever is shown.
func live[T any](a *App, f func(*backend.Backend, context.Context) (T, error)) (T, error) {
	return within(a, a.limit, backend.AskLive, f)
}

// plan is call for what goes through everybody.
func plan[T any](a *App, f func(*backend.Backend, context.Context) (T, error)) (T, error) {
	return within(a, planTimeout, backend.AskShown, f)
}

// planAsk is ask for what goes through everybody.
func planAsk[Q, T any](a *App, f func(*backend.Backend, context.Context, Q) (T, error), q Q) (T, error) {
	return plan(a, func(b *backend.Backend, ctx context.Context) (T, error) { return f(b, ctx, q) })
}

// export writes a file that CancelExport can end and ShowFile may show.
func (a *App) export(f func(*backend.Backend, context.Context) (backend.ExportResult, error)) (backend.ExportResult, error) {
	done, err := within(a, exportTimeout, backend.AskShown, func(b *backend.Backend, ctx context.Context) (backend.ExportResult, error) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		a.mu.Lock()
		a.stop = stop
		a.mu.Unlock()
		return f(b, ctx)
	})
	if err == nil {
		a.wrote(done.Path)
	}
	return done, err
}

// wrote notes files that ShowFile may show.
func (a *App) wrote(paths ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, path := range paths {
		a.written[path] = true
	}
}

// ask is call for what is asked with one value.
func ask[Q, T any](a *App, f func(*backend.Backend, context.Context, Q) (T, error), q Q) (T, error) {
	return call(a, func(b *backend.Backend, ctx context.Context) (T, error) { return f(b, ctx, q) })
}

// do is for what needs no backend: in time, with a panic as an error.
func (a *App) do(f func(context.Context) error) error { return a.doIn(a.limit, f) }

// doIn is do with a time of its own.
func (a *App) doIn(limit time.Duration, f func(context.Context) error) (err error) {
	defer a.rescue(&err)
	ctx, cancel := context.WithTimeout(a.life, limit)
	defer cancel()
	return f(ctx)
}

// rescue is deferred: it makes a panic the error of the call that panicked.
func (a *App) rescue(err *error) {
	if v := recover(); v != nil {
		a.log.Error("panic in a call from the window", "panic", v, "stack", string(debug.Stack()))
		*err = fmt.Errorf("panic: %v", v)
	}
}

// startup is Wails' first call. The page comes up while the folder is being opened.
func (a *App) startup(ctx context.Context) {
	a.wails = ctx
	a.desk.Open()
	if err := a.do(a.restorePlace); err != nil {
		a.log.Warn("put the window where it was", "err", err)
	}
}

// watch passes notifications on to the page, until the next watch or the end.
func (a *App) watch() {
	ctx, cancel := context.WithCancel(a.life)
	a.mu.Lock()
	if a.unwatch != nil {
		a.unwatch()
	}
	a.unwatch = cancel
	a.mu.Unlock()
	notes := a.desk.Watch(ctx)
	go func() {
		for n := range notes {
			runtime.EventsEmit(a.wails, "notify", n)
		}
	}()
}

// show brings the window to the front.
func (a *App) show() {
	runtime.WindowUnminimise(a.wails)
	runtime.WindowShow(a.wails)
}

// beforeClose takes a copied secret off the clipboard, which would outlive the window, and keeps where the window stands. A
// clipboard that does not answer holds nothing up. It never keeps the window from closing.
func (a *App) beforeClose(context.Context) (prevent bool) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := a.do(a.keepPlace); err != nil {
			a.log.Warn("keep where the window stands", "err", err)
		}
		if _, err := a.ForgetSecret(); err != nil {
			a.log.Warn("empty the clipboard", "err", err)
		}
	}()
	select {
	case <-done:
	case <-time.After(clipboardTimeout):
	}
	return false
}

// shutdown ends the sample and the live folder; what is in flight has closeTimeout to finish. Ending without it is safe: an
// answered request is on disk.
func (a *App) shutdown(context.Context) {
	a.end()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		a.desk.Close()
	}()
	select {
	case <-closed:
	case <-time.After(closeTimeout):
		a.log.Error("close data folder", "err", "requests still in flight", "after", closeTimeout)
	}
}

// restorePlace puts the window where it was closed. If it no longer fits on the screen it stands in the middle, in its
// usual size. Which screen is where is not known, so that a window of a second screen counts by the first.
func (a *App) restorePlace(context.Context) error {
	at := a.prefs.Place()
	if !at.Known || at.Maximised {
		return nil
	}
	screens, err := runtime.ScreenGetAll(a.wails)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(screens, func(s runtime.Screen) bool { return s.IsCurrent })
	if i < 0 {
		return nil // it stands where the system puts it
	}
	at = placed(at, screens[i].Size.Width, screens[i].Size.Height)
	runtime.WindowSetSize(a.wails, at.Width, at.Height)
	runtime.WindowSetPosition(a.wails, at.X, at.Y)
	return nil
}

// placed is where a window stands on a screen of this size: where it was if it lies whole on it, else in the middle.
func placed(at backend.Place, width, height int) backend.Place {
	if at.X >= 0 && at.Y >= 0 && at.X+at.Width <= width && at.Y+at.Height <= height {
		return at
	}
	at.Width, at.Height = min(defaultWidth, width), min(defaultHeight, height)
	at.X, at.Y = (width-at.Width)/2, (height-at.Height)/2
	return at
}

// keepPlace notes where the window stands; of a maximised one also where it stood before.
func (a *App) keepPlace(context.Context) error {
	at := a.prefs.Place()
	at.Maximised = runtime.WindowIsMaximised(a.wails)
	if !at.Maximised {
		if !runtime.WindowIsNormal(a.wails) {
			return nil // minimised or full screen: it comes back as it was before
		}
		at.X, at.Y = runtime.WindowGetPosition(a.wails)
		at.Width, at.Height = runtime.WindowGetSize(a.wails)
	} else if !at.Known {
		at.Width, at.Height = defaultWidth, defaultHeight
	}
	return a.prefs.SetPlace(at)
}

// formatError is how a method's error reaches the page: {"code", "message"} as JSON text, since Wails puts whatever
// it gets into a JavaScript Error's message.
func formatError(err error) any {
	text, marshalErr := json.Marshal(map[string]string{"code": backend.Code(err), "message": backend.Message(err)})
	if marshalErr != nil {
		return marshalErr.Error()
	}
	return string(text)
}

// FolderInfo is which data folder the window uses, and who decided: "setting", "flag", "environment" or "default". With
// flag or environment it can't be changed in the window. With "unknown" there is none until the user chooses.
type FolderInfo struct {
	Folder string `json:"folder"`
	By     string `json:"by"`
}

// Preferences gives how the window looks; it does not need the data folder.
func (a *App) Preferences() (p backend.Preferences, err error) {
	err = a.do(func(context.Context) error { p = a.prefs.Get(); return nil })
	return p, err
}

// SavePreferences keeps theme and language.
func (a *App) SavePreferences(theme, language string) error {
	return a.do(func(context.Context) error { return a.prefs.SetLook(theme, language) })
}

// SaveView keeps what a page remembers.
func (a *App) SaveView(v backend.View) error {
	return a.do(func(context.Context) error { return a.prefs.SetView(v) })
}

// Folder tells which data folder is used; it does not wait until it is open.
func (a *App) Folder() (i FolderInfo, err error) {
	err = a.do(func(context.Context) (err error) { i.Folder, i.By, err = a.desk.Folder(); return err })
	return i, err
}

// ChooseFolder lets the user pick a folder; "" if they did not. It takes as long as they do.
func (a *App) ChooseFolder(title string) (folder string, err error) {
	defer a.rescue(&err)
	return runtime.OpenDirectoryDialog(a.wails, runtime.OpenDialogOptions{Title: title, CanCreateDirectories: true})
}

// UseFolder changes over to another data folder, "" for the usual one, and keeps it for the next start. If it can't be opened,
// the old one goes on.
func (a *App) UseFolder(folder string) error {
	return a.doIn(openTimeout, func(ctx context.Context) error { return a.desk.UseFolder(ctx, folder) })
}

// ShowFile shows a file that ExportFile has written in the system's file manager, and no other.
func (a *App) ShowFile(path string) error {
	return a.do(func(ctx context.Context) error {
		a.mu.Lock()
		ours := a.written[path]
		a.mu.Unlock()
		if !ours {
			return fmt.Errorf("show %s: it was not exported by this window", path)
		}
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("show exported file: %w", err)
		}
		return launch(ctx, fileManager(goruntime.GOOS, path))
	})
}

// pages are what OpenPage opens.
var pages = map[string]string{
	"entra":       "https://entra.microsoft.com/#view/Microsoft_AAD_IAM/StartboardApplicationsMenuBlade/~/AppAppsPreview",
	"entra-usgov": "https://entra.microsoft.us/#view/Microsoft_AAD_IAM/StartboardApplicationsMenuBlade/~/AppAppsPreview",
	"scim-docs":   "https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups",

	"ngrok":           "https://dashboard.ngrok.com/signup",
	"ngrok-authtoken": "https://dashboard.ngrok.com/get-started/your-authtoken",
	"ngrok-domains":   "https://dashboard.ngrok.com/domains",
	"ngrok-agents":    "https://dashboard.ngrok.com/agents",
	"ngrok-pricing":   "https://ngrok.com/pricing",
}

// OpenPage opens one of Microsoft's or ngrok's pages in the browser; it is named, so that no page of ours can open any other.
func (a *App) OpenPage(name string) error {
	return a.do(func(ctx context.Context) error {
		page, ok := pages[name]
		if !ok {
			return fmt.Errorf("there is no page %q to open", name)
		}
		return launch(ctx, browser(goruntime.GOOS, page))
	})
}

// fileManager is the command that shows a file in its folder.
func fileManager(goos, path string) []string {
	switch goos {
	case "windows":
		return []string{"explorer", "/select,", path}
	case "darwin":
		return []string{"open", "-R", path}
	default:
		return []string{"xdg-open", filepath.Dir(path)}
	}
}

// browser is the command that opens a page. Wails' own way refuses addresses with a ~ in them.
func browser(goos, page string) []string {
	switch goos {
	case "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler", page}
	case "darwin":
		return []string{"open", page}
	default:
		return []string{"xdg-open", page}
	}
}

// launch starts a program that outlives the window. One that says at once that it can't is an error; one that goes on for as long
// as what it shows is none. Explorer's exit code means nothing.
func launch(ctx context.Context, command []string) error {
	c := exec.CommandContext(context.WithoutCancel(ctx), command[0], command[1:]...) //nolint:gosec // the commands are this file's own
	if err := c.Start(); err != nil {
		return fmt.Errorf("open it with %s: %w", command[0], err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	select {
	case err := <-ended:
		if err != nil && command[0] != "explorer" {
			return fmt.Errorf("open it with %s: %w", command[0], err)
		}
	case <-time.After(openerTimeout):
	}
	return nil
}

// StartSample opens a sample and shows it in place of the live folder, which goes on receiving.
func (a *App) StartSample(o backend.SampleOptions) error {
	return a.do(func(ctx context.Context) error { return a.desk.StartSample(ctx, o) })
}

// LeaveSample goes back to the live folder; nothing of the sample is left.
func (a *App) LeaveSample() error { return a.do(a.desk.LeaveSample) }

// SampleState tells how the sample stands, and what the live folder does meanwhile. Without one Active is false.
func (a *App) SampleState() (i backend.SampleInfo, err error) {
	err = a.do(func(ctx context.Context) (err error) { i, err = a.desk.SampleState(ctx); return err })
	return i, err
}
