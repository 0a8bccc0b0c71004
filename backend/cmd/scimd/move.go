package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"scimdesk/backend"
)

// moving is what of a folder the commands of the move to Entra use.
type moving interface {
	PutUpload(ctx context.Context, p backend.UploadPart) (backend.Upload, error)
	DropUpload(ctx context.Context, id string) error
	Jobs(ctx context.Context) ([]backend.JobInfo, error)
	Job(ctx context.Context, seq int64) (backend.JobInfo, error)
	JobRows(ctx context.Context, q backend.JobQuery) (backend.JobPage, error)
	UndoJob(ctx context.Context, u backend.JobUndo) (backend.JobInfo, error)
	WaitJob(ctx context.Context, seq int64) (backend.JobInfo, error)
	ExportJob(ctx context.Context, e backend.JobExport) (backend.ExportResult, error)
	PlanUserIDs(ctx context.Context, r backend.UserIDRule) (backend.UserIDPlan, error)
	UserIDRows(ctx context.Context, q backend.PlanQuery) (backend.UserIDPage, error)
	SettleUserID(ctx context.Context, s backend.UserIDChoice) (backend.UserIDPlan, error)
	ApplyUserIDs(ctx context.Context, plan string) (backend.JobInfo, error)
	GroupNamed(ctx context.Context, name string) (string, error)
	LookAtImport(ctx context.Context, s backend.ImportSource) (backend.ImportLook, error)
	PlanImport(ctx context.Context, s backend.ImportSource) (backend.ImportPlan, error)
	ImportRows(ctx context.Context, q backend.PlanQuery) (backend.ImportPage, error)
	ApplyImport(ctx context.Context, plan string) (backend.JobInfo, error)
	LookUp(ctx context.Context, r backend.LookupRequest) (backend.Lookup, error)
	LookupRows(ctx context.Context, q backend.PlanQuery) (backend.LookupPage, error)
	MakeForecast(ctx context.Context, r backend.ForecastRequest) (backend.Forecast, error)
	ForecastRows(ctx context.Context, q backend.PlanQuery) (backend.ForecastPage, error)
	ForecastGroups(ctx context.Context, q backend.PlanQuery) (backend.ForecastPage, error)
	Targets(ctx context.Context) (backend.Targets, error)
	Target(ctx context.Context, id string) (backend.Target, error)
	SaveTarget(ctx context.Context, t backend.TargetChange) (backend.Targets, error)
	CopyTarget(ctx context.Context, id string) (backend.TargetInfo, error)
	TargetPage(ctx context.Context, format string) (string, error)
	Handover(ctx context.Context) (backend.HandoverState, error)
	SaveHandover(ctx context.Context, s backend.HandoverSettings) (backend.HandoverState, error)
	HandoverRows(ctx context.Context, q backend.PlanQuery) (backend.HandoverPage, error)
	HandOver(ctx context.Context, r backend.HandoverRequest) (backend.HandoverInfo, error)
	GiveReceipt(ctx context.Context, r backend.HandoverReceipt) (backend.HandoverInfo, error)
}

// errNothing is a file without a byte.
var errNothing = errors.New("it is empty")

// handPart is how much of a file is handed over at once.
const handPart = 2 << 20

// handFile gives a file to the folder, which may be another process that can't read it; "-" is standard input.
func (a *app) handFile(ctx context.Context, f folder, path string) (up backend.Upload, err error) {
	in, name := a.in, sourceName(path)
	if path != "-" {
		file, err := os.Open(path) //nolint:gosec // whoever calls scimd may read what they may read
		if err != nil {
			return up, err
		}
		defer func() { _ = file.Close() }()
		in, name = file, filepath.Base(path)
	}
	part := make([]byte, handPart)
	for {
		n, end := io.ReadFull(in, part)
		if end != nil && !errors.Is(end, io.EOF) && !errors.Is(end, io.ErrUnexpectedEOF) {
			return up, fmt.Errorf("read %s: %w", name, end) // half a list is none
		}
		if n > 0 {
			up, err = f.PutUpload(ctx, backend.UploadPart{ID: up.ID, Name: name, Data: base64.StdEncoding.EncodeToString(part[:n])})
			if err != nil {
				return up, err
			}
		}
		switch {
		case end == nil:
		case up.ID == "":
			return up, fmt.Errorf("read %s: %w", name, errNothing)
		default:
			return up, nil
		}
	}
}

// sourceName is how a file is called in what is said of it.
func sourceName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}

// canRead tells before anything is done whether a file can be handed over.
func canRead(path string) error {
	if path == "" || path == "-" {
		return nil
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	return file.Close()
}

// canWrite tells before anything is changed whether the files that are asked for can come to be.
func canWrite(files ...string) error {
	for _, file := range files {
		if file == "" {
			continue
		}
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			return fmt.Errorf("write %s: it is a folder", file)
		}
		if isStream(file) {
			continue
		}
		if target, err := filepath.EvalSymlinks(file); err == nil {
			file = target
		}
		if err := notOurs(file); err != nil {
			return err
		}
		probe, err := os.CreateTemp(filepath.Dir(file), ".scimd-*")
		if err != nil {
			return fmt.Errorf("write %s: %w", file, err)
		}
		if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
			return fmt.Errorf("write %s: %w", file, err)
		}
	}
	return nil
}
