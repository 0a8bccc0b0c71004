package backend

import (
	"context"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"scimdesk/backend/exchange"
)

// ExportForecast writes a forecast as a file: its people, and behind them its groups.
func (b *Backend) ExportForecast(_ context.Context, plan, format, folder string) (ExportResult, error) {
	p, err := b.forecasts.get(plan)
	if err != nil {
		return ExportResult{}, err
	}
	return b.newFile(folder, "forecast", format, func(w io.Writer) (int, error) {
		return writeTable(w, format, forecastHeader(), forecastLines(slices.Concat(p.rows, p.groups)))
	})
}

func forecastHeader() []string {
	return []string{"kind", "line", "name", "userPrincipalName", "objectId", "state", "reason", "detail", "matchedBy", "id", "here", "members", "with", "withId", "changes"}
}

func forecastLines(rows []ForecastRow) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, r := range rows {
			if !yield(r.cells(), nil) {
				return
			}
		}
	}
}

// cells are a row as forecastHeader names them.
func (r ForecastRow) cells() []string {
	changes := make([]string, len(r.Changes))
	for i, c := range r.Changes {
		changes[i] = c.Path + ": " + c.Old + " -> " + c.New
	}
	line := ""
	if r.Line > 0 {
		line = strconv.Itoa(r.Line)
	}
	members := ""
	if r.Kind == ForecastGroup && (r.ID != "" || r.WithID != "") {
		members = strconv.Itoa(r.Members)
	}
	return []string{r.Kind, line, r.Name, r.UPN, r.ObjectID, r.State, r.Reason, r.Detail, r.By, r.ID, r.Here, members, r.With, r.WithID, strings.Join(changes, "; ")}
}

// WriteForecast writes the rows that each gives as CSV, as ExportForecast does.
func WriteForecast(w io.Writer, each func(func(ForecastRow) error) error) error {
	table, err := exchange.NewCSV(w, forecastHeader())
	if err != nil {
		return err
	}
	if err := each(func(r ForecastRow) error { return table.Row(r.cells()) }); err != nil {
		return err
	}
	return table.Flush()
}
