package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

const checkUsage = `scimd check has the daemon or window that has the folder open ask the public address from outside in, as Entra would: the name,
the connection, the certificate and TLS, whoever stands before the app, the path, the sign-in and a match that finds nobody. With
--person it also creates, changes, disables, reads and deletes a marked person who is in no list and no history. It says who
stopped it: network, certificate, edge, rule, proxy, app or database.

  scimd check --data ./office
  scimd check --data ./office --person
  scimd check --data ./office --url https://desk.contoso.example/scim/v2`

// errStopped ends a self-check that did not reach its end; the steps have been printed.
var errStopped = errors.New("the self-check was stopped on its way")

// cancelLimit is how long a self-check may take to remove its probe person after Ctrl+C.
const cancelLimit = 20 * time.Second

func (a *app) check(ctx context.Context, args []string) error {
	fs := a.flags("scimd check", checkUsage)
	data := dataFlag(fs)
	var r backend.CheckRequest
	fs.BoolVar(&r.Person, "person", false, "with a probe person")
	fs.StringVar(&r.URL, "url", "", "SCIM base `URL` that leads to this folder, instead of its own")
	if _, err := a.parse(fs, args); err != nil {
		return err
	}
	return a.with(ctx, *data, false, func(_ folder, owner *control.Client) error {
		if owner == nil {
			return fmt.Errorf("check: %w: start it with scimd run, or open it in the window", backend.ErrNotServing)
		}
		s, err := a.follow(ctx, owner, r)
		if err == nil && r.URL == "" {
			err = a.tellDown(ctx, owner)
		}
		if err != nil {
			return err
		}
		if !s.OK {
			return errStopped
		}
		return nil
	})
}

// tellDown says why Entra could not come now where that is the tunnel's doing: the check alone sees no more than that nobody is there.
func (a *app) tellDown(ctx context.Context, owner *control.Client) error {
	s, err := owner.Snapshot(ctx)
	if err != nil || s.Tunnel.Way != backend.WayNgrok || s.Tunnel.State == "up" {
		return err
	}
	return a.print("Entra can't come: the tunnel is %s\n", tunnelLine(s.Tunnel))
}

// follow starts a check and prints each step when it has ended.
func (a *app) follow(ctx context.Context, owner *control.Client, r backend.CheckRequest) (backend.CheckState, error) {
	s, err := owner.StartCheckOf(ctx, r)
	if err != nil {
		return s, err
	}
	if err := a.print("Asking %s\n", s.Address); err != nil {
		return s, err
	}
	watch, stop := context.WithCancel(ctx)
	defer stop()
	printed := 0
	var broken error
	err = owner.Watch(watch, func(backend.Notify) {
		if s, broken = owner.Check(watch); broken == nil {
			printed, broken = a.steps(s, printed)
		}
		if broken != nil || !s.Running {
			stop()
		}
	})
	if ctx.Err() != nil {
		late, done := context.WithTimeout(context.WithoutCancel(ctx), cancelLimit)
		defer done()
		return s, errors.Join(ctx.Err(), owner.CancelCheck(late))
	}
	if s.Running && err == nil && broken == nil {
		err = errors.New("the owner of the folder ended meanwhile")
	}
	return s, errors.Join(err, broken)
}

// steps prints the steps from a number on that have ended, and gives the number of the next.
func (a *app) steps(s backend.CheckState, from int) (int, error) {
	for from < len(s.Steps) {
		step := s.Steps[from]
		if step.State == "waiting" || step.State == "running" {
			break
		}
		took := ""
		if step.Took > 0 {
			took = fmt.Sprintf("%.0f ms", step.Took)
		}
		line := fmt.Sprintf("%-8s %-10s %9s  %s", step.State, step.Name, took, strings.Join(step.Facts, "; "))
		if err := a.print("%s\n", strings.TrimRight(line, " ")); err != nil {
			return from, err
		}
		if step.Code != "" {
			who := ""
			if step.Where != "" {
				who = " by the " + step.Where
			}
			if err := a.print("         %s%s: %s\n", step.Code, who, step.Detail); err != nil {
				return from, err
			}
		}
		from++
	}
	return from, nil
}
