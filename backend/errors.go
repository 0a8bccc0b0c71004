package backend

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"

	"scimdesk/backend/config"
	"scimdesk/backend/entra"
	"scimdesk/backend/scim"
	"scimdesk/backend/store"
	"scimdesk/backend/token"
	"scimdesk/backend/tunnel"
)

// ErrQuery is a question that can't be answered as it is asked; what wraps it names what is allowed.
var ErrQuery = errors.New("this can't be done as it was asked")

// ErrExport means that a file could not be written; what wraps it has the system's reason.
var ErrExport = errors.New("the file can't be written")

// fault is an error's stable code and the sentence that goes with it: what happened and what to do.
type fault struct{ code, message string }

// Code gives an error's stable code for faces, such as DB_FULL or PORT_BUSY; "INTERNAL" for what nobody classified.
func Code(err error) string { return classify(err).code }

// Message is the sentence that goes with Code. It holds no secret.
func Message(err error) string { return Mask(classify(err).message) }

func classify(err error) fault {
	if down, ok := errors.AsType[*store.Unavailable](err); ok {
		if down.State == store.StateCorrupt {
			return fault{"DB_CORRUPT", "The database is damaged, so nothing is saved and Entra is told to try again later. End ScimDesk, put a copy of the data folder in its place, and start again."}
		}
		code := "DB_" + strings.ToUpper(strings.ReplaceAll(string(down.State), "-", ""))
		return fault{code, "Nothing can be saved: the disk or the database is " + string(down.State) + ". Entra is told to try again later; free the cause and it goes on by itself."}
	}
	if r, ok := errors.AsType[*tunnel.Reason](err); ok {
		return fault{r.Code, r.Message}
	}
	if e, ok := errors.AsType[*scim.Error](err); ok {
		if e.Kind == scim.NotFound {
			return fault{"NOT_FOUND", e.Detail}
		}
		return fault{"REFUSED", e.Detail}
	}
	if bad, ok := errors.AsType[*config.Faults](err); ok {
		if bad.Path == "" {
			return fault{"BAD_SETTING", "Nothing was changed: " + bad.Error() + "."}
		}
		return fault{"BAD_CONFIG", "The settings can't be used and were left as they are. Mend the file or remove it, and start again. " + bad.Error() + "."}
	}
	switch {
	case errors.Is(err, store.ErrOwned):
		return fault{"SECOND_COPY", "Another ScimDesk has this data folder open. Close it, or use another folder."}
	case errors.Is(err, store.ErrTooNew):
		return fault{"DB_NEWER", "This data folder was written by a newer ScimDesk. Update this one; nothing was changed."}
	case errors.Is(err, ErrRehearsal):
		return fault{"BAD_REHEARSAL", err.Error()}
	case errors.Is(err, ErrSampleRunning):
		return fault{"SAMPLE_RUNNING", "The window shows the sample. Leave it first."}
	case errors.Is(err, ErrOpening):
		return fault{"OPENING", "ScimDesk is still opening the data folder. After an update this can take some minutes."}
	case errors.Is(err, ErrFolderFixed):
		return fault{"FOLDER_FIXED", "The data folder is set by --data or SCIMDESK_DATA. Start ScimDesk without them to choose one here."}
	case errors.Is(err, config.ErrNoKeychain):
		return fault{"NO_KEYCHAIN", "No authtoken can be kept in the keychain or read from it: " + err.Error() + ". Keep it in a file, or set " + config.EnvAuthtoken + "."}
	case errors.Is(err, config.ErrAuthtoken):
		return fault{"BAD_AUTHTOKEN", err.Error()}
	case errors.Is(err, config.ErrAuthtokenFixed):
		return fault{"AUTHTOKEN_FIXED", err.Error()}
	case errors.Is(err, ErrFolderNotEmpty):
		return fault{"FOLDER_NOT_EMPTY", "The data folder is ScimDesk's alone. Choose an empty one, or make one in it. " + err.Error()}
	case errors.Is(err, entra.ErrQuarantine), refused(err):
		return fault{"QUARANTINED", quarantine(err)}
	case errors.Is(err, entra.ErrSilent):
		return fault{"NO_ANSWER", "Entra got no answer and stopped: " + err.Error()}
	case errors.Is(err, ErrUpload):
		return fault{"BAD_FILE", err.Error()}
	case errors.Is(err, ErrServer):
		return fault{"BAD_SERVER", err.Error()}
	case errors.Is(err, ErrPlanGone):
		return fault{"PLAN_GONE", "The preview is not kept any more. Make it again; nothing was changed."}
	case errors.Is(err, ErrPlanStale):
		return fault{"PLAN_STALE", "People have changed since the preview was made, so it would do something else now. Make it again; nothing was changed."}
	case errors.Is(err, ErrGroupsCollide):
		return fault{"GROUPS_COLLIDE", err.Error()}
	case errors.Is(err, ErrCollisions):
		return fault{"COLLISIONS", err.Error()}
	case errors.Is(err, store.ErrJobRunning):
		return fault{"JOB_RUNNING", "Another conversion or import is still under way. Wait until it is done."}
	case errors.Is(err, store.ErrJobState):
		return fault{"JOB_STATE", "This can't be undone: it has been undone already, or is not done yet."}
	case errors.Is(err, ErrHandoverCleaned):
		return fault{"HANDOVER_CLEANED", "This hand-over can't be made again: it is older than what the settings keep, and its rows are removed. Its numbers and its receipt stay. A full export tells everything as it is now."}
	case errors.Is(err, ErrEntraOwns):
		return fault{"ENTRA_OWNS", err.Error()}
	case errors.Is(err, ErrChanged):
		return fault{"CHANGED", "Somebody else has changed this person meanwhile. Look at what is there now, and save again."}
	case errors.Is(err, ErrQuery):
		return fault{"BAD_QUERY", err.Error()}
	case errors.Is(err, ErrExport):
		return fault{"EXPORT_FAILED", err.Error()}
	case errors.Is(err, ErrAddress), errors.Is(err, ErrWay):
		return fault{"BAD_ADDRESS", err.Error()}
	case errors.Is(err, ErrSampleConnection):
		return fault{"SAMPLE_CONNECTION", "A sample has no public address: its people are invented and stay here. Leave the sample to set up the connection."}
	case errors.Is(err, ErrNoTunnel):
		return fault{"NO_TUNNEL", "Entra does not come through a tunnel here. Choose the tunnel by ngrok first."}
	case errors.Is(err, ErrNotServing):
		return fault{"NOT_SERVING", "Nobody serves this data folder now. Start it with scimd run, or open it in the window."}
	case errors.Is(err, ErrNoAuthtoken):
		return fault{"TUNNEL_NO_TOKEN", "The tunnel needs ngrok's authtoken. Copy it from ngrok's dashboard and save it here."}
	case errors.Is(err, token.ErrRotating):
		return fault{"TOKEN_ROTATING", "Two tokens are accepted already, and never a third. Finish or undo the first rotation, or force another."}
	case errors.Is(err, token.ErrNotRotating):
		return fault{"TOKEN_NOT_ROTATING", "There is nothing to undo: the old token has ended. Make a new one if Entra is refused."}
	case errors.Is(err, token.ErrNoToken):
		return fault{"TOKEN_NONE", "No token is accepted. Make one first."}
	case errors.Is(err, token.ErrExpiry):
		return fault{"TOKEN_EXPIRY", "A token can only end in the future. Name a later day; nothing was changed."}
	case errors.Is(err, ErrExposed):
		return fault{"LISTEN_EXPOSED", err.Error()}
	case isBusy(err):
		return fault{"PORT_BUSY", "The port is used by another program. Close that, or listen on another port."}
	case errors.Is(err, syscall.ENOSPC):
		return fault{"DB_FULL", "Nothing can be saved: the disk is full. Free some room and try again. " + err.Error()}
	case errors.Is(err, syscall.EROFS):
		return fault{"DB_READONLY", "Nothing can be saved: the disk is read-only. " + err.Error()}
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return fault{"NO_PERMISSION", "The system refuses it: " + err.Error()}
	case errors.Is(err, context.DeadlineExceeded):
		return fault{"CALL_TIMEOUT", "It took too long and was stopped. Nothing was changed by it; try again."}
	case errors.Is(err, context.Canceled):
		return fault{"CANCELLED", "It was stopped before it was done."}
	}
	return fault{"INTERNAL", err.Error()}
}

// quarantine says in Entra's own words why it would come more and more rarely from now on.
func quarantine(err error) string {
	reason := err.Error()
	if f, ok := errors.AsType[*entra.Failure](err); ok {
		reason = f.Code + ": " + f.Detail
	}
	return "Entra would put the provisioning job into quarantine: " + reason
}

// isBusy tells that an address can't be listened on because somebody does.
func isBusy(err error) bool {
	const windows syscall.Errno = 10048 // WSAEADDRINUSE, which syscall.EADDRINUSE does not equal there
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, windows)
}

// isElsewhere tells that an address is none of this computer's.
func isElsewhere(err error) bool {
	const windows syscall.Errno = 10049 // WSAEADDRNOTAVAIL
	_, unknown := errors.AsType[*net.DNSError](err)
	return unknown || errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, windows)
}
