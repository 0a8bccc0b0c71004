package backend

import (
	"context"
	"io"
	"time"
)

// Diagnostics are those of the live folder or, where that could not be opened, what can be told without it: the program, why, and the log.
func (d *Desk) Diagnostics(ctx context.Context) (Diagnostics, error) {
	all, err := AskLive(ctx, d, (*Backend).Diagnostics)
	d.mu.Lock()
	failed := d.live != nil && d.live.failed()
	d.mu.Unlock()
	if err == nil || !failed {
		return all, err
	}
	files, err := diagnose(ctx, []diagnosis{
		{"about.json", "the program, this computer, and why the data folder can't be opened", func(context.Context) (string, error) { return asJSON(d.aboutFailure(err)) }},
		{"log.txt", "what the program has logged last", func(context.Context) (string, error) { return logText(d.log), nil }},
	})
	if err != nil {
		return Diagnostics{}, err
	}
	return Diagnostics{ID: d.bundles.keep(files), Made: stamp(time.Now()), Files: files}, nil
}

func (d *Desk) aboutFailure(why error) aboutTold {
	a := aboutProgram(d.o.Face, d.began)
	if dir, _, err := d.Folder(); err == nil {
		a.Folder = atHome(dir)
	}
	a.Fault = faultWords(why)
	return a
}

// SaveDiagnostics writes files of what Diagnostics has shown.
func (d *Desk) SaveDiagnostics(ctx context.Context, s DiagnosticsSave) (ExportResult, error) {
	files, err := d.bundles.get(s.ID)
	if err != nil {
		return AskLive(ctx, d, func(b *Backend, ctx context.Context) (ExportResult, error) { return b.SaveDiagnostics(ctx, s) })
	}
	if files, err = chosenFiles(files, s.Names); err != nil {
		return ExportResult{}, err
	}
	none := &Backend{} // of no folder
	return none.newFile(s.Folder, "diagnostics", diagnosticsZip, func(w io.Writer) (int, error) { return len(files), WriteDiagnostics(w, files) })
}
