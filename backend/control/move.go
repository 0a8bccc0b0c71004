package control

import (
	"context"
	"net/http"

	"scimdesk/backend"
)

// moveRoutes are the methods of the move to Entra: each takes one value, sealed, and answers with another.
func moveRoutes(mux *http.ServeMux, b *backend.Backend) {
	offer(mux, "/upload", b.PutUpload)
	offer(mux, "/upload/drop", func(ctx context.Context, id string) (none, error) { return none{}, b.DropUpload(ctx, id) })
	offer(mux, "/job", b.Job)
	offer(mux, "/job/rows", b.JobRows)
	offer(mux, "/job/undo", b.UndoJob)
	offer(mux, "/job/wait", b.WaitJob)
	offer(mux, "/job/export", b.ExportJob)
	offer(mux, "/jobs", func(ctx context.Context, _ none) ([]backend.JobInfo, error) { return b.Jobs(ctx) })
	offer(mux, "/userids/plan", b.PlanUserIDs)
	offer(mux, "/userids/rows", b.UserIDRows)
	offer(mux, "/userids/settle", b.SettleUserID)
	offer(mux, "/userids/apply", b.ApplyUserIDs)
	offer(mux, "/group/named", b.GroupNamed)
	offer(mux, "/import/look", b.LookAtImport)
	offer(mux, "/import/plan", b.PlanImport)
	offer(mux, "/import/rows", b.ImportRows)
	offer(mux, "/import/apply", b.ApplyImport)
	offer(mux, "/lookup", b.LookUp)
	offer(mux, "/lookup/rows", b.LookupRows)
	offer(mux, "/forecast", b.MakeForecast)
	offer(mux, "/forecast/rows", b.ForecastRows)
	offer(mux, "/forecast/groups", b.ForecastGroups)
	offer(mux, "/targets", func(ctx context.Context, _ none) (backend.Targets, error) { return b.Targets(ctx) })
	offer(mux, "/target", b.Target)
	offer(mux, "/target/save", b.SaveTarget)
	offer(mux, "/target/copy", b.CopyTarget)
	offer(mux, "/target/page", b.TargetPage)
	offer(mux, "/handover/state", func(ctx context.Context, _ none) (backend.HandoverState, error) { return b.Handover(ctx) })
	offer(mux, "/handover", b.HandOver)
	offer(mux, "/handover/rows", b.HandoverRows)
	offer(mux, "/handover/save", b.SaveHandover)
	offer(mux, "/handover/receipt", b.GiveReceipt)
}

// none is a value that says nothing.
type none struct{}

// offer serves a method that takes one value and gives another.
func offer[Q, A any](mux *http.ServeMux, path string, do func(context.Context, Q) (A, error)) {
	mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		var q Q
		if read(w, r, &q) {
			a, err := do(r.Context(), q)
			reply(w, a, err)
		}
	})
}

// put is offer from the other side.
func put[Q, A any](ctx context.Context, c *Client, path string, q Q) (a A, err error) {
	return a, c.hand(ctx, path, q, &a)
}

// PutUpload is backend.PutUpload at the owner, as all that follow are the backend's methods of their names.
func (c *Client) PutUpload(ctx context.Context, p backend.UploadPart) (backend.Upload, error) {
	return put[backend.UploadPart, backend.Upload](ctx, c, "/upload", p)
}

// DropUpload forgets a file that was handed over.
func (c *Client) DropUpload(ctx context.Context, id string) error {
	_, err := put[string, none](ctx, c, "/upload/drop", id)
	return err
}

// Jobs gives the jobs of the folder.
func (c *Client) Jobs(ctx context.Context) ([]backend.JobInfo, error) {
	return put[none, []backend.JobInfo](ctx, c, "/jobs", none{})
}

// Job gives one.
func (c *Client) Job(ctx context.Context, seq int64) (backend.JobInfo, error) {
	return put[int64, backend.JobInfo](ctx, c, "/job", seq)
}

// JobRows gives a part of a job's rows.
func (c *Client) JobRows(ctx context.Context, q backend.JobQuery) (backend.JobPage, error) {
	return put[backend.JobQuery, backend.JobPage](ctx, c, "/job/rows", q)
}

// UndoJob takes a job back.
func (c *Client) UndoJob(ctx context.Context, u backend.JobUndo) (backend.JobInfo, error) {
	return put[backend.JobUndo, backend.JobInfo](ctx, c, "/job/undo", u)
}

// WaitJob waits until a job has ended.
func (c *Client) WaitJob(ctx context.Context, seq int64) (backend.JobInfo, error) {
	return put[int64, backend.JobInfo](ctx, c, "/job/wait", seq)
}

// ExportJob writes a file about a job.
func (c *Client) ExportJob(ctx context.Context, e backend.JobExport) (backend.ExportResult, error) {
	return put[backend.JobExport, backend.ExportResult](ctx, c, "/job/export", e)
}

// PlanUserIDs works out what a rule would do.
func (c *Client) PlanUserIDs(ctx context.Context, r backend.UserIDRule) (backend.UserIDPlan, error) {
	return put[backend.UserIDRule, backend.UserIDPlan](ctx, c, "/userids/plan", r)
}

// UserIDRows gives a part of it.
func (c *Client) UserIDRows(ctx context.Context, q backend.PlanQuery) (backend.UserIDPage, error) {
	return put[backend.PlanQuery, backend.UserIDPage](ctx, c, "/userids/rows", q)
}

// SettleUserID settles a row of it.
func (c *Client) SettleUserID(ctx context.Context, s backend.UserIDChoice) (backend.UserIDPlan, error) {
	return put[backend.UserIDChoice, backend.UserIDPlan](ctx, c, "/userids/settle", s)
}

// ApplyUserIDs begins to carry it out.
func (c *Client) ApplyUserIDs(ctx context.Context, plan string) (backend.JobInfo, error) {
	return put[string, backend.JobInfo](ctx, c, "/userids/apply", plan)
}

// GroupNamed gives the id of the group that has a name or an id. The error says which ids several of one name have.
func (c *Client) GroupNamed(ctx context.Context, name string) (string, error) {
	return put[string, string](ctx, c, "/group/named", name)
}

// LookAtImport says what a source looks like.
func (c *Client) LookAtImport(ctx context.Context, s backend.ImportSource) (backend.ImportLook, error) {
	return put[backend.ImportSource, backend.ImportLook](ctx, c, "/import/look", s)
}

// PlanImport works out what an import would do.
func (c *Client) PlanImport(ctx context.Context, s backend.ImportSource) (backend.ImportPlan, error) {
	return put[backend.ImportSource, backend.ImportPlan](ctx, c, "/import/plan", s)
}

// ImportRows gives a part of it.
func (c *Client) ImportRows(ctx context.Context, q backend.PlanQuery) (backend.ImportPage, error) {
	return put[backend.PlanQuery, backend.ImportPage](ctx, c, "/import/rows", q)
}

// ApplyImport begins to carry it out.
func (c *Client) ApplyImport(ctx context.Context, plan string) (backend.JobInfo, error) {
	return put[string, backend.JobInfo](ctx, c, "/import/apply", plan)
}

// LookUp finds out who is meant by each line.
func (c *Client) LookUp(ctx context.Context, r backend.LookupRequest) (backend.Lookup, error) {
	return put[backend.LookupRequest, backend.Lookup](ctx, c, "/lookup", r)
}

// LookupRows gives a part of it.
func (c *Client) LookupRows(ctx context.Context, q backend.PlanQuery) (backend.LookupPage, error) {
	return put[backend.PlanQuery, backend.LookupPage](ctx, c, "/lookup/rows", q)
}

// MakeForecast works out what Entra's first cycle will do.
func (c *Client) MakeForecast(ctx context.Context, r backend.ForecastRequest) (backend.Forecast, error) {
	return put[backend.ForecastRequest, backend.Forecast](ctx, c, "/forecast", r)
}

// ForecastRows gives a part of its people.
func (c *Client) ForecastRows(ctx context.Context, q backend.PlanQuery) (backend.ForecastPage, error) {
	return put[backend.PlanQuery, backend.ForecastPage](ctx, c, "/forecast/rows", q)
}

// ForecastGroups gives a part of its groups.
func (c *Client) ForecastGroups(ctx context.Context, q backend.PlanQuery) (backend.ForecastPage, error) {
	return put[backend.PlanQuery, backend.ForecastPage](ctx, c, "/forecast/groups", q)
}

// Targets gives the systems that the folder may stand in for.
func (c *Client) Targets(ctx context.Context) (backend.Targets, error) {
	return put[none, backend.Targets](ctx, c, "/targets", none{})
}

// Target gives one in full.
func (c *Client) Target(ctx context.Context, id string) (backend.Target, error) {
	return put[string, backend.Target](ctx, c, "/target", id)
}

// SaveTarget makes one the active one.
func (c *Client) SaveTarget(ctx context.Context, t backend.TargetChange) (backend.Targets, error) {
	return put[backend.TargetChange, backend.Targets](ctx, c, "/target/save", t)
}

// CopyTarget makes a file of the admin's own of one.
func (c *Client) CopyTarget(ctx context.Context, id string) (backend.TargetInfo, error) {
	return put[string, backend.TargetInfo](ctx, c, "/target/copy", id)
}

// TargetPage gives the mapping table of the active one.
func (c *Client) TargetPage(ctx context.Context, format string) (string, error) {
	return put[string, string](ctx, c, "/target/page", format)
}

// Handover gives how the hand-over stands.
func (c *Client) Handover(ctx context.Context) (backend.HandoverState, error) {
	return put[none, backend.HandoverState](ctx, c, "/handover/state", none{})
}

// HandoverRows gives a part of who the next one is about.
func (c *Client) HandoverRows(ctx context.Context, q backend.PlanQuery) (backend.HandoverPage, error) {
	return put[backend.PlanQuery, backend.HandoverPage](ctx, c, "/handover/rows", q)
}

// SaveHandover changes it.
func (c *Client) SaveHandover(ctx context.Context, s backend.HandoverSettings) (backend.HandoverState, error) {
	return put[backend.HandoverSettings, backend.HandoverState](ctx, c, "/handover/save", s)
}

// HandOver makes one.
func (c *Client) HandOver(ctx context.Context, r backend.HandoverRequest) (backend.HandoverInfo, error) {
	return put[backend.HandoverRequest, backend.HandoverInfo](ctx, c, "/handover", r)
}

// GiveReceipt notes that one was taken.
func (c *Client) GiveReceipt(ctx context.Context, r backend.HandoverReceipt) (backend.HandoverInfo, error) {
	return put[backend.HandoverReceipt, backend.HandoverInfo](ctx, c, "/handover/receipt", r)
}
