// Package config knows where things lie on each system, and what may be set from outside.
package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// DefaultListen is where the loopback SCIM listener stands unless told otherwise.
const DefaultListen = "127.0.0.1:8088"

// The environment variables that stand between the defaults and the flags.
const (
	EnvData   = "SCIMDESK_DATA"   // the data folder
	EnvListen = "SCIMDESK_LISTEN" // the listen address
	EnvConfig = "SCIMDESK_CONFIG" // the folder of window.json
)

// DataDir is the data folder when none is named: %LOCALAPPDATA%\ScimDesk\Data on Windows (not the roaming profile: a database
// must not be copied between computers), ~/Library/Application Support/ScimDesk on macOS, and $XDG_DATA_HOME/scimdesk/data or
// ~/.local/share/scimdesk/data elsewhere: in the folder above it the system's web view keeps the window's own files.
// SCIMDESK_DATA, if set, comes before all of them.
func DataDir() (string, error) {
	if dir := os.Getenv(EnvData); dir != "" {
		return filepath.Abs(dir)
	}
	return dataDir(runtime.GOOS, os.Getenv, os.UserHomeDir)
}

func dataDir(goos string, env func(string) string, home func() (string, error)) (string, error) {
	if goos == "windows" {
		if local := env("LOCALAPPDATA"); local != "" {
			return filepath.Join(local, "ScimDesk", "Data"), nil
		}
		return "", errors.New("%LOCALAPPDATA% is not set: name a data folder with --data")
	}
	// XDG says that a relative path in it is to be ignored.
	if xdg := env("XDG_DATA_HOME"); goos != "darwin" && filepath.IsAbs(xdg) {
		return filepath.Join(xdg, "scimdesk", "data"), nil
	}
	h, err := home()
	if err != nil {
		return "", fmt.Errorf("find the home folder (name a data folder with --data): %w", err)
	}
	if goos == "darwin" {
		return filepath.Join(h, "Library", "Application Support", "ScimDesk"), nil
	}
	return filepath.Join(h, ".local", "share", "scimdesk", "data"), nil
}
