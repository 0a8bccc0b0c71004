package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

const forecastUsage = `scimd forecast says what Entra's first cycle will do to the people who are here: whom it adopts and what of them changes, whom it
creates, where it is refused, and who is here and not in Entra. FILE is Entra's own list of users (Users > Download users). With --groups it
says the same of each group, behind the people: in csv and json the kind of a row is person or group.

  scimd forecast exportUsers.csv --data ./office
  scimd forecast exportUsers.csv --scope members.csv --groups groups.csv
  scimd forecast exportUsers.csv --matching externalId,userName --format json`

// forecastRowsShown bounds what a text lists of each state; the rest is counted.
const forecastRowsShown = 20

func (a *app) forecast(ctx context.Context, args []string) error {
	fs := a.flags("scimd forecast", forecastUsage)
	data := dataFlag(fs)
	scope := fs.String("scope", "", "`file` that names who is in scope: a list of a group's members, or a name a line")
	groups := fs.String("groups", "", "`file` with Entra's groups that are provisioned (Groups > Download groups)")
	matching := fs.String("matching", "", "`attributes` to match by, the first first, such as externalId,userName")
	groupsBy := fs.String("groups-matching", "", "`attributes` to match groups by, the first first, such as externalId,displayName")
	format := fs.String("format", "text", "text, csv or json")
	out := fs.String("out", "", "`file` to write, instead of standard output")
	words, err := a.words(fs, args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return &usageError{"scimd forecast: name one file, Entra's list of users"}
	}
	if *format != "text" && *format != "csv" && *format != "json" {
		return &usageError{"scimd forecast: --format is text, csv or json"}
	}
	return a.with(ctx, *data, false, func(f folder, _ *control.Client) error {
		r := backend.ForecastRequest{Matching: pathList(*matching), GroupsBy: pathList(*groupsBy)}
		for _, file := range []struct {
			path string
			into *string
		}{{words[0], &r.Users}, {*scope, &r.Scope}, {*groups, &r.Groups}} {
			if file.path == "" {
				continue
			}
			up, err := a.handFile(ctx, f, file.path)
			if err != nil {
				return err
			}
			*file.into = up.ID
		}
		made, err := f.MakeForecast(ctx, r)
		if err != nil {
			return err
		}
		if *out == "" {
			return tellForecast(ctx, a.out, f, made, *format)
		}
		return whole(*out, func(w io.Writer) error { return tellForecast(ctx, w, f, made, *format) })
	})
}

// pathList takes a list of attributes apart, "" is none.
func pathList(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// forecastPart gives a part of a forecast's people or of its groups.
type forecastPart func(context.Context, backend.PlanQuery) (backend.ForecastPage, error)

// eachForecastRow reads the rows of a state, "" for all, part by part until each ends it.
func eachForecastRow(ctx context.Context, pull forecastPart, plan, state string, each func(backend.ForecastRow) error) error {
	for from := 0; ; {
		page, err := pull(ctx, backend.PlanQuery{Plan: plan, State: state, From: from, Limit: 500})
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

func tellForecast(ctx context.Context, w io.Writer, f folder, made backend.Forecast, format string) error {
	all := func(each func(backend.ForecastRow) error) error {
		if err := eachForecastRow(ctx, f.ForecastRows, made.Plan, "", each); err != nil {
			return err
		}
		return eachForecastRow(ctx, f.ForecastGroups, made.Plan, "", each)
	}
	switch format {
	case "json":
		return jsonArray(w, func(add func(any) error) error {
			return all(func(r backend.ForecastRow) error { return add(r) })
		})
	case "csv":
		return backend.WriteForecast(w, all)
	}
	say := &printer{w: w}
	say.line("Entra would match by %s.", strings.Join(made.Matching, ", then "))
	if len(made.Unknown) > 0 {
		say.line("The file does not tell %s: changes of these are not foreseen.", strings.Join(made.Unknown, ", "))
	}
	if err := tellRows(ctx, say, f.ForecastRows, made.Plan, made.Counts, forecastWords); err != nil {
		return err
	}
	if made.WithGroups {
		say.line("")
		say.line("Groups, which Entra would match by %s:", strings.Join(made.GroupsBy, ", then "))
		if len(made.GroupsUnknown) > 0 {
			say.line("Their list does not tell %s: changes of these are not foreseen.", strings.Join(made.GroupsUnknown, ", "))
		}
		if err := tellRows(ctx, say, f.ForecastGroups, made.Plan, made.Groups, forecastGroupWords); err != nil {
			return err
		}
		say.line("")
	}
	switch {
	case !made.Green:
		say.line("There is something to settle first.")
	case made.WithGroups:
		say.line("Nobody and no group would be made twice, and nothing would be refused.")
	default:
		say.line("Nobody would be made twice, and nothing would be refused.")
	}
	return say.err
}

// tellRows tells the rows of each state, but those that nothing happens to.
func tellRows(ctx context.Context, say *printer, pull forecastPart, plan string, counts []backend.StateCount, words map[string]string) error {
	for _, c := range counts {
		say.line("%7d  %s", c.Count, words[c.State])
		if c.State == backend.ForecastSame || c.State == backend.ForecastOut {
			continue
		}
		shown := 0
		err := eachForecastRow(ctx, pull, plan, c.State, func(r backend.ForecastRow) error {
			if shown++; shown > forecastRowsShown {
				return errEnough
			}
			if r.Kind == backend.ForecastGroup {
				say.line("           %s", groupLine(r))
			} else {
				say.line("           %s", forecastLine(r))
			}
			return say.err
		})
		if errors.Is(err, errEnough) {
			say.line("           … and %d more: --format csv lists all", c.Count-forecastRowsShown)
		} else if err != nil {
			return err
		}
	}
	return say.err
}

// errEnough ends a list that is long enough.
var errEnough = errors.New("enough")

var forecastWords = map[string]string{
	backend.ForecastAdopt:    "adopted, and changed",
	backend.ForecastSame:     "adopted as they are",
	backend.ForecastCreate:   "created",
	backend.ForecastConflict: "in conflict: Entra's request would fail",
	backend.ForecastRefused:  "refused by a rule of this folder",
	backend.ForecastOut:      "left alone: not in scope, or not enabled in Entra",
	backend.ForecastOrphan:   "here, and not sent by Entra: nobody would touch them",
	backend.ForecastInvalid:  "not readable as users",
}

var forecastGroupWords = map[string]string{
	backend.ForecastAdopt:    "adopted, and changed",
	backend.ForecastSame:     "adopted as they are",
	backend.ForecastCreate:   "created",
	backend.ForecastConflict: "in conflict: two would be one, or Entra would give up",
	backend.ForecastRefused:  "refused by a rule of this folder",
	backend.ForecastOut:      "left alone: Entra does not send such groups",
	backend.ForecastOrphan:   "here, and not in Entra's list: Entra would not touch them",
	backend.ForecastInvalid:  "not readable as groups",
}

// groupLine is forecastLine of a group.
func groupLine(r backend.ForecastRow) string {
	switch {
	case r.State == backend.ForecastCreate && r.Reason == backend.ForecastSeemsHere:
		return fmt.Sprintf("%s (%s), and %s is here already with %d members: both would be here", r.Name, r.ObjectID, r.With, r.Members)
	case r.State == backend.ForecastCreate && r.Reason == backend.ForecastMayBeHere:
		return fmt.Sprintf("%s (%s), and %s may be the same group: look first", r.Name, r.ObjectID, r.With)
	case r.State == backend.ForecastOrphan:
		return fmt.Sprintf("%s, with %d members", r.Name, r.Members)
	case r.State == backend.ForecastInvalid:
		return fmt.Sprintf("line %d, %s: %s", r.Line, r.Name, forecastWhy(r))
	}
	return forecastLine(r)
}

func forecastLine(r backend.ForecastRow) string {
	who := r.UPN
	if who == "" {
		who = r.Name
	}
	switch r.State {
	case backend.ForecastAdopt:
		paths := make([]string, len(r.Changes))
		for i, c := range r.Changes {
			paths[i] = c.Path
		}
		return fmt.Sprintf("%s is %s here: %s", who, r.Here, strings.Join(paths, ", "))
	case backend.ForecastCreate:
		if r.With != "" && r.Fix != "" {
			return fmt.Sprintf("%s, and %s (%s) is here already: convert that user ID first", who, r.With, r.Here)
		}
		if r.Reason == backend.ForecastMayBeHere {
			return fmt.Sprintf("%s, and %s (%s) may be the same person: look before you convert that user ID", who, r.With, r.Here)
		}
		return who
	case backend.ForecastConflict:
		return fmt.Sprintf("%s: %s", who, forecastWhy(r))
	case backend.ForecastRefused:
		return fmt.Sprintf("%s: %s", who, r.Detail)
	case backend.ForecastOrphan:
		return r.Name + " (" + r.Here + ")"
	}
	return fmt.Sprintf("%s: %s", who, forecastWhy(r))
}

// forecastReasons says what the codes mean of rows that are listed; {with} is who is in the way. Those of CSV and JSON stay codes.
var forecastReasons = map[string]string{
	"SEVERAL_MATCH":    "several here match, {with}, so Entra gives up on it",
	"USER_ID_TAKEN":    "the request is answered 409, since {with} here has the same already",
	"TAKEN_IN_CYCLE":   "the request is answered 409, since {with} gets the same first in this cycle",
	"CLAIMED":          "another one in Entra's list is matched with {with} already",
	"DEPENDS_ON_ORDER": "{with} has the same until Entra changes it in this cycle: if this one comes first, its request fails once",
	"NO_USER_NAME":     "there is no value for the user ID",
	"NOT_IN_FILE":      "named in the scope, but not in Entra's list of users",
	"NO_GROUP_NAME":    "there is no value for the name",
	"NO_OBJECT_ID":     "there is no object ID, which groups are matched by",
}

func forecastWhy(r backend.ForecastRow) string {
	words, known := forecastReasons[r.Reason]
	if !known {
		return cmp.Or(r.Detail, r.Reason)
	}
	return strings.ReplaceAll(words, "{with}", r.With)
}

// A printer prints lines until one fails.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// jsonArray writes a JSON array, an element a line, as each adds them.
func jsonArray(w io.Writer, each func(add func(any) error) error) error {
	lead := "[\n"
	err := each(func(v any) error {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, "%s%s", lead, text)
		lead = ",\n"
		return err
	})
	if err != nil {
		return err
	}
	end := "\n]\n"
	if lead == "[\n" {
		end = "[]\n"
	}
	_, err = io.WriteString(w, end)
	return err
}
