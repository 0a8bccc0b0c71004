package backend

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"scimdesk/backend/exchange"
	"scimdesk/backend/forecast"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
	"scimdesk/backend/target"
)

// ForecastRequest says whom Entra would send: its own export of users as the portal writes it, and who of them is in scope.
type ForecastRequest struct {
	Users    string   `json:"users"`    // Upload.ID of the users' CSV
	Scope    string   `json:"scope"`    // Upload.ID of an export of a group's members, or of a list that was pasted; "" is all users of the file
	Groups   string   `json:"groups"`   // Upload.ID of the groups' CSV, "" without groups
	Matching []string `json:"matching"` // attributes in order of precedence, such as userName, externalId; none means the target's
	GroupsBy []string `json:"groupsBy"` // and of groups
}

// What the first cycle would do with one of Entra's users or groups.
const (
	ForecastAdopt    = forecast.Adopt    // matched: Changes says which values would change
	ForecastSame     = forecast.Same     // matched, and nothing would change
	ForecastCreate   = forecast.Create   //
	ForecastConflict = forecast.Conflict // 409: With has what it wants
	ForecastRefused  = forecast.Refused  // the target's strict mode or a protected person refuses it
	ForecastOut      = forecast.Out      // in the file, not in scope: left alone
	ForecastOrphan   = forecast.Orphan   // here, and not in Entra: nobody would touch them
	ForecastInvalid  = forecast.Invalid  // a line that can't be read as a user or group
)

// Forecast is what the first cycle would do: worked out, kept, nothing changed.
type Forecast struct {
	Plan     string       `json:"plan"`
	Total    int          `json:"total"` // of people's rows
	Counts   []StateCount `json:"counts"`
	Matching []string     `json:"matching"`
	Format   string       `json:"format"`  // classic or preview: which of the portal's files it is
	Unknown  []string     `json:"unknown"` // attributes of the mapping that the file has no column for: unknown, not empty
	Green    bool         `json:"green"`   // nobody and no group would be made twice: no conflict, and no creation of what seems to be here
	Twice    int          `json:"twice"`   // creations of somebody who seems to be here already, or may be
	Fix      string       `json:"fix"`     // what mends those: convert, external-id, or "" where nothing here can
	Mends    int          `json:"mends"`   // how many of them it mends: where it is sure who is who

	WithGroups    bool         `json:"withGroups"` // a list of groups was given; else what follows is empty
	Groups        []StateCount `json:"groups"`
	GroupsTotal   int          `json:"groupsTotal"`
	GroupsBy      []string     `json:"groupsBy"` // what groups are matched by, in order of precedence
	GroupsTwice   int          `json:"groupsTwice"`
	GroupsUnknown []string     `json:"groupsUnknown"`
}

// Kinds of a forecast's rows.
const (
	ForecastPerson = "person"
	ForecastGroup  = "group"
)

// ForecastRow is one of Entra's users or groups, or one here that Entra does not have.
type ForecastRow struct {
	Kind     string   `json:"kind"` // person or group
	N        int      `json:"n"`    // among the rows of its kind
	Line     int      `json:"line"` // in Entra's file, 0 for an orphan
	Name     string   `json:"name"`
	UPN      string   `json:"upn"` // userPrincipalName as the file has it
	ObjectID string   `json:"objectId"`
	State    string   `json:"state"`
	By       string   `json:"by"`      // the attribute by which it is matched
	ID       string   `json:"id"`      // of the person or group here
	Here     string   `json:"here"`    // their user ID here, or the group's name
	With     string   `json:"with"`    // of a conflict: whom; of a create: who here seems to be the same
	WithID   string   `json:"withId"`  // and id
	Members  int      `json:"members"` // of the group here, which is ID or, where none is matched, WithID
	Reason   string   `json:"reason"`  // a code of package forecast, such as SEEMS_HERE
	Detail   string   `json:"detail"`  // of a refusal: what the server would say
	Fix      string   `json:"fix"`     // what would mend it: convert (their user ID to UPN), external-id (set it), "" if nothing here
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

// Reasons of a creation of what seems to be here already, and of what may be, which nothing but a person can tell.
const (
	ForecastSeemsHere = forecast.SeemsHere
	ForecastMayBeHere = forecast.MayBeHere
)

// JobExternalID is a job that sets externalIds.
const JobExternalID = "external-id"

// Fixes of a forecast's rows.
const (
	FixConvert    = "convert"
	FixExternalID = "external-id"
)

// A forecastPlan is a forecast as it is kept.
type forecastPlan struct {
	info   Forecast
	rows   []ForecastRow // people
	groups []ForecastRow
}

func (r ForecastRow) state() string { return r.State }

func (r ForecastRow) texts() []string {
	return []string{r.Name, r.UPN, r.ObjectID, r.Here, r.With, r.Reason}
}

// MakeForecast works out what Entra's first cycle will do with people and groups, by the server's own matching. BAD_FILE says which file can't be
// read and why.
func (b *Backend) MakeForecast(ctx context.Context, r ForecastRequest) (Forecast, error) {
	in, name, err := b.forecastInput(ctx, r)
	if err != nil {
		return Forecast{}, err
	}
	result, err := foresee(in, name)
	if err != nil {
		return Forecast{}, err
	}
	p := &forecastPlan{rows: make([]ForecastRow, 0, len(result.Rows))}
	fix := fixOf(in.Mapping, result.Matching)
	for i, row := range result.Rows {
		p.rows = append(p.rows, forecastRow(ForecastPerson, i, row, fix))
	}
	p.info = Forecast{
		Total: len(p.rows), Counts: countStates(p.rows, forecastStates...), Matching: result.Matching, Format: in.Users.Format,
		Unknown: append([]string{}, result.Unknown...), Fix: fix, Twice: madeTwice(p.rows), Groups: []StateCount{}, GroupsBy: []string{}, GroupsUnknown: []string{},
	}
	for _, r := range p.rows {
		if r.Fix != "" {
			p.info.Mends++
		}
	}
	if r.Groups != "" {
		if err := b.forecastGroups(ctx, r, p); err != nil {
			return Forecast{}, err
		}
	}
	p.info.Green = isGreen(p.rows) && isGreen(p.groups)
	p.info.Plan = b.forecasts.keep(p)
	return p.info, nil
}

// foresee makes a forecast of the list of that name.
func foresee(in forecast.Input, name string) (*forecast.Result, error) {
	result, err := forecast.Make(in)
	if errors.Is(err, forecast.ErrMatching) {
		return nil, fmt.Errorf("%w: %s: %w", ErrUpload, name, err)
	}
	return result, err
}

// madeTwice counts creations of what is here already, or may be.
func madeTwice(rows []ForecastRow) (n int) {
	for _, r := range rows {
		if r.Reason == forecast.SeemsHere || r.Reason == forecast.MayBeHere {
			n++
		}
	}
	return n
}

// forecastStates are in the order in which a face counts them.
var forecastStates = []string{ForecastConflict, ForecastRefused, ForecastInvalid, ForecastCreate, ForecastAdopt, ForecastSame, ForecastOrphan, ForecastOut}

// forecastInput reads the files and everybody here.
func (b *Backend) forecastInput(ctx context.Context, r ForecastRequest) (in forecast.Input, name string, err error) {
	table, name, err := b.table(r.Users, forecast.KnownHeader)
	if err != nil {
		return in, name, err
	}
	if in.Users, err = forecast.ReadUsers(table.Header, table.Rows, table.Lines); err != nil {
		return in, name, fmt.Errorf("%w: %s: %w", ErrUpload, name, err)
	}
	if r.Scope != "" {
		scope, _, err := b.table(r.Scope, forecast.KnownHeader)
		if err != nil {
			return in, name, err
		}
		in.Scope = forecast.ReadScope(scope.Header, scope.Rows)
	}
	if in.Mapping, err = mappingOf(b.targets.get().Users, r.Matching); err != nil {
		return in, name, err
	}
	held := map[string]store.Local{}
	in.Refuse = b.refuses(scim.User, held)
	err = b.store.Scan(ctx, scim.User, store.With{}, func(rec store.Record) error {
		if rec.Local.Protected || rec.Local.Role != "" {
			held[rec.ID] = rec.Local
		}
		in.People = append(in.People, forecast.Person{ID: rec.ID, Name: rec.Name, LocalID: rec.Local.LocalID, Former: formerNames(rec.Local), Doc: rec.Doc})
		return nil
	})
	return in, name, err
}

// table reads a file that was handed over as rows; known tells which cells are of a header.
func (b *Backend) table(id string, known func(string) bool) (*exchange.Table, string, error) {
	data, name, err := b.uploads.get(id)
	if err != nil {
		return nil, "", err
	}
	t, err := exchange.Read(data, exchange.Options{Known: known})
	if err != nil {
		return nil, name, fmt.Errorf("%w: %s: %w", ErrUpload, name, err)
	}
	return t, name, nil
}

// mappingOf is a table of a target as Entra applies it. Matching, if there is any, takes the place of the table's own.
func mappingOf(table []target.Attribute, matching []string) ([]forecast.Mapping, error) {
	var all []forecast.Mapping
	for _, a := range table {
		m := forecast.Mapping{Source: a.Source, Path: a.Path, Match: a.Match, Once: a.Apply == target.ApplyOnce}
		if len(matching) > 0 {
			m.Match = slices.Index(matching, a.Path) + 1
		}
		all = append(all, m)
	}
	for _, path := range matching {
		if !slices.ContainsFunc(all, func(m forecast.Mapping) bool { return m.Path == path }) {
			return nil, fmt.Errorf("%w: the target's mapping has no attribute %q to match by; it has %s", ErrQuery, path, pathsOf(all))
		}
	}
	return all, nil
}

func pathsOf(all []forecast.Mapping) string {
	paths := make([]string, len(all))
	for i, m := range all {
		paths[i] = m.Path
	}
	return strings.Join(paths, ", ")
}

// fixOf is what mends a creation of somebody who is here: to convert their user ID where Entra matches by it, else to set the externalId
// where that is the object id.
func fixOf(mapping []forecast.Mapping, matching []string) string {
	if slices.Contains(matching, "userName") {
		return FixConvert
	}
	for _, m := range mapping {
		if m.Path == "externalId" && m.Source == "objectId" && slices.Contains(matching, m.Path) {
			return FixExternalID
		}
	}
	return ""
}

func forecastRow(kind string, n int, r forecast.Row, fix string) ForecastRow {
	row := ForecastRow{
		Kind: kind, N: n, Line: r.Line, Name: r.Name, UPN: r.UPN, ObjectID: r.ObjectID, State: r.State, By: r.By, ID: r.ID, Here: r.Here,
		With: r.With, WithID: r.WithID, Reason: r.Reason, Detail: r.Detail, Changes: make([]Change, 0, len(r.Changes)),
	}
	if r.Reason == forecast.SeemsHere && (fix != FixExternalID || r.ObjectID != "") {
		row.Fix = fix
	}
	for _, c := range r.Changes {
		row.Changes = append(row.Changes, change(c))
	}
	return row
}

// isGreen says that none of the rows would be here twice and nothing would fail.
func isGreen(rows []ForecastRow) bool {
	return !slices.ContainsFunc(rows, func(r ForecastRow) bool {
		return r.State == ForecastConflict || r.State == ForecastRefused || r.State == ForecastInvalid && r.Line > 0 ||
			r.Reason == forecast.SeemsHere || r.Reason == forecast.MayBeHere
	})
}

// ForecastRows gives a part of its people.
func (b *Backend) ForecastRows(_ context.Context, q PlanQuery) (ForecastPage, error) {
	p, err := b.forecasts.get(q.Plan)
	if err != nil {
		return ForecastPage{}, err
	}
	total, rows, err := planPart(p.rows, q)
	return ForecastPage{Forecast: p.info, Total: total, Rows: rows}, err
}

// FixForecast makes a plan of user IDs (Fix convert) that the page of conversions shows, or begins a job (Fix external-id).
func (b *Backend) FixForecast(ctx context.Context, f ForecastFix) (ForecastFixed, error) {
	p, err := b.forecasts.get(f.Plan)
	if err != nil {
		return ForecastFixed{}, err
	}
	if f.Fix != FixConvert && f.Fix != FixExternalID {
		return ForecastFixed{}, fmt.Errorf("%w: a forecast is mended by %s or %s, not by %q", ErrQuery, FixConvert, FixExternalID, f.Fix)
	}
	only := map[int]bool{}
	for _, n := range f.N {
		only[n] = true
	}
	var rows []ForecastRow
	for _, r := range p.rows {
		if r.Fix == f.Fix && r.WithID != "" && (len(only) == 0 || only[r.N]) {
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		return ForecastFixed{}, fmt.Errorf("%w: nobody of these can be mended by %s", ErrQuery, f.Fix)
	}
	if f.Fix == FixExternalID {
		job, err := b.setExternalIDs(ctx, rows)
		return ForecastFixed{Job: job.Seq}, err
	}
	plan, err := b.planConversions(ctx, rows)
	return ForecastFixed{Plan: plan.Plan}, err
}

// planConversions gives those who seem to be the same the user IDs that Entra will come with.
func (b *Backend) planConversions(ctx context.Context, rows []ForecastRow) (UserIDPlan, error) {
	var pairs bytes.Buffer
	out := csv.NewWriter(&pairs)
	if err := out.Write([]string{"old", "new"}); err != nil {
		return UserIDPlan{}, err
	}
	for _, r := range rows {
		name := ""
		for _, c := range r.Changes {
			if c.Path == "userName" {
				name = c.New
			}
		}
		if name == "" || r.Here == "" {
			continue
		}
		if err := out.Write([]string{r.Here, name}); err != nil {
			return UserIDPlan{}, err
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return UserIDPlan{}, err
	}
	up, err := b.uploads.put("", "forecast", pairs.Bytes(), time.Now())
	if err != nil {
		return UserIDPlan{}, err
	}
	return b.PlanUserIDs(ctx, UserIDRule{To: ToFile, Upload: up.ID})
}

// externalIDRow is what a row of such a job sets.
type externalIDRow struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// setExternalIDs begins the job that gives people here Entra's object ids.
func (b *Backend) setExternalIDs(ctx context.Context, rows []ForecastRow) (JobInfo, error) {
	list := make([]store.JobRow, 0, len(rows))
	for _, r := range rows {
		if r.ObjectID == "" {
			continue
		}
		plan, err := json.Marshal(externalIDRow{To: r.ObjectID})
		if err != nil {
			return JobInfo{}, fmt.Errorf("write job row: %w", err)
		}
		list = append(list, store.JobRow{ID: r.WithID, Name: r.With, Plan: string(plan)})
	}
	j, err := b.jobs.start(ctx, JobExternalID, b.face, jobAbout{Rule: "externalId"}, slices.Values(list))
	return jobInfo(j), err
}

// settingExternalIDs is how such a job is carried out and taken back.
func settingExternalIDs() jobKind {
	set := func(tx *store.Tx, c store.Cause, row *store.JobRow, want func(now string) (string, error)) error {
		_, err := tx.Update(c, scim.User, row.ID, store.Edit{Apply: func(r *scim.Resource) error {
			value, err := want(r.ExternalID())
			if err != nil {
				return err
			}
			if value == "" {
				delete(r.Attrs, "externalId")
			} else {
				r.Attrs["externalId"] = value
			}
			return nil
		}})
		return err
	}
	read := func(row store.JobRow) (e externalIDRow, err error) {
		if err := json.Unmarshal([]byte(row.Plan), &e); err != nil {
			return e, fmt.Errorf("read job row: %w", err)
		}
		e.From = row.Before
		return e, nil
	}
	return jobKind{
		do: func(tx *store.Tx, c store.Cause, rows []store.JobRow) error {
			e, err := read(rows[0])
			if err != nil {
				return err
			}
			return set(tx, c, &rows[0], func(now string) (string, error) { rows[0].Before, rows[0].After = now, e.To; return e.To, nil })
		},
		undo: func(tx *store.Tx, c store.Cause, rows []store.JobRow) error {
			e, err := read(rows[0])
			if err != nil {
				return err
			}
			return set(tx, c, &rows[0], func(now string) (string, error) {
				if now != e.To {
					return "", &store.Refusal{Code: JobChanged, Reason: fmt.Sprintf("externalId is %q now", now)}
				}
				return e.From, nil
			})
		},
		show: func(row store.JobRow) JobRow {
			e, err := read(row)
			if err != nil {
				return JobRow{Action: ActionUpdate}
			}
			return JobRow{From: e.From, To: e.To, Action: ActionUpdate}
		},
	}
}

// ForecastFixed is what came of it: a plan to look at and apply, or a job.
type ForecastFixed struct {
	Plan string `json:"plan"`
	Job  int64  `json:"job"`
}

// refuses asks the folder's rules what they say to what Entra sends of a kind. held is what the admin keeps of each person, by id.
func (b *Backend) refuses(kind *scim.ResourceType, held map[string]store.Local) func(id string, before, after *scim.Resource, untold []string) error {
	now := b.targets.get()
	return func(id string, before, after *scim.Resource, untold []string) error {
		return now.refuses(store.Change{Origin: store.OriginSCIM, Type: kind, ID: id, Before: before, After: after, Local: held[id]}, untold)
	}
}
