package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRehearseKeepsAwayFromOthers: at a server in use a rehearsal ends with 1 and says what to do; nothing of it arrives.
func TestRehearseKeepsAwayFromOthers(t *testing.T) {
	dir := t.TempDir()
	d := start(t, dir, freeAddr(t))
	secret := rotate(t, dir)
	file := filepath.Join(t.TempDir(), "token.txt")
	if err := os.WriteFile(file, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), "POST", d.url+"/scim/v2/Groups", strings.NewReader(`{"displayName":"All staff"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	req.Header.Set("Content-Type", "application/scim+json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if _ = res.Body.Close(); res.StatusCode != http.StatusCreated {
		t.Fatal(res.Status)
	}
	rehearse := []string{"rehearse", "--people", "10", "--groups", "2", "--cycles", "2", "--url", d.url + "/scim/v2", "--token-file", file}
	code, out, errOut := call(t, rehearse...)
	if code != exitFailed || out != "" || !strings.Contains(errOut, "the server holds 1 group and 0 people that are not of this rehearsal") || !strings.Contains(errOut, "--among-others") {
		t.Errorf("rehearse: %d\n%s%s", code, out, errOut)
	}
	if _, out, _ := call(t, "export", "people", "--data", dir); strings.Contains(out, "office.example") {
		t.Errorf("somebody arrived:\n%s", out)
	}
	for range 2 { // the second time the first one's people are there too
		code, out, errOut = call(t, append(rehearse, "--among-others")...)
		if code != exitOK || !strings.Contains(out, "Verified: the target holds exactly what it was sent.") {
			t.Errorf("rehearse --among-others: %d\n%s%s", code, out, errOut)
		}
	}
}
