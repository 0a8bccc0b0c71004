package backend

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"scimdesk/backend/store"
)

// nasty has everything that a shell might take for its own.
const nasty = `{"a":"it's \"$HOME\" ${x} $(id) ` + "`id`" + ` %PATH% %s !1 \n \\ & | < > ; * ? [x] ~ #","b":"Zoë ‘q’ ‚x‛ 日本 🙂"` + ",\n\t\"c\":\n'@\n\"@\n}\r\n"

// shellRows are requests whose parts are hard to quote.
func shellRows() map[string]struct {
	row  store.Activity
	body string
} {
	return map[string]struct {
		row  store.Activity
		body string
	}{
		"patch":   {store.Activity{Method: "PATCH", Target: "/scim/v2/Users/1"}, nasty},
		"at":      {store.Activity{Method: "POST", Target: "/scim/v2/Users"}, "@/etc/hostname"},
		"get":     {store.Activity{Method: "GET", Target: `/scim/v2/Users?filter=emails[type+eq+"work"].value+eq+"o'neil%40x.example"&a={1,2}&b=$HOME\`}, ""},
		"head":    {store.Activity{Method: "HEAD", Target: "/scim/v2/../v2//Users"}, ""},
		"method":  {store.Activity{Method: "IT'S`$X", Target: "/scim/v2/Users"}, ""},
		"letters": {store.Activity{Method: "GET", Target: "/scim/v2/Users/Zoë’s"}, ""},
	}
}

// wanted is what curl must be given, with the words of the target as this shell sends them.
func wanted(a store.Activity, target, body string, data ...string) []string {
	verb := []string{"--request", a.Method}
	if a.Method == "HEAD" {
		verb = []string{"--head"}
	}
	args := append([]string{"--globoff", "--path-as-is"}, verb...)
	args = append(args, "https://desk.contoso.example"+target, "--header", "Authorization: Bearer s3cret $x", "--header", "Accept: application/scim+json")
	if body != "" {
		args = append(append(args, "--header", "Content-Type: application/scim+json"), data...)
	}
	return args
}

// TestCommandsForAShell runs them by sh with a curl that tells what it was given.
func TestCommandsForAShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh here")
	}
	dir := t.TempDir()
	curl := "#!" + sh + "\nfor a in \"$@\"; do printf '%s\\0' \"$a\"; done\n"
	if err := os.WriteFile(filepath.Join(dir, "curl"), []byte(curl), 0o700); err != nil {
		t.Fatal(err)
	}
	run := func(script string, env ...string) []string {
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		c := exec.CommandContext(ctx, sh, "-u")
		c.Stdin = strings.NewReader(script)
		c.Env = append([]string{"PATH=" + dir, "SCIM_TOKEN=s3cret $x"}, env...)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s\n%s", err, out, script)
		}
		return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	}
	for name, c := range shellRows() {
		cmd := newCommand("https://desk.contoso.example/scim/v2", c.row, []byte(c.body))
		if got, want := run(cmd.posix()), wanted(c.row, c.row.Target, c.body, "--data-raw", c.body); !slices.Equal(got, want) {
			t.Errorf("%s:\n%q, want\n%q", name, got, want)
		}
	}
	cmd := newCommand("", store.Activity{Method: "GET", Target: "/scim/v2/Users?a='"}, nil)
	if got := run(cmd.posix(), "SCIM_URL=http://127.0.0.1:8088"); got[4] != "http://127.0.0.1:8088/scim/v2/Users?a='" || !strings.HasPrefix(cmd.posix(), "# No address is served now") {
		t.Errorf("without an address: %q", got)
	}
}

// TestCommandsForPowerShell reads them by PowerShell's rules, and checks that no argument has what Windows PowerShell hands on wrongly.
func TestCommandsForPowerShell(t *testing.T) {
	target := strings.NewReplacer(`"`, "%22", `\`, "%5C")
	for name, c := range shellRows() {
		cmd := newCommand("https://desk.contoso.example/scim/v2", c.row, []byte(c.body))
		stdin, got, err := readPowerShell(cmd.powerShell())
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, cmd.powerShell())
			continue
		}
		want := append([]string{"curl.exe"}, wanted(c.row, target.Replace(c.row.Target), c.body, "--data-binary", "@-")...)
		if !slices.Equal(got, want) || stdin != c.body {
			t.Errorf("%s:\n%q, want\n%q\nbody %q", name, got, want, stdin)
		}
		for _, arg := range got {
			if strings.ContainsAny(arg, `"\`) {
				t.Errorf("%s: %q", name, arg)
			}
		}
	}
	cmd := newCommand("", store.Activity{Method: "GET", Target: "/scim/v2/Users"}, nil)
	if text := cmd.powerShell(); !strings.Contains(text, "($env:SCIM_URL + '/scim/v2/Users')") {
		t.Errorf("without an address: %s", text)
	}
}

// readPowerShell reads a script as PowerShell's language specification says (2.3.5.2): comments, words, texts in single
// quotes (of which there are five) with doubled ones inside, texts in double quotes with variables, backticks before line ends, and
// one pipe. It gives what is piped and the command with its arguments.
func readPowerShell(script string) (stdin string, args []string, err error) {
	const singles = "'‘’‚‛"
	in := []rune(script)
	var words []string
	word, open := "", false
	end := func() {
		if open {
			words = append(words, word)
		}
		word, open = "", false
	}
	for i := 0; i < len(in); i++ {
		switch c := in[i]; {
		case c == '#' && !open:
			for i < len(in) && in[i] != '\n' {
				i++
			}
		case strings.ContainsRune(singles, c):
			open = true
			for i++; ; i++ {
				if i >= len(in) {
					return "", nil, fmt.Errorf("a text in single quotes does not end")
				}
				if strings.ContainsRune(singles, in[i]) {
					if i+1 >= len(in) || !strings.ContainsRune(singles, in[i+1]) {
						break
					}
					i++ // the second of a pair stands for itself
				}
				word += string(in[i])
			}
		case c == '"':
			open = true
			text := ""
			for i++; i < len(in) && in[i] != '"'; i++ {
				text += string(in[i])
			}
			if strings.ContainsAny(strings.ReplaceAll(text, "$env:SCIM_TOKEN", ""), "$`") {
				return "", nil, fmt.Errorf("%q means more than it should", text)
			}
			word += strings.ReplaceAll(text, "$env:SCIM_TOKEN", "s3cret $x")
		case c == '`' && i+1 < len(in) && in[i+1] == '\n':
			end()
			i++
		case c == '\n':
			end()
			if len(words) > 0 && words[0] == "$OutputEncoding" {
				words = nil
			} else if len(words) > 0 && strings.TrimSpace(string(in[i:])) != "" {
				return "", nil, fmt.Errorf("the command ends after %q", words)
			}
		case c == '|':
			end()
			if len(words) != 1 || stdin != "" {
				return "", nil, fmt.Errorf("%q is piped", words)
			}
			stdin, words = words[0], nil
		case c == ' ':
			end()
		default:
			if !open && strings.ContainsRune("@&;<>", c) {
				return "", nil, fmt.Errorf("%q stands outside of quotes", c)
			}
			open = true
			word += string(c)
		}
	}
	end()
	return stdin, words, nil
}

func TestCommandsSayWhatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		row    store.Activity
		body   string
		note   string
		curled bool
	}{
		"no body is kept":  {store.Activity{Method: "POST", Target: "/scim/v2/Users"}, "", "# There is no body", true},
		"cut body":         {store.Activity{Method: "PUT", Target: "/scim/v2/Users/1"}, `{"a":"` + strings.Repeat("x", 64<<10-6), "# The body is left out: the log keeps only", true},
		"a null byte":      {store.Activity{Method: "PUT", Target: "/scim/v2/Users/1"}, "{\x00}", "# The body is left out: it is no text", true},
		"a hidden secret":  {store.Activity{Method: "GET", Target: "/scim/v2/Users?***"}, "", "# *** stands for", true},
		"long target":      {store.Activity{Method: "GET", Target: "/scim/v2/Users?" + strings.Repeat("x", 1000), Token: "t"}, "", "", true},
		"cut target":       {store.Activity{Method: "GET", Target: "/scim/v2/Users?" + strings.Repeat("x", 2048-15), Token: "t"}, "", "only the beginning of this long address", false},
		"a row of a count": {store.Activity{Status: 401, Detail: "7 more requests"}, "", "stands for no single request", false},
	} {
		cmd := newCommand("https://desk.contoso.example/scim/v2", c.row, []byte(c.body))
		for shell, text := range map[string]string{"sh": cmd.posix(), "PowerShell": cmd.powerShell()} {
			if !strings.Contains(text, c.note) || strings.Contains(text, "curl") != c.curled || strings.Contains(text, "--data") {
				t.Errorf("%s, %s: %.200s", name, shell, text)
			}
		}
	}
}

// TestARefusedRequestSaysThatItIsCut: less is kept of it than of others.
func TestARefusedRequestSaysThatItIsCut(t *testing.T) {
	b, _ := serve(t)
	ask(t, b, "GET", "/Users?filter=userName+eq+%22"+strings.Repeat("a", 400)+"%22", "wrong", "")
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	p, err := b.Activity(t.Context(), ActivityQuery{})
	if err != nil || len(p.Rows) == 0 {
		t.Fatal(p, err)
	}
	d, err := b.ActivityDetail(t.Context(), p.Rows[0].Seq)
	if err != nil || d.Row.Status != 401 || strings.Contains(d.Curl, "curl") || !strings.Contains(d.Curl, "only the beginning of this long address") {
		t.Errorf("%d, %q, %v", d.Row.Status, d.Curl, err)
	}
}

// TestACopiedCommandDoesTheSameAgain runs the commands of real requests by the real curl.
func TestACopiedCommandDoesTheSameAgain(t *testing.T) {
	for _, name := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip("no " + name + " here")
		}
	}
	b, secret := serve(t)
	id := add(t, b, secret, "/Users", `{"userName":"o'neil@contoso.example"}`)
	for _, r := range []struct{ method, path, body string }{
		{"GET", `/Users?filter=emails[type+eq+"work"].value+eq+"o'neil%40contoso.example"`, ""},
		{"PATCH", "/Users/" + id, fmt.Sprintf(rename, "It's $HOME `id` 100% Zoë")},
		{"DELETE", "//Users/" + id, ""},
	} {
		ask(t, b, r.method, r.path, secret, r.body)
		first := last(t, b)
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		c := exec.CommandContext(ctx, "sh", "-c", first.Curl)
		c.Env = append(os.Environ(), "SCIM_TOKEN="+secret)
		out, err := c.CombinedOutput()
		stop()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		again := last(t, b)
		if again.Row.Seq == first.Row.Seq || again.Row.Method != r.method || again.Row.Target != first.Row.Target || again.Request != first.Request || again.Row.Status == 401 {
			t.Errorf("%s: %+v, want again %+v", r.method, again.Row, first.Row)
		}
	}
}
