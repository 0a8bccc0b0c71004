package backend

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"scimdesk/backend/config"
	"scimdesk/backend/handover"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// handoverKey is where the store keeps what the admin has set.
const handoverKey = "hand-over"

const (
	handoverList    = 100
	handoverName    = "scimdesk-{n}-{what}"
	handoverCSV     = "csv"
	handoverKeyStep = 100 // localIds set by one write
)

// HandoverColumn is a column of a hand-over's files: the name that the old system has for an attribute.
type HandoverColumn struct {
	Header    string `json:"header"`
	Attribute string `json:"attribute"` // one of HandoverState.Attributes, such as localId, userName, email, department, action
}

// HandoverSettings says what a hand-over looks like and when one is made by itself.
type HandoverSettings struct {
	Format  string           `json:"format"` // csv or json
	Folder  string           `json:"folder"` // where the files go; a folder that the old system watches
	Every   string           `json:"every"`  // off, hour, day or cycle (ten minutes after Entra's last request)
	At      string           `json:"at"`     // of day: 02:00, local time
	Name    string           `json:"name"`   // of the files, with {n}, {date} and {what}
	People  []HandoverColumn `json:"people"`
	Members []HandoverColumn `json:"members"`
}

// HandoverInfo is one that was made: numbered from 1 without a gap, and the same whenever it is made again.
type HandoverInfo struct {
	Seq     int64    `json:"seq"`
	Made    string   `json:"made"`
	Joiners int      `json:"joiners"`
	Changes int      `json:"changes"`
	Leavers int      `json:"leavers"`
	In      int      `json:"in"`    // memberships that began
	Out     int      `json:"out"`   // and ended
	NoKey   int      `json:"noKey"` // joiners without a localId
	Files   []string `json:"files"`
	Taken   string   `json:"taken"`   // when the receipt was given, "" if not yet
	Receipt string   `json:"receipt"` // what it says
	Cleaned bool     `json:"cleaned"` // it was made so long ago that its rows are not kept: it can't be made again
}

// HandoverState is how the hand-over stands.
type HandoverState struct {
	Settings   HandoverSettings `json:"settings"`
	Attributes []string         `json:"attributes"`
	Pending    HandoverInfo     `json:"pending"` // what the next one would hold
	NoKey      int              `json:"noKey"`   // people without a localId: the old system's key is not given back yet
	Next       string           `json:"next"`    // when the next one is made by itself
	Fault      string           `json:"fault"`   // why the last one by itself failed, a sentence
	FaultCode  string           `json:"faultCode"`
	List       []HandoverInfo   `json:"list"` // the newest first, at most 100

	// Attributes is what columns of people may have, MemberAttributes those of members.
	MemberAttributes []string `json:"memberAttributes"`
}

// HandoverRequest asks for one. Again makes the files of an earlier one once more, byte for byte; Full is everybody, as the sum of the
// import and all hand-overs, and counts as none.
type HandoverRequest struct {
	Folder string `json:"folder"` // "" is the settings' one, or the downloads
	Again  int64  `json:"again"`  // ErrHandoverCleaned where its rows are not kept any more
	Full   bool   `json:"full"`
	Format string `json:"format,omitempty"` // csv or json in place of the settings' one; not of Again
}

// HandoverRow is one person whom the next hand-over tells of.
type HandoverRow struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	UserName string `json:"userName"`
	LocalID  string `json:"localId"`
	Action   string `json:"action"` // join, change, disable, enable or leave
}

// HandoverPage is a part of them.
type HandoverPage struct {
	Total  int           `json:"total"`
	Counts []StateCount  `json:"counts"` // by action
	Rows   []HandoverRow `json:"rows"`
}

func (r HandoverRow) state() string   { return r.Action }
func (r HandoverRow) texts() []string { return []string{r.Name, r.UserName, r.LocalID} }

// handoverAbout is what the store keeps of a hand-over beside its rows: with them it makes the same files again.
type handoverAbout struct {
	Format  string           `json:"format"`
	Name    string           `json:"name"`
	Date    string           `json:"date"`
	People  []HandoverColumn `json:"people"`
	Members []HandoverColumn `json:"members"`
	Sums    HandoverInfo     `json:"sums"` // counts alone
	Gone    int64            `json:"gone"`
	Files   []string         `json:"files"`
}

func aboutHandover(h store.Handover) (a handoverAbout, err error) {
	if err := json.Unmarshal([]byte(h.About), &a); err != nil {
		return a, fmt.Errorf("read what hand-over %d is about: %w", h.Seq, err)
	}
	return a, nil
}

func (a handoverAbout) text() (string, error) {
	raw, err := json.Marshal(a)
	return string(raw), err
}

func (a handoverAbout) day() time.Time {
	day, _ := time.Parse(time.DateOnly, a.Date) // it was written so
	return day
}

// handovers makes one after the other.
type handovers struct {
	b       *Backend
	now     func() time.Time
	changed chan struct{} // holds one: the settings are others

	making sync.Mutex // one at a time, previews too

	mu      sync.Mutex
	pending *handing // the last preview
	of      string   // what it was made of
}

func newHandovers(b *Backend, now func() time.Time) *handovers {
	return &handovers{b: b, now: now, changed: make(chan struct{}, 1)}
}

// defaultHandover is what holds until the admin says something else.
func defaultHandover() HandoverSettings {
	same := func(names ...string) []HandoverColumn {
		all := make([]HandoverColumn, len(names))
		for i, n := range names {
			all[i] = HandoverColumn{Header: n, Attribute: n}
		}
		return all
	}
	return HandoverSettings{
		Format: handoverCSV, Every: handover.Off, At: "02:00", Name: handoverName,
		People: same(handover.AttrAction, handover.AttrLocalID, attrUserName, handover.AttrFormerUserName, attrActive, "displayName", "givenName",
			"familyName", attrEmail, "title", "department", "employeeNumber", "phone", "mobile", attrManagerLocalID),
		Members: same(handover.AttrAction, handover.AttrLocalID, attrUserName, attrGroup),
	}
}

func (h *handovers) settings(ctx context.Context) (HandoverSettings, error) {
	s := defaultHandover()
	text, err := h.b.store.Meta(ctx, handoverKey)
	if err != nil || text == "" {
		return s, err
	}
	s.People, s.Members = nil, nil
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, fmt.Errorf("read the settings of hand-overs: %w", err)
	}
	return s, nil
}

// check gives *config.Faults for what can't be set, all at once.
func (h *handovers) check(s HandoverSettings) error {
	faults := slices.Concat(handover.ScheduleFaults(s.Every, s.At), handover.NameFaults(s.Name),
		handover.ColumnFaults("people", columnsOf(s.People), handedPersonAttributes()),
		handover.ColumnFaults("members", columnsOf(s.Members), handedMemberAttributes()))
	if s.Format != handoverCSV && s.Format != "json" {
		faults = append(faults, "format must be csv or json")
	}
	switch {
	case s.Folder == "" && s.Every != handover.Off:
		faults = append(faults, "folder must be named where hand-overs are made by themselves")
	case s.Folder != "" && !filepath.IsAbs(s.Folder):
		faults = append(faults, "folder must be a whole path")
	case s.Folder != "" && inside(h.b.dir, s.Folder):
		faults = append(faults, "folder must not be ScimDesk's data folder")
	}
	if len(faults) > 0 {
		return &config.Faults{List: faults}
	}
	return nil
}

func columnsOf(columns []HandoverColumn) []handover.Column {
	all := make([]handover.Column, len(columns))
	for i, c := range columns {
		all[i] = handover.Column(c)
	}
	return all
}

// Handover gives how the hand-over stands.
func (b *Backend) Handover(ctx context.Context) (HandoverState, error) {
	h := b.handing
	s, err := h.settings(ctx)
	if err != nil {
		return HandoverState{}, err
	}
	state := HandoverState{Settings: s, Attributes: handedPersonAttributes(), MemberAttributes: handedMemberAttributes(), List: []HandoverInfo{}}
	run, err := h.lastRun(ctx)
	if err != nil {
		return state, err
	}
	state.Fault, state.FaultCode = run.Fault, run.Code
	pending, err := h.preview(ctx, s)
	if err != nil {
		return state, err
	}
	state.Pending = pending.sums()
	if state.NoKey, err = b.store.WithoutLocalID(ctx); err != nil {
		return state, err
	}
	if state.Next, err = h.next(ctx, s, run); err != nil {
		return state, err
	}
	made, err := b.store.Handovers(ctx, handoverList)
	if err != nil {
		return state, err
	}
	cleaned, err := h.cleaned(ctx)
	if err != nil {
		return state, err
	}
	for _, one := range made {
		info, err := infoOf(one)
		if err != nil {
			return state, err
		}
		info.Cleaned = one.Seq <= cleaned.Gone
		state.List = append(state.List, info)
	}
	return state, nil
}

// preview works out what the next one would hold, unless nothing has moved since it did so last.
func (h *handovers) preview(ctx context.Context, s HandoverSettings) (*handing, error) {
	h.making.Lock()
	defer h.making.Unlock()
	return h.look(ctx, s)
}

// look is preview for who holds making.
func (h *handovers) look(ctx context.Context, s HandoverSettings) (*handing, error) {
	of, err := h.stand(ctx, s)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	kept := h.pending
	if h.of != of {
		kept = nil
	}
	h.mu.Unlock()
	if kept != nil {
		return kept, nil
	}
	c, err := h.b.comparer(ctx, s)
	if err != nil {
		return nil, err
	}
	pending, err := c.since()
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	h.pending, h.of = pending, of
	h.mu.Unlock()
	return pending, nil
}

// forget lets go of a preview, which may be large.
func (h *handovers) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pending, h.of = nil, ""
}

// stand names everything that a preview depends on.
func (h *handovers) stand(ctx context.Context, s HandoverSettings) (string, error) {
	head, err := h.b.store.HistoryHead(ctx)
	if err != nil {
		return "", err
	}
	gone, err := h.b.store.Gone(ctx)
	if err != nil {
		return "", err
	}
	known, err := h.b.store.KnownHead(ctx)
	if err != nil {
		return "", err
	}
	made, err := h.b.store.Handovers(ctx, 1)
	if err != nil {
		return "", err
	}
	return fmt.Sprint(head, len(gone), known, len(made) > 0 && made[0].Seq > 0, made, s.People, s.Members), nil
}

// sums counts by action.
func (h *handing) sums() HandoverInfo {
	info := HandoverInfo{Files: []string{}}
	for _, p := range h.people {
		switch p.Action {
		case handover.Join:
			info.Joiners++
			if p.LocalID == "" {
				info.NoKey++
			}
		case handover.Change, handover.Disable, handover.Enable:
			info.Changes++
		case handover.Leave:
			info.Leavers++
		}
	}
	for _, m := range h.members {
		switch {
		case m.Rank == 0:
		case m.Action == handover.In:
			info.In++
		case m.Action == handover.Out:
			info.Out++
		}
	}
	return info
}

// HandoverRows gives a part of the people whom the next hand-over tells of; State is an action.
func (b *Backend) HandoverRows(ctx context.Context, q PlanQuery) (HandoverPage, error) {
	s, err := b.handing.settings(ctx)
	if err != nil {
		return HandoverPage{}, err
	}
	pending, err := b.handing.preview(ctx, s)
	if err != nil {
		return HandoverPage{}, err
	}
	rows := []HandoverRow{}
	for _, p := range pending.people {
		if p.Rank == 0 {
			continue
		}
		vals, err := toldState(p.Vals)
		if err != nil {
			return HandoverPage{}, err
		}
		rows = append(rows, HandoverRow{ID: p.ID, Name: p.name, UserName: vals[attrUserName], LocalID: p.LocalID, Action: p.Action})
	}
	slices.SortStableFunc(rows, func(a, b HandoverRow) int { return cmp.Compare(handover.Rank(a.Action), handover.Rank(b.Action)) })
	page := HandoverPage{Counts: countStates(rows, handover.Leave, handover.Disable, handover.Change, handover.Enable, handover.Join)}
	page.Total, page.Rows, err = planPart(rows, q)
	return page, err
}

func infoOf(h store.Handover) (HandoverInfo, error) {
	about, err := aboutHandover(h)
	if err != nil {
		return HandoverInfo{}, err
	}
	info := about.Sums
	info.Seq, info.Made, info.Taken, info.Receipt = h.Seq, stamp(h.Made), stamp(h.Taken), h.Receipt
	info.Files = slices.Clone(about.Files)
	if info.Files == nil {
		info.Files = []string{}
	}
	return info, nil
}

// SaveHandover changes what it looks like and when it is made. A schedule counts from now.
func (b *Backend) SaveHandover(ctx context.Context, s HandoverSettings) (HandoverState, error) {
	h := b.handing
	s.Folder, s.Name = strings.TrimSpace(s.Folder), strings.TrimSpace(s.Name)
	if err := h.check(s); err != nil {
		return HandoverState{}, err
	}
	if s.Folder != "" {
		if _, err := b.handoverFolder(s.Folder); err != nil {
			return HandoverState{}, err
		}
	}
	before, err := h.settings(ctx)
	if err != nil {
		return HandoverState{}, err
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return HandoverState{}, fmt.Errorf("write the settings of hand-overs: %w", err)
	}
	if before.Every != s.Every || before.At != s.At || before.Folder != s.Folder {
		if err := h.keepRun(ctx, handoverRun{Last: h.now()}); err != nil {
			return HandoverState{}, err
		}
	}
	if err := b.store.SetMeta(ctx, handoverKey, string(raw)); err != nil {
		return HandoverState{}, err
	}
	select {
	case h.changed <- struct{}{}:
	default: // it is about to be looked at
	}
	b.tellStatus()
	return b.Handover(ctx)
}

// HandOver makes one. Where nothing has changed since the last it makes none, and Seq is 0. The files appear when they are whole, and only then
// does the hand-over count.
func (b *Backend) HandOver(ctx context.Context, r HandoverRequest) (HandoverInfo, error) {
	if r.Again < 0 || r.Again > 0 && r.Full {
		return HandoverInfo{}, fmt.Errorf("%w: a hand-over is made again by its number, and the full export is none of them", ErrQuery)
	}
	h := b.handing
	h.making.Lock()
	defer h.making.Unlock()
	s, err := h.settings(ctx)
	if err != nil {
		return HandoverInfo{}, err
	}
	if r.Format != "" {
		if s.Format = r.Format; h.check(s) != nil {
			return HandoverInfo{}, fmt.Errorf("%w: a hand-over is csv or json, not %q", ErrQuery, r.Format)
		}
	}
	folder := cmp.Or(r.Folder, s.Folder)
	if r.Again > 0 || r.Full {
		if folder, err = b.handoverFolder(folder); err != nil {
			return HandoverInfo{}, err
		}
	}
	switch {
	case r.Again > 0:
		return h.again(ctx, r.Again, folder)
	case r.Full:
		return h.full(ctx, s, folder)
	}
	info, err := h.make(ctx, s, folder)
	if err != nil {
		return HandoverInfo{}, err
	}
	if info.Seq > 0 {
		b.log.Info("handed over", "seq", info.Seq, "joiners", info.Joiners, "changes", info.Changes, "leavers", info.Leavers, "in", info.In, "out", info.Out)
	}
	b.tellStatus()
	return info, nil
}

// make makes the next one, or the files of one that a crash has left without them. Where there is nothing to hand over the folder does not matter.
func (h *handovers) make(ctx context.Context, s HandoverSettings, folder string) (HandoverInfo, error) {
	none := HandoverInfo{Files: []string{}}
	ready, cut, err := h.b.store.ReadyHandover(ctx)
	if err != nil {
		return none, err
	}
	if !cut {
		next, err := h.look(ctx, s)
		if err != nil {
			return none, err
		}
		if !next.files() {
			return none, h.wellAgain(ctx)
		}
	}
	if folder, err = h.b.handoverFolder(folder); err != nil {
		return none, err
	}
	if !cut {
		if ready, err = h.stage(ctx, s); err != nil || ready.Seq == 0 {
			return none, err
		}
	}
	about, err := aboutHandover(ready)
	if err != nil {
		return HandoverInfo{}, err
	}
	files, published, err := h.b.writeHandover(ctx, ready, about, folder)
	if err != nil {
		if !cut && !published { // nobody has seen anything of it
			err = errors.Join(err, h.b.store.DropHandover(context.WithoutCancel(ctx)))
		}
		return HandoverInfo{}, err
	}
	about.Files = files
	if ready.About, err = about.text(); err != nil {
		return HandoverInfo{}, err
	}
	if err := h.b.store.MakeHandover(context.WithoutCancel(ctx), ready.Seq, ready.About, about.Gone); err != nil {
		return HandoverInfo{}, err
	}
	if err := h.wellAgain(ctx); err != nil {
		return HandoverInfo{}, err
	}
	return infoOf(ready)
}

// stage keeps what the next one holds; Seq is 0 where it would hold nothing.
func (h *handovers) stage(ctx context.Context, s HandoverSettings) (store.Handover, error) {
	next, err := h.look(ctx, s)
	if err != nil || !next.files() {
		return store.Handover{}, err
	}
	defer h.forget()
	if err := h.giveKeys(ctx, next.keys); err != nil {
		return store.Handover{}, err
	}
	about := handoverAbout{Format: s.Format, Name: s.Name, Date: h.now().Format(time.DateOnly), People: s.People, Members: s.Members, Sums: next.sums(), Gone: next.gone}
	text, err := about.text()
	if err != nil {
		return store.Handover{}, err
	}
	people := make([]store.HandedPerson, len(next.people))
	for i, p := range next.people {
		people[i] = p.HandedPerson
	}
	return h.b.store.StageHandover(ctx, store.Handover{Face: h.b.face, About: text, HistoryTo: next.history}, people, next.members)
}

// giveKeys gives those who were created again the localId of who they were. Whom a rule of the folder keeps from it goes without.
func (h *handovers) giveKeys(ctx context.Context, keys []movedKey) error {
	for some := range slices.Chunk(keys, handoverKeyStep) {
		err := h.b.store.Batch(ctx, func(tx *store.Tx) error {
			for _, k := range some {
				err := tx.Nested(func() error {
					_, err := tx.SetLocal(store.Cause{Origin: h.b.face}, k.id, func(l *store.Local) error {
						l.LocalID = cmp.Or(l.LocalID, k.localID)
						return nil
					})
					return err
				})
				if _, refused := errors.AsType[*scim.Error](err); err != nil && !refused {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("give back keys: %w", err)
		}
	}
	return nil
}

// again makes the files of an earlier one once more.
func (h *handovers) again(ctx context.Context, seq int64, folder string) (HandoverInfo, error) {
	one, found, err := h.b.store.Handover(ctx, seq)
	if err != nil {
		return HandoverInfo{}, err
	}
	if !found {
		return HandoverInfo{}, noHandover(seq)
	}
	cleaned, err := h.cleaned(ctx)
	if err != nil {
		return HandoverInfo{}, err
	}
	if seq <= cleaned.Gone {
		return HandoverInfo{}, fmt.Errorf("make hand-over %d again: %w", seq, ErrHandoverCleaned)
	}
	about, err := aboutHandover(one)
	if err != nil {
		return HandoverInfo{}, err
	}
	info, err := infoOf(one)
	if err != nil {
		return HandoverInfo{}, err
	}
	info.Files, _, err = h.b.writeHandover(ctx, one, about, folder)
	return info, err
}

func noHandover(seq int64) error {
	return &scim.Error{Kind: scim.NotFound, Detail: fmt.Sprintf("there is no hand-over %d", seq)}
}
