package backend

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// Kinds of jobs.
const (
	JobImport  = "import"
	JobConvert = "convert"
	JobLocal   = "local-ids" // local IDs given back from a file
)

// JobInfo is a conversion or an import that changed many at once: in steps, journalled, and undone as a whole or row by row.
type JobInfo struct {
	Seq     int64  `json:"seq"`
	Kind    string `json:"kind"`
	State   string `json:"state"` // running, done, undoing or undone
	Face    string `json:"face"`  // who began it
	Rule    string `json:"rule"`  // of a conversion: to what; of an import: people or groups
	File    string `json:"file"`  // what was read, "" if nothing was
	Made    string `json:"made"`
	Ended   string `json:"ended"`
	Total   int    `json:"total"`
	Done    int    `json:"done"`
	Failed  int    `json:"failed"`
	Undone  int    `json:"undone"`
	Refused int    `json:"refused"` // rows that an undo could not take back
	CanUndo bool   `json:"canUndo"`
	Code    string `json:"code"`  // why it stands still, an error code of errors.go; "" while it goes. It goes on by itself
	Fault   string `json:"fault"` // the same as a sentence
}

// JobRow is one person or group of a job.
type JobRow struct {
	N      int    `json:"n"`
	ID     string `json:"id"`
	Name   string `json:"name"`
	From   string `json:"from"`
	To     string `json:"to"`
	Action string `json:"action"` // convert, create, update or local
	State  string `json:"state"`  // "" (not yet), done, failed, undone, refused
	Code   string `json:"code"`   // failed or refused: why, such as TAKEN, CHANGED_SINCE, GONE
	Reason string `json:"reason"` // the same as a sentence

	localID string // of a conversion
}

// JobPage is a part of a job's rows.
type JobPage struct {
	Total int      `json:"total"`
	Rows  []JobRow `json:"rows"`
}

// JobQuery asks for rows of a job.
type JobQuery struct {
	Job    int64  `json:"job"`
	State  string `json:"state"`
	Search string `json:"search"`
	From   int    `json:"from"`
	Limit  int    `json:"limit"`
}

// JobUndo asks to take rows of a job back; no N is all of them.
type JobUndo struct {
	Job int64 `json:"job"`
	N   []int `json:"n"`
}

// JobExport asks for a file about a job: "report" has a line a row with what came of it, "ids" the old and the new user ID of each row
// done, for the other system.
type JobExport struct {
	Job    int64  `json:"job"`
	What   string `json:"what"`
	Format string `json:"format"` // csv or json
	Folder string `json:"folder"`
}

// What a row of a job does.
const (
	ActionConvert = "convert"
	ActionCreate  = "create"
	ActionUpdate  = "update"
	ActionLocal   = "local"
)

// Why a row of a job was not done or not taken back.
const (
	JobTaken   = "TAKEN"         // somebody else has the user ID or local ID
	JobChanged = "CHANGED_SINCE" // it is not any more as the job has left it
	JobGone    = "GONE"          // deleted
	JobRefused = "REFUSED"       // by a rule of the folder
)

// A jobKind is how jobs of a kind are carried out, taken back and shown. do and undo get a row, or all rows of a group, inside a write of the
// store: they touch nothing but tx and those rows. A *store.Refusal and a *scim.Error are why these rows can't be; any other error stops
// the job until its next try.
type jobKind struct {
	do, undo jobWork
	show     func(store.JobRow) JobRow // From, To and Action; the rest is filled in
}

type jobWork func(tx *store.Tx, c store.Cause, rows []store.JobRow) error

// within is the work as the store calls it: each change says in its history which job made it.
func (w jobWork) within(j store.Job) func(*store.Tx, []store.JobRow) error {
	c := store.Cause{Origin: j.Face, RequestID: "job-" + strconv.FormatInt(j.Seq, 10)}
	return func(tx *store.Tx, rows []store.JobRow) error { return refusal(w(tx, c, rows)) }
}

// refusal makes of what SCIM would refuse why a row was not done.
func refusal(err error) error {
	e, ok := errors.AsType[*scim.Error](err)
	if !ok {
		return err
	}
	code := JobRefused
	switch e.Kind {
	case scim.Uniqueness:
		code = JobTaken
	case scim.NotFound:
		code = JobGone
	}
	return &store.Refusal{Code: code, Reason: e.Detail}
}

// jobKinds are all there are.
func jobKinds() map[string]jobKind {
	return map[string]jobKind{JobImport: importing(), JobLocal: givingKeys(), JobConvert: converting(), JobExternalID: settingExternalIDs()}
}

// jobAbout is what the backend keeps of a job as a whole.
type jobAbout struct {
	Rule string `json:"rule"`
	File string `json:"file,omitempty"`
	Ask  any    `json:"ask,omitempty"` // what was asked for, for whoever reads the database
}

// How long a job that the store refuses to go on with waits before its next try.
const (
	jobRetry    = time.Second
	jobRetryMax = 30 * time.Second
)

// jobs carries jobs out, one after the other, behind the calls that begin them.
type jobs struct {
	store *store.Store
	log   *slog.Logger
	tell  func()
	kinds map[string]jobKind

	ctx     context.Context
	stop    context.CancelFunc
	running sync.WaitGroup

	mu    sync.Mutex
	now   store.Job     // the one at work, else the last one that ended
	fault error         // why it stands still
	moved chan struct{} // closed when any of that changes
}

func newJobs(st *store.Store, log *slog.Logger, tell func()) *jobs {
	ctx, stop := context.WithCancel(context.Background())
	return &jobs{store: st, log: log, tell: tell, kinds: jobKinds(), ctx: ctx, stop: stop, moved: make(chan struct{})}
}

// resume goes on with what the end of the program cut off.
func (r *jobs) resume(ctx context.Context) error {
	all, err := r.store.Jobs(ctx)
	if err != nil {
		return fmt.Errorf("look for jobs that were cut off: %w", err)
	}
	for _, j := range all {
		if working(j) {
			r.log.Info("go on with a job that was cut off", "job", j.Seq, "kind", j.Kind, "state", j.State)
			r.work(j)
		}
	}
	return nil
}

// close waits for the step at hand. What is left goes on when the folder is opened again.
func (r *jobs) close() {
	r.mu.Lock()
	r.stop()
	r.mu.Unlock()
	r.running.Wait()
}

func working(j store.Job) bool { return j.State == store.JobRunning || j.State == store.JobUndoing }

// start keeps a job and begins it.
func (r *jobs) start(ctx context.Context, kind, face string, about jobAbout, rows iter.Seq[store.JobRow]) (store.Job, error) {
	text, err := json.Marshal(about)
	if err != nil {
		return store.Job{}, fmt.Errorf("write what the job is about: %w", err)
	}
	j, err := r.store.StartJob(ctx, store.Job{Kind: kind, Face: face, About: string(text)}, rows)
	if err != nil {
		return store.Job{}, err
	}
	r.work(j)
	return j, nil
}

// work carries a job on in the background, unless the folder is being closed.
func (r *jobs) work(j store.Job) {
	r.set(j, nil)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx.Err() != nil {
		return
	}
	r.running.Go(func() {
		wait := jobRetry
		for working(j) && r.ctx.Err() == nil {
			next, err := r.step(j)
			if err == nil {
				j, wait = next, jobRetry
				r.set(j, nil)
				continue
			}
			if r.ctx.Err() != nil {
				return
			}
			r.log.Warn("a job stands still", "job", j.Seq, "err", err)
			r.set(j, err)
			r.pause(wait)
			wait = min(2*wait, jobRetryMax)
		}
	})
}

// step does the next rows and gives the job behind them.
func (r *jobs) step(j store.Job) (store.Job, error) {
	kind, known := r.kinds[j.Kind]
	if !known {
		return j, fmt.Errorf("nobody knows how to carry out a job of kind %q", j.Kind)
	}
	var err error
	if j.State == store.JobRunning {
		_, err = r.store.StepJob(r.ctx, j.Seq, kind.do.within(j))
	} else {
		_, err = r.store.StepUndo(r.ctx, j.Seq, kind.undo.within(j))
	}
	if err != nil {
		return j, err
	}
	return r.store.Job(r.ctx, j.Seq)
}

func (r *jobs) set(j store.Job, fault error) {
	r.mu.Lock()
	r.now, r.fault = j, fault
	close(r.moved)
	r.moved = make(chan struct{})
	r.mu.Unlock()
	r.tell()
}

// renew keeps the counts of the last job that ended, some of whose rows were taken back since.
func (r *jobs) renew(j store.Job) {
	if now, _, _ := r.current(); now.Seq == j.Seq && !working(now) {
		r.set(j, nil)
	}
}

func (r *jobs) pause(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-r.ctx.Done():
	case <-t.C:
	}
}

// current gives the job at work or the last one, why it stands still, and what is closed when that changes.
func (r *jobs) current() (j store.Job, moved <-chan struct{}, fault error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now, r.moved, r.fault
}

func (r *jobs) info() JobInfo {
	j, _, fault := r.current()
	return stopped(j, fault)
}

// shown is a job with why it stands still, if it does.
func (r *jobs) shown(j store.Job) JobInfo {
	if now, _, fault := r.current(); now.Seq == j.Seq && working(j) {
		return stopped(j, fault)
	}
	return jobInfo(j)
}

func stopped(j store.Job, fault error) JobInfo {
	info := jobInfo(j)
	if fault != nil {
		info.Code, info.Fault = Code(fault), Message(fault)
	}
	return info
}

// Jobs gives the jobs of the folder, the newest first. One that the end of the program cut off goes on when the folder is opened again.
func (b *Backend) Jobs(ctx context.Context) ([]JobInfo, error) {
	all, err := b.store.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	infos := make([]JobInfo, 0, len(all))
	for _, j := range all {
		infos = append(infos, b.jobs.shown(j))
	}
	return infos, nil
}

// Job gives one.
func (b *Backend) Job(ctx context.Context, seq int64) (JobInfo, error) {
	j, err := b.store.Job(ctx, seq)
	return b.jobs.shown(j), err
}

func jobInfo(j store.Job) JobInfo {
	if j.Seq == 0 {
		return JobInfo{}
	}
	var about jobAbout
	_ = json.Unmarshal([]byte(j.About), &about) // what can't be read has no words
	return JobInfo{
		Seq: j.Seq, Kind: j.Kind, State: j.State, Face: j.Face, Rule: about.Rule, File: about.File, Made: stamp(j.Made), Ended: stamp(j.Ended),
		Total: j.Total, Done: j.Done, Failed: j.Failed, Undone: j.Undone, Refused: j.Refused, CanUndo: j.State == store.JobDone && j.Done > 0,
	}
}

// JobRows gives a part of a job's rows.
func (b *Backend) JobRows(ctx context.Context, q JobQuery) (JobPage, error) {
	if len(q.Search) > 4*searchLimit || q.From < 0 || q.Limit < 0 {
		return JobPage{}, fmt.Errorf("%w: a search has at most %d characters, and a part begins at 0 or behind it", ErrQuery, searchLimit)
	}
	j, err := b.store.Job(ctx, q.Job)
	if err != nil {
		return JobPage{}, err
	}
	total, rows, err := b.store.JobRows(ctx, q.Job, q.State, q.Search, q.From, min(cmp.Or(q.Limit, listLimit), listMaxLimit))
	if err != nil {
		return JobPage{}, err
	}
	page := JobPage{Total: total, Rows: make([]JobRow, 0, len(rows))}
	for _, r := range rows {
		page.Rows = append(page.Rows, b.jobs.show(j, r))
	}
	return page, nil
}

// show is a row as faces see it.
func (r *jobs) show(j store.Job, row store.JobRow) JobRow {
	shown := JobRow{}
	if kind, known := r.kinds[j.Kind]; known {
		shown = kind.show(row)
	}
	shown.N, shown.ID, shown.Name, shown.State, shown.Code, shown.Reason = row.N, row.ID, row.Name, row.State, row.Code, row.Reason
	return shown
}

// UndoJob takes a job back, as a whole or single rows of it; rows whose person has changed since are refused with the reason and stay.
// A whole one goes on behind the call, as WaitJob tells.
func (b *Backend) UndoJob(ctx context.Context, u JobUndo) (JobInfo, error) {
	j, err := b.store.Job(ctx, u.Job)
	if err != nil {
		return JobInfo{}, err
	}
	if len(u.N) == 0 {
		if j, err = b.store.UndoJob(ctx, u.Job); err != nil {
			return JobInfo{}, err
		}
		b.jobs.work(j)
		return jobInfo(j), nil
	}
	kind, known := b.jobs.kinds[j.Kind]
	if !known {
		return JobInfo{}, store.ErrJobState
	}
	if err := b.store.UndoRows(ctx, u.Job, u.N, kind.undo.within(j)); err != nil {
		return JobInfo{}, err
	}
	if j, err = b.store.Job(ctx, u.Job); err != nil {
		return JobInfo{}, err
	}
	b.jobs.renew(j)
	return jobInfo(j), nil
}

// WaitJob waits until a job neither runs nor is being undone. Where it stands still, for a full disk for example, it says why instead
// of waiting; the job goes on by itself while the folder is open.
func (b *Backend) WaitJob(ctx context.Context, seq int64) (JobInfo, error) {
	for {
		at, moved, fault := b.jobs.current()
		switch {
		case at.Seq == seq && fault != nil:
			return stopped(at, fault), fmt.Errorf("carry out job %d: %w", seq, fault)
		case at.Seq != seq || !working(at):
			return b.Job(ctx, seq)
		}
		select {
		case <-ctx.Done():
			return jobInfo(at), ctx.Err()
		case <-moved:
		}
	}
}

// ExportJob writes a file about a job.
func (b *Backend) ExportJob(ctx context.Context, e JobExport) (ExportResult, error) {
	if e.Format != "csv" && e.Format != "json" || e.What != "report" && e.What != "ids" {
		return ExportResult{}, fmt.Errorf("%w: of a job there are report and ids, as csv or json, not %q as %q", ErrQuery, e.What, e.Format)
	}
	j, err := b.store.Job(ctx, e.Job)
	if err != nil {
		return ExportResult{}, err
	}
	name := fmt.Sprintf("%s %d report", j.Kind, j.Seq)
	table := b.jobReport
	if e.What == "ids" {
		name, table = fmt.Sprintf("%s %d old and new user IDs", j.Kind, j.Seq), b.jobIDs
	}
	return b.newFile(e.Folder, name, e.Format, func(w io.Writer) (int, error) {
		header, rows := table(ctx, j)
		return writeTable(w, e.Format, header, rows)
	})
}

// jobReport has a line for each row of a job with what came of it.
func (b *Backend) jobReport(ctx context.Context, j store.Job) (header []string, rows iter.Seq2[[]string, error]) {
	return []string{"n", "id", "name", "action", "from", "to", "state", "code", "reason"}, b.jobLines(ctx, j, func(r JobRow) []string {
		return []string{strconv.Itoa(r.N), r.ID, r.Name, r.Action, r.From, r.To, cmp.Or(r.State, "waiting"), r.Code, r.Reason}
	})
}

// jobIDs has the old and the new user ID of each row that stands.
func (b *Backend) jobIDs(ctx context.Context, j store.Job) (header []string, rows iter.Seq2[[]string, error]) {
	return []string{"old", "new", "localId", "id"}, b.jobLines(ctx, j, func(r JobRow) []string {
		if r.State != store.RowDone && r.State != store.RowRefused || r.From == r.To {
			return nil
		}
		return []string{r.From, r.To, r.localID, r.ID}
	})
}

// jobLines makes lines of a job's rows; a nil line is left out.
func (b *Backend) jobLines(ctx context.Context, j store.Job, line func(JobRow) []string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		err := b.store.EachJobRow(ctx, j.Seq, func(r store.JobRow) error {
			if cells := line(b.jobs.show(j, r)); cells != nil && !yield(cells, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, err)
		}
	}
}

// errEnough ends a walk that nobody wants to go on with.
var errEnough = errors.New("enough")
