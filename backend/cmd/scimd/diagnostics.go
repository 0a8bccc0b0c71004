package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

const diagnosticsUsage = `scimd diagnostics writes a ZIP for somebody who is to help: what is set, how Entra reaches the folder, the last requests and failures, numbers, and the last lines of
the log. No secret is in it, and no name, user name, e-mail, phone number or ID of anybody. Its README.txt says what there is; look at the files before you send them.

  scimd diagnostics --data ./office --out help.zip

A daemon or a window that has the folder open is asked, so that the log and the state of the tunnel are its own.`

// diagnosing is what of a folder the command uses.
type diagnosing interface {
	Diagnostics(ctx context.Context) (backend.Diagnostics, error)
	SaveDiagnostics(ctx context.Context, s backend.DiagnosticsSave) (backend.ExportResult, error)
}

func (a *app) diagnostics(ctx context.Context, args []string) error {
	fs := a.flags("scimd diagnostics", diagnosticsUsage)
	data := dataFlag(fs)
	out := fs.String("out", "", "`file` to write, instead of a new one in the folder for downloads; it appears when it is whole")
	if _, err := a.parse(fs, args); err != nil {
		return err
	}
	if err := canWrite(*out); err != nil {
		return err
	}
	return a.with(ctx, *data, false, func(f folder, _ *control.Client) error {
		d, err := f.Diagnostics(ctx)
		if err != nil {
			return err
		}
		path := *out
		if path != "" {
			err = whole(path, func(w io.Writer) error { return backend.WriteDiagnostics(w, d.Files) })
		} else {
			path, err = saveDiagnostics(ctx, f, d)
		}
		if err != nil {
			return err
		}
		return a.print("Diagnostics written to %s\n%s", path, listOf(d.Files))
	})
}

func listOf(files []backend.DiagnosticsFile) string {
	var list strings.Builder
	for _, f := range files {
		fmt.Fprintf(&list, "  %-16s %s\n", f.Name, f.About)
	}
	return list.String()
}

// saveDiagnostics has whoever has the folder write a new file where exports go.
func saveDiagnostics(ctx context.Context, f folder, d backend.Diagnostics) (string, error) {
	s := backend.DiagnosticsSave{ID: d.ID}
	for _, file := range d.Files {
		s.Names = append(s.Names, file.Name)
	}
	done, err := f.SaveDiagnostics(ctx, s)
	return done.Path, err
}
