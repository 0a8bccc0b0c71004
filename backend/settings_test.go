package backend

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"scimdesk/backend/config"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// freeAddress gives an address on loopback that nobody listens on.
func freeAddress(t *testing.T, host string) string {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	return ln.Addr().String()
}

// with is the default settings but for a change.
func with(change func(*config.File)) config.File {
	f := config.Default()
	change(&f)
	return f
}

// configured opens a backend whose settings decide the address, and serves it there.
func configured(t *testing.T, change ...func(*Options)) (*Backend, string) {
	t.Helper()
	t.Setenv(EnvListen, "")
	dir := t.TempDir()
	if err := config.Save(dir, with(func(f *config.File) { f.Listen = freeAddress(t, "127.0.0.1") }), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	return serve(t, append([]func(*Options){func(o *Options) { o.Dir, o.Listen = dir, "" }}, change...)...)
}

func settings(t *testing.T, b *Backend) Settings {
	t.Helper()
	s, err := b.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s Settings) change() SettingsChange {
	return SettingsChange{Listen: s.Listen, RequestDays: s.RequestDays, DeletedDays: s.DeletedDays}
}

// unchanged checks that after a refusal all is as before: what is set, what the file says, and that the old address serves.
func unchanged(t *testing.T, b *Backend, secret string, before Settings) {
	t.Helper()
	if now := settings(t, b); now.change() != before.change() {
		t.Errorf("settings were %+v, are %+v", before, now)
	}
	if f, err := config.Load(b.Dir()); err != nil || f.Listen != before.Listen || f.RequestDays != before.RequestDays {
		t.Errorf("the file says %+v, %v", f, err)
	}
	if b.door.bound() != before.Listen {
		t.Errorf("listening on %s", b.door.bound())
	}
	if status, _ := send(t, b, "GET", "/Users", secret, ""); status != 200 {
		t.Errorf("the old address: %d", status)
	}
}

func TestSettingsComeFromFlagEnvironmentFileAndDefault(t *testing.T) {
	dir := t.TempDir()
	look := func(o Options) (s Settings) {
		t.Helper()
		o.Dir = dir
		b, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		s = settings(t, b)
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		return s
	}
	t.Setenv(EnvListen, "")
	if s := look(Options{}); s.Listen != DefaultListen || s.ListenFixed != "" || s.RequestDays != 90 || s.DeletedDays != 0 || s.Folder != dir || s.Size == 0 || s.Requests != 0 {
		t.Errorf("without a file: %+v", s)
	}
	if err := config.Save(dir, with(func(f *config.File) { f.Listen, f.RequestDays, f.DeletedDays = "127.0.0.1:0", 7, 30 }), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	if s := look(Options{}); s.Listen != "127.0.0.1:0" || s.ListenFixed != "" || s.RequestDays != 7 || s.DeletedDays != 30 {
		t.Errorf("by the file: %+v", s)
	}
	t.Setenv(EnvListen, "localhost:0")
	if s := look(Options{}); s.Listen != "localhost:0" || s.ListenFixed != "environment" {
		t.Errorf("by the environment: %+v", s)
	}
	if s := look(Options{Listen: NoListener}); s.Listen != NoListener || s.ListenFixed != "flag" || s.RequestDays != 7 {
		t.Errorf("by the flag: %+v", s)
	}
}

func TestAFixedAddressStaysAndTheRestIsSaved(t *testing.T) {
	b, _ := serve(t)
	before := settings(t, b)
	c := before.change()
	c.Listen = "127.0.0.1:1"
	if _, err := b.SaveSettings(t.Context(), c); Code(err) != "BAD_SETTING" || !strings.Contains(Message(err), "--listen") {
		t.Errorf("another address: %v", err)
	}
	c.Listen, c.RequestDays = before.Listen, 5
	after, err := b.SaveSettings(t.Context(), c)
	if err != nil || after.RequestDays != 5 || after.Listen != "127.0.0.1:0" {
		t.Errorf("%+v, %v", after, err)
	}
	if f, err := config.Load(b.Dir()); err != nil || f != with(func(f *config.File) { f.RequestDays = 5 }) {
		t.Errorf("the flag went into the file: %+v, %v", f, err)
	}
}

func TestABrokenSettingsFileIsNamedAndLeftAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config.json")
	const text = `{"version":1,"requestDays":-1,"colour":"red"}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // it was given back: nothing holds the folder
		_, err := Open(t.Context(), Options{Dir: dir, Listen: NoListener})
		if m := Message(err); Code(err) != "BAD_CONFIG" || !strings.Contains(m, path) || !strings.Contains(m, "requestDays") || !strings.Contains(m, "colour") {
			t.Fatalf("Open = %v, code %s", err, Code(err))
		}
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != text {
		t.Errorf("the file is %s, %v", after, err)
	}
	if err := os.WriteFile(path, []byte(`{"version":1,"listen":"0.0.0.0:0"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(EnvListen, "")
	if _, err := Open(t.Context(), Options{Dir: dir}); Code(err) != "LISTEN_EXPOSED" {
		t.Errorf("an exposed address in the file = %v", err)
	}
	b, err := Open(t.Context(), Options{Dir: dir, BehindProxy: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

func TestTheAddressChanges(t *testing.T) {
	var logged bytes.Buffer
	b, secret := configured(t, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&logged, nil)) })
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	notes := b.Watch(ctx)
	<-notes
	before := settings(t, b)
	c := before.change()
	c.Listen, c.RequestDays = freeAddress(t, "127.0.0.1"), 30
	after, err := b.SaveSettings(t.Context(), c)
	if err != nil || after.change() != c {
		t.Fatalf("%+v, %v", after, err)
	}
	if n, ok := <-notes; !ok || !n.Status {
		t.Errorf("nobody was told: %+v", n)
	}
	if f, err := config.Load(b.Dir()); err != nil || f.Listen != c.Listen || f.RequestDays != 30 {
		t.Errorf("the file says %+v, %v", f, err)
	}
	if status, _ := send(t, b, "GET", "/Users", secret, ""); status != 200 || b.door.bound() != c.Listen {
		t.Errorf("the new address, %s: %d", b.door.bound(), status)
	}
	if conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", before.Listen); err == nil {
		_ = conn.Close()
		t.Error("the old address still takes connections")
	}
	for _, part := range []string{before.Listen, c.Listen, "requestDays=30", "requestDaysBefore=90"} {
		if !strings.Contains(logged.String(), part) {
			t.Errorf("the log does not say %s: %s", part, logged.String())
		}
	}
	s, err := b.Snapshot(t.Context())
	if err != nil || s.Listener.Listen != c.Listen || !s.Listener.Serving || !strings.Contains(s.Address, c.Listen) {
		t.Errorf("snapshot: %+v, %s, %v", s.Listener, s.Address, err)
	}
}

func TestARefusedChangeChangesNothing(t *testing.T) {
	b, secret := configured(t)
	before := settings(t, b)
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for name, c := range map[string]struct {
		change func(*SettingsChange)
		code   string
		says   string
	}{
		"taken":          {func(c *SettingsChange) { c.Listen = taken.Addr().String() }, "PORT_BUSY", ""},
		"exposed":        {func(c *SettingsChange) { c.Listen = "0.0.0.0:8088" }, "LISTEN_EXPOSED", ""},
		"no address":     {func(c *SettingsChange) { c.Listen = "8088" }, "BAD_SETTING", "listen must be host:port"},
		"none":           {func(c *SettingsChange) { c.Listen = NoListener }, "BAD_SETTING", "listen must be host:port"},
		"two at once":    {func(c *SettingsChange) { c.RequestDays, c.DeletedDays = -1, 3651 }, "BAD_SETTING", "requestDays must be a whole number of days from 0 to 3650, where 0 keeps all; deletedDays"},
		"nothing at all": {func(c *SettingsChange) { *c = SettingsChange{} }, "BAD_SETTING", "listen"},
	} {
		change := before.change()
		change.RequestDays = 1
		c.change(&change)
		if _, err := b.SaveSettings(t.Context(), change); Code(err) != c.code || !strings.Contains(Message(err), c.says) {
			t.Errorf("%s: %v, code %s", name, err, Code(err))
		}
		unchanged(t, b, secret, before)
	}
}

// TestAnAddressOfAnotherComputer needs a proxy's leave: else it is refused before it is tried.
func TestAnAddressOfAnotherComputer(t *testing.T) {
	b, secret := configured(t, func(o *Options) { o.BehindProxy = true })
	before := settings(t, b)
	c := before.change()
	c.Listen = "192.0.2.7:8088" // for documentation: nobody has it
	if _, err := b.SaveSettings(t.Context(), c); Code(err) != "BAD_SETTING" || !strings.Contains(Message(err), "an address of this computer") {
		t.Errorf("%v, code %s", err, Code(err))
	}
	unchanged(t, b, secret, before)
}

// TestAFailedSaveKeepsTheOldAddress puts a folder in the file's place after Open, so that the last step of saving fails.
func TestAFailedSaveKeepsTheOldAddress(t *testing.T) {
	b, secret := configured(t, func(o *Options) { o.BehindProxy = true })
	before := settings(t, b)
	path := filepath.Join(b.Dir(), "config.json")
	text, err := os.ReadFile(path)
	if err == nil {
		err = errors.Join(os.Remove(path), os.MkdirAll(filepath.Join(path, "in the way"), 0o700))
	}
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(before.Listen)
	other := freeAddress(t, "127.0.0.1")
	for _, listen := range []string{other, "0.0.0.0:" + port} {
		c := before.change()
		c.Listen = listen
		if _, err := b.SaveSettings(t.Context(), c); err == nil {
			t.Fatal("saved over a folder")
		}
	}
	if err := errors.Join(os.RemoveAll(path), os.WriteFile(path, text, 0o600)); err != nil {
		t.Fatal(err)
	}
	unchanged(t, b, secret, before)
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", other)
	if err != nil {
		t.Fatalf("the new socket was left open: %v", err)
	}
	_ = ln.Close()
}

func TestAFullDiskKeepsTheOldSettings(t *testing.T) {
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("a small file system of our own needs root on Linux")
	}
	disk := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=4096k", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("mount is not allowed here: %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", disk).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	})
	b, _ := serve(t, func(o *Options) { o.Dir = filepath.Join(disk, "data") })
	fill(t, filepath.Join(disk, "ballast"))
	c := settings(t, b).change()
	c.RequestDays = 3
	if _, err := b.SaveSettings(t.Context(), c); Code(err) != "DB_FULL" || settings(t, b).RequestDays != 90 {
		t.Errorf("%v, code %s", err, Code(err))
	}
	if err := os.Remove(filepath.Join(disk, "ballast")); err != nil {
		t.Fatal(err)
	}
	if s, err := b.SaveSettings(t.Context(), c); err != nil || s.RequestDays != 3 {
		t.Errorf("with room again: %+v, %v", s, err)
	}
}

// TestOurOwnPortIsNotBusy: another name of the same place, and a part of it or the whole.
func TestOurOwnPortIsNotBusy(t *testing.T) {
	b, secret := configured(t, func(o *Options) { o.BehindProxy = true })
	_, port, err := net.SplitHostPort(b.door.bound())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"localhost", "127.0.0.1", "0.0.0.0", "", "0.0.0.0", "127.0.0.1", "localhost"} {
		c := settings(t, b).change()
		c.Listen = host + ":" + port
		if s, err := b.SaveSettings(t.Context(), c); err != nil || s.Listen != c.Listen {
			t.Fatalf("to %s: %+v, %v", c.Listen, s, err)
		}
		req, err := http.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1:"+port+"/scim/v2/Users", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+secret)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatalf("on %s: %v", c.Listen, err)
		}
		_ = res.Body.Close()
		if res.StatusCode != 200 {
			t.Errorf("on %s: %d", c.Listen, res.StatusCode)
		}
	}
}

// TestAChangeMendsABusyPort: whoever found the port taken chooses another one.
func TestAChangeMendsABusyPort(t *testing.T) {
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	dir := t.TempDir()
	if err := config.Save(dir, with(func(f *config.File) { f.Listen = taken.Addr().String() }), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	t.Setenv(EnvListen, "")
	b, secret := serve(t, func(o *Options) { o.Dir, o.Listen = dir, "" })
	if b.ListenError() == nil {
		t.Fatal("the port is not busy")
	}
	c := settings(t, b).change()
	c.Listen = freeAddress(t, "127.0.0.1")
	if _, err := b.SaveSettings(t.Context(), c); err != nil || b.ListenError() != nil {
		t.Fatalf("%v, %v", err, b.ListenError())
	}
	if status, _ := send(t, b, "GET", "/Users", secret, ""); status != 200 {
		t.Errorf("the new address: %d", status)
	}
}

// TestNoRequestIsCutOffWhileTheAddressChanges has callers write all the time while the address changes to and fro. Each request that
// arrived, and so stands in the log, has its answer; a refused connection is no request.
func TestNoRequestIsCutOffWhileTheAddressChanges(t *testing.T) {
	b, secret := configured(t)
	places := []string{settings(t, b).Listen, freeAddress(t, "127.0.0.1"), freeAddress(t, "127.0.0.1")}
	var at atomic.Value
	at.Store(places[0])
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	defer client.CloseIdleConnections()
	var answered, unanswered atomic.Int64
	post := func(who string) error {
		req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+at.Load().(string)+"/scim/v2/Users", strings.NewReader(`{"userName":"`+who+`@contoso.example"}`))
		if err != nil {
			return err
		}
		req.GetBody = nil // or the client would hide a connection that was cut
		req.Header.Set("Authorization", "Bearer "+secret)
		res, err := client.Do(req)
		if err != nil {
			unanswered.Add(1)
			return nil //nolint:nilerr // counted; what matters is that nobody was made
		}
		_, err = io.Copy(io.Discard, res.Body)
		if err = errors.Join(err, res.Body.Close()); err == nil && res.StatusCode != http.StatusCreated {
			err = fmt.Errorf("status %d", res.StatusCode)
		}
		answered.Add(1)
		return err
	}
	stop := make(chan struct{})
	var all sync.WaitGroup
	for caller := range 4 {
		all.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if err := post(fmt.Sprintf("p%d-%d", caller, i)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for round := range 30 {
		until := answered.Load() + 10
		for answered.Load() < until && !t.Failed() {
			runtime.Gosched()
		}
		next := places[(round+1)%len(places)]
		c := settings(t, b).change()
		c.Listen = next
		if _, err := b.SaveSettings(t.Context(), c); err != nil {
			t.Error(err)
			break
		}
		at.Store(next)
	}
	close(stop)
	all.Wait()
	people, err := b.counts(t.Context(), scim.User)
	if err != nil || int64(people.Total) != answered.Load() {
		t.Errorf("%d people were made, %d answers came, %d requests had none; %v", people.Total, answered.Load(), unanswered.Load(), err)
	}
	t.Logf("%d answers, %d refused connections", answered.Load(), unanswered.Load())
}

// TestWhoIsConnectedComesBackByTheNewAddress: a connection to the old address is served once more and told to end.
func TestWhoIsConnectedComesBackByTheNewAddress(t *testing.T) {
	b, secret := configured(t)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	get := func() (int, bool) {
		req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+settings(t, b).Listen+"/scim/v2/Users", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+secret)
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		_, _ = io.Copy(io.Discard, res.Body)
		return res.StatusCode, res.Close
	}
	if status, last := get(); status != 200 || last {
		t.Fatalf("%d, told to end: %v", status, last)
	}
	b.door.mu.Lock()
	old := b.door.ln
	b.door.mu.Unlock()
	old.retired.Store(true)
	if status, last := get(); status != 200 || !last {
		t.Errorf("by a retired socket: %d, told to end: %v", status, last)
	}
}

func TestSettingsThatArriveTogether(t *testing.T) {
	b, secret := configured(t)
	before := settings(t, b)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			c := before.change()
			c.RequestDays = 100 + i
			if i%2 == 0 {
				c.Listen = "127.0.0.1:0"
			}
			if _, err := b.SaveSettings(context.Background(), c); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	now := settings(t, b)
	f, err := config.Load(b.Dir())
	if err != nil || f.RequestDays != now.RequestDays || f.Listen != now.Listen {
		t.Errorf("the file says %+v, the backend %+v; %v", f, now, err)
	}
	if status, _ := send(t, b, "GET", "/Users", secret, ""); status != 200 {
		t.Errorf("afterwards: %d", status)
	}
}

// TestWhatWasKeptLongEnoughIsRemoved runs the clock: a minute after the start, every hour, and at once when a setting changes.
func TestWhatWasKeptLongEnoughIsRemoved(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		var logged bytes.Buffer
		b, err := Open(t.Context(), Options{Dir: dir, Listen: NoListener, Log: slog.New(slog.NewTextHandler(&logged, nil))})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- b.Run(ctx) }()
		asked := func(before time.Duration) {
			b.store.Log(&store.Activity{At: time.Now().Add(-before), Method: "GET"})
			if err := b.store.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		left := func(when string, want int64) {
			t.Helper()
			synctest.Wait()
			if n := settings(t, b).Requests; n != want {
				t.Errorf("%s: %d requests are kept, want %d", when, n, want)
			}
		}
		day := 24 * time.Hour
		for _, days := range []time.Duration{90, 60, 30, 1} { // all that time would be spent on looks at the network
			asked(days*day - time.Minute)
		}
		left("after 90 days", 4)
		time.Sleep(2 * time.Hour)
		left("two hours later", 3)
		r, err := scim.ParseResource(scim.User, []byte(`{"userName":"ada@contoso.example"}`))
		if err != nil {
			t.Fatal(err)
		}
		rec, err := b.store.Create(t.Context(), store.Cause{}, r, store.With{})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.store.Delete(t.Context(), store.Cause{}, scim.User, rec.ID, 0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * day)
		c := settings(t, b).change()
		c.DeletedDays, c.RequestDays = 4, 45
		if _, err := b.SaveSettings(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		left("at once after the setting changed", 2)
		people := func() Counts {
			n, err := b.counts(t.Context(), scim.User)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := people(); n.Deleted != 1 {
			t.Errorf("deleted three days ago, kept for four: %+v", n)
		}
		time.Sleep(day + 2*time.Hour)
		synctest.Wait()
		if n := people(); n.Deleted != 0 {
			t.Errorf("deleted more than four days ago: %+v", n)
		}
		if text := logged.String(); !strings.Contains(text, "requests=1 people=0 groups=0") || !strings.Contains(text, "requests=0 people=1 groups=0") {
			t.Errorf("the log does not say what was removed: %s", text)
		}
		stop()
		if err := errors.Join(<-done, b.Close()); err != nil {
			t.Error(err)
		}
	})
}
