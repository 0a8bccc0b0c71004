package store

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// left makes a folder as a killed process leaves it: everything is there but the lock's holder.
func left(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "left")
	s := open(t, Options{Dir: dir})
	create(t, s, person(t, "ana@x.example"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, databaseFile+"-wal"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func there(t *testing.T, path string) bool {
	t.Helper()
	_, err := os.Lstat(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}

func TestDiscardRemovesWhatNobodyHasOpen(t *testing.T) {
	dir := left(t)
	if err := Discard(t.Context(), dir); err != nil || there(t, dir) {
		t.Errorf("Discard = %v, still there %v", err, there(t, dir))
	}
	if err := Discard(t.Context(), dir); err != nil {
		t.Errorf("a folder that is gone: %v", err)
	}
}

func TestDiscardLeavesWhatIsOpen(t *testing.T) {
	s := open(t, Options{Dir: filepath.Join(t.TempDir(), "open")})
	create(t, s, person(t, "ana@x.example"))
	if err := Discard(t.Context(), s.o.Dir); !errors.Is(err, ErrOwned) {
		t.Errorf("Discard = %v, want ErrOwned", err)
	}
	create(t, s, person(t, "ben@x.example")) // and it still works, with its lock held
	if _, err := Open(t.Context(), Options{Dir: s.o.Dir}); !errors.Is(err, ErrOwned) {
		t.Errorf("a second Open = %v, want ErrOwned", err)
	}
}

// A folder without a database may be one that somebody makes at this moment.
func TestDiscardLeavesWhatIsBeingMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "making")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Discard(t.Context(), dir); !errors.Is(err, ErrOwned) || !there(t, dir) {
		t.Errorf("young: Discard = %v, there %v", err, there(t, dir))
	}
	old := time.Now().Add(-2 * unfinishedFor)
	if err := os.Chtimes(dir, old, old); err != nil {
		t.Fatal(err)
	}
	if err := Discard(t.Context(), dir); err != nil || there(t, dir) {
		t.Errorf("old: Discard = %v, there %v", err, there(t, dir))
	}
}

func TestDiscardLeavesWhatIsNotOurs(t *testing.T) {
	for what, change := range map[string]func(dir string) error{
		"a file of somebody's": func(dir string) error { return os.WriteFile(filepath.Join(dir, "letter.txt"), []byte("x"), 0o600) },
		"a folder":             func(dir string) error { return os.Mkdir(filepath.Join(dir, "more"), 0o700) },
		"a link for the database": func(dir string) error {
			path := filepath.Join(dir, databaseFile)
			return errors.Join(os.Remove(path), os.Symlink(filepath.Join(dir, lockFile), path))
		},
		"open to others": func(dir string) error { return os.Chmod(dir, 0o755) },
	} {
		t.Run(what, func(t *testing.T) {
			if runtime.GOOS == "windows" {
				t.Skip("modes say nothing of other users here, and links need a right")
			}
			dir := left(t)
			if err := change(dir); err != nil {
				t.Fatal(err)
			}
			if err := Discard(t.Context(), dir); !errors.Is(err, ErrForeign) {
				t.Errorf("Discard = %v, want ErrForeign", err)
			}
			for _, name := range []string{databaseFile, lockFile} {
				if !there(t, filepath.Join(dir, name)) {
					t.Errorf("%s is gone", name)
				}
			}
		})
	}
	dir := left(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Skip("no links here:", err)
	}
	if err := Discard(t.Context(), link); !errors.Is(err, ErrForeign) || !there(t, dir) {
		t.Errorf("through a link: Discard = %v, there %v", err, there(t, dir))
	}
}
