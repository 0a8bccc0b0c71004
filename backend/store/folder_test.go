package store

import (
	"bytes"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"scimdesk/backend/scim"
)

func chmod(t *testing.T, mode fs.FileMode, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode() & (fs.ModePerm | fs.ModeSticky)
}

// TestOpenLeavesAFolderOfOtherThingsOpen: whoever else works in it would be locked out. What is ours in it is closed all the same.
func TestOpenLeavesAFolderOfOtherThingsOpen(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing of other users here")
	}
	var logged bytes.Buffer
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "letter.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	chmod(t, 0o755, dir)
	open(t, Options{Dir: dir, Log: slog.New(slog.NewTextHandler(&logged, nil))})
	if got := mode(t, dir); got != 0o755 || !strings.Contains(logged.String(), "holds other things") {
		t.Errorf("mode %o, log %s", got, logged.String())
	}
	if got := mode(t, filepath.Join(dir, databaseFile)); got != 0o600 {
		t.Errorf("the database's mode is %o", got)
	}
}

// Who may read the lock can hold it, and who may enter the folder can read of people: what an earlier run or another hand left open
// is closed, and the log says so, once.
func TestOpenClosesWhatOthersMayRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing of other users here")
	}
	s := open(t, Options{})
	create(t, s, person(t, "ana@x.example"))
	// A run that was killed leaves its log beside the database.
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, name := range []string{databaseFile, databaseFile + "-wal", databaseFile + "-shm", lockFile} {
		content, err := os.ReadFile(filepath.Join(s.o.Dir, name))
		if name == lockFile {
			content, err = nil, nil
		}
		path := filepath.Join(dir, name)
		if err != nil || os.WriteFile(path, content, 0o600) != nil {
			t.Fatal(name, err)
		}
		files = append(files, path)
	}
	chmod(t, 0o644, files...)
	chmod(t, 0o755, dir)

	var said bytes.Buffer
	again := open(t, Options{Dir: dir, Log: slog.New(slog.NewTextHandler(&said, nil))})
	if m := mode(t, dir); m != 0o700 {
		t.Errorf("folder: %v", m)
	}
	for _, path := range files {
		if m := mode(t, path); m != 0o600 {
			t.Errorf("%s: %v", path, m)
		}
	}
	if n := strings.Count(said.String(), "level=WARN"); n != len(files)+1 || !strings.Contains(said.String(), "folder="+dir) {
		t.Errorf("%d warnings: %s", n, said.String())
	}
	if n := counted(t, again, scim.User).Total; n != 1 {
		t.Errorf("%d people", n)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	said.Reset()
	open(t, Options{Dir: dir, Log: slog.New(slog.NewTextHandler(&said, nil))})
	if said.Len() > 0 {
		t.Errorf("said of a closed folder: %s", said.String())
	}
}

// Closing a folder that others use too would lock them out of what is theirs.
func TestOpenLeavesSharedFolders(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing of other users here")
	}
	const nobody = 65534
	for what, share := range map[string]func(dir string) error{
		"everybody's": func(dir string) error { return os.Chmod(dir, 0o777|fs.ModeSticky) },
		"somebody else's": func(dir string) error {
			return os.Chown(dir, nobody, -1)
		},
		"holds what is somebody else's": func(dir string) error {
			path := filepath.Join(dir, "theirs")
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				return err
			}
			return os.Chown(path, nobody, -1)
		},
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			chmod(t, 0o755, dir)
			if err := share(dir); err != nil {
				t.Skip("giving a file away needs root:", err)
			}
			before := mode(t, dir)
			var said bytes.Buffer
			open(t, Options{Dir: dir, Log: slog.New(slog.NewTextHandler(&said, nil))})
			if m := mode(t, dir); m != before {
				t.Errorf("folder: %v, before %v", m, before)
			}
			if !strings.Contains(said.String(), "folder="+dir) || !strings.Contains(said.String(), "level=WARN") {
				t.Errorf("said: %s", said.String())
			}
			for _, name := range []string{databaseFile, lockFile} {
				if m := mode(t, filepath.Join(dir, name)); m != 0o600 {
					t.Errorf("%s: %v", name, m)
				}
			}
		})
	}
}
