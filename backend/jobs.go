package backend

import "context"

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

// Jobs gives the jobs of the folder, the newest first. One that the end of the program cut off goes on when the folder is opened again.
func (b *Backend) Jobs(context.Context) ([]JobInfo, error) { return nil, errUnbuilt }

// Job gives one.
func (b *Backend) Job(context.Context, int64) (JobInfo, error) { return JobInfo{}, errUnbuilt }

// JobRows gives a part of a job's rows.
func (b *Backend) JobRows(context.Context, JobQuery) (JobPage, error) { return JobPage{}, errUnbuilt }

// UndoJob takes a job back, as a whole or single rows of it; rows whose person has changed since are refused with the reason and stay.
// A whole one goes on behind the call, as WaitJob tells.
func (b *Backend) UndoJob(context.Context, JobUndo) (JobInfo, error) { return JobInfo{}, errUnbuilt }

// WaitJob waits until a job neither runs nor is being undone.
func (b *Backend) WaitJob(context.Context, int64) (JobInfo, error) { return JobInfo{}, errUnbuilt }

// ExportJob writes a file about a job.
func (b *Backend) ExportJob(context.Context, JobExport) (ExportResult, error) {
	return ExportResult{}, errUnbuilt
}
