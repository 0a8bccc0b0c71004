package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

const tunnelUsage = `scimd tunnel steers the tunnel by ngrok of the daemon or window that has the folder open: start opens it, stop closes it until
start or the next start of the program and comes back when it is closed, reconnect makes its connection anew at once, and status
tells how it is.

  scimd tunnel status --data ./office
  scimd tunnel reconnect --data ./office`

func (a *app) tunnel(ctx context.Context, args []string) error {
	fs := a.flags("scimd tunnel", tunnelUsage)
	data := dataFlag(fs)
	words, err := a.parse(fs, args, []string{"status", "start", "stop", "reconnect"})
	if err != nil {
		return err
	}
	return a.with(ctx, *data, false, func(f folder, owner *control.Client) error {
		if err := steer(ctx, f, words[0]); err != nil {
			return chooseTunnel(err, *data)
		}
		if words[0] == "stop" && owner != nil {
			if err := untilOff(ctx, owner); err != nil {
				return err
			}
		}
		c, err := f.Connection(ctx)
		if err != nil {
			return err
		}
		return a.print("Tunnel      %s\nTenant URL  %s\n%s", tunnelLine(c.Tunnel), cmp.Or(c.Address, "-"), changedLine(c.Changed))
	})
}

func steer(ctx context.Context, f folder, what string) error {
	switch what {
	case "start":
		return f.StartTunnel(ctx)
	case "stop":
		return f.StopTunnel(ctx)
	case "reconnect":
		return f.Reconnect(ctx)
	}
	return nil
}

// offTimeout is how long closing the tunnel is waited for: what is in flight may end, and ngrok hears of it.
const offTimeout = 15 * time.Second

// untilOff comes back when the owner's tunnel is closed. One that is not in time is told as it is, which is no error.
func untilOff(ctx context.Context, owner *control.Client) error {
	bounded, cancel := context.WithTimeout(ctx, offTimeout)
	defer cancel()
	var last error
	err := owner.Watch(bounded, func(backend.Notify) {
		s, err := owner.Snapshot(bounded)
		if last = err; err != nil || s.Tunnel.State == "off" {
			cancel()
		}
	})
	if bounded.Err() != nil && ctx.Err() == nil && !errors.Is(last, context.DeadlineExceeded) {
		return last
	}
	return cmp.Or(ctx.Err(), err)
}

// chooseTunnel adds what to say where the way is none.
func chooseTunnel(err error, data string) error {
	refused, ok := errors.AsType[*control.Error](err)
	if !errors.Is(err, backend.ErrNoTunnel) && (!ok || refused.Code != backend.Code(backend.ErrNoTunnel)) {
		return err
	}
	in := ""
	if data != "" {
		in = " --data " + data
	}
	return fmt.Errorf("%w\nChoose it and save ngrok's authtoken:\n  %s connection set way=ngrok%s\n  %s authtoken save%s < authtoken.txt", err, os.Args[0], in, os.Args[0], in)
}

const authtokenUsage = `scimd authtoken save keeps ngrok's authtoken, which it reads from standard input and never from the command line, where others see
it: in the system's keychain, or with --file in a file in the data folder that its owner alone can read. scimd authtoken forget removes
it. NGROK_AUTHTOKEN in the environment of scimd run comes before both.

  scimd authtoken save --data ./office < authtoken.txt
  scimd authtoken save --data ./office --file < authtoken.txt
  scimd authtoken forget --data ./office`

func (a *app) authtoken(ctx context.Context, args []string) error {
	fs := a.flags("scimd authtoken", authtokenUsage)
	data := dataFlag(fs)
	file := fs.Bool("file", false, "keep it in a file, where there is no keychain")
	words, err := a.words(fs, args)
	if err != nil {
		return err
	}
	if len(words) > 1 { // and it is not repeated: it may be the authtoken
		return &usageError{"scimd authtoken: the authtoken is read from standard input, never from the command line"}
	}
	if len(words) == 0 || words[0] != "save" && words[0] != "forget" {
		return &usageError{"scimd authtoken: say save or forget"}
	}
	if words[0] == "forget" {
		return a.with(ctx, *data, false, func(f folder, _ *control.Client) error { return f.ForgetAuthtoken(ctx) })
	}
	place := "keychain"
	if *file {
		place = "file"
	}
	secret, err := a.readSecret()
	if err != nil {
		return err
	}
	return a.with(ctx, *data, true, func(f folder, _ *control.Client) error { return f.SaveAuthtoken(ctx, secret, place) })
}

// secretLimit is how many bytes of a secret are read: more than any has.
const secretLimit = 4 << 10

// readSecret reads the first line of standard input, and asks for it where somebody sits before it.
func (a *app) readSecret() (string, error) {
	if in, ok := a.in.(*os.File); ok {
		if info, err := in.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			_, _ = fmt.Fprintln(a.err, "Paste ngrok's authtoken and press Enter:")
		}
	}
	line, err := bufio.NewReader(io.LimitReader(decoded(a.in), secretLimit)).ReadString('\n')
	if line = strings.TrimSpace(line); line == "" {
		if err != nil && err != io.EOF {
			return "", fmt.Errorf("read the authtoken: %w", err)
		}
		return "", &usageError{"scimd authtoken save: there is nothing on standard input; say  scimd authtoken save < file"}
	}
	return line, nil
}

// decoded is a text in UTF-8 without a mark: Windows' own shell writes UTF-16 into a file by >, and its editors begin one with a mark.
func decoded(in io.Reader) io.Reader {
	return transform.NewReader(in, unicode.BOMOverride(transform.Nop))
}

const connectionUsage = `scimd connection tells how Entra reaches the folder, set changes it, and settle notes that Entra has been given the new address.
set takes key=value as config.json has them, and changes nothing if one of them can't be; what is not named stays.

  scimd connection --data ./office
  scimd connection set way=ngrok domain=desk.ngrok.app --data ./office
  scimd connection set way=own publicUrl=https://desk.contoso.example trustedProxies=127.0.0.1 --data ./office
  scimd connection settle --data ./office`

func (a *app) connection(ctx context.Context, args []string) error {
	fs := a.flags("scimd connection", connectionUsage)
	data := dataFlag(fs)
	format := fs.String("format", "text", "text or json")
	words, err := a.words(fs, args)
	if err != nil {
		return err
	}
	if *format != "text" && *format != "json" {
		return &usageError{"scimd connection: --format is text or json"}
	}
	do := cmp.Or(strings.Join(words[:min(1, len(words))], ""), "show")
	if !(do == "set" && len(words) > 1 || (do == "show" || do == "settle") && len(words) < 2) {
		return &usageError{"scimd connection: say nothing, set key=value or settle"}
	}
	return a.with(ctx, *data, do == "set", func(f folder, _ *control.Client) error {
		c, err := f.Connection(ctx)
		if err != nil {
			return err
		}
		switch do {
		case "settle":
			return f.SettleAddress(ctx)
		case "set":
			if err := change(&c.Settings, words[1:]); err != nil {
				return err
			}
			if c, err = f.SaveConnection(ctx, c.Settings); err != nil {
				return err
			}
		}
		return a.tellConnection(c, *format)
	})
}

// change changes what is named by key=value. What may stand there is for the folder to say.
func change(s *backend.ConnectionSettings, pairs []string) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	values := map[string]any{}
	if err := json.Unmarshal(text, &values); err != nil {
		return err
	}
	delete(values, "fixed")
	for _, pair := range pairs {
		key, value, ok := strings.Cut(pair, "=")
		before, known := values[key]
		if !ok || !known {
			return &usageError{fmt.Sprintf("scimd connection set: %q is no key=value; keys are way, domain, proxy, edgePolicy, entraOnly, publicUrl, certFile, keyFile, trustedProxies, keepAwake, allNight and plan", pair)}
		}
		values[key] = value
		if _, isBool := before.(bool); isBool {
			yes, err := strconv.ParseBool(value)
			if err != nil {
				return &usageError{fmt.Sprintf("scimd connection set: %s is true or false", key)}
			}
			values[key] = yes
		}
	}
	if text, err = json.Marshal(values); err != nil {
		return err
	}
	return json.Unmarshal(text, s)
}

func (a *app) tellConnection(c backend.Connection, format string) error {
	if format == "json" {
		out := json.NewEncoder(a.out)
		out.SetIndent("", "  ")
		return out.Encode(c)
	}
	s := c.Settings
	kept := "none. Save one:  " + os.Args[0] + " authtoken save < file"
	if c.Authtoken.Exists {
		kept = "in the " + c.Authtoken.Place
	} else if c.Authtoken.Problem != "" {
		kept = "none (" + c.Authtoken.Problem + ")"
	}
	edge := c.Edge.State
	if c.Edge.Code != "" {
		edge += ": " + c.Edge.Detail
	}
	err := a.print("Tenant URL   %s\n%sWay          %s\nTunnel       %s\nQuota        %s\nAuthtoken    %s\nEdge rules   %s\nDomain       %s\nProxy        %s\nPublic URL   %s\nCertificate  %s\nTrusted      %s\nKept awake   %s\nPlan         %s\n",
		cmp.Or(c.Address, "-"), changedLine(c.Changed), s.Way, tunnelLine(c.Tunnel), quota(c.Quota), kept, edge, cmp.Or(s.Domain, "-"), cmp.Or(s.Proxy, "-"),
		cmp.Or(s.PublicURL, "-"), certificateLine(c), cmp.Or(s.TrustedProxies, "nobody"), awakeLine(c.Power), s.Plan)
	if err != nil || s.Fixed == "" {
		return err
	}
	return a.print("The command line decides the way; it can't be changed here.\n")
}

// quota tells what went through the tunnel this month.
func quota(q backend.QuotaInfo) string {
	if q.Month == "" {
		return "-"
	}
	line := fmt.Sprintf("%d requests", q.Requests)
	if q.RequestLimit > 0 {
		line += fmt.Sprintf(" of %d", q.RequestLimit)
	}
	const mega = 1e6
	line += fmt.Sprintf(" and %.1f MB", float64(q.Bytes)/mega)
	if q.ByteLimit > 0 {
		line += fmt.Sprintf(" of %.0f", float64(q.ByteLimit)/mega)
	}
	return line + " in " + q.Month + ", by the count here"
}

func certificateLine(c backend.Connection) string {
	line := "-"
	if c.Settings.CertFile != "" {
		line = c.Settings.CertFile
	}
	if len(c.Certificate.Names) > 0 {
		line += " for " + strings.Join(c.Certificate.Names, ", ") + ", until " + c.Certificate.Until
	}
	if c.Certificate.Lacks != "" {
		line += ". NOT for " + c.Certificate.Lacks + ", so that Entra refuses it unless a proxy before it shows another"
	}
	if c.Certificate.Problem != "" {
		line += ". " + c.Certificate.Problem
	}
	return line
}

func awakeLine(p backend.PowerInfo) string {
	switch {
	case !p.Wanted:
		return "no"
	case p.Holding:
		return "yes, by " + p.Means
	}
	return "it should be, but: " + p.Problem
}

// tunnelLine tells how the tunnel is, on one line.
func tunnelLine(t backend.TunnelInfo) string {
	if t.Way != backend.WayNgrok {
		return "-"
	}
	line := t.State
	if t.Since != "" {
		line += " since " + t.Since
	}
	if t.State == "up" {
		if t.Region != "" {
			line += ", region " + t.Region
		}
		if t.Latency > 0 {
			line += fmt.Sprintf(", %.0f ms away", t.Latency)
		}
	}
	if t.State == "reconnecting" && t.NextTry != "" {
		line += fmt.Sprintf(", attempt %d, next try %s", t.Attempt, t.NextTry)
	}
	if t.Message != "" {
		line += ". " + t.Message
	}
	if t.Ngrok != "" {
		line += " (" + t.Ngrok + ")"
	}
	if t.Detail != "" && !strings.Contains(t.Message, t.Detail) {
		line += " Detail: " + t.Detail
	}
	return line
}

// changedLine is a line that tells of an address that Entra does not have, or nothing.
func changedLine(c backend.AddressChange) string {
	if c.Old == "" {
		return ""
	}
	return fmt.Sprintf("CHANGED      Entra still has %s: paste the new Tenant URL there, or say  %s connection settle  if it has it\n", c.Old, os.Args[0])
}
