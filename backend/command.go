package backend

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// bodyText writes a body for people: bytes that are no text as \xff. Of a body that was cut off in the middle of a letter the rest of the letter goes.
func bodyText(body []byte, isCut bool) string {
	if isCut {
		for n := 1; n < utf8.UTFMax && n < len(body); n++ {
			if last := body[len(body)-n:]; utf8.RuneStart(last[0]) {
				if !utf8.FullRune(last) {
					body = body[:len(body)-n]
				}
				break
			}
		}
	}
	if utf8.Valid(body) {
		return string(body)
	}
	var out strings.Builder
	for len(body) > 0 {
		r, size := utf8.DecodeRune(body)
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&out, `\x%02x`, body[0])
		} else {
			out.Write(body[:size])
		}
		body = body[size:]
	}
	return out.String()
}

// A command is a request as somebody would send it by hand, through curl, with the token in a variable of theirs.
type command struct {
	notes  []string // what the command lacks
	origin string   // scheme and host; "" if nothing is served
	method string
	target string
	body   string
	whole  bool // there is a command at all
}

func newCommand(address string, a store.Activity, body []byte) command {
	c := command{method: a.Method, target: a.Target, whole: true}
	if u, err := url.Parse(address); err == nil && address != "" {
		c.origin = u.Scheme + "://" + u.Host
	} else {
		c.note("No address is served now: put scheme and host into SCIM_URL.")
	}
	switch {
	case a.Method == "" || a.Target == "":
		c.note("This row stands for no single request, so there is no command for it.")
		c.whole = false
	case store.IsCutTarget(a):
		c.note("The log keeps only the beginning of this long address, so there is no command for it.")
		c.whole = false
	}
	switch {
	case store.IsCutBody(body):
		c.note("The body is left out: the log keeps only its first 64 KiB.")
	case !utf8.Valid(body) || slices.Contains(body, 0):
		c.note("The body is left out: it is no text.")
	case len(body) > 0:
		c.body = string(body)
	case slices.Contains([]string{http.MethodPost, http.MethodPut, http.MethodPatch}, a.Method):
		c.note("There is no body: it was empty, or the log does not keep it.")
	}
	if strings.Contains(c.target, "***") || strings.Contains(c.body, "***") {
		c.note("*** stands for a secret that the log does not keep.")
	}
	return c
}

func (c *command) note(text string) { c.notes = append(c.notes, "# "+text+"\n") }

// posix writes it for sh, bash and zsh.
func (c *command) posix() string {
	out := strings.Join(c.notes, "")
	if !c.whole {
		return out
	}
	// Brackets and dots of a target are meant as they are.
	words := []string{"curl --globoff --path-as-is " + c.verb(quotePOSIX)}
	if c.origin == "" {
		words = append(words, `"$SCIM_URL"`+quotePOSIX(c.target))
	} else {
		words = append(words, quotePOSIX(c.origin+c.target))
	}
	words = append(words, `--header "Authorization: Bearer $SCIM_TOKEN"`, "--header 'Accept: "+scim.MediaType+"'")
	if c.body != "" {
		words = append(words, "--header 'Content-Type: "+scim.MediaType+"'", "--data-raw "+quotePOSIX(c.body))
	}
	return out + strings.Join(words, " \\\n  ") + "\n"
}

// verb is the option that sends the method. curl would wait for the body of an answer to HEAD.
func (c *command) verb(quote func(string) string) string {
	switch {
	case c.method == http.MethodHead:
		return "--head"
	case strings.Trim(c.method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "":
		return "--request " + c.method
	}
	return "--request " + quote(c.method)
}

// quotePOSIX makes one word of a text: in single quotes nothing but they themselves means anything.
func quotePOSIX(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// powerShell writes it for Windows PowerShell 5.1 and PowerShell 7. They hand double quotes on to a program in different ways, so none
// stands in an argument: the body goes through standard input, and those of a target are percent-encoded.
func (c *command) powerShell() string {
	out := strings.Join(c.notes, "")
	if !c.whole {
		return out
	}
	target := strings.NewReplacer(`"`, "%22", `\`, "%5C").Replace(c.target)
	words := []string{"curl.exe --globoff --path-as-is " + c.verb(quotePowerShell)}
	if c.origin == "" {
		words = append(words, "($env:SCIM_URL + "+quotePowerShell(target)+")")
	} else {
		words = append(words, quotePowerShell(c.origin+target))
	}
	words = append(words, `--header "Authorization: Bearer $env:SCIM_TOKEN"`, "--header 'Accept: "+scim.MediaType+"'")
	if c.body != "" {
		out += "$OutputEncoding = [System.Text.UTF8Encoding]::new($false)\n" + quotePowerShell(c.body) + " | "
		words = append(words, "--header 'Content-Type: "+scim.MediaType+"'", "--data-binary '@-'")
	}
	return out + strings.Join(words, " `\n  ") + "\n"
}

// quotePowerShell makes one text of a text: in single quotes nothing but they themselves means anything, and PowerShell takes the
// typographic ones for them too.
func quotePowerShell(s string) string {
	return "'" + strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(s) + "'"
}
