package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

var someSettings = with(func(f *File) { f.Listen, f.RequestDays, f.DeletedDays = "localhost:9000", 30, 3650 })

// with is the default but for a change.
func with(change func(*File)) File {
	f := Default()
	change(&f)
	return f
}

func TestSettingsAreReadAsTheyWereSaved(t *testing.T) {
	dir := t.TempDir()
	f, err := Load(dir)
	if err != nil || f != Default() || f.Listen != DefaultListen || f.RequestDays != 90 {
		t.Errorf("without a file: %+v, %v", f, err)
	}
	only(t, dir)
	for _, want := range []File{someSettings, with(func(f *File) { f.Listen, f.RequestDays = "[::1]:0", 0 }), everySetting} {
		if err := Save(dir, want, quiet); err != nil {
			t.Fatal(err)
		}
		if got, err := Load(dir); err != nil || got != want {
			t.Errorf("read again: %+v, %v; want %+v", got, err, want)
		}
	}
	only(t, dir, "config.json")
	path := filepath.Join(dir, "config.json")
	text, err := os.ReadFile(path)
	var whole map[string]any
	if err != nil || json.Unmarshal(text, &whole) != nil || whole["version"] != 1.0 || len(whole) != 18 || strings.Count(string(text), "\n") != 20 {
		t.Errorf("the file is %s, %v", text, err)
	}
	info, err := os.Stat(path)
	if err != nil || (runtime.GOOS != "windows" && info.Mode().Perm() != 0o600) {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
}

func TestSettingsThatAFileDoesNotNameHaveTheirDefaults(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "config.json"), "\uFEFF{\"version\": 1, \"deletedDays\": 7}\r\n")
	if f, err := Load(dir); err != nil || f != with(func(f *File) { f.DeletedDays = 7 }) {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestFaultsAreToldAllAtOnce: somebody who edits the file by hand mends it in one go.
func TestFaultsAreToldAllAtOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config.json")
	const (
		listen   = "listen must be host:port"
		requests = "requestDays must be a whole number of days from 0 to 3650"
		deleted  = "deletedDays must be a whole number of days from 0 to 3650"
		number   = "version must be 1"
	)
	for text, want := range map[string][]string{
		``:    {"line 1 is no JSON"},
		`{}`:  {number},
		`[]`:  {"the file must hold one JSON object"},
		`nul`: {"line 1 is no JSON"},
		"{\"version\":1,\n\"listen\":\"127.0.0.1:1\"\n\"requestDays\":1}": {"line 3 is no JSON"},
		`{"version":1} {}`:                                                       {"line 1 is no JSON"},
		`{"version":0}`:                                                          {number},
		`{"version":"1"}`:                                                        {number},
		`{"version":1,"port":1}`:                                                 {`"port" is unknown: known are version, listen, requestDays, deletedDays, target, strict, way, `},
		`{"version":1,"Listen":"127.0.0.1:1"}`:                                   {`"Listen" is unknown`},
		`{"version":1,"requestDays":1,"requestDays":2}`:                          {"requestDays stands there twice"},
		`{"version":1,"listen":"none"}`:                                          {listen},
		`{"version":1,"listen":"127.0.0.1"}`:                                     {listen},
		`{"version":1,"listen":"127.0.0.1:99999"}`:                               {listen},
		`{"version":1,"requestDays":-1}`:                                         {requests},
		`{"version":1,"requestDays":3651}`:                                       {requests},
		`{"version":1,"requestDays":1.5}`:                                        {requests},
		`{"version":1,"requestDays":"90"}`:                                       {requests},
		`{"version":1,"deletedDays":null}`:                                       {deleted},
		`{"listen":8088,"requestDays":-1,"deletedDays":true,"extra":{"deep":1}}`: {number, listen, requests, deleted, `"extra" is unknown`},
		`{"version":2,"listen":8088,"extra":1}`:                                  {"version 2 was written by a newer ScimDesk, this one knows version 1"},
		`{"version":1,"x":"` + strings.Repeat("x", 1<<20) + `"}`:                 {"the file is larger than 1 MiB"},
	} {
		write(t, path, text)
		f, err := Load(dir)
		faults := faultsOf(err)
		ok := len(faults) == len(want) && f == File{} && strings.Contains(err.Error(), path)
		for i := range want {
			ok = ok && strings.HasPrefix(faults[i], want[i]) && strings.Contains(err.Error(), faults[i])
		}
		if !ok {
			t.Errorf("%.80s\n has %q\nwant %q\n (%+v, %.200v)", text, faults, want, f, err)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != text {
			t.Errorf("%.80s was not left as it is: %v", text, err)
		}
	}
	only(t, dir, "config.json")
}

func TestSettingsThatBreakTheRulesAreNotSaved(t *testing.T) {
	dir := t.TempDir()
	if err := Save(dir, someSettings, quiet); err != nil {
		t.Fatal(err)
	}
	if faults := faultsOf(Save(dir, with(func(f *File) { f.Listen, f.RequestDays, f.DeletedDays = "none", -1, 4000 }), quiet)); len(faults) != 3 {
		t.Errorf("faults %q", faults)
	}
	if f, err := Load(dir); err != nil || f != someSettings {
		t.Errorf("after it: %+v, %v", f, err)
	}
}

// TestAFailedSaveLeavesTheOldSettings makes the file's name a folder's, so that the last step fails.
func TestAFailedSaveLeavesTheOldSettings(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "config.json", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Save(dir, someSettings, quiet); err == nil {
		t.Error("saved over a folder")
	}
	only(t, dir, "config.json") // and no temporary file
	if _, err := Load(dir); err == nil || faultsOf(err) != nil {
		t.Errorf("a file that can't be read: %v", err)
	}
}

// TestWhatIsSavedIsNoError: after the rename the new settings hold, even if the folder can't be put on disk.
func TestWhatIsSavedIsNoError(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("a folder that can be written to but not opened is none for root, nor on Windows")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o300); err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	err := Save(dir, someSettings, slog.New(slog.NewTextHandler(&logged, nil)))
	if err != nil || !strings.Contains(logged.String(), "power cut") {
		t.Errorf("%v; log %s", err, logged.String())
	}
	if f, err := Load(dir); err != nil || f != someSettings {
		t.Errorf("saved: %+v, %v", f, err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

// mounted gives a small file system of the test's own.
func mounted(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("a small file system of our own needs root on Linux")
	}
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("mount is not allowed here: %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	})
	return dir
}

func TestSettingsOnAFullAndOnAReadOnlyDisk(t *testing.T) {
	dir := mounted(t)
	if err := Save(dir, Default(), quiet); err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	if err := Save(dir, someSettings, quiet); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("on a full disk: %v", err)
	}
	only(t, dir, "ballast", "config.json")
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-o", "remount,ro", dir).CombinedOutput(); err != nil {
		t.Skipf("remount is not allowed here: %v %s", err, out)
	}
	if err := Save(dir, someSettings, quiet); !errors.Is(err, syscall.EROFS) {
		t.Errorf("on a read-only disk: %v", err)
	}
	if f, err := Load(dir); err != nil || f != Default() {
		t.Errorf("after it: %+v, %v", f, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "config.json")); errors.Is(err, fs.ErrNotExist) {
		t.Error("the file is gone")
	}
}

func TestASaveIsNeverSeenHalf(t *testing.T) {
	dir := t.TempDir()
	if err := Save(dir, someSettings, quiet); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		var err error
		for i := range 200 {
			err = errors.Join(err, Save(dir, with(func(f *File) { f.RequestDays = i }), quiet))
		}
		done <- err
	}()
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			return
		default:
		}
		if _, err := Load(dir); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryKeyIsDocumented keeps the README's table of settings whole.
func TestEveryKeyIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range reflect.VisibleFields(reflect.TypeFor[File]()) {
		if name := key.Tag.Get("json"); name != "" && !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("README.md does not say what %s is", name)
		}
	}
}
