package main

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestCheckFromTheCommandLine(t *testing.T) {
	dir := t.TempDir()
	d := start(t, dir, freeAddr(t))
	code, out, errOut := call(t, "check", "--data", dir, "--person")
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for range 1000 { // it greets when it listens, a moment before it serves
		if code != exitFailed || !strings.Contains(errOut, "Nobody serves") {
			break
		}
		<-again.C
		code, out, errOut = call(t, "check", "--data", dir, "--person")
	}
	var lines []string
	for line := range strings.SplitSeq(out, "\n") {
		lines = append(lines, strings.Join(regexp.MustCompile(`^(ok|warning) +\w+`).FindAllString(line, 1), ""))
	}
	got := strings.Join(strings.Fields(strings.Join(lines, " ")), " ")
	if code != exitOK || got != "warning dns ok connect ok edge ok path ok credential ok match ok create ok patch ok disable ok read ok delete" || !strings.Contains(out, "Asking "+d.url+"/scim/v2\n") {
		t.Errorf("check: %d\n%s%s", code, out, errOut)
	}
	code, out, errOut = call(t, "check", "--data", dir, "--url", d.url+"/elsewhere")
	if code != exitDifferent || !strings.Contains(out, "CHECK_PATH by the app") || !strings.Contains(errOut, "stopped on its way") {
		t.Errorf("check of another path: %d\n%s%s", code, out, errOut)
	}
	code, out, errOut = call(t, "check", "--data", dir, "--url", "http://desk.contoso.example")
	if code != exitDifferent || !strings.Contains(out, "CHECK_URL") {
		t.Errorf("check of plain http: %d\n%s%s", code, out, errOut)
	}
	if _, out, _ := call(t, "status", "--data", dir); !strings.Contains(out, "People        0 ") {
		t.Errorf("a probe person was left:\n%s", out)
	}
}

func TestCheckNeedsAnOwner(t *testing.T) {
	code, out, errOut := call(t, "check", "--data", t.TempDir())
	if code != exitFailed || out != "" || !strings.Contains(errOut, "scimd run") {
		t.Errorf("check: %d\n%s%s", code, out, errOut)
	}
}
