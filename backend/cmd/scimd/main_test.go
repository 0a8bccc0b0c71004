package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"scimdesk/backend"
)

// asProgram makes the test binary behave as scimd itself, so that tests can start and kill the real program.
const asProgram = "SCIMD_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// call runs one command line inside the test.
func call(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

// daemon is scimd run as a process of its own.
type daemon struct {
	cmd    *exec.Cmd
	url    string
	output *bytes.Buffer // of standard error; complete when done has told
	shown  *paper        // what comes on standard output after the greeting
	done   chan error
}

// paper may be read while it is written.
type paper struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *paper) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *paper) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

func start(t *testing.T, dir, addr string) *daemon {
	t.Helper()
	d := &daemon{output: &bytes.Buffer{}, shown: &paper{}, url: "http://" + addr, done: make(chan error, 1)}
	d.cmd = exec.Command(os.Args[0], "run", "--data", dir, "--listen", addr)
	d.cmd.Env = append(os.Environ(), asProgram+"=1")
	stdout, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	d.cmd.Stderr = d.output
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	for { // it greets when it listens
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("scimd run ended: %v\n%s", d.cmd.Wait(), d.output)
		}
		if strings.HasPrefix(line, "Requests appear here") {
			break
		}
	}
	read := make(chan struct{})
	go func() {
		_, _ = io.Copy(d.shown, lines)
		close(read)
	}()
	go func() {
		<-read
		d.done <- d.cmd.Wait()
	}()
	t.Cleanup(func() { _ = d.cmd.Process.Kill() })
	return d
}

// freeAddr is a loopback address that nobody listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

func rotate(t *testing.T, dir string, flags ...string) string {
	t.Helper()
	code, out, errOut := call(t, append([]string{"token", "rotate", "--data", dir}, flags...)...)
	if code != exitOK {
		t.Fatalf("token rotate: %d %s", code, errOut)
	}
	return strings.TrimSpace(out)
}

func TestCommandLine(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		args     []string
		code     int
		out, err string
	}{
		{nil, exitUsage, "", "say what to do"},
		{[]string{"fly"}, exitUsage, "", `"fly"`},
		{[]string{"--help"}, exitOK, "Exit codes", ""},
		{[]string{"version"}, exitOK, "scimd ", ""},
		{[]string{"run", "--help"}, exitOK, "-behind-proxy", ""},
		{[]string{"rehearse", "--help"}, exitOK, "-dialect", ""},
		{[]string{"run", "--port", "1"}, exitUsage, "", "-port"},
		{[]string{"run", "--max-body", "0"}, exitUsage, "", "--max-body"},
		{[]string{"run", "now"}, exitUsage, "", `"now"`},
		{[]string{"run", "--data", dir, "--listen", "0.0.0.0:0"}, exitUsage, "", "--behind-proxy"},
		{[]string{"run", "--data", dir, "--listen", "8088"}, exitUsage, "", "host:port"},
		{[]string{"run", "--data", dir, "--listen", "none"}, exitUsage, "", "host:port"},
		{[]string{"run", "--data", dir, "--public-url", "desk.contoso.example"}, exitUsage, "", "https://desk.contoso.example"},
		{[]string{"token", "end", "--data", filepath.Join(dir, "none")}, exitFailed, "", "no data folder"},
		{[]string{"export", "people", "--data", filepath.Join(dir, "none")}, exitFailed, "", "no data folder"},
		{[]string{"--data", filepath.Join(dir, "none"), "export", "people"}, exitFailed, "", "no data folder"},
		{[]string{"--data=" + filepath.Join(dir, "none"), "status", "--format", "json"}, exitFailed, "", "no data folder"},
		{[]string{"--data", dir}, exitUsage, "", "say what to do"},
		{[]string{"--data"}, exitUsage, "", "names a folder"},
		{[]string{"userids", "fly"}, exitUsage, "", "scimd userids --help shows"},
		{[]string{"token", "rotate", "--dta", "x"}, exitUsage, "", "-dta"},
		{[]string{"token"}, exitUsage, "", "rotate"},
		{[]string{"token", "shred"}, exitUsage, "", "rotate"},
		{[]string{"status", "--data", filepath.Join(dir, "none")}, exitFailed, "", "no data folder"},
		{[]string{"status", "--data", dir, "--format", "xml"}, exitUsage, "", "text or json"},
		{[]string{"export", "--data", dir}, exitUsage, "", "people or groups"},
		{[]string{"export", "devices"}, exitUsage, "", "people or groups"},
		{[]string{"export", "people", "--format", "xml"}, exitUsage, "", "csv or json"},
		{[]string{"export", "people", "--data", dir, "--out", filepath.Join(dir, "no", "such", "file")}, exitFailed, "", "write"},
		{[]string{"rehearse", "--url", "http://127.0.0.1:1/scim/v2"}, exitUsage, "", "--token-file"},
		{[]string{"rehearse", "--dialect", "klingon"}, exitUsage, "", "legacy"},
		{[]string{"rehearse", "--cycles", "0"}, exitUsage, "", "--cycles"},
		{[]string{"rehearse", "--people", "many"}, exitUsage, "", "-people"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			code, out, errOut := call(t, c.args...)
			if code != c.code || !strings.Contains(out, c.out) || (c.out == "") != (out == "") || !strings.Contains(errOut, c.err) {
				t.Errorf("exit %d, want %d\nout: %s\nerr: %s", code, c.code, out, errOut)
			}
		})
	}
}

// TestCommandsWithoutAnOwner: nobody serves the folder.
func TestCommandsWithoutAnOwner(t *testing.T) {
	dir := t.TempDir()
	code, out, errOut := call(t, "token", "rotate", "--data", dir)
	if code != exitOK || !strings.HasPrefix(out, "sdk_") || strings.Count(out, "\n") != 1 || strings.Contains(errOut, "sdk_") {
		t.Errorf("token rotate: %d %q %q; the secret stands alone on standard output", code, out, errOut)
	}
	if code, out, _ = call(t, "status", "--data", dir); code != exitOK || !strings.Contains(out, "Served        no") {
		t.Errorf("status: %d %s", code, out)
	}
	file := filepath.Join(dir, "people.csv")
	if code, _, errOut = call(t, "export", "people", "--data", dir, "--out", file); code != exitOK {
		t.Fatal(errOut)
	}
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), "userName") {
		t.Errorf("export: %q %v", text, err)
	}
}

// TestCommandsBesideAnOwner: the daemon serves the folder, and is asked.
func TestCommandsBesideAnOwner(t *testing.T) {
	dir := t.TempDir()
	d := start(t, dir, freeAddr(t))
	old := rotate(t, dir)
	secret := rotate(t, dir, "--leaked")
	for s, want := range map[string]int{old: 401, secret: 200} {
		if got := get(t, d.url+"/scim/v2/Users", s); got != want {
			t.Errorf("GET with a token: %d, want %d", got, want)
		}
	}
	if code, _, errOut := call(t, "token", "end", "--data", dir); code != exitOK {
		t.Error(errOut)
	}
	if got := get(t, d.url+"/scim/v2/Users", secret); got != 401 {
		t.Errorf("GET with an ended token: %d", got)
	}
	secret = rotate(t, dir)
	file := filepath.Join(t.TempDir(), "token.txt")
	if err := os.WriteFile(file, []byte("\ufeff"+secret+"\r\n"), 0o600); err != nil { // as an editor on Windows saves it
		t.Fatal(err)
	}
	code, out, errOut := call(t, "rehearse", "--people", "20", "--groups", "2", "--cycles", "2", "--dialect", "mixed", "--url", d.url+"/scim/v2", "--token-file", file)
	if code != exitOK || !strings.Contains(out, "Verified: the target holds exactly what it was sent.") {
		t.Fatalf("rehearse: %d\n%s%s", code, out, errOut)
	}
	if strings.Contains(out+errOut, secret) {
		t.Error("the secret stands in the rehearsal's output")
	}
	code, out, errOut = call(t, "status", "--data", dir, "--format", "json")
	var s backend.Snapshot
	if err := json.Unmarshal([]byte(out), &s); code != exitOK || err != nil || !s.Listener.Serving || s.People.Total < 20 || s.Groups.Total != 2 {
		t.Errorf("status: %d %v %s%s", code, err, out, errOut)
	}
	_, out, _ = call(t, "export", "people", "--data", dir, "--format", "csv")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out, "\uFEFF"))).ReadAll()
	if err != nil || len(rows) != s.People.Total+1 {
		t.Errorf("export: %d rows for %d people, %v", len(rows), s.People.Total, err)
	}
	_, out, _ = call(t, "export", "people", "--data", dir, "--state", "deleted", "--quality", "", "--columns", "state,userName")
	rows, err = csv.NewReader(strings.NewReader(strings.TrimPrefix(out, "\uFEFF"))).ReadAll()
	if err != nil || len(rows) != s.People.Deleted+1 || strings.Join(rows[0], " ") != "state userName localId" {
		t.Errorf("export of the deleted: %q for %d people, %v", rows, s.People.Deleted, err)
	}
	if code, _, errOut = call(t, "export", "people", "--data", dir, "--quality", "none"); code != exitUsage || !strings.Contains(errOut, "same-email") {
		t.Errorf("export of a quality that there is not: %d %s", code, errOut)
	}
	code, _, errOut = call(t, "run", "--data", dir, "--listen", "127.0.0.1:0")
	if code != exitTaken || !strings.Contains(errOut, fmt.Sprint("process id ", d.cmd.Process.Pid)) {
		t.Errorf("a second run: %d %s", code, errOut)
	}
	if err := d.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-d.done; err == nil {
		t.Error("it ended well before it was killed")
	}
	if strings.Contains(d.output.String(), secret) {
		t.Error("the secret stands in the daemon's log")
	}
}

func get(t *testing.T, url, secret string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// TestTerminationFinishesWhatIsInFlight: a request whose body is still on its way when SIGTERM comes is answered and kept.
func TestTerminationFinishesWhatIsInFlight(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGTERM")
	}
	dir := t.TempDir()
	d := start(t, dir, freeAddr(t))
	secret := rotate(t, dir)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(d.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	body := `{"userName":"late@contoso.example"}`
	if _, err := fmt.Fprintf(conn, "POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/scim+json\r\nContent-Length: %d\r\n\r\n%s", secret, len(body), body[:10]); err != nil {
		t.Fatal(err)
	}
	waitUntilReading(t, d, secret)
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	waitUntilClosed(t, d.url)
	if _, err := io.WriteString(conn, body[10:]); err != nil {
		t.Fatal(err)
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.Contains(answer, "201") {
		t.Errorf("the answer to what was in flight: %q, %v", answer, err)
	}
	if err := <-d.done; err != nil {
		t.Errorf("scimd ended with %v\n%s", err, d.output)
	}
	if _, out, _ := call(t, "export", "people", "--data", dir); !strings.Contains(out, "late@contoso.example") {
		t.Error("what was answered is not there")
	}
}

// waitUntilReading gives the daemon the time to read the header that was sent: a later request on another connection is
// answered behind it.
func waitUntilReading(t *testing.T, d *daemon, secret string) {
	t.Helper()
	for range 5 {
		if got := get(t, d.url+"/scim/v2/Users", secret); got != 200 {
			t.Fatal(got)
		}
	}
}

func waitUntilClosed(t *testing.T, url string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			if ctx.Err() != nil {
				t.Fatal("it still listens after SIGTERM")
			}
			return
		}
		_ = conn.Close()
		<-tick.C
	}
}

// TestEveryRequestHasItsLine ends the daemon right after the last answer: its line comes all the same.
func TestEveryRequestHasItsLine(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGTERM")
	}
	dir := t.TempDir()
	d := start(t, dir, freeAddr(t))
	secret := rotate(t, dir)
	for range 6 {
		if got := get(t, d.url+"/scim/v2/Users", secret); got != 200 {
			t.Fatal(got)
		}
	}
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-d.done; err != nil {
		t.Errorf("scimd ended with %v", err)
	}
	if n := strings.Count(d.shown.String(), "  GET  "); n != 6 {
		t.Errorf("%d lines for 6 requests:\n%s", n, d.shown)
	}
}

// TestNobodyReadingIsNoReasonToEnd closes the pipe that the requests are shown in; another daemon's pipe is never read.
func TestNobodyReadingIsNoReasonToEnd(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGTERM")
	}
	for _, closed := range []bool{true, false} {
		dir, addr := t.TempDir(), freeAddr(t)
		secret := rotate(t, dir)
		cmd := exec.Command(os.Args[0], "run", "--data", dir, "--listen", addr)
		cmd.Env = append(os.Environ(), asProgram+"=1")
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdout = w
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(r)
		for line := ""; !strings.HasPrefix(line, "Requests appear here"); {
			if line, err = lines.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		if closed {
			_ = r.Close()
		}
		for range 1200 { // more than a pipe holds
			if got := get(t, "http://"+addr+"/scim/v2/Users", secret); got != 200 {
				t.Fatal(got)
			}
		}
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("closed %v: scimd ended with %v", closed, err)
		}
		_ = r.Close()
	}
}

func TestPrintable(t *testing.T) {
	r := backend.Activity{At: "2026-01-05T10:00:00.000Z", Status: 200, Identity: "\x1b[2Jwiped\r\n", Detail: "Bearer sdk_0123456789abcdef"}
	if got := line(r); strings.ContainsAny(got, "\x1b\r\n") || strings.Contains(got, "0123456789") {
		t.Errorf("line = %q", got)
	}
	if got := line(backend.Activity{Identity: "Zoë Ångström 王芳"}); !strings.Contains(got, "Zoë Ångström 王芳") {
		t.Errorf("line = %q", got)
	}
}

func TestAFileIsWholeOrNotThere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.csv")
	if err := whole(file, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return errors.New("interrupted")
	}); err == nil {
		t.Error("no error")
	}
	left, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
