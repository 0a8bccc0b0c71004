package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"scimdesk/backend"
	"scimdesk/backend/store"
)

// In a folder that nobody has open and beside its owner: what the next one holds, making it into a folder that is not there yet, again, in full, and
// its receipt with keys.
func TestHandOverOnTheCommandLine(t *testing.T) {
	for _, owned := range []bool{false, true} {
		t.Run(fmt.Sprint("owned ", owned), func(t *testing.T) {
			dir := t.TempDir()
			before(t, dir, 3, nil)
			keyless(t, dir, "u2")
			if owned {
				d := start(t, dir, freeAddr(t))
				defer func() { _, _ = d.cmd.Process.Kill(), <-d.done }()
			}
			code, out, errOut := call(t, "handover", "--pending", "--format", "json", "--data", dir)
			var rows []backend.HandoverRow
			if err := json.Unmarshal([]byte(out), &rows); code != exitOK || err != nil || len(rows) != 3 || rows[0].Action != "join" || rows[0].LocalID != "L-u0" {
				t.Fatalf("pending: %d %v %s%s", code, err, out, errOut)
			}
			folder := filepath.Join(t.TempDir(), "to-hr")
			code, out, errOut = call(t, "handover", "--out", folder, "--data", dir)
			file := strings.TrimSpace(out)
			first, err := os.ReadFile(file)
			if code != exitOK || err != nil || !strings.Contains(errOut, "Hand-over 1: 3 joined") || !strings.Contains(errOut, "1 of those who joined have no local ID") || !strings.Contains(string(first), "join,L-u1,u1,") || filepath.Dir(file) != folder {
				t.Fatalf("hand over: %d %v %s%s%s", code, err, out, errOut, first)
			}
			if code, out, errOut = call(t, "handover", "--out", folder, "--data", dir); code != exitOK || out != "" || !strings.Contains(errOut, "none was made") {
				t.Errorf("once more: %d %s%s", code, out, errOut)
			}
			code, out, _ = call(t, "handover", "--out", t.TempDir(), "--again", "1", "--data", dir)
			if second, err := os.ReadFile(strings.TrimSpace(out)); code != exitOK || err != nil || string(second) != string(first) {
				t.Errorf("again: %d %v %s", code, err, second)
			}
			code, out, errOut = call(t, "handover", "--out", folder, "--full", "--format", "json", "--data", dir)
			if text, err := os.ReadFile(strings.TrimSpace(out)); code != exitOK || err != nil || strings.Count(string(text), `"action":"join"`) != 3 || !strings.Contains(errOut, "3 people") {
				t.Errorf("full: %d %v %s%s", code, err, errOut, text)
			}
			keys := filepath.Join(t.TempDir(), "keys.csv")
			if err := os.WriteFile(keys, []byte("userName,localId\nu2,K2\nwho,K9\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if code, out, errOut = call(t, "handover", "--receipt", "1", "--text", "taken", "--keys", keys, "--data", dir); code != exitOK ||
				!strings.Contains(errOut, "1 local IDs set, 1 not.\n  who  nobody here, or several, are known as who") {
				t.Errorf("receipt: %d %s%s", code, out, errOut)
			}
			if code, out, errOut = call(t, "handover", "--pending", "--data", dir); code != exitOK || out != "" || !strings.Contains(errOut, "0 joined, 0 changed") {
				t.Errorf("pending after it: %d %s%s", code, out, errOut)
			}
		})
	}
}

// keyless takes somebody's local ID away.
func keyless(t *testing.T, dir, userName string) {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	if err := st.Batch(t.Context(), func(tx *store.Tx) error {
		id, _, err := tx.ByUserName(userName)
		if err == nil {
			_, err = tx.SetLocal(store.Cause{Origin: "scimd"}, id, func(l *store.Local) error { l.LocalID = ""; return nil })
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestWrongHandOverCommands(t *testing.T) {
	dir := t.TempDir()
	before(t, dir, 1, nil)
	for _, args := range [][]string{{"--again", "1", "--full"}, {"--format", "xml"}, {"--text", "x"}, {"--receipt", "-1"}, {"people"}} {
		if code, _, errOut := call(t, append([]string{"handover", "--data", dir}, args...)...); code != exitUsage {
			t.Errorf("%v: %d %s", args, code, errOut)
		}
	}
	if code, _, errOut := call(t, "handover", "--again", "4", "--out", t.TempDir(), "--data", dir); code != exitFailed || !strings.Contains(errOut, "there is no hand-over 4") {
		t.Errorf("one that was never made: %d %s", code, errOut)
	}
}
