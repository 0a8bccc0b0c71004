//go:build unix

package backend

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe among the admin's own targets has nobody wait for what never comes, least of all whoever opens the folder.
func TestAPipeIsNoTarget(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(ownTargets(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(ownTargets(dir), "pipe.json"), 0o600); err != nil {
		t.Skip("no pipes here:", err)
	}
	b, err := Open(t.Context(), Options{Dir: dir, Listen: NoListener, Face: "scimd"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}()
	all, err := b.Targets(t.Context())
	if err != nil || all.List[len(all.List)-1].Fault != errNoFile.Error() {
		t.Errorf("%+v, %v", all.List, err)
	}
}
