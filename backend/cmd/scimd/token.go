package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

const tokenUsage = `scimd token rotate makes a new secret token and prints it, alone, on standard output. It is not kept and can't be shown
again. The old token goes on until the new one has been used and the old one not for an hour, so that Entra is never
refused in between. With --leaked, and where the target has one secret at a time, the old one ends at once, and Entra is refused
until it has the new one.

While two tokens are accepted another rotation is refused, unless --force says that one of the two makes way: the newer one if it
was never used, else the older one.

  scimd token undo      ends the new token; the old one goes on
  scimd token finish    ends the old token now
  scimd token expires   has the accepted token end with a day, after which Entra is refused, or never
  scimd token end       ends every token: nobody gets in until one is made
  scimd token status    tells which are accepted, and which were sent after their end

  scimd token rotate --data ./office > token.txt
  scimd token rotate --data ./office --leaked > token.txt
  scimd token expires 2027-03-31 --data ./office
  scimd token expires never --data ./office
  scimd token status --data ./office --format json`

func (a *app) token(ctx context.Context, args []string) error {
	fs := a.flags("scimd token", tokenUsage)
	data := dataFlag(fs)
	leaked := fs.Bool("leaked", false, "rotate: the old token ends at once")
	force := fs.Bool("force", false, "rotate: also while two tokens are accepted; one of them makes way")
	expires := fs.String("expires", "", "rotate: the `date` on which the new token ends, such as 2027-03-31; Entra's job stops then")
	format := fs.String("format", "text", "status: text or json")
	words, err := a.words(fs, args)
	if err != nil {
		return err
	}
	if len(words) > 0 && words[0] == "expires" {
		return a.expire(ctx, *data, words[1:], *leaked || *force || *expires != "" || *format != "text")
	}
	if words, err = a.parse(fs, args, []string{"rotate", "expires", "undo", "finish", "end", "status"}); err != nil {
		return err
	}
	end, err := endOf(*expires)
	switch {
	case err != nil:
		return err
	case words[0] != "rotate" && (*leaked || *force || *expires != ""):
		return &usageError{"scimd token: --leaked, --force and --expires are for rotate"}
	case *format != "text" && (*format != "json" || words[0] != "status"):
		return &usageError{"scimd token: --format is text or json, for status"}
	}
	return a.with(ctx, *data, words[0] == "rotate", func(f folder, _ *control.Client) error {
		switch words[0] {
		case "undo":
			return f.UndoRotation(ctx)
		case "finish":
			return f.FinishRotation(ctx)
		case "end":
			return f.EndToken(ctx)
		case "status":
			return a.tokens(ctx, f, *format)
		}
		return a.rotate(ctx, f, backend.TokenRotation{Leaked: *leaked, Force: *force, Expires: end})
	})
}

// expire changes when the accepted token ends, which makes no other of it.
func (a *app) expire(ctx context.Context, data string, when []string, flagged bool) error {
	if len(when) != 1 || flagged {
		return &usageError{"scimd token expires: say one date such as 2027-03-31, or never, and no flag but --data"}
	}
	end := ""
	if when[0] != "never" {
		var err error
		if end, err = endOf(when[0]); err != nil {
			return err
		}
	}
	return a.with(ctx, data, false, func(f folder, _ *control.Client) error {
		if err := f.SetTokenExpiry(ctx, end); err != nil {
			return err
		}
		return a.tokens(ctx, f, "text")
	})
}

func (a *app) rotate(ctx context.Context, f folder, how backend.TokenRotation) error {
	before, err := f.Snapshot(ctx)
	if err != nil {
		return err
	}
	if before.OneToken && before.Token.Exists {
		_, _ = fmt.Fprintln(a.err, "The target has one secret at a time: the old token, which ends in "+before.Token.LastFour+", ends now.")
	}
	made, err := f.RotateToken(ctx, how)
	if err != nil {
		return err
	}
	if err := a.print("%s\n", made.Secret); err != nil {
		return fmt.Errorf("the new token could not be written; undo the rotation, or rotate with --force: %w", err)
	}
	t, err := f.Tokens(ctx)
	if err != nil {
		return err
	}
	old := "No other token is accepted."
	if t.Old.Exists {
		old = "The old one, which ends in " + t.Old.LastFour + ", goes on until this one has been used and the old one not for an hour."
	}
	_, _ = fmt.Fprintln(a.err, "Paste this token into Entra: Provisioning > Admin Credentials > Secret Token, then Test Connection and Save.", old)
	return nil
}

// tokens prints which tokens are accepted and were.
func (a *app) tokens(ctx context.Context, f folder, format string) error {
	t, err := f.Tokens(ctx)
	if err != nil {
		return err
	}
	if format == "json" {
		out := json.NewEncoder(a.out)
		out.SetIndent("", "  ")
		return out.Encode(t)
	}
	text := "Secret token  none: nobody gets in\n"
	if t.Current.Exists {
		text = "Secret token  " + used(t.Current) + "\n"
	}
	if t.Current.Expires != "" {
		text += "              ends on " + t.Current.Expires + ", and Entra is refused from then on\n"
	}
	if t.Old.Exists {
		ends := "goes on until the new one has been used"
		if t.OldEnds != "" {
			ends = "ends " + t.OldEnds + " if it is not used before"
		}
		text += "Old token     " + used(t.Old) + "\n              " + ends + "\n"
	}
	if t.OAuth.On {
		text += fmt.Sprintf("OAuth client  %s, secret ends in %s, made %s, last used %s\n", t.OAuth.ClientID, t.OAuth.LastFour, t.OAuth.Created, never(t.OAuth.LastUsed))
	}
	for _, e := range t.Ended {
		text += fmt.Sprintf("Ended         ends in %s, ended %s, last refused %s\n", e.LastFour, e.Ended, never(e.LastRefused))
	}
	return a.print("%s", text)
}

func used(t backend.TokenInfo) string {
	return fmt.Sprintf("ends in %s, made %s, last used %s", t.LastFour, t.Created, never(t.LastUsed))
}

// endOf is the moment that a date on the command line means: the end of the day where this computer is.
func endOf(date string) (string, error) {
	if date == "" {
		return "", nil
	}
	if day, err := time.ParseInLocation(time.DateOnly, date, time.Local); err == nil {
		return day.AddDate(0, 0, 1).Format(time.RFC3339), nil
	}
	if _, err := time.Parse(time.RFC3339, date); err != nil {
		return "", &usageError{"scimd token: the end is a date such as 2027-03-31, or a time such as 2027-03-31T18:00:00Z"}
	}
	return date, nil
}
