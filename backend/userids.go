package backend

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"scimdesk/backend/exchange"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
	"scimdesk/backend/target"
	"scimdesk/backend/userid"
)

// What user IDs can be converted to.
const (
	ToEmail      = userid.ToEmail      // the primary work e-mail
	ToOtherEmail = userid.ToOtherEmail // an e-mail of the type EmailType
	ToMailbox    = userid.ToMailbox    // the part of the primary work e-mail before the @
	ToExternalID = userid.ToExternalID
	ToEmployee   = userid.ToEmployee
	ToDomain     = userid.ToDomain   // FromDomain is replaced by ToDomain
	ToTemplate   = userid.ToTemplate // Template, such as {givenName|first}{familyName}@{domain}
	ToFile       = userid.ToFile     // a two-column CSV, old and new
	ToFormer     = userid.ToFormer   // the user ID before the last conversion
	ToLocalID    = userid.ToLocalID
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
	RowChange    = userid.Change
	RowSame      = userid.Same
	RowCase      = userid.Case     // changes only in letter case
	RowNoSource  = userid.NoSource // nothing to make the ID of
	RowInvalid   = userid.Invalid
	RowCollision = userid.Collision // with somebody who keeps that ID, or with another of the plan
	RowOwned     = userid.Owned     // Entra has written this userName
	RowSkipped   = userid.Skipped   // settled by leaving it out
	RowMissing   = userid.Missing   // of To file: nobody has the old ID
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
	Code     string `json:"code"`     // why it is so: one of the codes of package userid, such as no-value or kept
	What     string `json:"what"`     // what goes with Code, such as the attribute that has no value
	Reason   string `json:"reason"`   // the same as a sentence
	With     string `json:"with"`     // of a collision: the other's name; of a chain: who gives the ID up
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

// pairLimit is how many lines a file of old and new IDs may have.
const pairLimit = 1_000_000

// A userIDPlan is a plan that is kept. What is worked out is never changed, but replaced.
type userIDPlan struct {
	ask    UserIDRule
	rule   userid.Rule
	file   string // name of the file that was read
	people []userid.Person
	at     map[string]int // index in people by id
	since  []int64        // version of each of people
	others []userid.Keeper

	mu      sync.Mutex
	choices map[int]userid.Choice
	rows    []plannedRow
	info    UserIDPlan
}

// A plannedRow is a row of a plan, as its filter sees it.
type plannedRow struct {
	n int
	*userid.Row
}

func (r plannedRow) state() string { return r.State }

func (r plannedRow) texts() []string {
	return []string{r.Name, r.From, r.To, r.With.Name, r.With.UserName}
}

// PlanUserIDs works out what a rule would do. BAD_QUERY names what of it can't be followed.
func (b *Backend) PlanUserIDs(ctx context.Context, ask UserIDRule) (UserIDPlan, error) {
	pairs, file, err := b.pairsOf(ask)
	if err != nil {
		return UserIDPlan{}, err
	}
	return b.planUserIDs(ctx, ask, pairs, file)
}

// pairsOf reads the file of a rule that has one.
func (b *Backend) pairsOf(ask UserIDRule) (pairs []userid.Pair, file string, err error) {
	if ask.To != ToFile {
		return nil, "", nil
	}
	data, file, err := b.uploads.get(ask.Upload)
	if err != nil {
		return nil, "", err
	}
	if pairs, err = readPairs(data); err != nil {
		return nil, "", fmt.Errorf("%w: %s: %w", ErrUpload, file, err)
	}
	return pairs, file, nil
}

// ruleOf makes a rule ready.
func ruleOf(ask UserIDRule, pairs []userid.Pair) (userid.Rule, error) {
	rule, err := userid.New(userid.Rule{To: ask.To, EmailType: ask.EmailType, FromDomain: ask.FromDomain, ToDomain: ask.ToDomain, Template: ask.Template,
		Pairs: pairs, Owned: ask.Owned})
	if err != nil {
		return userid.Rule{}, fmt.Errorf("%w: %w", ErrQuery, err)
	}
	return rule, nil
}

// planUserIDs is PlanUserIDs for a rule whose file was read: pairs of old and new IDs may come from elsewhere too.
func (b *Backend) planUserIDs(ctx context.Context, ask UserIDRule, pairs []userid.Pair, file string) (UserIDPlan, error) {
	rule, err := ruleOf(ask, pairs)
	if err != nil {
		return UserIDPlan{}, err
	}
	chosen, err := b.whom(ctx, ask)
	if err != nil {
		return UserIDPlan{}, err
	}
	p := &userIDPlan{ask: ask, rule: rule, file: file, at: map[string]int{}, choices: map[int]userid.Choice{}}
	err = b.store.Scan(ctx, scim.User, store.With{}, func(rec store.Record) error {
		if !chosen(rec) {
			keeper, err := keeperOf(rec)
			p.others = append(p.others, keeper)
			return err
		}
		who, err := converted(rec)
		p.at[rec.ID] = len(p.people)
		p.people, p.since = append(p.people, who), append(p.since, rec.Version)
		return err
	})
	if err != nil {
		return UserIDPlan{}, fmt.Errorf("read people: %w", err)
	}
	name := b.userIDs.keep(p)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.info = UserIDPlan{Plan: name, Now: stamp(time.Now())}
	p.work(b.matchesUserName())
	return p.info, nil
}

// whom gives what tells whom a rule is about.
func (b *Backend) whom(ctx context.Context, ask UserIDRule) (func(store.Record) bool, error) {
	if len(ask.IDs) > 0 {
		ids := make(map[string]bool, len(ask.IDs))
		for _, id := range ask.IDs {
			ids[id] = true
		}
		return func(rec store.Record) bool { return ids[rec.ID] }, nil
	}
	q := ListQuery{Search: ask.Search, State: ask.State, Group: ask.Group, Quality: ask.Quality}
	if q.Search == "" && q.State == "" && q.Group == "" && q.Quality == "" {
		return func(store.Record) bool { return true }, nil
	}
	found, err := b.find(ctx, peopleList(), q)
	if err != nil {
		return nil, err
	}
	seqs := make(map[int64]bool, len(found))
	for _, seq := range found {
		seqs[seq] = true
	}
	return func(rec store.Record) bool { return seqs[rec.Seq] }, nil
}

// keeperOf reads of somebody what a plan needs that leaves them alone.
func keeperOf(rec store.Record) (userid.Keeper, error) {
	r, err := scim.FromDocument(scim.User, rec.Doc)
	if err != nil {
		return userid.Keeper{}, fmt.Errorf("read %s: %w", rec.ID, err)
	}
	return userid.Keeper{ID: rec.ID, Name: rec.Name, UserName: r.UserName()}, nil
}

// converted reads of somebody what user IDs are made of.
func converted(rec store.Record) (userid.Person, error) {
	r, err := scim.FromDocument(scim.User, rec.Doc)
	if err != nil {
		return userid.Person{}, fmt.Errorf("read %s: %w", rec.ID, err)
	}
	name, _ := r.Attrs["name"].(map[string]any)
	work, _ := r.Attrs[scim.EnterpriseURN].(map[string]any)
	text := func(of map[string]any, attr string) string {
		s, _ := of[attr].(string)
		return s
	}
	p := userid.Person{
		ID: rec.ID, Name: rec.Name, UserName: r.UserName(), GivenName: text(name, "givenName"), FamilyName: text(name, "familyName"),
		DisplayName: r.DisplayName(), Department: text(work, "department"), ExternalID: r.ExternalID(), EmployeeNumber: text(work, "employeeNumber"),
	}
	list, _ := r.Attrs["emails"].([]any)
	for _, e := range list {
		m, _ := e.(map[string]any)
		primary, _ := m["primary"].(bool)
		p.Emails = append(p.Emails, userid.Email{Value: text(m, "value"), Type: text(m, "type"), Primary: primary})
	}
	localOf(&p, rec)
	return p, nil
}

// localOf reads what changes without a new version.
func localOf(p *userid.Person, rec store.Record) {
	p.LocalID, p.Owned, p.Former = rec.Local.LocalID, rec.Entra, ""
	if len(rec.Local.Former) > 0 {
		p.Former = rec.Local.Former[0].UserName
	}
}

// matchesUserName tells whether Entra matches people by the attribute that conversions change, as the target's mapping has it.
func (b *Backend) matchesUserName() bool {
	return slices.ContainsFunc(b.targets.get().Users, func(a target.Attribute) bool { return a.Path == "userName" && a.Match > 0 })
}

// work works the plan out anew.
func (p *userIDPlan) work(matching bool) {
	rows := userid.Plan(p.people, p.others, p.rule, p.choices)
	p.rows = make([]plannedRow, len(rows))
	p.info.Total, p.info.Open, p.info.Change, p.info.Matching = len(rows), 0, 0, false
	for i := range rows {
		r := &rows[i]
		p.rows[i] = plannedRow{i, r}
		if r.State == RowCollision {
			p.info.Open++
		}
		if r.Moves() {
			p.info.Change++
			p.info.Matching = p.info.Matching || matching && r.Owned
		}
	}
	p.info.Counts = countStates(p.rows, RowCollision, RowChange, RowCase, RowSame, RowNoSource, RowInvalid, RowOwned, RowSkipped, RowMissing)
}

// UserIDRows gives a part of a plan. PLAN_GONE if it is not kept any more.
func (b *Backend) UserIDRows(_ context.Context, q PlanQuery) (UserIDPage, error) {
	p, err := b.userIDs.get(q.Plan)
	if err != nil {
		return UserIDPage{}, err
	}
	info, rows := p.now()
	total, part, err := planPart(rows, q)
	if err != nil {
		return UserIDPage{}, err
	}
	page := UserIDPage{Plan: info, Total: total, Rows: make([]UserIDRow, 0, len(part))}
	for _, r := range part {
		page.Rows = append(page.Rows, r.shown())
	}
	return page, nil
}

// now gives what the plan says, which nobody changes any more.
func (p *userIDPlan) now() (UserIDPlan, []plannedRow) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.info, p.rows
}

func (r plannedRow) shown() UserIDRow {
	return UserIDRow{
		N: r.n, ID: r.ID, Name: r.Name, From: r.From, To: r.To, State: r.State, Code: r.Code, What: r.What, Reason: r.reason(),
		With: r.With.Name, WithID: r.With.ID, WithFrom: r.With.UserName, Chain: r.Chain, Settled: r.Settled, Owned: r.Owned,
	}
}

// reason words why a row is as it is.
func (r plannedRow) reason() string {
	with := r.With.Name
	if with != r.With.UserName {
		with += " (" + r.With.UserName + ")"
	}
	switch r.Code {
	case "":
		switch {
		case r.State == RowOwned:
			return "Entra has written this user ID and would write it again"
		case r.Chain:
			return with + " gives it up"
		}
		return ""
	case userid.NoValue:
		return "there is no " + r.What
	case userid.WhichEmail:
		return "there are several e-mails, and none is of type work or the primary one"
	case userid.NoAt:
		return strconv.Quote(r.What) + " has no @"
	case userid.OtherDomain:
		return "the user ID is not in the domain " + r.What
	case userid.Kept:
		return with + " keeps this user ID"
	case userid.Doubled:
		return with + " would get it too"
	}
	return map[string]string{
		userid.Empty: "it would be empty", userid.Space: "there is a space in it", userid.Control: "there is a character in it that can't be seen",
		userid.TooLong: "it is longer than 1024 characters", userid.LongMailbox: "it has more than 64 bytes before the @",
		userid.NoEmail: "it is no e-mail address", userid.LetterCase: "only small and capital letters differ", userid.Form: "only the Unicode form or the width of letters differs",
		userid.NotHere: "nobody has the old user ID", userid.Again: "the same old user ID stands in the file before",
	}[r.Code]
}

// SettleUserID settles a row of a plan; the plan is worked out anew around it, under the same name.
func (b *Backend) SettleUserID(_ context.Context, c UserIDChoice) (UserIDPlan, error) {
	p, err := b.userIDs.get(c.Plan)
	if err != nil {
		return UserIDPlan{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case !slices.Contains([]string{"", userid.Skip, userid.Suffix, userid.Type}, c.Do):
		return UserIDPlan{}, fmt.Errorf("%w: a row is settled by skip, suffix or type, not by %q", ErrQuery, c.Do)
	case c.N < -1 || c.N >= len(p.rows), c.N == -1 && c.Do == userid.Type:
		return UserIDPlan{}, fmt.Errorf("%w: row %d can't be settled so", ErrQuery, c.N)
	case c.N == -1:
		p.settleAll(c.Do, b.matchesUserName())
		return p.info, nil
	case c.Do == "":
		delete(p.choices, c.N)
	default:
		p.choices[c.N] = userid.Choice{Do: c.Do, To: c.To}
	}
	p.work(b.matchesUserName())
	return p.info, nil
}

// settleAll settles every collision, those too that come of settling others. Of rows that would get the same ID the first keeps it when the others get a
// number, unless somebody has it already.
func (p *userIDPlan) settleAll(do string, matching bool) {
	if do == "" {
		clear(p.choices)
	}
	for again := true; again; {
		again = false
		first := map[string]bool{}
		for i, r := range p.rows {
			if do == "" || r.State != RowCollision {
				continue
			}
			key := scim.Key(r.To)
			if do == userid.Suffix && r.Code == userid.Doubled && !first[key] {
				first[key] = true
				continue
			}
			p.choices[i], again = userid.Choice{Do: do}, true
		}
		p.work(matching)
	}
}

// ExportUserIDs writes a plan as a file, before anything is changed.
func (b *Backend) ExportUserIDs(_ context.Context, plan, format, folder string) (ExportResult, error) {
	p, err := b.userIDs.get(plan)
	if err != nil {
		return ExportResult{}, err
	}
	if format != "csv" && format != "json" {
		return ExportResult{}, fmt.Errorf("%w: a preview is written as csv or json, not as %q", ErrQuery, format)
	}
	_, rows := p.now()
	return b.newFile(folder, "user IDs preview", format, func(w io.Writer) (int, error) {
		return WriteUserIDs(w, format, func(yield func(UserIDRow) bool) {
			for _, r := range rows {
				if !yield(r.shown()) {
					return
				}
			}
		})
	})
}

// WriteUserIDs writes rows of a plan as ExportUserIDs does: for a face that has them.
func WriteUserIDs(w io.Writer, format string, rows iter.Seq[UserIDRow]) (count int, err error) {
	header := []string{"id", "name", "from", "to", "state", "code", "reason", "with", "withId", "withFrom", "settled"}
	return writeTable(w, format, header, func(yield func([]string, error) bool) {
		for r := range rows {
			if !yield([]string{r.ID, r.Name, r.From, r.To, r.State, r.Code, r.Reason, r.With, r.WithID, r.WithFrom, r.Settled}, nil) {
				return
			}
		}
	})
}

// ApplyUserIDs begins to carry a plan out. COLLISIONS while any is not settled; PLAN_STALE if the people of it have changed so that
// it would do something else now. The job goes on behind the call. Where there is nothing to change there is no job, and Seq is 0.
func (b *Backend) ApplyUserIDs(ctx context.Context, plan string) (JobInfo, error) {
	p, err := b.userIDs.get(plan)
	if err != nil {
		return JobInfo{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.info.Open > 0 {
		return JobInfo{}, p.collisions()
	}
	if p.info.Change == 0 {
		return JobInfo{Kind: JobConvert, State: store.JobDone, Rule: p.ask.To, File: p.file}, nil
	}
	rows, err := b.fresh(ctx, p)
	if err != nil {
		return JobInfo{}, err
	}
	ask := p.ask
	ask.Upload, ask.IDs = "", nil // neither says anything later
	j, err := b.jobs.start(ctx, JobConvert, b.face, jobAbout{Rule: p.ask.To, File: p.file, Ask: ask}, p.jobRows(rows))
	if err != nil {
		return JobInfo{}, err
	}
	b.userIDs.drop(plan)
	return jobInfo(j), nil
}

// collisions names the first ones.
func (p *userIDPlan) collisions() error {
	var named []string
	for _, r := range p.rows {
		if r.State == RowCollision {
			if len(named) == 3 {
				named = append(named, "…")
				break
			}
			named = append(named, fmt.Sprintf("%s would get %s, but %s", r.From, r.To, r.reason()))
		}
	}
	return fmt.Errorf("%w, %d in all: %s", ErrCollisions, p.info.Open, strings.Join(named, "; "))
}

// fresh works the plan out with people as they are now. It is stale if any row would do something else.
func (b *Backend) fresh(ctx context.Context, p *userIDPlan) ([]userid.Row, error) {
	people, here := slices.Clone(p.people), make([]bool, len(p.people))
	var others []userid.Keeper
	err := b.store.Scan(ctx, scim.User, store.With{}, func(rec store.Record) (err error) {
		i, ok := p.at[rec.ID]
		switch {
		case !ok:
			keeper, err := keeperOf(rec)
			others = append(others, keeper)
			return err
		case rec.Version == p.since[i]:
			localOf(&people[i], rec)
		default:
			people[i], err = converted(rec)
		}
		here[i] = true
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	rows := userid.Plan(people, others, p.rule, p.choices)
	if len(rows) != len(p.rows) {
		return nil, ErrPlanStale
	}
	for i := range rows {
		is, was := &rows[i], p.rows[i]
		if is.Moves() != was.Moves() || is.ID != was.ID || is.State == RowCollision {
			return nil, ErrPlanStale
		}
		if is.Moves() && (is.From != was.From || is.To != was.To || !here[p.at[is.ID]]) {
			return nil, ErrPlanStale
		}
	}
	return rows, nil
}

// jobRows gives the rows of the job in the order in which nobody ever shares an ID.
func (p *userIDPlan) jobRows(rows []userid.Row) iter.Seq[store.JobRow] {
	return func(yield func(store.JobRow) bool) {
		for _, s := range userid.Order(rows) {
			r := &rows[s.Row]
			text, _ := json.Marshal(conversion{r.From, r.To, p.people[p.at[r.ID]].LocalID}) // texts can always be written
			if !yield(store.JobRow{Group: s.Group, ID: r.ID, Name: r.Name, Plan: string(text)}) {
				return
			}
		}
	}
}

// A conversion is what a job's row keeps in Plan: the old and the new user ID and the local ID. It has no names, which would be found by a search.
type conversion [3]string

func conversionOf(row store.JobRow) (c conversion, err error) {
	err = json.Unmarshal([]byte(row.Plan), &c)
	return c, err
}

// converting is how user IDs are changed by a job. What its rows need for both ways is in their Plan, so that a row that is done has nothing to keep.
func converting() jobKind {
	return jobKind{do: convert, undo: convertBack, show: func(row store.JobRow) JobRow {
		c, _ := conversionOf(row) // what can't be read has no words
		return JobRow{Action: ActionConvert, From: c[0], To: c[1], localID: c[2]}
	}}
}

func convert(tx *store.Tx, cause store.Cause, rows []store.JobRow) error {
	return renameAll(tx, cause, rows, func(c conversion) (from, to string) { return c[0], c[1] }, true)
}

func convertBack(tx *store.Tx, cause store.Cause, rows []store.JobRow) error {
	return renameAll(tx, cause, rows, func(c conversion) (from, to string) { return c[1], c[0] }, false)
}

// renameAll gives people new user IDs, those of several rows as if at one moment. Whoever has not the ID that is expected, and an ID that somebody
// else has, is a refusal.
func renameAll(tx *store.Tx, cause store.Cause, rows []store.JobRow, way func(conversion) (from, to string), keepFormer bool) error {
	from, to := make([]string, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		c, err := conversionOf(r)
		if err != nil {
			return fmt.Errorf("read a row: %w", err)
		}
		from[i], to[i] = way(c)
	}
	if len(rows) > 1 {
		for i, r := range rows {
			if err := stillHas(tx, r, from[i]); err != nil {
				return err
			}
		}
		for _, r := range rows {
			if err := tx.Park(r.ID); err != nil {
				return err
			}
		}
	}
	for i, r := range rows {
		_, err := tx.RenameFrom(cause, r.ID, from[i], to[i], keepFormer)
		if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrOtherName) {
			return cmp.Or(stillHas(tx, r, from[i]), err)
		}
		if e, ok := errors.AsType[*scim.Error](err); ok && e.Kind == scim.Uniqueness {
			return takenBy(tx, to[i], err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stillHas refuses a row whose person has another user ID by now, or is deleted.
func stillHas(tx *store.Tx, r store.JobRow, userName string) error {
	id, found, err := tx.ByUserName(scim.Key(userName))
	if err != nil || found && id == r.ID {
		return err
	}
	rec, err := tx.Get(scim.User, r.ID, store.With{})
	if errors.Is(err, store.ErrNotFound) {
		return &store.Refusal{Code: JobGone, Reason: r.Name + " is deleted"}
	}
	if err != nil {
		return err
	}
	now, err := keeperOf(rec)
	if err != nil {
		return err
	}
	return &store.Refusal{Code: JobChanged, Reason: fmt.Sprintf("%s has the user ID %s by now instead of %s", r.Name, now.UserName, userName)}
}

// takenBy names who has a user ID.
func takenBy(tx *store.Tx, userName string, refusal error) error {
	id, found, err := tx.ByUserName(scim.Key(userName))
	if err != nil {
		return err
	}
	if !found {
		return refusal
	}
	rec, err := tx.Get(scim.User, id, store.With{})
	if err != nil {
		return err
	}
	return &store.Refusal{Code: JobTaken, Reason: fmt.Sprintf("%s belongs to %s now", userName, rec.Name)}
}

// readPairs reads the old and the new user IDs of a CSV: from the columns that are called so, else from the first two.
func readPairs(data []byte) ([]userid.Pair, error) {
	t, err := exchange.Read(data, exchange.Options{Known: func(cell string) bool { return oldColumn(cell) || newColumn(cell) }})
	if err != nil {
		return nil, err
	}
	from, to := max(0, slices.IndexFunc(t.Header, oldColumn)), slices.IndexFunc(t.Header, newColumn)
	if to < 0 {
		to = from + 1
	}
	pairs := make([]userid.Pair, 0, len(t.Rows))
	for i, row := range t.Rows {
		if len(row) <= max(from, to) {
			return nil, fmt.Errorf("line %d has no second column; a file of user IDs has the old and the new one", t.Lines[i])
		}
		pairs = append(pairs, userid.Pair{Old: row[from], New: row[to]})
	}
	if len(pairs) > pairLimit {
		return nil, fmt.Errorf("it has more than %d lines", pairLimit)
	}
	return pairs, nil
}

func oldColumn(name string) bool {
	return isColumn(name, "old", "from", "alt", "von", "olduserid", "oldid", "oldusername", "alteid")
}

func newColumn(name string) bool {
	return isColumn(name, "new", "to", "neu", "nach", "newuserid", "newid", "newusername", "neueid")
}

func isColumn(name string, names ...string) bool {
	return slices.Contains(names, strings.Map(func(r rune) rune {
		if strings.ContainsRune(" _-", r) {
			return -1
		}
		return r
	}, strings.ToLower(name)))
}
