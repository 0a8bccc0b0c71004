package scim

// Kind is what went wrong, in the words of RFC 7644 table 9 where it has one. The server maps each Kind to a status
// and a scimType in one table.
type Kind int

// The kinds. The zero Kind is Internal: an error that nobody classified is ours, not the client's.
const (
	Internal           Kind = iota // 500: a fault of ours; Detail is not for the client
	InvalidFilter                  // 400 invalidFilter
	InvalidSyntax                  // 400 invalidSyntax: the body is not JSON or not the message that was expected
	InvalidPath                    // 400 invalidPath: a PATCH path that can't be parsed
	NoTarget                       // 400 noTarget: a PATCH path that is missing where one is needed
	InvalidValue                   // 400 invalidValue: a value of the wrong type or shape, or a required one missing
	Mutability                     // 400 mutability: a change that is not allowed on what it names
	TooMany                        // 400 tooMany
	Uniqueness                     // 409 uniqueness
	Refused                        // 409 without a scimType: a delete that may not happen
	Unauthorized                   // 401
	NotFound                       // 404
	MethodNotAllowed               // 405
	PreconditionFailed             // 412: If-Match names another version
	TooLarge                       // 413
	UnsupportedMedia               // 415
	TooManyRequests                // 429
	NotImplemented                 // 501
	Unavailable                    // 503: nothing was written; try again
	kinds                          // how many there are; kept last
)

// Kinds lists every Kind, for tests that must see them all.
func Kinds() []Kind {
	all := make([]Kind, 0, kinds)
	for k := range kinds {
		all = append(all, k)
	}
	return all
}

// Error is the one error type that reaches a client. Detail is for the client: it names the attribute and the
// value's fault, since Entra copies it into the log an admin reads. Err is the cause, for our own log only.
type Error struct {
	Kind   Kind
	Detail string
	Err    error
}

// Error gives the detail, followed by the cause when there is one.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Detail + ": " + e.Err.Error()
	}
	return e.Detail
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }
