package backend

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/google/uuid"

	"scimdesk/backend/scim"
	"scimdesk/backend/store"
	"scimdesk/backend/tunnel"
)

const (
	keptLevel = slog.LevelInfo
	keptLines = 300
	lineLimit = 2 << 10 // bytes
)

// logLines are the last lines of a log, worded so that they can be shown to anybody: of what goes with a message only what can't be of a person, and of
// an error what kind it is. The zero value is ready.
type logLines struct {
	mu    sync.Mutex
	lines [keptLines]string
	all   int // that ever were
}

func (l *logLines) add(r slog.Record, with []slog.Attr) {
	var line strings.Builder
	fmt.Fprintf(&line, "%s %s %s", stamp(r.Time), r.Level, ownMessage(r))
	each := func(a slog.Attr) bool {
		if text := plainAttr(a); text != "" && line.Len() < lineLimit {
			fmt.Fprintf(&line, " %s=%s", a.Key, text)
		}
		return true
	}
	for _, a := range with {
		each(a)
	}
	r.Attrs(each)
	text := Mask(line.String())
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines[l.all%keptLines] = text[:min(len(text), 2*lineLimit)]
	l.all++
}

// text gives the lines, the oldest first.
func (l *logLines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all strings.Builder
	if l.all > keptLines {
		fmt.Fprintf(&all, "%d lines before these are not kept.\n", l.all-keptLines)
	}
	for i := max(l.all-keptLines, 0); i < l.all; i++ {
		all.WriteString(l.lines[i%keptLines] + "\n")
	}
	if l.all == 0 {
		return "Nothing was logged since this process began.\n"
	}
	return all.String()
}

// logText is what a log that Masked has made keeps.
func logText(log *slog.Logger) string {
	m, ok := log.Handler().(masked)
	if !ok {
		return "This log is not kept.\n"
	}
	return m.lines.text()
}

// ownMessage is a record's message if this program worded it: other packages put into theirs what they like.
func ownMessage(r slog.Record) string {
	from := runtime.FuncForPC(r.PC)
	if from == nil || !strings.HasPrefix(from.Name(), "scimdesk/") && !strings.HasPrefix(from.Name(), "main.") {
		return hiddenMark
	}
	return r.Message
}

// isPlainKey tells the attributes whose texts are this program's own words, or of its settings.
func isPlainKey(key string) bool {
	switch key {
	case "state", "step", "where", "code", "cause", "kind", "face", "place", "last_four", "way", "wayBefore", "mode", "listen", "listenBefore", "by", "ngrok", "region":
		return true
	}
	return false
}

// plainAttr is an attribute as anybody may read it.
func plainAttr(a slog.Attr) string {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindBool, slog.KindInt64, slog.KindUint64, slog.KindFloat64, slog.KindDuration:
		return v.String()
	case slog.KindTime:
		return stamp(v.Time())
	case slog.KindString:
		return plainText(a.Key, v.String())
	case slog.KindAny:
		switch x := v.Any().(type) {
		case error:
			return "[" + faultWords(x) + "]"
		case time.Time:
			return stamp(x)
		}
		if s := reflect.ValueOf(v.Any()); s.Kind() == reflect.String {
			return plainText(a.Key, s.String())
		}
	}
	return hiddenMark
}

func plainText(key, text string) string {
	switch {
	case isPlainKey(key):
		return text
	case key == "method":
		return plainMethod(text)
	case key == "target" && strings.HasPrefix(text, "/"):
		return newRedactor(nil).target(text)
	case key == "request" && uuid.Validate(text) == nil: // made here
		return text
	case key == "stack":
		return frames(text)
	}
	return hiddenMark
}

// frame is the place in a line of a stack, without the folder that it was built in.
var frame = regexp.MustCompile(`([\w.-]+\.go:\d+)(?: \+0x[0-9a-f]+)?$`)

// frames are the places of a stack, the innermost first.
func frames(stack string) string {
	var all []string
	for line := range strings.Lines(stack) {
		if at := frame.FindStringSubmatch(strings.TrimSpace(line)); at != nil {
			all = append(all, at[1])
		}
	}
	return strings.Join(all, " < ")
}

const faultDepth = 30 // errors in one

// faultWords says what kind an error is, in words that are this program's or the system's own: its code, the operations that failed, and the
// system's reason. What else its text says is left out, since it may name people, files and addresses.
func faultWords(err error) string {
	var words []string
	if code := Code(err); code != "INTERNAL" {
		words = append(words, code)
	}
	left := faultDepth
	var walk func(error)
	walk = func(err error) {
		if left--; err == nil || left < 0 {
			return
		}
		if word := faultWord(err); word != "" {
			words = append(words, word)
		}
		switch e := err.(type) { //nolint:errorlint // each error of the tree is looked at by itself
		case interface{ Unwrap() error }:
			walk(e.Unwrap())
		case interface{ Unwrap() []error }:
			for _, one := range e.Unwrap() {
				walk(one)
			}
		}
	}
	walk(err)
	if len(words) == 0 {
		return "an error of no known kind"
	}
	return strings.Join(words, " > ")
}

// faultWord is one error of a tree, "" for one that only wraps another.
func faultWord(err error) string {
	switch e := err.(type) { //nolint:errorlint // faultWords goes through the tree
	case syscall.Errno:
		return e.Error()
	case *fs.PathError:
		return e.Op + " " + ownFile(e.Path)
	case *os.LinkError:
		return e.Op
	case *os.SyscallError:
		return e.Syscall
	case *net.OpError:
		return e.Op + " " + e.Net
	case *net.DNSError:
		return fmt.Sprintf("name server: not found %t, timeout %t", e.IsNotFound, e.IsTimeout)
	case *url.Error:
		return e.Op
	case *tunnel.Reason:
		return strings.TrimSpace(e.Code + " " + e.Ngrok)
	case *store.Unavailable:
		return "database " + string(e.State)
	case *scim.Error:
		return fmt.Sprintf("SCIM error of kind %d", e.Kind)
	case runtime.Error:
		return "panic in Go's runtime"
	case interface{ Code() int }:
		return fmt.Sprintf("%T %d", err, e.Code())
	}
	for _, known := range []error{context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed} {
		if err == known { //nolint:errorlint // faultWords goes through the tree
			return known.Error()
		}
	}
	kind := fmt.Sprintf("%T", err)
	switch kind {
	case "*fmt.wrapError", "*fmt.wrapErrors", "*errors.joinError", "*errors.errorString":
		return ""
	}
	return kind
}

// ownFile is the name of a file if it is one of a data folder's.
func ownFile(path string) string {
	switch name := filepath.Base(path); name {
	case "scimdesk.db", "scimdesk.db-wal", "scimdesk.db-shm", "scimdesk.lock", "config.json", "run.json", "authtoken", "window.json":
		return name
	}
	return hiddenMark
}
