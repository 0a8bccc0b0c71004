package main

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDiagnosticsAreWritten without an owner of the folder, and beside one, whose log it is then.
func TestDiagnosticsAreWritten(t *testing.T) {
	dir := t.TempDir()
	secret := rotate(t, dir)
	file := filepath.Join(t.TempDir(), "help.zip")
	ok := func(args ...string) string {
		t.Helper()
		code, out, errOut := call(t, append([]string{"diagnostics", "--data", dir}, args...)...)
		if code != exitOK || out != "" && !strings.HasPrefix(out, "Diag") {
			t.Fatalf("%d %s%s", code, out, errOut)
		}
		return out + errOut
	}
	if said := ok("--out", file); !strings.Contains(said, file) || !strings.Contains(said, "tokens.json") {
		t.Error(said)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if all := unzipped(t, file); len(all) != 9 || strings.Contains(all["log.txt"], "token rotated") || strings.Contains(all["tokens.json"], secret) || !strings.Contains(all["tokens.json"], secret[len(secret)-4:]) {
		t.Errorf("%v", all)
	}

	start(t, dir, freeAddr(t))
	again := rotate(t, dir)
	ok("--out", file)
	if all := unzipped(t, file); !strings.Contains(all["log.txt"], "token rotated last_four="+again[len(again)-4:]) || !strings.Contains(all["connection.json"], `"serving": true`) {
		t.Errorf("beside an owner: %v", all)
	}

	strange := t.TempDir()
	if err := os.WriteFile(filepath.Join(strange, "letter.txt"), []byte("Dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want int
		says string
	}{
		{[]string{"--data", strange}, exitFailed, "is no data folder"},
		{[]string{"--data", filepath.Join(strange, "none")}, exitFailed, "there is no data folder"},
		{[]string{"--data", dir, "--out", filepath.Join(dir, "scimdesk.db")}, exitFailed, "needs that file"},
		{[]string{"--data", dir, "all"}, exitUsage, "one word too many"},
	} {
		if code, _, errOut := call(t, append([]string{"diagnostics"}, c.args...)...); code != c.want || !strings.Contains(errOut, c.says) {
			t.Errorf("%v: %d %s", c.args, code, errOut)
		}
	}
	if left, err := os.ReadDir(strange); err != nil || len(left) != 1 {
		t.Errorf("%v %v", left, err)
	}
}

// TestDiagnosticsGoWhereExportsGo when no file is named.
func TestDiagnosticsGoWhereExportsGo(t *testing.T) {
	dir, home := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	rotate(t, dir)
	code, out, errOut := call(t, "diagnostics", "--data", dir)
	if code != exitOK {
		t.Fatalf("%d %s%s", code, out, errOut)
	}
	found, err := filepath.Glob(filepath.Join(home, "ScimDesk diagnostics *.zip"))
	deeper, err2 := filepath.Glob(filepath.Join(home, "*", "ScimDesk diagnostics *.zip"))
	found = append(found, deeper...)
	if err != nil || err2 != nil || len(found) != 1 || !strings.Contains(out+errOut, found[0]) {
		t.Errorf("%v %v: %s%s", found, err, out, errOut)
	}
}

func unzipped(t *testing.T, file string) map[string]string {
	t.Helper()
	r, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	all := map[string]string{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(text)
	}
	return all
}
