package config

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/adrg/xdg"
)

func TestDownloads(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the folder is the system's own there")
	}
	t.Cleanup(xdg.Reload) // runs when the environment is as it was
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_DOWNLOAD_DIR", filepath.Join(home, "missing"))
	xdg.Reload()
	if got := Downloads(); got != home {
		t.Errorf("without a folder for downloads: %s, want %s", got, home)
	}
	there := t.TempDir()
	t.Setenv("XDG_DOWNLOAD_DIR", there)
	xdg.Reload()
	if got := Downloads(); got != there {
		t.Errorf("got %s, want %s", got, there)
	}
}
