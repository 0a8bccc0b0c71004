package control

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"scimdesk/backend"
)

// ErrNoOwner means that no process has the folder open, as far as run.json tells.
var ErrNoOwner = errors.New("no process has this data folder open")

// errStranger means that something else listens at the owner's port.
var errStranger = errors.New("what listens at its port is another program")

// reachTimeout bounds the knock: an owner answers from memory.
const reachTimeout = 3 * time.Second

// Client is a process that has the folder open, seen from another.
type Client struct {
	run  run
	http *http.Transport // no http.Client: that would follow a stranger's redirects
}

// Error is an owner's refusal; Code is one of backend.Code's.
type Error struct{ Code, Message string }

func (e *Error) Error() string { return e.Message }

// Reach finds the process that owns dir and knocks at its door. ErrNoOwner if there is none, or only the trace of one
// that ended without cleaning up.
func Reach(ctx context.Context, dir string) (*Client, error) {
	text, err := os.ReadFile(runFile(dir))
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNoOwner
	}
	if err != nil {
		return nil, fmt.Errorf("read run.json: %w", err)
	}
	c := &Client{http: &http.Transport{
		Proxy:       nil, // the door is on this computer
		DialContext: (&net.Dialer{Timeout: reachTimeout}).DialContext,
	}}
	if json.Unmarshal(text, &c.run) != nil || c.run.Secret == "" {
		return nil, ErrNoOwner
	}
	knock, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	var folder string
	if c.decode(knock, http.MethodGet, "/folder", &folder) != nil || !same(folder, dir) {
		return nil, ErrNoOwner // the port is closed, or somebody else's by now, or the folder is a copy of the owner's
	}
	return c, nil
}

// same tells whether two paths lead to one folder, over links and in whatever case they are written.
func same(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

// Face is who the owner is, "window" or "scimd"; PID is its process.
func (c *Client) Face() string { return c.run.Face }

// PID is the owner's process id.
func (c *Client) PID() int { return c.run.PID }

// Snapshot is backend.Snapshot at the owner.
func (c *Client) Snapshot(ctx context.Context) (backend.Snapshot, error) {
	var s backend.Snapshot
	return s, c.decode(ctx, http.MethodGet, "/snapshot", &s)
}

// Export is backend.Export at the owner. What was written to w before an error is not whole.
func (c *Client) Export(ctx context.Context, w io.Writer, what, format string) error {
	return c.export(ctx, w, what, "/export/"+what+"/"+format)
}

// ExportList is backend.ExportList at the owner, as far as its filter's State, Quality and Group say.
func (c *Client) ExportList(ctx context.Context, w io.Writer, r backend.ExportRequest) error {
	q := url.Values{"state": {r.Filter.State}, "quality": {r.Filter.Quality}, "group": {r.Filter.Group}, "column": r.Columns}
	return c.export(ctx, w, r.What, "/export/"+r.What+"/"+r.Format+"?"+q.Encode())
}

func (c *Client) export(ctx context.Context, w io.Writer, what, path string) error {
	body, err := c.do(ctx, http.MethodGet, path)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	if _, err := io.Copy(w, body); err != nil {
		return fmt.Errorf("export %s: %w", what, err)
	}
	return nil
}

// Watch calls each with every Notify until ctx ends or the owner does.
func (c *Client) Watch(ctx context.Context, each func(backend.Notify)) error {
	body, err := c.do(ctx, http.MethodGet, "/watch")
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	lines := bufio.NewScanner(body)
	for lines.Scan() {
		var n backend.Notify
		if err := json.Unmarshal(lines.Bytes(), &n); err != nil {
			return fmt.Errorf("watch: %w", err)
		}
		each(n)
	}
	if ctx.Err() != nil {
		return nil
	}
	return lines.Err()
}

func (c *Client) decode(ctx context.Context, method, path string, into any) error {
	return c.decodeBody(ctx, method, path, nil, into)
}

func (c *Client) decodeBody(ctx context.Context, method, path string, send []byte, into any) error {
	body, err := c.doBody(ctx, method, path, send)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	if err := json.NewDecoder(body).Decode(into); err != nil {
		return fmt.Errorf("ask the owner of the folder: %w", err)
	}
	return nil
}

// do asks, and believes no answer, not even a refusal, before it has proved to be the owner's.
func (c *Client) do(ctx context.Context, method, path string) (io.ReadCloser, error) {
	return c.doBody(ctx, method, path, nil)
}

// doBody is do with a body, which is sealed; nil sends none.
func (c *Client) doBody(ctx context.Context, method, path string, body []byte) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://127.0.0.1:"+strconv.Itoa(c.run.Port)+path, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("ask the owner of the folder: %w", err)
	}
	nonce := rand.Text()
	req.Header.Set(nonceHeader, nonce)
	req.Header.Set(proofHeader, askProof(c.run.Secret, method, req.URL.RequestURI(), nonce))
	if body != nil {
		sealed := seal(c.run.Secret, method, req.URL.RequestURI(), nonce, body)
		req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(sealed)), int64(len(sealed))
	}
	res, err := c.http.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("ask the owner of the folder: %w", err)
	}
	if !proves(res.Header, answerProof(c.run.Secret, nonce)) {
		return nil, fmt.Errorf("ask the owner of the folder: %w", errors.Join(errStranger, res.Body.Close()))
	}
	if res.StatusCode == http.StatusOK {
		return res.Body, nil
	}
	defer func() { _ = res.Body.Close() }()
	var f failure
	if json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&f) != nil || f.Code == "" {
		return nil, fmt.Errorf("ask the owner of the folder: it answered %s", res.Status)
	}
	return nil, &Error{f.Code, f.Message}
}
