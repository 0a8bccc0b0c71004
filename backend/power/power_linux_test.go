package power

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

func TestWithoutASystemBus(t *testing.T) {
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "none"))
	hold, err := KeepAwake(t.Context(), "test")
	if err == nil {
		hold.Release()
		t.Fatal("there is no bus, and no error")
	}
	if !strings.Contains(err.Error(), "no system bus") {
		t.Errorf("error: %v", err)
	}
}

// bus starts one of this test's own.
func bus(t *testing.T) {
	t.Helper()
	daemon, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Skip("dbus-daemon is not installed")
	}
	c := exec.Command(daemon, "--session", "--nofork", "--print-address=1", "--address=unix:path="+filepath.Join(t.TempDir(), "bus"))
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", strings.TrimSpace(address))
}

// logind is as much of it as locks need.
type logind struct {
	mu    sync.Mutex
	deny  bool
	asked []string
	lock  *os.File // what is given away is a copy of it
	held  *os.File // ends when nobody holds the lock any more
}

func (l *logind) Inhibit(what, who, why, mode string) (dbus.UnixFD, *dbus.Error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = []string{what, who, why, mode}
	if l.deny {
		return 0, dbus.NewError("org.freedesktop.DBus.Error.AccessDenied", []any{"Permission denied"})
	}
	var err error
	if l.held, l.lock, err = os.Pipe(); err != nil {
		return 0, dbus.MakeFailedError(err)
	}
	return dbus.UnixFD(l.lock.Fd()), nil
}

func (l *logind) denies(deny bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.deny = deny
}

func (l *logind) serve(t *testing.T) {
	t.Helper()
	conn, err := dbus.ConnectSystemBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.Export(l, "/org/freedesktop/login1", "org.freedesktop.login1.Manager"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName("org.freedesktop.login1", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
}

func TestALock(t *testing.T) {
	bus(t)
	if _, err := KeepAwake(t.Context(), "test"); err == nil || !strings.Contains(err.Error(), "no logind") {
		t.Errorf("without logind: %v", err)
	}
	l := &logind{deny: true}
	l.serve(t)
	if _, err := KeepAwake(t.Context(), "test"); err == nil || !strings.Contains(err.Error(), "does not allow it") {
		t.Errorf("denied: %v", err)
	}
	l.denies(false)
	hold, err := KeepAwake(t.Context(), "It receives people.")
	if err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if got := strings.Join(l.asked, "|"); got != "sleep:idle|ScimDesk|It receives people.|block" {
		t.Errorf("asked: %s", got)
	}
	_ = l.lock.Close()
	if err := l.held.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.held.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the lock is not held: %v", err)
	}
	hold.Release()
	hold.Release()
	if err := l.held.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.held.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("after its release the lock is held: %v", err)
	}
}
