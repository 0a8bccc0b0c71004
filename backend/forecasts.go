package backend

import "context"

// ForecastRequest says whom Entra would send: its own export of users as the portal writes it, and who of them is in scope.
type ForecastRequest struct {
	Users    string   `json:"users"`    // Upload.ID of the users' CSV
	Scope    string   `json:"scope"`    // Upload.ID of an export of a group's members, or of a list that was pasted; "" is all users of the file
	Groups   string   `json:"groups"`   // Upload.ID of the groups' CSV, "" without groups
	Matching []string `json:"matching"` // attributes in order of precedence, such as userName, externalId; none means the target's
}

// What the first cycle would do with one of Entra's users.
const (
	ForecastAdopt    = "adopt"    // matched: Changes says which values would change
	ForecastSame     = "same"     // matched, and nothing would change
	ForecastCreate   = "create"   //
	ForecastConflict = "conflict" // 409: With has what it wants
	ForecastRefused  = "refused"  // the target's strict mode or a protected person refuses it
	ForecastOut      = "out"      // in the file, not in scope: left alone
	ForecastOrphan   = "orphan"   // here, and not in Entra: nobody would touch them
	ForecastInvalid  = "invalid"  // a line that can't be read as a user
)

// Forecast is what the first cycle would do: worked out, kept, nothing changed.
type Forecast struct {
	Plan     string       `json:"plan"`
	Total    int          `json:"total"`
	Counts   []StateCount `json:"counts"`
	Matching []string     `json:"matching"`
	Format   string       `json:"format"`  // classic or preview: which of the portal's files it is
	Unknown  []string     `json:"unknown"` // attributes of the mapping that the file has no column for: unknown, not empty
	Green    bool         `json:"green"`   // nobody would be made twice: no conflict, and no creation of somebody who seems to be here
	Groups   []StateCount `json:"groups"`
}

// ForecastRow is one of Entra's users, or somebody here whom Entra does not have.
type ForecastRow struct {
	N        int      `json:"n"`
	Line     int      `json:"line"` // in Entra's file, 0 for an orphan
	Name     string   `json:"name"`
	UPN      string   `json:"upn"` // userPrincipalName as the file has it
	ObjectID string   `json:"objectId"`
	State    string   `json:"state"`
	By       string   `json:"by"`     // the attribute by which it is matched
	ID       string   `json:"id"`     // of the person here
	Here     string   `json:"here"`   // their user ID here
	With     string   `json:"with"`   // of a conflict: whom; of a create: who here seems to be the same person
	WithID   string   `json:"withId"` // and id
	Reason   string   `json:"reason"`
	Fix      string   `json:"fix"` // what would mend it: convert (their user ID to UPN), external-id (set it), "" if nothing here
	Changes  []Change `json:"changes"`
}

// ForecastPage is a part of it.
type ForecastPage struct {
	Forecast Forecast      `json:"forecast"`
	Total    int           `json:"total"`
	Rows     []ForecastRow `json:"rows"`
}

// ForecastFix mends what a forecast found: rows N, or all that Fix fits. "convert" gives the person here Entra's user name,
// "external-id" sets the person's externalId to the object id.
type ForecastFix struct {
	Plan string `json:"plan"`
	Fix  string `json:"fix"`
	N    []int  `json:"n"`
}

// MakeForecast works out what Entra's first cycle will do, by the server's own matching.
func (b *Backend) MakeForecast(context.Context, ForecastRequest) (Forecast, error) {
	return Forecast{}, errUnbuilt
}

// ForecastRows gives a part of it.
func (b *Backend) ForecastRows(context.Context, PlanQuery) (ForecastPage, error) {
	return ForecastPage{}, errUnbuilt
}

// FixForecast makes a plan of user IDs (Fix convert) that the page of conversions shows, or begins a job (Fix external-id).
func (b *Backend) FixForecast(context.Context, ForecastFix) (ForecastFixed, error) {
	return ForecastFixed{}, errUnbuilt
}

// ForecastFixed is what came of it: a plan to look at and apply, or a job.
type ForecastFixed struct {
	Plan string `json:"plan"`
	Job  int64  `json:"job"`
}

// ExportForecast writes a forecast as a file.
func (b *Backend) ExportForecast(_ context.Context, plan, format, folder string) (ExportResult, error) {
	return ExportResult{}, errUnbuilt
}
