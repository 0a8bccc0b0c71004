package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

const (
	callTimeout      = 10 * time.Second // of one call from the page; the page itself gives up a little later
	clipboardTimeout = time.Second      // for another program to hand over what it copied
	closeTimeout     = 10 * time.Second // for requests in flight when the window has closed
)

// App is what the page may call: every exported method, and no other. A panic in a method becomes that call's error,
// since Wails would leave the page's promise unsettled for ever. Methods wait while the folder is being opened; when it
// could not be opened each of them gives that error, and Retry tries again.
type App struct {
	opts    backend.Options
	started time.Time

	wails context.Context    // the window; set by startup, before the page can call
	life  context.Context    // ends when the window closes
	end   context.CancelFunc // of life

	mu      sync.Mutex
	open    *opening
	unwatch context.CancelFunc // ends the Watch before this one
	secret  [sha256.Size]byte  // hash of the secret last copied, zero if none
}

// opening is one try to open the data folder. The fields beside done may be read once done is closed.
type opening struct {
	done    chan struct{}
	backend *backend.Backend
	err     error
	served  chan struct{} // closed when the folder is closed again
}

// NewApp prepares the window's side of a backend that startup opens. Started is when the process began, for Painted.
func NewApp(o backend.Options, started time.Time) *App {
	a := &App{opts: o, started: started}
	a.life, a.end = context.WithCancel(context.Background())
	return a
}

// Snapshot gives the state the page starts from.
func (a *App) Snapshot() (backend.Snapshot, error) { return call(a, (*backend.Backend).Snapshot) }

// Activity gives a page of requests, by cursor.
func (a *App) Activity(q backend.ActivityQuery) (backend.ActivityPage, error) {
	return call(a, func(b *backend.Backend, ctx context.Context) (backend.ActivityPage, error) { return b.Activity(ctx, q) })
}

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
	_, err := call(a, func(b *backend.Backend, ctx context.Context) (struct{}, error) {
		return struct{}{}, b.Restore(ctx, kind, id)
	})
	return err
}

// ExportFile writes a list into a file.
func (a *App) ExportFile(r backend.ExportRequest) (backend.ExportResult, error) {
	return ask(a, (*backend.Backend).ExportFile, r)
}

// Settings gives what is set for the folder.
func (a *App) Settings() (backend.Settings, error) { return call(a, (*backend.Backend).Settings) }

// SaveSettings changes it.
func (a *App) SaveSettings(c backend.SettingsChange) (backend.Settings, error) {
	return ask(a, (*backend.Backend).SaveSettings, c)
}

// EndToken stops accepting the token at once.
func (a *App) EndToken() error {
	_, err := call(a, func(b *backend.Backend, ctx context.Context) (struct{}, error) { return struct{}{}, b.EndToken(ctx) })
	return err
}

// RotateToken makes a new secret and ends the old one. The answer is the only place the secret ever stands.
func (a *App) RotateToken() (backend.NewToken, error) { return call(a, (*backend.Backend).RotateToken) }

// Watch starts the event "notify", which carries a backend.Notify. Called again it starts afresh: once for each page
// load and each successful Retry.
func (a *App) Watch() error { return do(a, a.watch) }

// Retry opens the data folder again after a failure, and does nothing while it is open.
func (a *App) Retry() error { return do(a, func(*backend.Backend) error { return nil }, a.begin) }

// Painted logs how long the window took to appear. At is the moment of its first paint in milliseconds of Unix time.
func (a *App) Painted(at float64) {
	a.opts.Log.Info(fmt.Sprintf("first paint %.2f s", time.UnixMilli(int64(at)).Sub(a.started).Seconds()))
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

// call runs f on the open backend, in time, and turns a panic into an error.
func call[T any](a *App, f func(*backend.Backend, context.Context) (T, error)) (t T, err error) {
	defer a.rescue(&err)
	ctx, cancel := context.WithTimeout(a.life, callTimeout)
	defer cancel()
	b, err := a.backend(ctx)
	if err != nil {
		return t, err
	}
	return f(b, ctx)
}

// ask is call for what is asked with one value.
func ask[Q, T any](a *App, f func(*backend.Backend, context.Context, Q) (T, error), q Q) (T, error) {
	return call(a, func(b *backend.Backend, ctx context.Context) (T, error) { return f(b, ctx, q) })
}

// do is call for what has no answer. The steps before run first, without a backend.
func do(a *App, f func(*backend.Backend) error, before ...func()) error {
	for _, step := range before {
		step()
	}
	_, err := call(a, func(b *backend.Backend, _ context.Context) (struct{}, error) { return struct{}{}, f(b) })
	return err
}

// rescue is deferred: it makes a panic the error of the call that panicked.
func (a *App) rescue(err *error) {
	if v := recover(); v != nil {
		a.opts.Log.Error("panic in a call from the window", "panic", v, "stack", string(debug.Stack()))
		*err = fmt.Errorf("panic: %v", v)
	}
}

// startup is Wails' first call. The page comes up while the folder is being opened.
func (a *App) startup(ctx context.Context) {
	a.wails = ctx
	a.begin()
}

// begin starts opening the folder unless it is open or being opened.
func (a *App) begin() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open != nil {
		select {
		case <-a.open.done:
			if a.open.err == nil {
				return
			}
		default:
			return
		}
	}
	a.open = &opening{done: make(chan struct{}), served: make(chan struct{})}
	go a.serve(a.open)
}

// serve opens the folder, serves it until the window closes, and closes it.
func (a *App) serve(o *opening) {
	defer close(o.served)
	func() {
		defer close(o.done)
		defer a.rescue(&o.err)
		o.backend, o.err = backend.Open(a.life, a.opts)
	}()
	if o.err != nil {
		a.opts.Log.Error("open data folder", "err", o.err)
		return
	}
	log := a.opts.Log
	door, err := control.Open(a.life, o.backend, log)
	if err != nil {
		log.Error("open the door for the command line", "err", err)
	}
	if err := o.backend.Run(a.life); err != nil {
		log.Error("serve", "err", err)
	}
	<-a.life.Done() // a listener that failed does not end the window: the page tells
	if door != nil {
		if err := door.Close(); err != nil {
			log.Error("shut the door for the command line", "err", err)
		}
	}
	if err := o.backend.Close(); err != nil {
		log.Error("close data folder", "err", err)
	}
}

// backend waits until the folder is open.
func (a *App) backend(ctx context.Context) (*backend.Backend, error) {
	a.mu.Lock()
	o := a.open
	a.mu.Unlock()
	select {
	case <-o.done:
		return o.backend, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// watch passes the backend's notifications on to the page, until the next watch or the end.
func (a *App) watch(b *backend.Backend) error {
	ctx, cancel := context.WithCancel(a.life)
	a.mu.Lock()
	if a.unwatch != nil {
		a.unwatch()
	}
	a.unwatch = cancel
	a.mu.Unlock()
	notes := b.Watch(ctx)
	go func() {
		for n := range notes {
			runtime.EventsEmit(a.wails, "notify", n)
		}
	}()
	return nil
}

// show brings the window to the front.
func (a *App) show() {
	runtime.WindowUnminimise(a.wails)
	runtime.WindowShow(a.wails)
}

// beforeClose takes a copied secret off the clipboard, which would outlive the window; a clipboard that does not answer
// holds nothing up. It never keeps the window from closing.
func (a *App) beforeClose(context.Context) (prevent bool) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := a.ForgetSecret(); err != nil {
			a.opts.Log.Warn("empty the clipboard", "err", err)
		}
	}()
	select {
	case <-done:
	case <-time.After(clipboardTimeout):
	}
	return false
}

// shutdown ends the backend; what is in flight has closeTimeout to finish. Ending without it is safe: an answered
// request is on disk.
func (a *App) shutdown(context.Context) {
	a.end()
	a.mu.Lock()
	o := a.open
	a.mu.Unlock()
	if o == nil {
		return
	}
	select {
	case <-o.served:
	case <-time.After(closeTimeout):
		a.opts.Log.Error("close data folder", "err", "requests still in flight", "after", closeTimeout)
	}
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

var errNotYet = errors.New("not yet")

// FolderInfo is which data folder the window uses, and who decided: "setting", "flag", "environment" or "default". With
// flag or environment it can't be changed in the window.
type FolderInfo struct {
	Folder string `json:"folder"`
	By     string `json:"by"`
}

// Preferences gives how the window looks; it does not need the data folder.
func (a *App) Preferences() (backend.Preferences, error) { return backend.Preferences{}, errNotYet }

// SavePreferences keeps theme and language.
func (a *App) SavePreferences(theme, language string) error { return errNotYet }

// SaveView keeps what a page remembers.
func (a *App) SaveView(v backend.View) error { return errNotYet }

// Folder tells which data folder is used; it does not wait until it is open.
func (a *App) Folder() (FolderInfo, error) { return FolderInfo{}, errNotYet }

// ChooseFolder lets the user pick a folder; "" if they did not.
func (a *App) ChooseFolder(title string) (string, error) { return "", errNotYet }

// UseFolder changes over to another data folder and keeps it for the next start. If it can't be opened, the old one goes on.
func (a *App) UseFolder(folder string) error { return errNotYet }

// ShowFile shows a file that ExportFile has written in the system's file manager.
func (a *App) ShowFile(path string) error { return errNotYet }

// OpenPage opens one of Microsoft's pages in the browser; it is named, so that no page of ours can open any other.
func (a *App) OpenPage(name string) error { return errNotYet }

// StartSample opens a sample and shows it in place of the live folder, which goes on receiving.
func (a *App) StartSample(o backend.SampleOptions) error { return errNotYet }

// LeaveSample goes back to the live folder; nothing of the sample is left.
func (a *App) LeaveSample() error { return errNotYet }

// SampleState tells how the sample stands, and what the live folder does meanwhile. Without one Active is false.
func (a *App) SampleState() (backend.SampleInfo, error) { return backend.SampleInfo{}, nil }
