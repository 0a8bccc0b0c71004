package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"scimdesk/backend"
)

// TestTokensOfAFolder that a daemon serves, and of one that nobody does.
func TestTokensOfAFolder(t *testing.T) {
	for name, served := range map[string]bool{"served": true, "not served": false} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if served {
				start(t, dir, freeAddr(t))
			}
			last := func(secret string) string { return secret[len(secret)-4:] }
			first := rotate(t, dir)
			second := rotate(t, dir)
			is := tokens(t, dir)
			if is.Current.LastFour != last(second) || is.Old.LastFour != last(first) || is.OldEnds != "" {
				t.Errorf("after a rotation: %+v", is)
			}
			if _, out, _ := call(t, "token", "status", "--data", dir); !strings.Contains(out, "Old token     ends in "+last(first)) || !strings.Contains(out, "until the new one has been used") {
				t.Errorf("token status: %s", out)
			}
			code, out, errOut := call(t, "token", "rotate", "--data", dir)
			if code != exitFailed || out != "" || !strings.Contains(errOut, "Finish or undo the first") {
				t.Errorf("a third token: %d %s%s", code, out, errOut)
			}
			if code, _, errOut := call(t, "token", "undo", "--data", dir); code != exitOK {
				t.Errorf("undo: %d %s", code, errOut)
			}
			if code, _, errOut := call(t, "token", "undo", "--data", dir); code != exitFailed || !strings.Contains(errOut, "nothing to undo") {
				t.Errorf("undo twice: %d %s", code, errOut)
			}
			day := time.Now().AddDate(0, 0, 30)
			third := rotate(t, dir, "--expires", day.Format(time.DateOnly))
			forced := rotate(t, dir, "--force")
			if is := tokens(t, dir); is.Current.LastFour != last(forced) || is.Old.LastFour != last(first) || is.Ended[0].LastFour != last(third) || is.Ended[0].Expires == "" {
				t.Errorf("after a forced one: %+v", is)
			}
			if code, _, errOut := call(t, "token", "finish", "--data", dir); code != exitOK {
				t.Errorf("finish: %d %s", code, errOut)
			}
			set := tokens(t, dir).Current
			if code, out, errOut := call(t, "token", "expires", day.Format(time.DateOnly), "--data", dir); code != exitOK || !strings.Contains(out, "and Entra is refused from then on") {
				t.Errorf("expires: %d %s%s", code, out, errOut)
			}
			if is := tokens(t, dir).Current; is.ID != set.ID || is.Expires == "" {
				t.Errorf("with an end: %+v", is)
			}
			if code, _, errOut := call(t, "token", "expires", "never", "--data", dir); code != exitOK || tokens(t, dir).Current != set {
				t.Errorf("never again: %d %s", code, errOut)
			}
			for when, want := range map[string]int{"": exitUsage, "soon": exitUsage, "2020-01-01": exitFailed, "never --leaked": exitUsage, "never 2027-03-31": exitUsage} {
				args := append([]string{"token", "expires", "--data", dir}, strings.Fields(when)...)
				if code, _, errOut := call(t, args...); code != want || tokens(t, dir).Current != set {
					t.Errorf("expires %s: %d %s", when, code, errOut)
				}
			}
			leaked := rotate(t, dir, "--leaked")
			if is := tokens(t, dir); is.Current.LastFour != last(leaked) || is.Old.Exists || len(is.Ended) != 4 {
				t.Errorf("after a leak: %+v", is)
			}
			if code, _, errOut := call(t, "token", "rotate", "--data", dir, "--expires", "2020-01-01"); code != exitFailed || !strings.Contains(errOut, "future") {
				t.Errorf("a date that has passed: %d %s", code, errOut)
			}
			if code, _, errOut := call(t, "token", "end", "--data", dir); code != exitOK {
				t.Errorf("end: %d %s", code, errOut)
			}
			if _, out, _ := call(t, "token", "status", "--data", dir); !strings.HasPrefix(out, "Secret token  none") || strings.Count(out, "Ended ") != 5 || strings.Contains(out, "sdk_") {
				t.Errorf("token status: %s", out)
			}
		})
	}
}

// TestTheOAuthClientOfAFolder that a daemon serves, and of one that nobody does.
func TestTheOAuthClientOfAFolder(t *testing.T) {
	for name, served := range map[string]bool{"served": true, "not served": false} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if served {
				start(t, dir, freeAddr(t))
			} else {
				rotate(t, dir)
			}
			code, first, errOut := call(t, "oauth", "make", "--data", dir)
			is := tokens(t, dir).OAuth
			if code != exitOK || !strings.HasPrefix(first, "sdc_") || strings.Count(first, "\n") != 1 || !is.On || !strings.Contains(errOut, is.ClientID) || strings.Contains(errOut, "sdc_") {
				t.Errorf("oauth make: %d, %d characters, %s; the secret stands alone on standard output", code, len(first), errOut)
			}
			if _, out, _ := call(t, "token", "status", "--data", dir); !strings.Contains(out, "OAuth client  "+is.ClientID) {
				t.Errorf("token status: %s", out)
			}
			if code, second, _ := call(t, "oauth", "make", "--data", dir); code != exitOK || second == first || tokens(t, dir).OAuth.ClientID != is.ClientID {
				t.Errorf("a second secret: %d", code)
			}
			if code, _, errOut := call(t, "oauth", "end", "--data", dir); code != exitOK || tokens(t, dir).OAuth.On {
				t.Errorf("oauth end: %d %s", code, errOut)
			}
		})
	}
}

func tokens(t *testing.T, dir string) backend.Tokens {
	t.Helper()
	code, out, errOut := call(t, "token", "status", "--data", dir, "--format", "json")
	var is backend.Tokens
	if err := json.Unmarshal([]byte(out), &is); code != exitOK || err != nil {
		t.Fatalf("token status: %d %v %s%s", code, err, out, errOut)
	}
	return is
}

func TestTokenCommandLines(t *testing.T) {
	for line, want := range map[string]string{
		"undo --force":            "for rotate",
		"end --leaked":            "for rotate",
		"finish --expires 2030":   "2027-03-31",
		"rotate --expires soon":   "2027-03-31",
		"rotate --format json":    "for status",
		"status --format xml":     "text or json",
		"rotate finish":           "one word too many",
		"status --expires 2030-1": "2027-03-31",
	} {
		if code, _, errOut := call(t, append([]string{"token"}, strings.Fields(line)...)...); code != exitUsage || !strings.Contains(errOut, want) {
			t.Errorf("token %s: %d %s", line, code, errOut)
		}
	}
}

func TestADayEndsWhereTheComputerIs(t *testing.T) {
	got, err := endOf("2027-03-31")
	at, bad := time.Parse(time.RFC3339, got)
	if err != nil || bad != nil || !at.Equal(time.Date(2027, 4, 1, 0, 0, 0, 0, time.Local)) {
		t.Errorf("%s, %v, %v", got, err, bad)
	}
}
