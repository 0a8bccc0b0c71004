package store

import "slices"

// An Outcome is how a request ended for an admin. It is decided here alone: by OutcomeOf for a row, by outcomeSQL for many.
type Outcome string

// NotFound is a 404 to a GET or DELETE: so Entra looks around and makes sure. A POST, PUT or PATCH is sent for somebody it has met
// here before, so with a 404 a change is lost, and that is a Failure, as other 4xx are. CutOff is 499 or no status: the client
// went away, and comes again.
const (
	Success  Outcome = "success"
	NotFound Outcome = "notFound"
	Failure  Outcome = "failure"
	Error    Outcome = "error" // 5xx
	CutOff   Outcome = "cutOff"
)

// Outcomes has them all.
var Outcomes = []Outcome{Success, NotFound, Failure, Error, CutOff}

// OutcomeOf tells how a request ended that was answered with a status.
func OutcomeOf(status int, method string) Outcome {
	switch {
	case status >= 500:
		return Error
	case status < 100 || status == 499:
		return CutOff
	case status < 400:
		return Success
	case status == 404 && !slices.Contains([]string{"POST", "PUT", "PATCH"}, method):
		return NotFound
	}
	return Failure
}

// outcomeSQL is OutcomeOf of a row, and isFailed what a list of failures has.
const (
	outcomeSQL = `case when status >= 500 then 'error' when status < 100 or status = 499 then 'cutOff' when status < 400 then 'success'
		when status = 404 and method not in ('POST', 'PUT', 'PATCH') then 'notFound' else 'failure' end`
	isFailed = `(` + outcomeSQL + `) in ('failure', 'error')`
)
