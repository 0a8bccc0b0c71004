package main

import (
	"context"
	"fmt"
	"log/slog"

	"scimdesk/backend"
)

const rehearseUsage = `scimd rehearse plays Entra's provisioning service at a server, with invented people: it tests the connection, provisions
everybody, comes again with what changed in the office meanwhile, and in the end reads everything back and compares.
Without --url it does so in a scratch folder of which nothing is left. At a server that holds people or groups of somebody
else it writes nothing, unless --among-others; a second rehearsal with the same seed goes on with what the first one left.

  scimd rehearse --people 200 --groups 12 --cycles 3 --dialect mixed
  scimd rehearse --people 50 --url http://127.0.0.1:8088/scim/v2 --token-file token.txt`

func (a *app) rehearse(ctx context.Context, args []string) error {
	fs := a.flags("scimd rehearse", rehearseUsage)
	r := backend.Rehearsal{Report: a.out, Log: slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	fs.IntVar(&r.People, "people", 200, "people in the office at the start")
	fs.IntVar(&r.Groups, "groups", 12, "groups at the start")
	fs.IntVar(&r.Cycles, "cycles", 3, "how often Entra comes; the first time it provisions everybody")
	fs.StringVar(&r.Dialect, "dialect", "legacy", "legacy (as Entra is by default), flagged (aadOptscim062020) or mixed")
	fs.Uint64Var(&r.Seed, "seed", 1, "who the people are and what happens to them")
	fs.IntVar(&r.Concurrency, "concurrency", 1, "people worked on at the same time")
	fs.Float64Var(&r.Pace, "pace", 0, "most requests a second, 0 for no limit")
	fs.StringVar(&r.URL, "url", "", "SCIM base `URL` of the server, such as http://127.0.0.1:8088/scim/v2")
	fs.BoolVar(&r.AmongOthers, "among-others", false, "rehearse although others are there; groups of the same name are taken over")
	tokenFile := fs.String("token-file", "", "`file` that holds the server's secret token and nothing else")
	if _, err := a.parse(fs, args); err != nil {
		return err
	}
	if (r.URL == "") != (*tokenFile == "") {
		return &usageError{"scimd rehearse: --url and --token-file go together"}
	}
	if r.Cycles < 1 {
		return &usageError{"scimd rehearse: --cycles is at least 1"}
	}
	if *tokenFile != "" {
		token, err := a.secretFile(*tokenFile)
		if err != nil {
			return fmt.Errorf("read token: %w", err)
		}
		r.Token = token
	}
	agreed, err := backend.Rehearse(ctx, r)
	if err != nil {
		return err
	}
	if !agreed {
		return errDifferent
	}
	return nil
}
