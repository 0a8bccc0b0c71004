// Command ngrok plays ngrok's service for the browser tests. It prints where it is as one line of JSON, then does what it reads, a
// command a line, answers each with ok or the error, and ends with its input:
//
//	drop             cut the connections of all agents
//	down, up         take no agents, take them again
//	domain NAME      give this domain to who asks for none
//	auth CODE        refuse sign-ins by ngrok's code, such as ERR_NGROK_107
//	policy CODE      refuse binds that have a traffic policy
//	well             refuse nothing any more
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"scimdesk/backend/tunnel/ngroktest"
)

func main() {
	file := flag.String("ca", "", "`file` to write the certificate of its authority to")
	authtoken := flag.String("authtoken", "", "the only `authtoken` that is accepted; empty accepts all")
	flag.Parse()
	if err := run(*file, *authtoken, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "ngrok:", err)
		os.Exit(1)
	}
}

func run(file, authtoken string, in io.Reader, out io.Writer) error {
	s, err := ngroktest.New(ngroktest.Options{Authtoken: authtoken})
	if err != nil {
		return err
	}
	defer s.Close()
	if err := os.WriteFile(file, s.PEM(), 0o600); err != nil {
		return fmt.Errorf("write the certificate: %w", err)
	}
	if err := json.NewEncoder(out).Encode(map[string]string{"server": s.Addr(), "edge": s.EdgeAddr(), "domain": ngroktest.DevDomain}); err != nil {
		return err
	}
	d := double{s: s}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		said := "ok"
		if err := d.do(strings.Fields(lines.Text())); err != nil {
			said = err.Error()
		}
		if _, err := fmt.Fprintln(out, said); err != nil {
			return err
		}
	}
	return nil
}

// double is the service, and how to take back what it refuses.
type double struct {
	s     *ngroktest.Server
	lifts []func()
}

func (d *double) do(words []string) error {
	verb, value := "", ""
	if len(words) > 0 {
		verb = words[0]
	}
	if len(words) > 1 {
		value = words[1]
	}
	switch verb {
	case "drop":
		d.s.Drop()
	case "down":
		d.s.Down()
	case "up":
		return d.s.Up()
	case "domain":
		d.s.SetDevDomain(value)
	case "auth":
		d.lifts = append(d.lifts, d.s.RefuseAuth(value, 0, nil))
	case "policy":
		d.lifts = append(d.lifts, d.s.RefuseBind(value, 0, func(b ngroktest.Bind) bool { return b.Policy != "" }))
	case "well":
		for _, lift := range d.lifts {
			lift()
		}
		d.lifts = nil
	default:
		return fmt.Errorf("there is no command %q", strings.Join(words, " "))
	}
	return nil
}
