package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

const handoverUsage = `scimd handover tells a system without SCIM what changed since the last time: who joined, changed or left, and who came into which group or
out of it. Each hand-over has a number; its files are named on standard output. Where nothing has changed there is none. Columns, names and a schedule are set
in the window, under ID tools.

  scimd handover --out ./to-hr --data ./office          the next one
  scimd handover --out ./to-hr --format json            in another format than the settings'
  scimd handover --out ./to-hr --again 12               the files of number 12 once more, byte for byte
  scimd handover --out ./to-hr --full                   everybody and every membership, as the sum of all
  scimd handover --pending                              who the next one is about; makes none
  scimd handover --receipt 12 --text "taken by HR" --keys keys.csv
                                                        note that number 12 was taken, and set the local IDs that the system gave`

func (a *app) handOver(ctx context.Context, args []string) error {
	flags := a.flags("scimd handover", handoverUsage)
	data := dataFlag(flags)
	out := flags.String("out", "", "`folder` for the files, made if it is not there (default: the settings' one, else the downloads)")
	format := flags.String("format", "", "csv or json (default: as the settings say); --pending shows text or json")
	again := flags.Int64("again", 0, "make the files of the hand-over of this `number` once more")
	full := flags.Bool("full", false, "write everybody instead; counts as no hand-over")
	pending := flags.Bool("pending", false, "show who the next one is about")
	receipt := flags.Int64("receipt", 0, "note that the hand-over of this `number` was taken")
	text := flags.String("text", "", "what the receipt says, at most 500 characters")
	keys := flags.String("keys", "", "`file` with the local IDs that the other system gave to those who joined")
	if _, err := a.parse(flags, args); err != nil {
		return err
	}
	kinds := 0
	for _, on := range []bool{*again != 0, *full, *pending, *receipt != 0} {
		if on {
			kinds++
		}
	}
	switch {
	case kinds > 1:
		return &usageError{"scimd handover: say one of --again, --full, --pending and --receipt"}
	case *format != "" && *format != "csv" && *format != "json" && !(*pending && *format == "text"):
		return &usageError{"scimd handover: --format is csv or json"}
	case *again < 0 || *receipt < 0:
		return &usageError{"scimd handover: hand-overs are numbered from 1"}
	case *receipt == 0 && (*text != "" || *keys != ""):
		return &usageError{"scimd handover: --text and --keys go with --receipt"}
	}
	return a.with(ctx, *data, false, func(f folder, _ *control.Client) error {
		switch {
		case *pending:
			return a.pendingHandOver(ctx, f, *format)
		case *receipt > 0:
			return a.receipt(ctx, f, *receipt, *text, *keys)
		}
		return a.makeHandOver(ctx, f, backend.HandoverRequest{Folder: *out, Again: *again, Full: *full, Format: *format})
	})
}

func (a *app) makeHandOver(ctx context.Context, f folder, r backend.HandoverRequest) error {
	var made []string
	if r.Folder != "" {
		abs, err := filepath.Abs(r.Folder) // the owner may stand in another folder
		if err != nil {
			return fmt.Errorf("find folder: %w", err)
		}
		if made, err = makeFolders(abs); err != nil {
			return err
		}
		r.Folder = abs
	}
	info, err := f.HandOver(ctx, r)
	if err != nil {
		removeFolders(made)
		return err
	}
	switch {
	case r.Full:
		a.say("Full export: %d people, %d memberships, %d people without a local ID.", info.Joiners, info.In, info.NoKey)
	case info.Seq == 0:
		a.say("Nothing has changed since the last hand-over: none was made.")
	default:
		a.say("Hand-over %d: %s", info.Seq, handoverCounts(info))
	}
	for _, path := range info.Files {
		if err := a.print("%s\n", path); err != nil {
			return err
		}
	}
	return nil
}

// makeFolders makes a folder and those above it that are not there, and gives what it made, the innermost first.
func makeFolders(path string) (made []string, err error) {
	for at := path; ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			break
		}
		made = append(made, at)
	}
	if err := os.MkdirAll(path, 0o750); err != nil {
		removeFolders(made)
		return nil, err
	}
	return made, nil
}

// removeFolders removes what makeFolders made, unless something is in it.
func removeFolders(made []string) {
	for _, path := range made {
		_ = os.Remove(path)
	}
}

// say tells what is no result.
func (a *app) say(format string, args ...any) { _, _ = fmt.Fprintf(a.err, format+"\n", args...) }

func handoverCounts(i backend.HandoverInfo) string {
	text := fmt.Sprintf("%d joined, %d changed, %d left; %d memberships began, %d ended.", i.Joiners, i.Changes, i.Leavers, i.In, i.Out)
	if i.NoKey > 0 {
		text += fmt.Sprintf(" %d of those who joined have no local ID yet: give them by --receipt and --keys.", i.NoKey)
	}
	return text
}

func (a *app) pendingHandOver(ctx context.Context, f folder, format string) error {
	state, err := f.Handover(ctx)
	if err != nil {
		return err
	}
	rows := []backend.HandoverRow{}
	for more := true; more; {
		page, err := f.HandoverRows(ctx, backend.PlanQuery{From: len(rows), Limit: 500})
		if err != nil {
			return err
		}
		rows = append(rows, page.Rows...)
		more = len(page.Rows) > 0 && len(rows) < page.Total
	}
	if format == "json" {
		out := json.NewEncoder(a.out)
		out.SetIndent("", "  ")
		return out.Encode(rows)
	}
	a.say("The next hand-over: %s", handoverCounts(state.Pending))
	for _, r := range rows {
		if err := a.print("%-8s %-12s %s  %s\n", r.Action, printable(r.LocalID), printable(r.UserName), printable(r.Name)); err != nil {
			return err
		}
	}
	return nil
}

// receipt notes one, and waits for the job that sets the keys: a folder that is opened for a moment is closed behind it.
func (a *app) receipt(ctx context.Context, f folder, seq int64, text, keys string) error {
	r := backend.HandoverReceipt{Seq: seq, Text: text}
	if keys != "" {
		up, err := a.handFile(ctx, f, keys)
		if err != nil {
			return err
		}
		r.Keys = up.ID
	}
	if _, err := f.GiveReceipt(ctx, r); err != nil {
		return err
	}
	a.say("Hand-over %d was taken.", seq)
	if keys == "" {
		return nil
	}
	jobs, err := f.Jobs(ctx)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if j.Kind == backend.JobLocal {
			if j, err = a.waitJob(ctx, f, j.Seq); err != nil {
				return err
			}
			a.say("%d local IDs set, %d not.", j.Done, j.Failed)
			return a.tellRows(ctx, f, j.Seq, "failed")
		}
	}
	return nil
}
