package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
)

// statuses maps every scim.Kind to its HTTP status and scimType (RFC 7644 section 3.12).
var statuses = map[scim.Kind]struct {
	status   int
	scimType string
}{
	scim.Internal:           {http.StatusInternalServerError, ""},
	scim.InvalidFilter:      {http.StatusBadRequest, "invalidFilter"},
	scim.InvalidSyntax:      {http.StatusBadRequest, "invalidSyntax"},
	scim.InvalidPath:        {http.StatusBadRequest, "invalidPath"},
	scim.NoTarget:           {http.StatusBadRequest, "noTarget"},
	scim.InvalidValue:       {http.StatusBadRequest, "invalidValue"},
	scim.Mutability:         {http.StatusBadRequest, "mutability"},
	scim.TooMany:            {http.StatusBadRequest, "tooMany"},
	scim.Uniqueness:         {http.StatusConflict, "uniqueness"},
	scim.Refused:            {http.StatusConflict, ""},
	scim.Unauthorized:       {http.StatusUnauthorized, ""},
	scim.NotFound:           {http.StatusNotFound, ""},
	scim.MethodNotAllowed:   {http.StatusMethodNotAllowed, ""},
	scim.PreconditionFailed: {http.StatusPreconditionFailed, ""},
	scim.TooLarge:           {http.StatusRequestEntityTooLarge, ""},
	scim.UnsupportedMedia:   {http.StatusUnsupportedMediaType, ""},
	scim.TooManyRequests:    {http.StatusTooManyRequests, ""},
	scim.NotImplemented:     {http.StatusNotImplemented, ""},
	scim.Unavailable:        {http.StatusServiceUnavailable, ""},
}

// statusGone is what the log shows for a client that went away before its answer; nobody receives it.
const statusGone = 499

// retryAfter is the seconds that 429 and 503 ask a client to wait.
const retryAfter = 30

// fail makes the answer to an error. What is not a *scim.Error in the end is ours: the client gets the request id, the log
// gets the chain.
func (c *call) fail(err error) answer {
	e := c.classify(err)
	detail := c.mask(e.Detail)
	row, ok := statuses[e.Kind]
	if !ok {
		row = statuses[scim.Internal]
	}
	a := answer{status: row.status, header: http.Header{}}
	switch e.Kind {
	case scim.Unauthorized:
		a.header.Set("WWW-Authenticate", `Bearer realm="scim", error="invalid_token"`)
	case scim.Unavailable, scim.TooManyRequests:
		a.header.Set("Retry-After", strconv.Itoa(retryAfter))
	case scim.MethodNotAllowed:
		a.header.Set("Allow", c.allowed())
	}
	if errors.Is(err, context.Canceled) && c.request.Context().Err() != nil {
		a.status = statusGone
	}
	a.body = scim.RenderError(a.status, row.scimType, detail)
	c.activity.ScimType, c.activity.Detail = row.scimType, detail
	return a
}

func (c *call) classify(err error) *scim.Error {
	if down, ok := errors.AsType[*store.Unavailable](err); ok {
		c.log.Warn("request could not be written", "request", c.activity.RequestID, "state", down.State, "err", down.Err)
		return &scim.Error{Kind: scim.Unavailable, Detail: "Nothing can be saved at the moment (the disk is " + string(down.State) + "); nothing was changed, try again later"}
	}
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &scim.Error{Kind: scim.TooLarge, Detail: "The body is larger than " + strconv.FormatInt(large.Limit, 10) + " bytes"}
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &scim.Error{Kind: scim.Unavailable, Detail: "The server is too busy; nothing was changed, try again"}
	case errors.Is(err, context.Canceled):
		return &scim.Error{Kind: scim.Unavailable, Detail: "The client went away before it was answered; nothing was changed"}
	}
	if e, ok := errors.AsType[*scim.Error](err); ok && e.Kind != scim.Internal {
		return e
	}
	c.log.Error("request failed", "request", c.activity.RequestID, "method", c.activity.Method, "target", c.activity.Target, slog.Any("err", err))
	return &scim.Error{Kind: scim.Internal, Detail: "Internal error; it is in ScimDesk's log under request " + c.activity.RequestID}
}
