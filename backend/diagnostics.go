package backend

import (
	"archive/zip"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
	"scimdesk/backend/target"
)

// Diagnostics is what somebody who is to help needs to know of a folder, as files that can be read before they are given to anybody. No secret is in
// them and nobody can be told from them: no name, user name, address of mail, number of telephone, name of a group, or id.
type Diagnostics struct {
	ID    string            `json:"id"` // to save just these
	Made  string            `json:"made"`
	Files []DiagnosticsFile `json:"files"`
}

// DiagnosticsFile is one file of it.
type DiagnosticsFile struct {
	Name  string `json:"name"`
	About string `json:"about"` // what it is for
	Text  string `json:"text"`
}

// DiagnosticsSave asks to write a bundle that was shown.
type DiagnosticsSave struct {
	ID     string   `json:"id"`
	Names  []string `json:"names"` // of the files that are wanted
	Folder string   `json:"folder,omitempty"`
}

const (
	diagnosedRows     = 300 // requests, and failures
	diagnosedJobs     = 20  // and hand-overs
	diagnosedGaps     = 200 // of diagnosedDays
	diagnosedDays     = 30 * 24 * time.Hour
	diagnosedPaths    = 50          // that a target does not list
	diagnosticsCheck  = time.Second // of the database
	diagnosticsText   = 512 << 10   // bytes of a file
	diagnosticsZip    = "zip"
	diagnosticsFaults = "This could not be read: "
)

const diagnosticsReadme = `This is what ScimDesk tells of itself to somebody who is to help. Read it before you give it away: these files are all there is.

What is in it
%s
What never is
  Secret tokens, ngrok's authtoken, passwords, client secrets and keys. Of a token the last four characters are named.
  People and groups: no names, user names, e-mail addresses, phone numbers, IDs or attributes. What a request said is not in it, nor what it was
  answered. Of its address only what SCIM itself has words for is left; every other value is a number in braces, the same for the same value.
  What an error said. Its kind is named, and what the system gave as the reason.
  The folder of your user account is written as ~.

What you may want to look at
  The public address, domains, proxies, trusted addresses and paths of files are in about.json, settings.json and connection.json as they are.
`

// A diagnosis makes one file. What it can't read it says instead.
type diagnosis struct {
	name, about string
	write       func(ctx context.Context) (string, error)
}

// Diagnostics gives what is known, ready to be saved by its ID as long as it is one of the last four. It costs the same however many people there are and
// however long the log is: counters that are kept anyway, a few hundred rows from the ends of indexes, a search for failures of a quarter of a second, and a check of
// the database for a second at most. What can't be read says so in its place, so that there is a bundle also when the disk fails.
func (b *Backend) Diagnostics(ctx context.Context) (Diagnostics, error) {
	words := newRedactor(b.basePaths())
	files, err := diagnose(ctx, []diagnosis{
		{"about.json", "the program, this computer, and how long it has run", func(context.Context) (string, error) { return asJSON(b.aboutItself()) }},
		{"settings.json", "what is set, without passwords", func(context.Context) (string, error) { return asJSON(b.settingsTold()) }},
		{"connection.json", "how Entra reaches this folder, and when it could not", func(ctx context.Context) (string, error) { return jsonOf(b.connectionTold(ctx)) }},
		{"tokens.json", "which tokens are accepted, by their last four characters, and when they were used", func(ctx context.Context) (string, error) { return jsonOf(b.tokensTold(ctx)) }},
		{"requests.txt", "the last requests, the newest first, without what they said", func(ctx context.Context) (string, error) { return b.requestsTold(ctx, words) }},
		{"failures.txt", "the last requests that failed", func(ctx context.Context) (string, error) { return b.failuresTold(ctx, words) }},
		{"numbers.json", "how many people and groups there are, jobs, hand-overs, the target and the database", func(ctx context.Context) (string, error) { return asJSON(b.numbersTold(ctx, words)) }},
		{"log.txt", "what the program has logged last", func(context.Context) (string, error) { return logText(b.log), nil }},
	})
	if err != nil {
		return Diagnostics{}, err
	}
	return Diagnostics{ID: b.bundles.keep(files), Made: stamp(time.Now()), Files: files}, nil
}

// SaveDiagnostics writes the chosen files of a bundle into one new ZIP, as ExportFile writes a list: just what was shown. PLAN_GONE says that it is not kept any more.
func (b *Backend) SaveDiagnostics(_ context.Context, s DiagnosticsSave) (ExportResult, error) {
	files, err := b.bundles.get(s.ID)
	if err != nil {
		return ExportResult{}, err
	}
	if files, err = chosenFiles(files, s.Names); err != nil {
		return ExportResult{}, err
	}
	return b.newFile(s.Folder, "diagnostics", diagnosticsZip, func(w io.Writer) (int, error) { return len(files), WriteDiagnostics(w, files) })
}

func chosenFiles(files []DiagnosticsFile, names []string) ([]DiagnosticsFile, error) {
	var chosen []DiagnosticsFile
	for _, f := range files {
		if slices.Contains(names, f.Name) {
			chosen = append(chosen, f)
		}
	}
	if len(chosen) == 0 || len(chosen) < len(slices.Compact(slices.Sorted(slices.Values(names)))) {
		return nil, fmt.Errorf("%w: name files of the bundle, at least one", ErrQuery)
	}
	return chosen, nil
}

// WriteDiagnostics writes files as a ZIP.
func WriteDiagnostics(w io.Writer, files []DiagnosticsFile) error {
	out := zip.NewWriter(w)
	for _, f := range files {
		head := &zip.FileHeader{Name: f.Name, Method: zip.Deflate, Modified: time.Now()}
		head.SetMode(0o600)
		in, err := out.CreateHeader(head)
		if err == nil {
			_, err = io.WriteString(in, f.Text)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", f.Name, err)
		}
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("write diagnostics: %w", err)
	}
	return nil
}

// diagnose makes the files, and one that says what they are before all.
func diagnose(ctx context.Context, all []diagnosis) ([]DiagnosticsFile, error) {
	files := []DiagnosticsFile{{Name: "README.txt", About: "what is in these files, and what never is"}}
	var list strings.Builder
	for _, d := range all {
		text, err := d.write(ctx)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			text = diagnosticsFaults + faultWords(err) + "\n"
		}
		files = append(files, DiagnosticsFile{Name: d.name, About: d.about, Text: clean(text)})
		fmt.Fprintf(&list, "  %-16s %s\n", d.name, d.about)
	}
	files[0].Text = fmt.Sprintf(diagnosticsReadme, list.String())
	return files, nil
}

// clean is the last look at a text: what still looks like a secret or an address of mail is hidden, and what is too long is cut.
func clean(text string) string {
	if len(text) > diagnosticsText {
		text = text[:diagnosticsText] + "\n" + hiddenMark + " the rest is left out\n"
	}
	return emails.ReplaceAllString(Mask(text), hiddenMark)
}

func asJSON(v any) (string, error) {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return "", fmt.Errorf("write diagnostics: %w", err)
	}
	return out.String(), nil
}

func jsonOf[T any](v T, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return asJSON(v)
}

type aboutTold struct {
	Version string  `json:"version"`
	Build   string  `json:"build,omitempty"` // the revision that it was built of
	System  string  `json:"system"`
	Face    string  `json:"face"`
	Now     string  `json:"now"`
	Zone    string  `json:"zone"` // how far the local clock is from UTC
	Started string  `json:"started"`
	Uptime  float64 `json:"uptimeSeconds"`
	Memory  uint64  `json:"memoryBytes"`
	Tasks   int     `json:"goroutines"`
	Folder  string  `json:"folder"`
	Sample  bool    `json:"sample"`
	Fault   string  `json:"fault,omitempty"` // why the folder can't be opened
}

func (b *Backend) aboutItself() aboutTold {
	a := aboutProgram(b.face, b.started)
	a.Folder, a.Sample = atHome(b.dir), b.sample
	return a
}

// aboutProgram is what can be told without a folder.
func aboutProgram(face string, started time.Time) aboutTold {
	now := time.Now()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	a := aboutTold{Version: Version, System: system(), Face: face, Now: stamp(now), Zone: now.Format("-07:00"), Started: stamp(started),
		Uptime: now.Sub(started).Round(time.Second).Seconds(), Memory: m.Sys, Tasks: runtime.NumGoroutine()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" || s.Key == "vcs.modified" && s.Value == "true" {
				a.Build = strings.TrimSpace(a.Build + " " + strings.Replace(s.Value, "true", "and changes", 1))
			}
		}
	}
	return a
}

// settingsTold is config.json without what gives access.
func (b *Backend) settingsTold() any {
	f := b.setting.get()
	f.Proxy, f.CertFile, f.KeyFile = withoutUser(f.Proxy), atHome(f.CertFile), atHome(f.KeyFile)
	return struct {
		ListenFixed string `json:"listenFixed"` // who decides the address in place of the file
		WayFixed    bool   `json:"wayFixed"`    // the command line decides the way
		BehindProxy bool   `json:"behindProxy"`
		File        any    `json:"config"`
	}{b.setting.listenBy, b.setting.wayFixed(), b.setting.behindProxy, f}
}

type connectionTold struct {
	Address     string          `json:"address"`
	Listener    ListenerInfo    `json:"listener"`
	Tunnel      TunnelInfo      `json:"tunnel"`
	Edge        EdgeInfo        `json:"edge"`
	Changed     AddressChange   `json:"changed"`
	Authtoken   AuthtokenInfo   `json:"authtoken"`
	Power       PowerInfo       `json:"power"`
	Quota       quotaTold       `json:"quota"`
	Certificate certificateTold `json:"certificate"`
	Check       checkTold       `json:"check"`
	LastEntra   string          `json:"lastEntra"`
	LastVia     string          `json:"lastVia"`
	LastLocal   string          `json:"lastLocal"`
	Gaps        []Gap           `json:"gaps"` // of 30 days, the newest first
}

type quotaTold struct {
	Plan     string  `json:"plan"`
	Month    string  `json:"month"`
	Requests int64   `json:"requests"`
	Bytes    int64   `json:"bytes"`
	Percent  float64 `json:"percent"` // of the limit that is nearer
	Level    string  `json:"level"`
}

type certificateTold struct {
	Names   int    `json:"names"`
	Until   string `json:"until"`
	Problem bool   `json:"problem"`
	Lacks   bool   `json:"lacks"` // the public address is none of its names
}

type checkTold struct {
	Started  string     `json:"started"`
	Finished string     `json:"finished"`
	Cause    string     `json:"cause"`
	OK       bool       `json:"ok"`
	Failed   string     `json:"failed"`
	Steps    []stepTold `json:"steps"`
}

type stepTold struct {
	Name  string   `json:"name"`
	State string   `json:"state"`
	Took  float64  `json:"took"`
	Where string   `json:"where"`
	Code  string   `json:"code"`
	Facts []string `json:"facts"`
}

// connectionTold is what Connection says, without the words of others and without asking the keychain.
func (b *Backend) connectionTold(ctx context.Context) (connectionTold, error) {
	now := time.Now()
	s, err := b.Snapshot(ctx)
	if err != nil {
		return connectionTold{}, err
	}
	gaps, err := b.store.Gaps(ctx, diagnosedGaps)
	if err != nil {
		return connectionTold{}, err
	}
	c := connectionTold{Address: b.publicAddress(), Listener: s.Listener, Tunnel: s.Tunnel, Edge: b.edgeInfo(), Changed: s.Changed, Authtoken: b.authtokenInfo(),
		Power: b.link.awake.info(), Quota: b.quotaTold(now), Check: b.checkTold(), LastEntra: s.LastEntra, LastVia: s.LastVia, LastLocal: s.LastLocal, Gaps: []Gap{}}
	for _, g := range gaps {
		if g.To.IsZero() || now.Sub(g.From) < diagnosedDays {
			one := gapInfo(g, now)
			one.Detail, _, _ = strings.Cut(one.Detail, ":") // the code
			c.Gaps = append(c.Gaps, one)
		}
	}
	c.Listener.Message, c.Tunnel.Message, c.Tunnel.Detail, c.Tunnel.Account, c.Edge.Detail = "", "", "", "", ""
	c.Authtoken.Problem, c.Power.Problem = hidden(c.Authtoken.Problem), hidden(c.Power.Problem)
	cert := b.link.cert.info(b.setting.connection().PublicURL)
	c.Certificate = certificateTold{Names: len(cert.Names), Until: cert.Until, Problem: cert.Problem != "", Lacks: cert.Lacks != ""}
	return c, nil
}

// quotaTold is what the meter says, without what a cycle would cost, for which memberships are counted.
func (b *Backend) quotaTold(now time.Time) quotaTold {
	used := b.store.Carried(monthOf(now))
	q := quotaTold{Plan: b.setting.connection().Plan, Month: monthOf(now), Requests: used.Requests, Bytes: used.Bytes}
	q.Percent, q.Level = b.usage(now)
	return q
}

// hidden stands for a text that is there.
func hidden(text string) string { return strings.Repeat(hiddenMark, min(len(text), 1)) }

func (b *Backend) checkTold() checkTold {
	s := b.checks.state()
	c := checkTold{Started: s.Started, Finished: s.Finished, Cause: s.Cause, OK: s.OK, Failed: s.Failed, Steps: []stepTold{}}
	for _, step := range s.Steps {
		one := stepTold{Name: step.Name, State: step.State, Took: step.Took, Where: step.Where, Code: step.Code, Facts: []string{}}
		for _, fact := range step.Facts {
			if key, _, _ := strings.Cut(fact, ":"); slices.Contains([]string{"tls", "status", "until", "issuer"}, key) {
				one.Facts = append(one.Facts, fact)
			}
		}
		c.Steps = append(c.Steps, one)
	}
	return c
}

// tokensTold is what Tokens says; a refused secret's last characters are told if it was one of ours.
func (b *Backend) tokensTold(ctx context.Context) (Tokens, error) {
	t, err := b.Tokens(ctx)
	if err != nil {
		return Tokens{}, err
	}
	t.OAuth.ClientID = hidden(t.OAuth.ClientID)
	return t, nil
}

// requestsTold are the newest requests.
func (b *Backend) requestsTold(ctx context.Context, words *redactor) (string, error) {
	rows, err := b.store.ActivityPage(ctx, store.ActivityQuery{Limit: diagnosedRows})
	if err != nil {
		return "", err
	}
	return b.requestTable(ctx, rows, words)
}

// failuresTold are the newest that failed, as far back as a search comes in its time.
func (b *Backend) failuresTold(ctx context.Context, words *redactor) (string, error) {
	found, err := b.store.SearchActivity(ctx, store.Search{Outcomes: []store.Outcome{store.Failure, store.Error}, Limit: diagnosedRows, Budget: findBudget})
	if err != nil {
		return "", err
	}
	rows, err := b.store.ActivityAt(ctx, found.Seqs)
	if err != nil {
		return "", err
	}
	slices.Reverse(rows)
	text, err := b.requestTable(ctx, rows, words)
	if err == nil && !found.Done && len(rows) < diagnosedRows {
		text += fmt.Sprintf("Requests before %d were not looked at.\n", found.Through)
	}
	return text, err
}

// requestTable has a line a request. Sizes are of what is kept of the bodies, at most 64 KiB of each.
func (b *Backend) requestTable(ctx context.Context, rows []store.Activity, words *redactor) (string, error) {
	if len(rows) == 0 {
		return "There are none.\n", nil
	}
	seqs := make([]int64, len(rows))
	for i, a := range rows {
		seqs[i] = a.Seq
	}
	sizes, err := b.store.BodySizes(ctx, seqs)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	table := tabwriter.NewWriter(&out, 0, 8, 2, ' ', 0)
	line := func(cells ...any) { _, _ = fmt.Fprintf(table, strings.Repeat("%v\t", len(cells)-1)+"%v\n", cells...) } // a Builder takes all
	line("seq", "time", "ms", "method", "path", "status", "outcome", "scimType", "action", "via", "unlike", "in", "out", "agent")
	for _, a := range rows {
		size := sizes[a.Seq]
		line(a.Seq, stamp(a.At), float64(a.Took.Microseconds())/1000, dash(plainMethod(a.Method)), dash(words.target(a.Target)), a.Status,
			store.OutcomeOf(a.Status, a.Method), dash(a.ScimType), dash(a.Action), dash(a.Via), dash(a.Unlike), size[0], size[1], agent(a.UserAgent))
	}
	if err := table.Flush(); err != nil {
		return "", fmt.Errorf("write diagnostics: %w", err)
	}
	return out.String(), nil
}

func dash(text string) string { return cmp.Or(text, "-") }

type numbersTold struct {
	People     orFault[Counts]         `json:"people"`
	Groups     orFault[Counts]         `json:"groups"`
	LocalIDs   orFault[bool]           `json:"anyLocalId"`
	Requests   orFault[ActivityHead]   `json:"requests"`
	Jobs       orFault[[]JobInfo]      `json:"jobs"` // the newest first
	Handover   orFault[handoverTold]   `json:"handover"`
	HandedOver orFault[[]HandoverInfo] `json:"handedOver"` // the newest first
	Target     targetTold              `json:"target"`
	Database   databaseTold            `json:"database"`
}

// An orFault is a value, or why it could not be read.
type orFault[T any] struct {
	value T
	err   error
}

// MarshalJSON writes the value, or the fault.
func (c orFault[T]) MarshalJSON() ([]byte, error) {
	if c.err != nil {
		return json.Marshal(diagnosticsFaults + faultWords(c.err))
	}
	return json.Marshal(c.value)
}

func read[T any](value T, err error) orFault[T] { return orFault[T]{value, err} }

type handoverTold struct {
	Format    string `json:"format"`
	Every     string `json:"every"`
	At        string `json:"at"`
	Folder    bool   `json:"folder"` // one is set
	People    int    `json:"peopleColumns"`
	Members   int    `json:"memberColumns"`
	Tried     string `json:"tried"`
	FaultCode string `json:"faultCode"`
}

type targetTold struct {
	ID            string   `json:"id"` // "own" for one of the admin's own
	BasePath      string   `json:"basePath"`
	GroupKey      string   `json:"groupKey"`
	Strict        bool     `json:"strict"`
	OneToken      bool     `json:"oneToken"`
	Administrator bool     `json:"administrator"` // one is named
	Counted       string   `json:"counted"`       // when its page last counted what Entra sent, "" if it has not; the rest is of then
	Lines         []string `json:"lines"`
	Unmapped      []string `json:"unmapped"`
}

type databaseTold struct {
	State   string       `json:"state"`
	Since   string       `json:"since"`
	Size    int64        `json:"bytes"`
	Free    int64        `json:"freeBytes"` // of the disk; -1 where that is not known
	Schema  orFault[int] `json:"schema"`
	Checked string       `json:"check"`
}

// numbersTold counts nothing that is not counted anyway.
func (b *Backend) numbersTold(ctx context.Context, words *redactor) numbersTold {
	return numbersTold{
		People: read(b.counts(ctx, scim.User)), Groups: read(b.counts(ctx, scim.Group)), LocalIDs: read(b.store.AnyLocalID(ctx)),
		Requests: read(b.activityHead(ctx)), Jobs: read(b.jobsTold(ctx)), Handover: read(b.handoverTold(ctx)), HandedOver: read(b.handedOverTold(ctx)),
		Target: b.targetTold(words), Database: b.databaseTold(ctx),
	}
}

func (b *Backend) jobsTold(ctx context.Context) ([]JobInfo, error) {
	all, err := b.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	all = all[:min(len(all), diagnosedJobs)]
	for i := range all {
		all[i].Rule, all[i].File, all[i].Fault = hidden(all[i].Rule), hidden(all[i].File), hidden(all[i].Fault)
	}
	return all, nil
}

func (b *Backend) handoverTold(ctx context.Context) (handoverTold, error) {
	s, err := b.handing.settings(ctx)
	if err != nil {
		return handoverTold{}, err
	}
	run, err := b.handing.lastRun(ctx)
	return handoverTold{Format: s.Format, Every: s.Every, At: s.At, Folder: s.Folder != "", People: len(s.People), Members: len(s.Members),
		Tried: stamp(run.Last), FaultCode: run.Code}, err
}

func (b *Backend) handedOverTold(ctx context.Context) ([]HandoverInfo, error) {
	made, err := b.store.Handovers(ctx, diagnosedJobs)
	if err != nil {
		return nil, err
	}
	all := make([]HandoverInfo, 0, len(made))
	for _, h := range made {
		about, err := aboutHandover(h)
		if err != nil {
			return nil, err
		}
		one := about.Sums
		one.Seq, one.Made, one.Taken, one.Receipt, one.Files = h.Seq, stamp(h.Made), stamp(h.Taken), hidden(h.Receipt), []string{}
		all = append(all, one)
	}
	return all, nil
}

// targetTold has what the page of the target has counted last: nothing is counted for it.
func (b *Backend) targetTold(words *redactor) targetTold {
	now := b.targets.get()
	t := targetTold{ID: now.ID, BasePath: now.BasePath, GroupKey: now.GroupKey, Strict: now.strict, OneToken: now.OneToken,
		Administrator: now.admin.choice() != "", Lines: []string{}, Unmapped: []string{}}
	if !slices.ContainsFunc(b.targets.builtIn, func(k *target.Target) bool { return k.ID == now.ID }) {
		t.ID = "own"
	}
	if !b.targets.counting.TryLock() {
		return t // it is just being counted, which takes as long as there are people
	}
	c, known := b.targets.counts[now.ID]
	b.targets.counting.Unlock()
	if !known {
		return t
	}
	t.Counted = stamp(c.at)
	line := func(a TargetAttribute) string {
		return fmt.Sprintf("%s %s: %s, %d have it, %d lack it, %d break its rule", a.Type, words.filter(a.Path), a.Seen, a.Count, a.Missing, a.Broken)
	}
	for _, one := range []struct {
		kind *scim.ResourceType
		of   *tallied
	}{{scim.User, &c.people}, {scim.Group, &c.groups}} {
		for _, a := range one.of.table(one.kind) {
			t.Lines = append(t.Lines, line(a))
		}
		beside := one.of.others(one.kind)
		for _, a := range beside[:min(len(beside), diagnosedPaths)] {
			t.Unmapped = append(t.Unmapped, line(a))
		}
	}
	return t
}

func (b *Backend) databaseTold(ctx context.Context) databaseTold {
	h := b.store.Health()
	d := databaseTold{State: string(h.State), Since: stamp(h.Since), Size: b.store.Size(), Free: -1, Schema: read(b.store.SchemaVersion(ctx))}
	if free, ok := b.store.Free(); ok {
		d.Free = free
	}
	switch finding, whole, err := b.store.CheckWithin(ctx, diagnosticsCheck); {
	case err != nil:
		d.Checked = diagnosticsFaults + faultWords(err)
	case finding != "":
		d.Checked = "damaged: " + finding
	case whole:
		d.Checked = "all well"
	default:
		d.Checked = fmt.Sprintf("nothing found in %s; it is too large to be looked at whole in that time", diagnosticsCheck)
	}
	return d
}
