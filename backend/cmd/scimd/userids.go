package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

const userIDsUsage = `scimd userids converts the user IDs by which Entra will match people: shows what would change, changes it, and takes it back.

  scimd userids plan --to email --data ./office
  scimd userids plan --to template --template '{givenName|ascii|first|lower}.{familyName|ascii|lower}@{domain}' --format json
  scimd userids apply --to email --skip-collisions --ids old-to-new.csv
  scimd userids undo
  scimd userids jobs

--to is one of email (the primary work e-mail), other-email (with --email-type), mailbox (the part before the @), external-id, employee-number,
domain (with --from-domain and --to-domain), template, file (with --file, a CSV with the old and the new ones), former (the one before the last
conversion) and local-id.

A template has fields in braces: givenName familyName displayName userName mailbox domain email externalId employeeNumber localId department, each with
filters behind a |: first (its first letter), a number (as many letters), lower, upper, de (ä as ae) and ascii (letters of any script as plain ones).

People whose user ID Entra has written are left out unless --owned. Nobody is changed by plan. apply refuses while two would get the same ID, unless
--skip-collisions leaves them out or --suffix-collisions puts numbers behind the names. It is done in short steps, while Entra is answered, and goes
on when it was cut off.`

// conversions is what --to can be.
const conversions = "email, other-email, mailbox, external-id, employee-number, domain, template, file, former, local-id"

// userIDFlags are the flags of a rule.
type userIDFlags struct {
	rule          backend.UserIDRule
	file, idsFile string
}

func (r *userIDFlags) register(fs *flag.FlagSet) {
	fs.StringVar(&r.rule.To, "to", "", "what the user IDs become, as above")
	fs.StringVar(&r.rule.EmailType, "email-type", "", "the `type` of --to other-email, such as home")
	fs.StringVar(&r.rule.FromDomain, "from-domain", "", "the old `domain` of --to domain")
	fs.StringVar(&r.rule.ToDomain, "to-domain", "", "the new `domain` of --to domain")
	fs.StringVar(&r.rule.Template, "template", "", "the `template` of --to template")
	fs.StringVar(&r.file, "file", "", "the `file` of --to file: a CSV with old and new user IDs")
	fs.BoolVar(&r.rule.Owned, "owned", false, "also those whose user ID Entra has written")
	fs.StringVar(&r.rule.Search, "search", "", "only people who are found by these `words`")
	fs.StringVar(&r.rule.Group, "group", "", "only members of the group with this `name` or id")
	fs.StringVar(&r.rule.State, "state", "", "only people who are active or disabled")
	fs.StringVar(&r.idsFile, "ids-file", "", "only people whose ids stand in this `file`, one a line")
}

func (a *app) userIDs(ctx context.Context, args []string) error {
	fs := a.flags("scimd userids", userIDsUsage)
	data := dataFlag(fs)
	var r userIDFlags
	r.register(fs)
	format := fs.String("format", "text", "text or json; of plan also csv")
	skip := fs.Bool("skip-collisions", false, "of apply: leave out who would get an ID that somebody else has or gets")
	suffix := fs.Bool("suffix-collisions", false, "of apply: put a number behind such IDs")
	report := fs.String("report", "", "of apply: `file` with a line for each person, CSV or .json")
	ids := fs.String("ids", "", "of apply: `file` with the old and the new user IDs, CSV or .json")
	job := fs.Int64("job", 0, "of undo: the `number` of the conversion instead of the last one")
	words, err := a.parse(fs, args, []string{"plan", "apply", "undo", "jobs"})
	if err != nil {
		return err
	}
	planning := words[0] == "plan" || words[0] == "apply"
	switch {
	case planning && r.rule.To == "":
		return &usageError{"scimd userids: say what the user IDs shall become, such as --to email"}
	case planning && !slices.Contains(strings.Split(conversions, ", "), r.rule.To):
		return &usageError{"scimd userids: --to is one of " + conversions}
	case r.rule.To == backend.ToFile && r.file == "":
		return &usageError{"scimd userids: --to file needs --file"}
	case *skip && *suffix:
		return &usageError{"scimd userids: collisions are either left out or get numbers"}
	case !slices.Contains([]string{"text", "json", "csv"}, *format) || *format == "csv" && words[0] != "plan":
		return &usageError{"scimd userids: --format is text or json, and of plan csv"}
	}
	if words[0] == "apply" {
		if err := canWrite(*report, *ids); err != nil {
			return err
		}
	}
	return a.with(ctx, *data, false, func(f folder, _ *control.Client) error {
		switch words[0] {
		case "jobs":
			return a.tellJobs(ctx, f, *format, backend.JobConvert)
		case "undo":
			return a.undo(ctx, f, undoing{backend.JobConvert, "user IDs", *job, *format})
		}
		p, err := a.planUserIDs(ctx, f, r)
		if err != nil {
			return err
		}
		if words[0] == "plan" {
			return a.tellPlan(ctx, f, p, *format)
		}
		if p, err = a.settleUserIDs(ctx, f, p, *skip, *suffix); err != nil {
			return err
		}
		return a.applyUserIDs(ctx, f, p, *format, *report, *ids)
	})
}

func (a *app) planUserIDs(ctx context.Context, f folder, r userIDFlags) (backend.UserIDPlan, error) {
	if r.rule.To == backend.ToFile {
		up, err := a.handFile(ctx, f, r.file)
		if err != nil {
			return backend.UserIDPlan{}, err
		}
		r.rule.Upload = up.ID
	}
	if r.idsFile != "" {
		text, err := os.ReadFile(r.idsFile)
		if err != nil {
			return backend.UserIDPlan{}, err
		}
		if r.rule.IDs = strings.Fields(string(text)); len(r.rule.IDs) == 0 {
			return backend.UserIDPlan{}, fmt.Errorf("read %s: %w", r.idsFile, errNothing)
		}
	}
	var err error
	if r.rule.Group, err = groupID(ctx, f, r.rule.Group); err != nil {
		return backend.UserIDPlan{}, err
	}
	return f.PlanUserIDs(ctx, r.rule)
}

// groupID gives the id of a group that is named by its name or id.
func groupID(ctx context.Context, f folder, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	return f.GroupNamed(ctx, name)
}

// eachUserID reads the rows of a state, "" for all, part by part.
func eachUserID(ctx context.Context, f folder, plan, state string, each func(backend.UserIDRow) error) error {
	for from := 0; ; {
		page, err := f.UserIDRows(ctx, backend.PlanQuery{Plan: plan, State: state, From: from, Limit: 500})
		if err != nil {
			return err
		}
		for _, r := range page.Rows {
			if err := each(r); err != nil {
				return err
			}
		}
		if from += len(page.Rows); from >= page.Total || len(page.Rows) == 0 {
			return nil
		}
	}
}

func (a *app) tellPlan(ctx context.Context, f folder, p backend.UserIDPlan, format string) error {
	out := bufio.NewWriter(a.out)
	var err error
	switch format {
	case "json":
		err = jsonArray(out, func(add func(any) error) error {
			return eachUserID(ctx, f, p.Plan, "", func(r backend.UserIDRow) error { return add(r) })
		})
	case "csv":
		var failed error
		_, err = backend.WriteUserIDs(out, "csv", func(yield func(backend.UserIDRow) bool) {
			failed = eachUserID(ctx, f, p.Plan, "", func(r backend.UserIDRow) error {
				if !yield(r) {
					return io.ErrShortWrite
				}
				return nil
			})
		})
		err = errors.Join(err, failed)
	default:
		err = tellPlanText(ctx, out, f, p)
	}
	return errors.Join(err, out.Flush())
}

func tellPlanText(ctx context.Context, w io.Writer, f folder, p backend.UserIDPlan) error {
	say := &printer{w: w}
	if len(p.Counts) == 0 {
		say.line("Nobody is here whom it could be about.")
	}
	for _, c := range p.Counts {
		say.line("%7d  %s", c.Count, stateWords(c.State))
		if c.State == backend.RowSame {
			continue
		}
		page, err := f.UserIDRows(ctx, backend.PlanQuery{Plan: p.Plan, State: c.State, Limit: rowsShown})
		if err != nil {
			return err
		}
		for _, r := range page.Rows {
			say.line("         %s", userIDLine(r))
		}
		if more := page.Total - len(page.Rows); more > 0 {
			say.line("         and %d more", more)
		}
	}
	if p.Matching {
		say.line("Entra matches people by the user ID and knows some of these already: it would write its own again, or not find them.")
	}
	return say.err
}

// userIDLine is a row of a plan for people to read.
func userIDLine(r backend.UserIDRow) string {
	line := printable(r.From)
	if r.To != "" && r.To != r.From {
		line += " -> " + printable(r.To)
	}
	if r.Reason != "" {
		line += ": " + printable(r.Reason)
	}
	return line
}

func stateWords(state string) string {
	return map[string]string{
		backend.RowChange: "change", backend.RowCase: "change only their letters", backend.RowSame: "are the same already", backend.RowNoSource: "have nothing to make the ID of",
		backend.RowInvalid: "would get an ID that is not valid", backend.RowCollision: "collide", backend.RowOwned: "are owned by Entra and left out", backend.RowSkipped: "are left out",
		backend.RowMissing: "are not here",
	}[state]
}

// errCollide is what apply ends with while collisions are open; they have been listed.
var errCollide = errors.New("nothing was changed: settle the collisions first, or leave them out with --skip-collisions, or number them with --suffix-collisions")

// settleUserIDs settles collisions as it was asked to, or lists them.
func (a *app) settleUserIDs(ctx context.Context, f folder, p backend.UserIDPlan, skip, suffix bool) (backend.UserIDPlan, error) {
	if p.Open == 0 {
		return p, nil
	}
	do := "skip"
	if suffix {
		do = "suffix"
	}
	if skip || suffix {
		return f.SettleUserID(ctx, backend.UserIDChoice{Plan: p.Plan, N: -1, Do: do})
	}
	page, err := f.UserIDRows(ctx, backend.PlanQuery{Plan: p.Plan, State: backend.RowCollision, Limit: rowsShown})
	if err != nil {
		return p, err
	}
	_, _ = fmt.Fprintf(a.err, "%d collide:\n", page.Total)
	for _, r := range page.Rows {
		_, _ = fmt.Fprintln(a.err, " ", userIDLine(r))
	}
	if more := page.Total - len(page.Rows); more > 0 {
		_, _ = fmt.Fprintf(a.err, "  and %d more\n", more)
	}
	return p, errCollide
}

func (a *app) applyUserIDs(ctx context.Context, f folder, p backend.UserIDPlan, format, report, ids string) error {
	if p.Change == 0 && format == "json" {
		return jsonArray(a.out, func(func(any) error) error { return nil })
	}
	if p.Change == 0 {
		return a.print("There is nothing to change.\n")
	}
	j, err := f.ApplyUserIDs(ctx, p.Plan)
	if err != nil {
		return err
	}
	if j, err = a.waitJob(ctx, f, j.Seq); err != nil {
		return err
	}
	if err := a.tellJob(j, format, "Converted %d of %d user IDs, job %d. To take it back: scimd userids undo\n", j.Done, j.Total, j.Seq); err != nil {
		return err
	}
	for _, c := range p.Counts {
		if format == "text" && !slices.Contains([]string{backend.RowChange, backend.RowCase}, c.State) {
			if err := a.print("%7d  %s\n", c.Count, stateWords(c.State)); err != nil {
				return err
			}
		}
	}
	for what, file := range map[string]string{"report": report, "ids": ids} {
		if file == "" {
			continue
		}
		if err := jobFile(ctx, f, j.Seq, what, file); err != nil {
			return err
		}
	}
	if j.Failed == 0 {
		return nil
	}
	if err := a.tellRows(ctx, f, j.Seq, "failed"); err != nil {
		return err
	}
	return fmt.Errorf("%d were not converted, since they changed meanwhile", j.Failed)
}
