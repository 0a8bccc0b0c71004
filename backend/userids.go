package backend

import (
	"context"

	"scimdesk/backend/store"
)

// What user IDs can be converted to.
const (
	ToEmail      = "email"       // the primary work e-mail
	ToOtherEmail = "other-email" // an e-mail of the type EmailType
	ToMailbox    = "mailbox"     // the part of the primary work e-mail before the @
	ToExternalID = "external-id"
	ToEmployee   = "employee-number"
	ToDomain     = "domain"   // FromDomain is replaced by ToDomain
	ToTemplate   = "template" // Template, such as {givenName|first}{familyName}@{domain}
	ToFile       = "file"     // a two-column CSV, old and new
	ToFormer     = "former"   // the user ID before the last conversion
	ToLocalID    = "local-id"
)

// UserIDRule says to what user IDs are converted, and whose. Search, State, Group, Quality and IDs choose people as ListQuery does; none
// of them is everybody who is not deleted.
type UserIDRule struct {
	To         string   `json:"to"`
	EmailType  string   `json:"emailType"`
	FromDomain string   `json:"fromDomain"`
	ToDomain   string   `json:"toDomain"`
	Template   string   `json:"template"`
	Upload     string   `json:"upload"` // of To file
	Search     string   `json:"search"`
	State      string   `json:"state"`
	Group      string   `json:"group"`
	Quality    string   `json:"quality"`
	IDs        []string `json:"ids"`
	Owned      bool     `json:"owned"` // convert also those whose userName Entra has written
}

// States of a row of a plan.
const (
	RowChange    = "change"
	RowSame      = "same"
	RowCase      = "case"      // changes only in letter case
	RowNoSource  = "no-source" // nothing to make the ID of
	RowInvalid   = "invalid"
	RowCollision = "collision" // with somebody who keeps that ID, or with another of the plan
	RowOwned     = "owned"     // Entra has written this userName
	RowSkipped   = "skipped"   // settled by leaving it out
	RowMissing   = "missing"   // of To file: nobody has the old ID
)

// UserIDPlan is what would come of a rule: worked out, kept, nothing changed.
type UserIDPlan struct {
	Plan   string       `json:"plan"`
	Total  int          `json:"total"`
	Counts []StateCount `json:"counts"`
	Open   int          `json:"open"` // collisions that are not settled; Apply refuses while there are any
	Change int          `json:"change"`
	// Matching warns that Entra matches by the attribute that is being changed, and has people here already.
	Matching bool   `json:"matching"`
	Now      string `json:"now"` // when it was worked out
}

// UserIDRow is one person of a plan.
type UserIDRow struct {
	N        int    `json:"n"`
	ID       string `json:"id"`
	Name     string `json:"name"`
	From     string `json:"from"`
	To       string `json:"to"`
	State    string `json:"state"`
	Reason   string `json:"reason"`   // why it is no-source, invalid or a collision
	With     string `json:"with"`     // of a collision: the other's name
	WithID   string `json:"withId"`   // and id
	WithFrom string `json:"withFrom"` // and user ID now
	Chain    bool   `json:"chain"`    // takes an ID that another of the plan gives up: a swap or a chain
	Settled  string `json:"settled"`  // skip, suffix or type, where a collision was settled so
	Owned    bool   `json:"owned"`
}

// UserIDPage is a part of a plan's rows.
type UserIDPage struct {
	Plan  UserIDPlan  `json:"plan"`
	Total int         `json:"total"`
	Rows  []UserIDRow `json:"rows"`
}

// UserIDChoice settles a row: skip leaves the person out, suffix puts a number behind the mailbox name, type takes To. "" takes a choice back.
// N -1 is every collision.
type UserIDChoice struct {
	Plan string `json:"plan"`
	N    int    `json:"n"`
	Do   string `json:"do"`
	To   string `json:"to"`
}

// PlanUserIDs works out what a rule would do. BAD_QUERY names what of it can't be followed.
func (b *Backend) PlanUserIDs(context.Context, UserIDRule) (UserIDPlan, error) {
	return UserIDPlan{}, errUnbuilt
}

// UserIDRows gives a part of a plan. PLAN_GONE if it is not kept any more.
func (b *Backend) UserIDRows(context.Context, PlanQuery) (UserIDPage, error) {
	return UserIDPage{}, errUnbuilt
}

// SettleUserID settles a row of a plan; the plan is worked out anew around it, under the same name.
func (b *Backend) SettleUserID(context.Context, UserIDChoice) (UserIDPlan, error) {
	return UserIDPlan{}, errUnbuilt
}

// ExportUserIDs writes a plan as a file, before anything is changed.
func (b *Backend) ExportUserIDs(_ context.Context, plan, format, folder string) (ExportResult, error) {
	return ExportResult{}, errUnbuilt
}

// ApplyUserIDs begins to carry a plan out. COLLISIONS while any is not settled; PLAN_STALE if the people of it have changed so that
// it would do something else now. The job goes on behind the call.
func (b *Backend) ApplyUserIDs(_ context.Context, plan string) (JobInfo, error) {
	return JobInfo{}, errUnbuilt
}

// converting is how user IDs are changed by a job.
func converting() jobKind {
	unbuilt := func(*store.Tx, store.Cause, []store.JobRow) error { return errUnbuilt }
	return jobKind{do: unbuilt, undo: unbuilt, show: func(store.JobRow) JobRow { return JobRow{Action: ActionConvert} }}
}
