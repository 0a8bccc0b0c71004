package power

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/godbus/dbus/v5"
)

// keepAwake takes an inhibitor lock of logind (systemd.io/INHIBITOR_LOCKS): a file that holds as long as it is open. A desktop that
// sleeps after a while of no use asks logind to; so does a person who chooses to, and is told what is in the way.
func keepAwake(ctx context.Context, reason string) (*Hold, error) {
	bus, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("this system has no system bus (D-Bus) to ask by: %w", err)
	}
	var fd dbus.UnixFD
	logind := bus.Object("org.freedesktop.login1", "/org/freedesktop/login1")
	err = logind.CallWithContext(ctx, "org.freedesktop.login1.Manager.Inhibit", 0, "sleep:idle", "ScimDesk", reason, "block").Store(&fd)
	if err != nil {
		_ = bus.Close() // nothing was asked of it
		return nil, refusal(err)
	}
	syscall.CloseOnExec(int(fd)) // or a program that is started holds on to it
	lock := os.NewFile(uintptr(fd), "inhibitor lock")
	return &Hold{Means: "systemd-logind", end: func() {
		_ = lock.Close() // closing is all there is to it
		_ = bus.Close()
	}}, nil
}

func refusal(err error) error {
	if e, ok := errors.AsType[dbus.Error](err); ok {
		switch e.Name {
		case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner", "org.freedesktop.DBus.Error.Spawn.ServiceNotFound":
			return fmt.Errorf("this system has no logind (systemd) to ask: %w", err)
		case "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired":
			return fmt.Errorf("logind does not allow it to this user, who has no session at this computer: %w", err)
		}
	}
	return fmt.Errorf("ask logind: %w", err)
}
