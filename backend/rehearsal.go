package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"scimdesk/backend/entra"
)

// Rehearsal says how Entra is to be played, and at which server.
type Rehearsal struct {
	// URL is the server's SCIM base URL and Token its secret. Without a URL the rehearsal plays at a backend of its own on a
	// scratch folder, of which nothing is left afterwards.
	URL, Token string
	// Dialect is legacy, flagged or mixed; empty means legacy, as Entra's default.
	Dialect string
	// People and Groups are how many there are at the start; Cycles how often Entra comes.
	People, Groups, Cycles int
	// Seed decides who they are and what happens to them.
	Seed uint64
	// Concurrency is how many people are worked on at a time, and Pace the most requests a second; 0 means 1 and no limit.
	Concurrency int
	Pace        float64
	// AmongOthers lets the rehearsal go on at a server that holds people and groups of somebody else. Groups of theirs that
	// are called as one of the office is are taken over.
	AmongOthers bool
	// Report gets the outcome in words.
	Report io.Writer
	// Log gets what goes wrong inside the scratch backend; nil discards.
	Log *slog.Logger
}

// ErrRehearsal is a rehearsal that can't be played as it is asked for; nothing was sent.
var ErrRehearsal = errors.New("this can't be rehearsed")

// Rehearse plays Entra at a server with invented people, then reads everything back and compares it with what was sent. It
// reports whether all agreed and nothing failed; an error means that it could not be played to its end. It refuses before
// anything is written when the server holds people or groups that no rehearsal with this seed has made, unless AmongOthers:
// Entra takes over whatever has the right name. What an earlier rehearsal with the seed has left is taken over where it
// has the name that it had at the start, and else left alone.
func Rehearse(ctx context.Context, r Rehearsal) (agreed bool, err error) {
	if r.URL == "" {
		return rehearseInScratch(ctx, r)
	}
	client, err := entra.New(entra.Options{
		URL: r.URL, Token: r.Token, Dialect: entra.Dialect(r.Dialect),
		People: r.People, Groups: r.Groups, Seed: r.Seed,
		Concurrency: r.Concurrency, Pace: r.Pace,
	})
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrRehearsal, err)
	}
	defer client.Close()
	found, err := client.Survey(ctx)
	if err != nil {
		return false, fmt.Errorf("rehearse: %w", err)
	}
	if found.StrangePeople+found.StrangeGroups > 0 && !r.AmongOthers {
		return false, fmt.Errorf("rehearse: the server holds %s and %s that are not of this rehearsal: use an empty data folder, the same --seed as before, or --among-others to mix with them",
			counted(found.StrangeGroups, "group", "groups"), counted(found.StrangePeople, "person", "people"))
	}
	report, err := client.Rehearse(ctx, r.Cycles)
	if r.Report != nil {
		err = errors.Join(err, report.Print(r.Report))
	}
	if err != nil {
		return false, fmt.Errorf("rehearse: %w", err)
	}
	return report.OK(), nil
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func rehearseInScratch(ctx context.Context, r Rehearsal) (agreed bool, err error) {
	b, remove, err := OpenScratch(ctx, Options{Listen: "127.0.0.1:0", Face: "rehearsal", Log: r.Log})
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	if err := b.ListenError(); err != nil {
		return false, fmt.Errorf("rehearse: %w", err)
	}
	secret, err := b.RotateToken(ctx, TokenRotation{})
	if err != nil {
		return false, err
	}
	serve, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- b.Run(serve) }()
	r.URL, r.Token = b.door.address(), secret.Secret
	agreed, err = Rehearse(ctx, r)
	stop()
	return agreed, errors.Join(err, <-served)
}
