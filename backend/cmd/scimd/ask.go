package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

const statusUsage = `scimd status tells whether the folder is served, whether the disk is well, and who is in the folder.

  scimd status --data ./office
  scimd status --data ./office --format json`

func (a *app) status(ctx context.Context, args []string) error {
	fs := a.flags("scimd status", statusUsage)
	data := dataFlag(fs)
	format := fs.String("format", "text", "text or json")
	if _, err := a.parse(fs, args); err != nil {
		return err
	}
	if *format != "text" && *format != "json" {
		return &usageError{"scimd status: --format is text or json"}
	}
	return a.with(ctx, *data, false, func(f folder, owner *control.Client) error {
		s, err := f.Snapshot(ctx)
		if err != nil {
			return err
		}
		if *format == "json" {
			out := json.NewEncoder(a.out)
			out.SetIndent("", "  ")
			return out.Encode(s)
		}
		return a.tell(s, owner)
	})
}

func (a *app) tell(s backend.Snapshot, owner *control.Client) error {
	served := "no: start it with  " + os.Args[0] + " run --data " + quote(s.Folder)
	if owner != nil {
		served = fmt.Sprintf("by the %s, process id %d, since %s", face(owner.Face()), owner.PID(), s.Started)
		if !s.Listener.Serving {
			served += ", but it can't listen: " + s.Listener.Message
		}
	}
	address := s.Address
	if address == "" {
		address = "-"
	}
	token := "none"
	if s.Token.Exists {
		token = fmt.Sprintf("ends in %s, made %s, last used %s", s.Token.LastFour, s.Token.Created, never(s.Token.LastUsed))
	}
	disk := s.Database.State
	if disk != "ok" {
		disk += " since " + s.Database.Since + ": " + s.Database.Detail
	}
	return a.print("Served        %s\nTenant URL    %s\n%sTunnel        %s\nData folder   %s\nDatabase      %s\nSecret token  %s\n%sLast request  %s\nLast refused  %s\nSelf-check    %s\n%s%s%s%sPeople        %d (%d active, %d disabled, %d deleted)\nGroups        %d (%d deleted)\nRequests      %d in the log\n",
		served, address, changedLine(s.Changed), tunnelLine(s.Tunnel), s.Folder, disk, token, oldToken(s.OldToken), never(s.LastEntra), never(s.Refused.At),
		checkLine(s.Check), gapLine(s.Gap), quotaLine(s.Quota), jobLine(s.Job), handoverLine(s.Handover),
		s.People.Total, s.People.Active, s.People.Total-s.People.Active, s.People.Deleted, s.Groups.Total, s.Groups.Deleted, s.Activity.Last)
}

func oldToken(t backend.TokenInfo) string {
	if !t.Exists {
		return ""
	}
	return fmt.Sprintf("Old token     ends in %s, still accepted, last used %s\n", t.LastFour, never(t.LastUsed))
}

func checkLine(c backend.CheckSummary) string {
	switch {
	case c.Running:
		return "under way"
	case c.Finished == "":
		return "none of this address since the start"
	case c.OK:
		return "all well at " + c.Finished
	}
	return "failed at the step " + c.Failed + ", " + c.Finished
}

func gapLine(g backend.Gap) string {
	if g.From == "" {
		return ""
	}
	to := "to " + g.To
	if g.To == "" {
		to = "and still"
	}
	return fmt.Sprintf("Unreachable   from %s %s: %s\n", g.From, to, g.Cause)
}

func quotaLine(level string) string {
	if level == "" || level == "ok" {
		return ""
	}
	return "ngrok's quota " + level + ": scimd connection tells more\n"
}

func jobLine(j backend.JobInfo) string {
	if j.Code == "" {
		return ""
	}
	return fmt.Sprintf("Job %-9d stands still and goes on by itself: %s\n", j.Seq, printable(j.Fault))
}

func handoverLine(h backend.HandoverFault) string {
	if h.At == "" {
		return ""
	}
	return fmt.Sprintf("Hand-over     was due and not made, tried last %s: %s\n", h.At, printable(h.Fault))
}

func never(at string) string {
	if at == "" {
		return "never"
	}
	return at
}

const exportUsage = `scimd export writes all people or all groups, as CSV for a spreadsheet or as JSON. The deleted are left out unless
--state asks for them. The local ID is always in it.

  scimd export people --data ./office --format csv --out people.csv
  scimd export people --data ./office --quality no-local-id --columns userName,email
  scimd export groups --data ./office --format json | jq length`

func (a *app) export(ctx context.Context, args []string) error {
	fs := a.flags("scimd export", exportUsage)
	data := dataFlag(fs)
	format := fs.String("format", "csv", "csv or json")
	out := fs.String("out", "", "`file` to write, instead of standard output; it appears when it is whole")
	var filter backend.ListQuery
	fs.StringVar(&filter.State, "state", "", "active, disabled, deleted or all")
	fs.StringVar(&filter.Quality, "quality", "", "only people of no-email, same-email, no-manager-found, no-group, no-local-id or made-here; groups of no-members")
	fs.StringVar(&filter.Group, "group", "", "only people who are in the group with this `name` or id")
	columns := fs.String("columns", "", "`names` of a CSV's columns with commas between them, as the file with all of them has them")
	words, err := a.parse(fs, args, []string{"people", "groups"})
	if err != nil {
		return err
	}
	list := backend.ExportRequest{What: words[0], Format: *format, Filter: filter}
	if *columns != "" {
		list.Columns = strings.Split(*columns, ",")
	}
	if *format != "csv" && *format != "json" {
		return &usageError{"scimd export: --format is csv or json"}
	}
	return a.with(ctx, *data, false, func(f folder, _ *control.Client) error {
		var err error
		if list.Filter.Group, err = groupID(ctx, f, filter.Group); err != nil {
			return err
		}
		write := func(w io.Writer) error { return f.Export(ctx, w, list.What, list.Format) }
		if filter.State+filter.Quality+filter.Group+*columns != "" {
			write = func(w io.Writer) error { return f.ExportList(ctx, w, list) }
		}
		if *out == "" {
			return write(a.out)
		}
		return whole(*out, write)
	})
}

// isStream tells what is no file, or only stands for one: /dev/stdout may be a file that others write to as well.
func isStream(file string) bool {
	info, err := os.Stat(file)
	return err == nil && (!info.Mode().IsRegular() || strings.HasPrefix(filepath.ToSlash(filepath.Clean(file)), "/dev/"))
}

// notOurs keeps a mistyped name from putting a list in the place of a database: nothing that a data folder needs is written over.
func notOurs(file string) error {
	abs, err := filepath.Abs(file)
	if err != nil {
		return fmt.Errorf("find %s: %w", file, err)
	}
	dir, ours := filepath.Dir(abs), isOurs(filepath.Base(abs))
	if inner := strings.ToLower(filepath.Base(dir)); inner == "targets" || inner == "backup" {
		dir, ours = filepath.Dir(dir), true
	}
	if _, err := os.Stat(filepath.Join(dir, "scimdesk.db")); err == nil && ours {
		return fmt.Errorf("write %s: the data folder needs that file; name another", file)
	}
	return nil
}

// whole writes a file that is there complete or not at all. What is no file, such as a pipe, is written to as it is.
func whole(file string, write func(io.Writer) error) error {
	stream := isStream(file)
	if target, err := filepath.EvalSymlinks(file); err == nil {
		file = target
	}
	if err := notOurs(file); err != nil {
		return err
	}
	if stream {
		to, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			return fmt.Errorf("write %s: %w", file, err)
		}
		return errors.Join(write(to), to.Close())
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".scimd-*") // 0600: people's data
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	err = write(f)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", file, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}
