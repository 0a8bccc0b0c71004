package backend

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scimdesk/backend/config"
)

// TestNoFolderStandsInForALostOne: a fresh, empty one would answer Entra 401.
func TestNoFolderStandsInForALostOne(t *testing.T) {
	home, looks := t.TempDir(), t.TempDir()
	t.Setenv(EnvData, "")
	t.Setenv("HOME", home)
	t.Setenv("XDG_DATA_HOME", home)
	t.Setenv("LOCALAPPDATA", home)
	t.Setenv(config.EnvConfig, looks)
	file := filepath.Join(looks, "window.json")
	if err := os.WriteFile(file, []byte(`{"version":1,"fol`), 0o600); err != nil {
		t.Fatal(err)
	}
	d, prefs := desk(t, Options{})
	for range 2 {
		if _, err := AskShown(t.Context(), d, (*Backend).Snapshot); Code(err) != "BAD_CONFIG" || !strings.Contains(Message(err), file) {
			t.Errorf("%s: %s", Code(err), Message(err))
		}
		d.Open() // the page's Retry
	}
	if made, err := os.ReadDir(home); err != nil || len(made) > 0 {
		t.Errorf("opened %v, %v", made, err)
	}
	if dir, by, err := d.Folder(); dir != "" || by != "unknown" || err != nil {
		t.Errorf("%q by %s, %v", dir, by, err)
	}
	dir := filepath.Join(t.TempDir(), "office")
	if err := d.UseFolder(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if s := shownNow(t, d); s.Folder != dir || folderOf(t, prefs) != dir {
		t.Errorf("opened %s, kept %s", s.Folder, folderOf(t, prefs))
	}
}

// TestAFolderOfOtherThingsIsLeftAlone: a data folder is closed to others and filled with files of its own.
func TestAFolderOfOtherThingsIsLeftAlone(t *testing.T) {
	d, _, first, _ := chosen(t)
	docs := filepath.Join(t.TempDir(), "Documents")
	if err := errors.Join(os.Mkdir(docs, 0o755), os.WriteFile(filepath.Join(docs, "letter.txt"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	before := modeOf(t, docs)
	if err := d.UseFolder(t.Context(), docs); Code(err) != "FOLDER_NOT_EMPTY" {
		t.Errorf("%v", err)
	}
	if left, err := os.ReadDir(docs); err != nil || len(left) != 1 || modeOf(t, docs) != before || shownNow(t, d).Folder != first {
		t.Errorf("it holds %v, %v, mode %v", left, err, modeOf(t, docs))
	}
	within := filepath.Join(docs, "ScimDesk")
	for range 2 { // made, and known again
		if err := d.UseFolder(t.Context(), docs+"/ScimDesk"); err != nil || shownNow(t, d).Folder != within {
			t.Errorf("a folder in it: %v", err)
		}
		if err := d.UseFolder(t.Context(), first); err != nil {
			t.Error(err)
		}
	}
	if modeOf(t, docs) != before {
		t.Errorf("mode %v", modeOf(t, docs))
	}
}

func modeOf(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode()
}

// TestAFolderThatIsNotKeptIsLeftAsItWas: the choice can't be written, so nothing may remain of it.
func TestAFolderThatIsNotKeptIsLeftAsItWas(t *testing.T) {
	d, _, first, _ := chosen(t)
	looks := os.Getenv(config.EnvConfig)
	if err := errors.Join(os.RemoveAll(looks), os.WriteFile(looks, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	at := t.TempDir()
	empty, link := filepath.Join(at, "empty"), filepath.Join(at, "link")
	if err := errors.Join(os.Mkdir(empty, 0o755), os.Symlink(empty, link)); err != nil {
		t.Fatal(err)
	}
	before := modeOf(t, empty)
	known := filepath.Join(at, "known")
	b, err := Open(t.Context(), Options{Dir: known, Listen: NoListener})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.Close(), os.Chmod(known, before.Perm())); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{empty, link, known, filepath.Join(at, "new", "one")} {
		if err := d.UseFolder(t.Context(), dir); err == nil {
			t.Errorf("%s is used, but not kept", dir)
		}
	}
	if left, err := os.ReadDir(empty); err != nil || len(left) > 0 || modeOf(t, empty) != before {
		t.Errorf("the empty one holds %v, %v, mode %v", left, err, modeOf(t, empty))
	}
	if left, err := os.ReadDir(at); err != nil || len(left) != 3 {
		t.Errorf("there are %v, %v", left, err)
	}
	if _, err := os.Stat(filepath.Join(known, "scimdesk.db")); err != nil || modeOf(t, known).Perm() != before.Perm() {
		t.Errorf("the known one: %v, mode %v", err, modeOf(t, known))
	}
	if shownNow(t, d).Folder != first {
		t.Error("the old one is not shown")
	}
}

// TestTheOpenFolderUnderAnotherName is the open folder, and no second copy's.
func TestTheOpenFolderUnderAnotherName(t *testing.T) {
	d, prefs, first, _ := chosen(t)
	before := shownNow(t, d).Store
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(first, link); err != nil {
		t.Fatal(err)
	}
	if err := d.UseFolder(t.Context(), link); err != nil || shownNow(t, d).Store != before || folderOf(t, prefs) != link {
		t.Errorf("%v, kept %s", err, folderOf(t, prefs))
	}
}
