package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

const lookupUsage = `scimd lookup finds out who is meant by each line of a list of anything: user IDs, e-mails, local IDs, SCIM ids, Entra ids, names. It writes the list in its
order with its own columns, and behind them the ones asked for. FILE is a list or a CSV; - is standard input. Nothing is changed.

  scimd lookup staff.csv --data ./office --to userName,email
  scimd lookup list.txt --from email --format json

state says how a line was found: found, case (small and capital letters or spaces differ), former (by a user ID of before), several, none, twice, invalid,
empty. status is that of whoever was found: active, disabled or deleted. formerOwner is the user ID of now of whoever had the value as theirs before it was
somebody else's, and formerUntil until when: a list of then means them.`

func (a *app) lookUp(ctx context.Context, args []string) error {
	fs := a.flags("scimd lookup", lookupUsage)
	data := dataFlag(fs)
	from := fs.String("from", "", "what the values are: userName, email, anyEmail, id, externalId, localId or name (default: found out for each)")
	column := fs.String("column", "", "the `column` that holds them, by its name or its number from 1 (default: found out)")
	to := fs.String("to", "userName,email,id,externalId,localId,name,status,state,formerOwner,formerUntil", "the `columns` that are added")
	format := fs.String("format", "csv", "csv or json")
	out := fs.String("out", "", "`file` to write, instead of standard output; it appears when it is whole")
	words, err := a.words(fs, args)
	if err != nil {
		return err
	}
	switch {
	case len(words) != 1:
		return &usageError{"scimd lookup: name one file, or - for standard input"}
	case *format != "csv" && *format != "json":
		return &usageError{"scimd lookup: --format is csv or json"}
	}
	if n, err := strconv.Atoi(*column); err == nil && n < 1 {
		return &usageError{"scimd lookup: columns are numbered from 1"}
	}
	return a.with(ctx, *data, false, func(f folder, _ *control.Client) error {
		l, err := a.lookUpColumn(ctx, f, words[0], *from, *column)
		if err != nil {
			return err
		}
		rows, err := lookupRows(ctx, f, l)
		if err != nil {
			return err
		}
		write := func(w io.Writer) error {
			buffered := bufio.NewWriter(w)
			_, err := backend.WriteLookup(buffered, *format, l, rows, strings.Split(*to, ","))
			return errors.Join(err, buffered.Flush())
		}
		if err := tellLookup(a.err, l); err != nil {
			return err
		}
		if *out == "" {
			return write(a.out)
		}
		return whole(*out, write)
	})
}

// lookUpColumn looks a file up by a column that is named, numbered from 1, or found.
func (a *app) lookUpColumn(ctx context.Context, f folder, file, from, column string) (backend.Lookup, error) {
	up, err := a.handFile(ctx, f, file)
	if err != nil {
		return backend.Lookup{}, err
	}
	r := backend.LookupRequest{Upload: up.ID, From: from, Column: -1}
	n, err := strconv.Atoi(column)
	if err == nil {
		r.Column = n - 1
	}
	l, problem := f.LookUp(ctx, r)
	if problem != nil || column == "" || err == nil {
		return l, problem
	}
	r.Column = slices.IndexFunc(l.Header, func(h string) bool { return strings.EqualFold(h, column) })
	if r.Column < 0 {
		return l, fmt.Errorf("%s has no column %q, but %s", file, column, strings.Join(l.Header, ", "))
	}
	return f.LookUp(ctx, r)
}

func lookupRows(ctx context.Context, f folder, l backend.Lookup) (all []backend.LookupRow, err error) {
	for {
		page, err := f.LookupRows(ctx, backend.PlanQuery{Plan: l.Plan, From: len(all), Limit: 500})
		if err != nil {
			return nil, err
		}
		all = append(all, page.Rows...)
		if len(all) >= page.Total || len(page.Rows) == 0 {
			return all, nil
		}
	}
}

// tellLookup counts how the lines were found.
func tellLookup(w io.Writer, l backend.Lookup) error {
	counts := make([]string, 0, len(l.Counts))
	for _, c := range l.Counts {
		counts = append(counts, fmt.Sprintf("%d %s", c.Count, c.State))
	}
	if l.Total == 0 {
		counts = []string{"there is nothing but a header in it"}
	}
	if _, err := fmt.Fprintf(w, "Lines: %d, %s\n", l.Total, strings.Join(counts, ", ")); err != nil || l.Reused == 0 {
		return err
	}
	_, err := fmt.Fprintf(w, "Lines whose value was somebody else's user ID before: %d. An old list means those in formerOwner, until formerUntil.\n", l.Reused)
	return err
}
