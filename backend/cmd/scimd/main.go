// Command scimd is ScimDesk without a window: the same backend as a daemon, and the command line for a data folder whether
// or not a daemon or a window has it open.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"scimdesk/backend"
	"scimdesk/backend/control"
)

// The exit codes, as scimd --help lists them.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitTaken       = 3
	exitUnavailable = 4
	exitDifferent   = 5
)

const help = `scimd serves SCIM 2.0 to Microsoft Entra ID and keeps what arrives in a data folder.

Usage
  scimd run                    serve, and show each request as it arrives
  scimd token rotate           make a new secret token; the old one goes on until it is not needed any more
  scimd token undo|finish      end the new token, or the old one now, while both are accepted
  scimd token status           which tokens are accepted, and which were sent after their end
  scimd token expires          have the accepted token end on a day, or never, without making another
  scimd token end              stop accepting any token
  scimd oauth make|end         let Entra sign in by OAuth client credentials, or no more
  scimd connection             how Entra reaches the folder; set key=value changes it
  scimd authtoken save|forget  keep ngrok's authtoken, read from standard input
  scimd tunnel start|stop|reconnect|status
  scimd check                  ask the public address from outside in; --person also writes
  scimd status                 is it serving, is the disk well, who is in the folder
  scimd import people|groups   take in who exists before Entra: a CSV or JSON file, or a SCIM server's list
  scimd export people|groups   everybody as CSV or JSON
  scimd userids plan|apply     what a conversion of user IDs would change, and doing it; undo takes it back, jobs lists them
  scimd lookup FILE            who is meant by each line of a list
  scimd forecast FILE          what Entra's first cycle will do, from its own list of users
  scimd handover               what changed since the last one, as files for a system without SCIM
  scimd target list|show|use   the system that the folder stands in for, and its mapping table beside what Entra sent
  scimd diagnostics            what somebody who is to help needs to know, as a ZIP without people and secrets
  scimd rehearse               play Entra at a server with invented people
  scimd version
Each has --help with its flags.

Examples
  scimd run --data ./office --listen 127.0.0.1:8088
  scimd token rotate --data ./office > token.txt
  scimd export people --data ./office --format csv > people.csv
  scimd userids plan --to email --data ./office
  scimd rehearse --people 200 --groups 12 --cycles 3 --dialect mixed
  scimd rehearse --url http://127.0.0.1:8088/scim/v2 --token-file token.txt

All but run and rehearse work while the folder is open in a window or a daemon, and all but these and check while it is not.

Environment
  SCIMDESK_DATA     the data folder, instead of --data
  SCIMDESK_LISTEN   the listen address, instead of --listen
  NGROK_AUTHTOKEN   ngrok's authtoken, instead of a saved one

Exit codes
  0  done
  1  failed; the reason is on standard error
  2  the command line is wrong
  3  the data folder is open in another process that does not answer, or that wants it for itself
  4  the disk or the database refuses: full, read-only, locked, corrupt
  5  a rehearsal ended, and the server differs from what was sent to it; or a self-check was stopped on its way
`

func main() {
	// Nobody reading the requests is no reason to stop serving them.
	signal.Ignore(syscall.SIGPIPE)
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	context.AfterFunc(ctx, stop) // a second signal ends at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// app is one call of scimd.
type app struct {
	in       io.Reader
	out, err io.Writer
	name     string // of the command at hand, such as scimd import
	usage    string // its help
}

// usageError is a command line that can't be followed; nothing was done.
type usageError struct{ message string }

func (u *usageError) Error() string { return u.message }

// errDifferent ends a rehearsal that found differences; they have been printed.
var errDifferent = errors.New("the server differs from what was sent to it")

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{in: stdin, out: stdout, err: stderr, name: "scimd"}
	err := a.command(ctx, args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	say := func(text string) { _, _ = fmt.Fprintln(stderr, "scimd:", backend.Mask(text)) }
	code := backend.Code(err)
	if e, ok := errors.AsType[*control.Error](err); ok {
		code = e.Code
	}
	usage, wrong := errors.AsType[*usageError](err)
	switch {
	case wrong:
		say(strings.TrimPrefix(usage.message, "scimd ") + "\n" + a.name + " --help shows what there is.")
		return exitUsage
	case code == "LISTEN_EXPOSED" || code == "BAD_ADDRESS" || code == "BAD_REHEARSAL" || code == "BAD_QUERY":
		say(err.Error())
		return exitUsage
	case errors.Is(err, errDifferent), errors.Is(err, errStopped):
		say(err.Error())
		return exitDifferent
	case errors.Is(err, errRunning):
		say(err.Error())
		return exitTaken
	case code == "SECOND_COPY":
		say(backend.Message(err))
		return exitTaken
	case strings.HasPrefix(code, "DB_"):
		text := backend.Message(err)
		if why := err.Error(); why != text { // an owner's answer has no more to it
			text += "\n  " + why
		}
		say(text)
		return exitUnavailable
	case strings.HasPrefix(code, "TOKEN_"):
		say(backend.Message(err))
		return exitFailed
	}
	say(err.Error())
	return exitFailed
}

func (a *app) command(ctx context.Context, args []string) error {
	args, err := dataBehind(args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return &usageError{"say what to do, such as run, token, import, userids, forecast, handover, status or export"}
	}
	switch args[0] {
	case "run":
		return a.serve(ctx, args[1:])
	case "token":
		return a.token(ctx, args[1:])
	case "connection":
		return a.connection(ctx, args[1:])
	case "authtoken":
		return a.authtoken(ctx, args[1:])
	case "tunnel":
		return a.tunnel(ctx, args[1:])
	case "check":
		return a.check(ctx, args[1:])
	case "oauth":
		return a.oauth(ctx, args[1:])
	case "import":
		return a.importPeople(ctx, args[1:])
	case "userids":
		return a.userIDs(ctx, args[1:])
	case "lookup":
		return a.lookUp(ctx, args[1:])
	case "forecast":
		return a.forecast(ctx, args[1:])
	case "target":
		return a.target(ctx, args[1:])
	case "handover":
		return a.handOver(ctx, args[1:])
	case "status":
		return a.status(ctx, args[1:])
	case "export":
		return a.export(ctx, args[1:])
	case "diagnostics":
		return a.diagnostics(ctx, args[1:])
	case "rehearse":
		return a.rehearse(ctx, args[1:])
	case "version", "--version", "-version":
		return a.print("scimd %s\n", backend.Version)
	case "help", "--help", "-help", "-h":
		return a.print("%s", help)
	}
	return &usageError{fmt.Sprintf("there is no command %q", args[0])}
}

// dataBehind puts a --data that stands before the command behind it, where flags are read. It is the only flag that all commands share.
func dataBehind(args []string) ([]string, error) {
	if len(args) == 0 {
		return nil, nil
	}
	name, _, whole := strings.Cut(strings.TrimLeft(args[0], "-"), "=")
	if name != "data" || args[0] == name {
		return args, nil
	}
	flag := 1
	if !whole {
		flag = 2
	}
	if len(args) < flag {
		return nil, &usageError{"--data names a folder"}
	}
	if len(args) == flag {
		return nil, nil
	}
	return slices.Concat(args[flag:flag+1], args[:flag], args[flag+1:]), nil
}

func (a *app) print(format string, args ...any) error {
	_, err := fmt.Fprintf(a.out, format, args...)
	return err
}

// flags is a command's flags with the usage text that --help prints.
func (a *app) flags(name, usage string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {} // parse shows it, where it was asked for
	a.name, a.usage = name, usage
	return fs
}

func dataFlag(fs *flag.FlagSet) *string {
	return fs.String("data", "", "data `folder` (default: "+backend.EnvData+", else the system's place for application data)")
}

// parse reads flags and words in any order and wants exactly the words named, each one of its choices.
func (a *app) parse(fs *flag.FlagSet, args []string, words ...[]string) ([]string, error) {
	got, err := a.words(fs, args)
	if err != nil {
		return nil, err
	}
	if len(got) > len(words) {
		return nil, &usageError{fmt.Sprintf("%s: %q is one word too many", fs.Name(), got[len(words)])}
	}
	for i, choices := range words {
		if i >= len(got) || !slices.Contains(choices, got[i]) {
			return nil, &usageError{fmt.Sprintf("%s: say %s", fs.Name(), strings.Join(choices, " or "))}
		}
	}
	return got, nil
}

// words reads flags and words in any order, and gives the words.
func (a *app) words(fs *flag.FlagSet, args []string) (got []string, err error) {
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, errors.Join(err, a.print("%s", helpOf(a.usage, fs)))
			}
			return nil, &usageError{fs.Name() + ": " + err.Error()}
		}
		if fs.NArg() == 0 {
			return got, nil
		}
		got = append(got, fs.Arg(0))
		args = fs.Args()[1:]
	}
}

// folder is a data folder as these commands see it: through the process that owns it, or opened for a moment.
type folder interface {
	Snapshot(ctx context.Context) (backend.Snapshot, error)
	RotateToken(ctx context.Context, how backend.TokenRotation) (backend.NewToken, error)
	EndToken(ctx context.Context) error
	Tokens(ctx context.Context) (backend.Tokens, error)
	UndoRotation(ctx context.Context) error
	FinishRotation(ctx context.Context) error
	SetTokenExpiry(ctx context.Context, at string) error
	MakeOAuthClient(ctx context.Context) (backend.NewOAuthClient, error)
	EndOAuthClient(ctx context.Context) error
	Export(ctx context.Context, w io.Writer, what, format string) error
	ExportList(ctx context.Context, w io.Writer, r backend.ExportRequest) error
	Connection(ctx context.Context) (backend.Connection, error)
	SaveConnection(ctx context.Context, s backend.ConnectionSettings) (backend.Connection, error)
	SaveAuthtoken(ctx context.Context, secret, place string) error
	ForgetAuthtoken(ctx context.Context) error
	StartTunnel(ctx context.Context) error
	StopTunnel(ctx context.Context) error
	Reconnect(ctx context.Context) error
	SettleAddress(ctx context.Context) error
	moving
	diagnosing
}

// with does something with a folder. owner is nil if nobody has it open.
// A folder that is not there is not made by looking at it, unless makeIt says so.
func (a *app) with(ctx context.Context, data string, makeIt bool, do func(f folder, owner *control.Client) error) error {
	dir, err := backend.DataDir(data)
	if err != nil {
		return err
	}
	switch there, err := look(dir); {
	case err != nil:
		return err
	case there == nothing && !makeIt:
		return fmt.Errorf("there is no data folder %s yet: look at --data, or make one with scimd run or scimd import", dir)
	case there == foreign && !makeIt:
		return fmt.Errorf("%s is no data folder: it holds other things, and nothing of ScimDesk. Look at --data", dir)
	case there == nothing:
		a.say("Making a new data folder, %s", dir)
	}
	var owner *control.Client
	var own *backend.Backend
	err = patiently(ctx, func() error {
		var err error
		if owner, err = control.Reach(ctx, dir); !errors.Is(err, control.ErrNoOwner) {
			return err
		}
		own, err = backend.Open(ctx, backend.Options{Dir: dir, Listen: backend.NoListener, Face: "scimd"})
		return err
	})
	if err != nil {
		return err
	}
	if owner != nil {
		return do(owner, owner)
	}
	if err := a.finishJob(ctx, own); err != nil {
		return errors.Join(err, own.Close())
	}
	return errors.Join(do(own, nil), own.Close())
}
