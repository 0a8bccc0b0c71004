package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scimdesk/backend"
)

// TestATargetIsChosenFromTheCommandLine without an owner of the folder, and beside one, whose server serves its path at once.
func TestATargetIsChosenFromTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	ok := func(args ...string) string {
		t.Helper()
		code, out, errOut := call(t, append(append([]string{"target"}, args...), "--data", dir)...)
		if code != exitOK {
			t.Fatalf("%q: %d %s%s", args, code, out, errOut)
		}
		return out
	}
	if out := ok("list"); !strings.HasPrefix(out, "* generic") || strings.Count(out, "\n") != 6 {
		t.Errorf("list: %s", out)
	}
	ok("use", "platform", "--strict", "--administrator", "Head office")
	var rows []struct {
		ID, BasePath   string
		Active, Strict bool
	}
	if out := ok("list", "--format", "json"); json.Unmarshal([]byte(out), &rows) != nil || len(rows) != 6 || rows[5].ID != "platform" || !rows[5].Active || !rows[5].Strict || rows[0].Active {
		t.Errorf("list as JSON: %s", out)
	}
	if out := ok("list"); !strings.Contains(out, "* platform  /scim     Site with user IDs, strict, changes are put down to Head office") {
		t.Errorf("list: %s", out)
	}
	var table []backend.TargetAttribute
	if out := ok("show", "eptura", "--format", "json"); json.Unmarshal([]byte(out), &table) != nil || len(table) != 11 || table[8].Path != "externalId" || table[8].Match != 1 {
		t.Errorf("show as JSON: %s", out)
	}
	if out := ok("show"); !strings.Contains(out, "User userName") || !strings.Contains(out, "nobody was sent yet") {
		t.Errorf("show: %s", out)
	}
	if out := ok("page", "--format", "html", "--german"); !strings.HasPrefix(out, "<!DOCTYPE html>") || !strings.Contains(out, "Quellattribut") {
		t.Errorf("page: %s", out)
	}
	if out := ok("copy", "alvao"); !strings.Contains(out, "scimd target use alvao-1") {
		t.Errorf("copy: %s", out)
	}
	if _, err := os.Stat(filepath.Join(dir, "targets", "alvao-1.json")); err != nil {
		t.Error(err)
	}
	for args, want := range map[string]int{"": exitUsage, "use": exitUsage, "list x": exitUsage, "page --format json": exitUsage, "show --format html": exitUsage, "use nobody": exitFailed} {
		if code, out, _ := call(t, append(append([]string{"target"}, strings.Fields(args)...), "--data", dir)...); code != want {
			t.Errorf("target %s: %d %s, want %d", args, code, out, want)
		}
	}

	if code, _, errOut := call(t, "token", "rotate", "--data", dir); code != exitOK || strings.Contains(errOut, "ends now") {
		t.Errorf("the first token: %s", errOut)
	}
	if code, _, errOut := call(t, "token", "rotate", "--data", dir); code != exitOK || !strings.Contains(errOut, "one secret at a time") || !strings.Contains(errOut, "No other token is accepted.") {
		t.Errorf("another token where there is one at a time: %s", errOut)
	}
	addr := freeAddr(t)
	secret := rotate(t, dir)
	start(t, dir, addr)
	if out := ok("use", "eptura", "--strict=false"); !strings.Contains(out, "http://"+addr+"/scim/v1") || !strings.Contains(out, "Strict      off") {
		t.Errorf("beside an owner: %s", out)
	}
	if status := get(t, "http://"+addr+"/scim/v1/Users", secret); status != 200 {
		t.Errorf("its path gives %d", status)
	}
}
