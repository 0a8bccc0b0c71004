package config

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// bareBus is a session bus that starts no service.
const bareBus = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

const inChild = "SCIMDESK_TEST_KEYCHAIN"

// The real library on a bus without a keychain: what it says must not count as "there is no such entry". It is asked in a process of its own,
// since other tests put theirs in its place for good.
func TestBusWithoutKeychain(t *testing.T) {
	if os.Getenv(inChild) != "" {
		if err := OpenSecrets(t.TempDir(), false).Keychain(t.Context()); !errors.Is(err, ErrNoKeychain) || !strings.Contains(err.Error(), "org.freedesktop.secrets") {
			t.Errorf("a bus without a keychain is told as %v", err)
		}
		return
	}
	c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestBusWithoutKeychain$", "-test.v")
	c.Env = append(os.Environ(), inChild+"=1", EnvAuthtoken+"=", "DBUS_SESSION_BUS_ADDRESS="+startBus(t))
	if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}

func startBus(t *testing.T) (address string) {
	t.Helper()
	daemon, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Skip("no dbus-daemon here")
	}
	file := filepath.Join(t.TempDir(), "bus.conf")
	if err := os.WriteFile(file, []byte(bareBus), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), daemon, "--config-file="+file, "--nofork", "--print-address")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}
