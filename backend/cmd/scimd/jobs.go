package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

// tellEvery is how often somebody who waits for a job is told how far it is.
const tellEvery = time.Second

// rowsShown bounds what a text lists of many; the rest is counted.
const rowsShown = 20

// waitJob waits for a job and tells on standard error how far it is.
func (a *app) waitJob(ctx context.Context, f folder, seq int64) (backend.JobInfo, error) {
	for {
		part, cancel := context.WithTimeout(ctx, tellEvery)
		j, err := f.WaitJob(part, seq)
		over := part.Err() != nil
		cancel()
		if err != nil && !over {
			return j, a.stopped(ctx, f, seq, err)
		}
		if err == nil {
			return j, nil
		}
		if ctx.Err() != nil {
			return j, fmt.Errorf("job %d is not done; it goes on when the folder is opened again: %w", seq, ctx.Err())
		}
		if j, err = f.Job(ctx, seq); err != nil {
			return j, err
		}
		if j.State == "undoing" {
			_, _ = fmt.Fprintf(a.err, "  %d of %d taken back\n", j.Undone+j.Refused, j.Total-j.Failed)
		} else {
			_, _ = fmt.Fprintf(a.err, "  %d of %d\n", j.Done+j.Failed, j.Total)
		}
	}
}

// stopped says of a job that stands still that it does, and when it goes on: an owner goes on with it, a folder that is closed behind this command does
// when it is opened again.
func (a *app) stopped(ctx context.Context, f folder, seq int64, why error) error {
	j, err := f.Job(ctx, seq)
	if err != nil || j.Code == "" {
		return why
	}
	when := "by itself"
	if _, owned := f.(*control.Client); !owned {
		when = "when the folder is opened again"
	}
	return fmt.Errorf("job %d stands still and goes on %s: %w", seq, when, why)
}

// finishJob ends what a crash cut off, before anybody works at a folder that was opened for a moment. One that stands still is told of, and no reason
// to do nothing.
func (a *app) finishJob(ctx context.Context, own *backend.Backend) error {
	all, err := own.Jobs(ctx)
	if err != nil {
		return err
	}
	for _, j := range all {
		if j.State != "running" && j.State != "undoing" {
			continue
		}
		_, _ = fmt.Fprintf(a.err, "Going on with job %d, which was cut off\n", j.Seq)
		if _, err := a.waitJob(ctx, own, j.Seq); err != nil {
			if ctx.Err() != nil {
				return err
			}
			_, _ = fmt.Fprintln(a.err, backend.Mask(err.Error()))
		}
	}
	return nil
}

// lastJob gives the newest job of the kinds that can be undone.
func lastJob(ctx context.Context, f folder, kinds ...string) (backend.JobInfo, error) {
	all, err := f.Jobs(ctx)
	if err != nil {
		return backend.JobInfo{}, err
	}
	for _, j := range all {
		for _, kind := range kinds {
			if j.Kind == kind && j.CanUndo {
				return j, nil
			}
		}
	}
	return backend.JobInfo{}, errors.New("there is nothing to undo: nothing of this kind was done that has not been taken back")
}

// An undoing says which job is taken back: the last one of its kind if seq is 0. What it is about is for people to read.
type undoing struct {
	kind, what string
	seq        int64
	format     string
}

// undo takes a job back, waits, and tells what came of it. Rows that could not be taken back are an error. A job that was named by its number must
// be of the kind: what is to be user IDs must not turn out to be an import's people.
func (a *app) undo(ctx context.Context, f folder, u undoing) error {
	j, err := lastJob(ctx, f, u.kind)
	if u.seq != 0 {
		j, err = f.Job(ctx, u.seq)
	}
	if err != nil {
		return err
	}
	seq := j.Seq
	if j.Kind != u.kind {
		return fmt.Errorf("job %d is no %s but %s", seq, u.kind, j.Kind)
	}
	if _, err := f.UndoJob(ctx, backend.JobUndo{Job: seq}); err != nil {
		return err
	}
	if j, err = a.waitJob(ctx, f, seq); err != nil {
		return err
	}
	if err := a.tellJob(j, u.format, "Undone: %d of %d %s of job %d.\n", j.Undone, j.Undone+j.Refused, u.what, seq); err != nil {
		return err
	}
	if j.Refused == 0 {
		return nil
	}
	if err := a.tellRows(ctx, f, seq, "refused"); err != nil {
		return err
	}
	return fmt.Errorf("%d could not be taken back and stay as they are", j.Refused)
}

// tellJob prints what came of a job: in words, or as JSON the job, as the list of jobs has it.
func (a *app) tellJob(j backend.JobInfo, format, words string, args ...any) error {
	if format == "json" {
		return jsonArray(a.out, func(add func(any) error) error { return add(j) })
	}
	return a.print(words, args...)
}

// tellRows lists on standard error the first rows of a job that are in a state.
func (a *app) tellRows(ctx context.Context, f folder, seq int64, state string) error {
	page, err := f.JobRows(ctx, backend.JobQuery{Job: seq, State: state, Limit: rowsShown})
	if err != nil {
		return err
	}
	for _, r := range page.Rows {
		_, _ = fmt.Fprintf(a.err, "  %s  %s\n", printable(cmp.Or(r.From, r.Name)), printable(r.Reason))
	}
	if more := page.Total - len(page.Rows); more > 0 {
		_, _ = fmt.Fprintf(a.err, "  and %d more\n", more)
	}
	return nil
}

// jobFile has the folder write a file about a job, in a place of their own, and puts it where it was asked for.
func jobFile(ctx context.Context, f folder, seq int64, what, file string) error {
	place, err := os.MkdirTemp("", "scimd-")
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	defer func() { _ = os.RemoveAll(place) }()
	made, err := f.ExportJob(ctx, backend.JobExport{Job: seq, What: what, Format: reportFormat(file), Folder: place})
	if err != nil {
		return err
	}
	return whole(file, func(w io.Writer) error {
		text, err := os.Open(made.Path)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, text)
		return errors.Join(err, text.Close())
	})
}

// tellJobs lists jobs of some kinds, the newest first.
func (a *app) tellJobs(ctx context.Context, f folder, format string, kinds ...string) error {
	all, err := f.Jobs(ctx)
	if err != nil {
		return err
	}
	each := func(add func(backend.JobInfo) error) error {
		for _, j := range all {
			for _, kind := range kinds {
				if j.Kind != kind {
					continue
				}
				if err := add(j); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if format == "json" {
		return jsonArray(a.out, func(add func(any) error) error { return each(func(j backend.JobInfo) error { return add(j) }) })
	}
	return each(func(j backend.JobInfo) error {
		still := ""
		if j.Code != "" {
			still = "; stands still and goes on by itself: " + printable(j.Fault)
		}
		return a.print("%4d  %-8s  %s  %s %s: %d of %d, %d failed, %d undone, %d refused%s\n", j.Seq, j.State, j.Made, j.Kind, printable(j.Rule), j.Done, j.Total, j.Failed, j.Undone, j.Refused, still)
	})
}
