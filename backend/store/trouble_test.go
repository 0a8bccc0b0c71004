package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"scimdesk/backend/scim"
)

// smallDisk mounts a file system in memory of so many KiB. It needs root on Linux, which the continuous build has.
func smallDisk(t *testing.T, kib int) string {
	t.Helper()
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("a small file system of our own needs root on Linux")
	}
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dk", kib), "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("mount is not allowed here: %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	})
	return dir
}

func unavailable(t *testing.T, err error, want State) {
	t.Helper()
	u, ok := errors.AsType[*Unavailable](err)
	if !ok || u.State != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestFullDisk(t *testing.T) {
	disk := smallDisk(t, 4096)
	var told []State
	s := open(t, Options{Dir: filepath.Join(disk, "data"), probeEvery: 50 * time.Millisecond,
		HealthChanged: func(h Health) { told = append(told, h.State) }})
	ballast := filepath.Join(disk, "ballast")
	stuff(t, ballast)

	var mu sync.Mutex
	var writers sync.WaitGroup
	written := map[string]bool{}
	for w := range 4 {
		writers.Go(func() {
			for i := range 2000 {
				c := cause
				c.Activity = &Activity{RequestID: fmt.Sprint(w, "-", i), Request: make([]byte, 2000)}
				rec, err := s.Create(context.Background(), c, person(t, fmt.Sprintf("p%d-%d@x.example", w, i)), With{})
				if err != nil {
					unavailable(t, err, StateFull)
					return
				}
				mu.Lock()
				written[rec.ID] = true
				mu.Unlock()
			}
		})
	}
	writers.Wait()
	until(t, "a disk without room for one request more", func() bool { return s.Health().State == StateFull })
	if h := s.Health(); h.State != StateFull || h.Detail == "" || h.Since.IsZero() {
		t.Errorf("health: %+v", h)
	}
	for i := range 20 {
		s.Log(&Activity{RequestID: fmt.Sprint("refused ", i), Request: make([]byte, 2000)})
	}
	total := counted(t, s, scim.User).Total
	if total != len(written) {
		t.Errorf("%d people, %d answered", total, len(written))
	}
	for id := range written {
		if page, err := s.History(t.Context(), scim.User, id, 0, 0); err != nil || len(page) != 1 {
			t.Fatalf("history of %s: %v %v", id, page, err)
		}
	}
	_, last, err := s.ActivityHead(t.Context())
	if err != nil || last != int64(len(written)) {
		t.Errorf("activity up to %d (%v), want %d", last, err, len(written))
	}
	sound(t, s)

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	until(t, "recovery without anybody writing", func() bool { return s.Health().State == StateOK })
	create(t, s, person(t, "after@x.example"))
	until(t, "the refused rows", func() bool { _, now, _ := s.ActivityHead(t.Context()); return now == last+20 })
	if len(told) < 2 || told[0] != StateFull || told[len(told)-1] != StateOK {
		t.Errorf("told %v", told)
	}
	sound(t, s)
}

// stuff writes zeros until the disk is full.
func stuff(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	block := make([]byte, 4096)
	for {
		if _, err := f.Write(block); err != nil {
			return
		}
	}
}

func TestReadOnlyFolder(t *testing.T) {
	disk := smallDisk(t, 4096)
	dir := filepath.Join(disk, "data")
	s := open(t, Options{Dir: dir})
	create(t, s, person(t, "ana@x.example"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	remount := func(how string) {
		if out, err := exec.Command("mount", "-o", "remount,"+how, disk).CombinedOutput(); err != nil {
			t.Fatalf("remount: %v %s", err, out)
		}
	}
	remount("ro")
	_, err := Open(t.Context(), Options{Dir: dir})
	unavailable(t, err, StateReadOnly)
	remount("rw")
	same(t, "people", userNames(t, open(t, Options{Dir: dir})), []string{"ana@x.example"})
}

// The files of a running store become read-only, as when a system mounts a failing disk again.
func TestReadOnlyWhileRunning(t *testing.T) {
	if underRace {
		t.Skip("the engine meets a page it can't write, which it catches; the race detector's own code does not")
	}
	chattr, err := exec.LookPath("chattr")
	if err != nil || os.Geteuid() != 0 {
		t.Skip("making files immutable needs root and chattr")
	}
	s := open(t, Options{probeEvery: 50 * time.Millisecond})
	create(t, s, person(t, "ana@x.example"))
	files := func(flag string) error {
		for _, name := range []string{databaseFile, databaseFile + "-wal", databaseFile + "-shm"} {
			if out, err := exec.Command(chattr, flag, filepath.Join(s.o.Dir, name)).CombinedOutput(); err != nil {
				return fmt.Errorf("chattr: %w %s", err, out)
			}
		}
		return nil
	}
	t.Cleanup(func() { _ = files("-i") })
	if err := files("+i"); err != nil {
		t.Skip("this file system knows no immutable files:", err)
	}
	if _, err := s.Create(t.Context(), cause, person(t, "bo@x.example"), With{}); err == nil {
		t.Skip("this file system lets open files be written while they are immutable")
	}
	until(t, "read-only", func() bool { return s.Health().State == StateReadOnly })
	_, err = s.Create(t.Context(), cause, person(t, "bo@x.example"), With{})
	unavailable(t, err, StateReadOnly)
	same(t, "people", userNames(t, s), []string{"ana@x.example"})
	if err := files("-i"); err != nil {
		t.Fatal(err)
	}
	until(t, "recovery", func() bool { return s.Health().State == StateOK })
	create(t, s, person(t, "bo@x.example"))
	sound(t, s)
}

// TestMain lets the test binary stand in for another program that holds the database, and for a store that is killed.
func TestMain(m *testing.M) {
	if path := os.Getenv("STORE_TEST_HOLD"); path != "" {
		if err := hold(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if dir := os.Getenv("STORE_TEST_KILL"); dir != "" {
		fmt.Fprintln(os.Stderr, answerUntilKilled(dir))
		os.Exit(1)
	}
	code := m.Run()
	if directory != "" {
		_ = os.RemoveAll(directory)
	}
	os.Exit(code)
}

// hold keeps a write transaction on a database, or the lock of a folder, until its standard input ends.
func hold(path string) error {
	ctx := context.Background()
	if filepath.Base(path) == lockFile {
		l, err := lockFolder(ctx, path)
		if err != nil {
			return err
		}
		defer func() { _ = l.release() }()
	} else {
		db, err := openWriter(path, time.Second)
		if err != nil {
			return err
		}
		defer func() { _ = db.Close() }()
		conn, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close() }()
		if _, err := conn.ExecContext(ctx, beginWrite); err != nil {
			return err
		}
	}
	fmt.Println("held")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// another starts the test binary as the holder of a file and gives what ends it.
func another(t *testing.T, path string) (letGo func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "STORE_TEST_HOLD="+path)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if n, err := out.Read(make([]byte, 16)); n == 0 {
		t.Fatalf("the other process did not take %s: %v", path, err)
	}
	ended := false
	letGo = func() {
		if !ended {
			ended = true
			_ = in.Close()
			_ = cmd.Wait()
		}
	}
	t.Cleanup(letGo)
	return letGo
}

func TestLockedByAnotherProcess(t *testing.T) {
	s := open(t, Options{BusyTimeout: 30 * time.Millisecond, probeEvery: 50 * time.Millisecond})
	ana := create(t, s, person(t, "ana@x.example"))
	letGo := another(t, filepath.Join(s.o.Dir, databaseFile))
	_, err := s.Create(t.Context(), cause, person(t, "bo@x.example"), With{})
	unavailable(t, err, StateLocked)
	if h := s.Health(); h.State != StateLocked {
		t.Errorf("health: %+v", h)
	}
	get(t, s, ana) // reads go on
	letGo()
	until(t, "recovery", func() bool { return s.Health().State == StateOK })
	create(t, s, person(t, "bo@x.example"))
}

func TestOneOwner(t *testing.T) {
	s := open(t, Options{})
	if _, err := Open(t.Context(), Options{Dir: s.o.Dir}); !errors.Is(err, ErrOwned) {
		t.Errorf("second owner: %v", err)
	}
	create(t, s, person(t, "ana@x.example")) // the refused one has not loosened anything
	if _, err := Open(t.Context(), Options{Dir: s.o.Dir}); !errors.Is(err, ErrOwned) {
		t.Errorf("third owner: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	letGo := another(t, filepath.Join(s.o.Dir, lockFile))
	if _, err := Open(t.Context(), Options{Dir: s.o.Dir}); !errors.Is(err, ErrOwned) {
		t.Errorf("owned by another process: %v", err)
	}
	letGo()
	same(t, "people", userNames(t, open(t, Options{Dir: s.o.Dir})), []string{"ana@x.example"})
}

// overwrite spoils pages of the database file and gives what puts them back.
func overwrite(t *testing.T, path string, from, n int) (repair func()) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	// The handle stays open till the end: closing it would drop the engine's own locks in this process.
	t.Cleanup(func() { _ = f.Close() })
	before := make([]byte, n)
	if _, err := f.ReadAt(before, int64(from)); err != nil {
		t.Fatal(err)
	}
	junk := []byte(strings.Repeat("scrambled", n/9+1))[:n]
	if _, err := f.WriteAt(junk, int64(from)); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := f.WriteAt(before, int64(from)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCorruptAtOpen(t *testing.T) {
	for what, from := range map[string]int{"header": 0, "pages": 3 * 4096} {
		t.Run(what, func(t *testing.T) {
			s := open(t, Options{})
			crowd(t, s, 50)
			path := filepath.Join(s.o.Dir, databaseFile)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			repair := overwrite(t, path, from, 5*4096)
			_, err := Open(t.Context(), Options{Dir: s.o.Dir})
			unavailable(t, err, StateCorrupt)
			if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "a copy of yours") || strings.Contains(err.Error(), "backup") {
				t.Errorf("the error does not say where and what: %v", err)
			}
			repair()
			again := open(t, Options{Dir: s.o.Dir})
			if n := counted(t, again, scim.User).Total; n != 50 {
				t.Errorf("%d people after the repair", n)
			}
		})
	}
}

// The check of a big file goes on behind Open, and tells what it finds.
func TestCorruptBigFile(t *testing.T) {
	s := open(t, Options{})
	crowd(t, s, 200)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	repair := overwrite(t, filepath.Join(s.o.Dir, databaseFile), 40*4096, 5*4096)
	again := open(t, Options{Dir: s.o.Dir, checkFirst: 1, probeEvery: 20 * time.Millisecond})
	until(t, "damage is found", func() bool { return again.Health().State == StateCorrupt })
	repair()
	until(t, "the repair is found", func() bool { return again.Health().State == StateOK })
	sound(t, again)
}

func TestCorruptWhileRunning(t *testing.T) {
	s := open(t, Options{probeEvery: 20 * time.Millisecond})
	crowd(t, s, 3000)
	path := filepath.Join(s.o.Dir, databaseFile)
	db, err := openWriter(path, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Exec("pragma wal_checkpoint(truncate)"); err != nil {
		t.Fatal(err)
	}
	repair := overwrite(t, path, 40*4096, 200*4096)
	err = s.Scan(t.Context(), scim.User, With{}, func(Record) error { return nil })
	unavailable(t, err, StateCorrupt)
	if h := s.Health(); h.State != StateCorrupt {
		t.Errorf("health: %+v", h)
	}
	// A write that meets no damage is refused all the same: it might be lost with the file.
	unavailable(t, s.SaveTokens(t.Context(), Token{ID: "t", Hash: []byte("h")}), StateCorrupt)
	if h := s.Health(); h.State != StateCorrupt {
		t.Errorf("health: %+v", h)
	}
	repair()
	until(t, "recovery after the repair", func() bool { return s.Health().State == StateOK })
	if n := len(userNames(t, s)); n != 1000 {
		t.Errorf("%d people on a page", n)
	}
	sound(t, s)
}

func TestFolderNames(t *testing.T) {
	base := t.TempDir()
	for _, name := range []string{"a#b", "a?b", "100%25x", "two words", "Größe 東京 ñ", "a&b=c;d", "50%", "it's \"so\"", "plus+"} {
		if runtime.GOOS == "windows" && strings.ContainsAny(name, `?"`) {
			continue
		}
		dir := filepath.Join(base, name, "data")
		s := open(t, Options{Dir: dir})
		create(t, s, person(t, "ana@x.example"))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		same(t, name, userNames(t, open(t, Options{Dir: dir})), []string{"ana@x.example"})
		for file, mode := range map[string]fs.FileMode{"": 0o700, databaseFile: 0o600, databaseFile + "-wal": 0o600, lockFile: 0o600} {
			info, err := os.Stat(filepath.Join(dir, file))
			if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != mode {
				t.Errorf("%s/%s: %v %v", name, file, info, err)
			}
		}
	}
	entries, err := os.ReadDir(base)
	if err != nil || len(entries) < 7 {
		t.Errorf("folders: %v %v", entries, err)
	}
}
