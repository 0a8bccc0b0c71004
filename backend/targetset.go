package backend

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"scimdesk/backend/config"
	"scimdesk/backend/scim"
	"scimdesk/backend/server"
	"scimdesk/backend/store"
	"scimdesk/backend/target"
)

const (
	// groupsKeyed is where the store keeps what groups are keyed by; without it that is displayName.
	groupsKeyed = "groups keyed by"
	// targetKept is where it keeps the admin's own target that is the active one, as it was last read.
	targetKept = "own target as it was read"
	// administrators is where it keeps whom changes by SCIM were put down to, and since when.
	administrators = "SCIM administrators"

	ownLimit           = 50 // files of the admin's own
	administratorLimit = 200
)

// targets is what the folder may stand in for, and what it stands in for now.
type targets struct {
	folder  string
	builtIn []*target.Target
	now     atomic.Pointer[active]
	moved   atomic.Int64 // counts commits that changed people or groups

	mu    sync.Mutex
	since []administrator // oldest first

	counting sync.Mutex // one count after the other
	counts   map[string]targetCounts
}

// active is the target that the folder stands in for. It is never changed.
type active struct {
	*target.Target
	file   string // of the admin's own, "" for a built-in one
	strict bool
	admin  administrator
	people *target.Judge
	groups *target.Judge
}

// administrator is whom changes by SCIM are put down to: a person here, or a plain name; without a name nobody.
type administrator struct {
	Since time.Time `json:"since"`
	ID    string    `json:"id,omitempty"`
	Name  string    `json:"name,omitempty"`
}

func (a administrator) choice() string { return cmp.Or(a.ID, a.Name) }

// known is a target or, without one, a file of the admin's that can't be used.
type known struct {
	*target.Target
	file   string // of the admin's own, without its folder
	faults []string
}

// newTargets knows the built-in ones; nothing is active but the default until load.
func newTargets(dir string) (*targets, error) {
	all, err := target.BuiltIn()
	if err != nil {
		return nil, err
	}
	t := &targets{folder: ownTargets(dir), builtIn: all, counts: map[string]targetCounts{}}
	now, err := activeOf(known{Target: all[0]}, false, administrator{})
	if err != nil {
		return nil, err
	}
	t.now.Store(now)
	return t, nil
}

func activeOf(k known, strict bool, admin administrator) (*active, error) {
	people, err := k.Judge(scim.User)
	if err != nil {
		return nil, err
	}
	groups, err := k.Judge(scim.Group)
	if err != nil {
		return nil, err
	}
	return &active{Target: k.Target, file: k.file, strict: strict, admin: admin, people: people, groups: groups}, nil
}

func (t *targets) get() *active { return t.now.Load() }

// groupKey is store.Options.GroupKey.
func (t *targets) groupKey(r *scim.Resource) string { return groupKeyOf(t.get().Target)(r) }

func groupKeyOf(t *target.Target) func(*scim.Resource) string {
	if t.GroupKey == target.GroupsByExternal {
		return (*scim.Resource).ExternalID
	}
	return (*scim.Resource).DisplayName
}

// loadTarget makes the target of the settings the active one. An own one whose file is broken or gone goes on as it was last read: Entra comes by
// its base path, and what it sends is judged by its table. Faces are told. Without a copy the default stands in.
func (b *Backend) loadTarget(ctx context.Context) error {
	text, err := b.store.Meta(ctx, administrators)
	if err != nil {
		return err
	}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &b.targets.since); err != nil {
			return fmt.Errorf("read the SCIM administrators: %w", err)
		}
	}
	f := b.setting.get()
	k, err := b.targets.find(f.Target)
	if err == nil {
		if err := b.keepTarget(ctx, k); err != nil {
			return err
		}
	} else if k, err = b.keptTarget(ctx, f.Target, err); err != nil {
		return err
	}
	var admin administrator
	if n := len(b.targets.since); n > 0 {
		admin = b.targets.since[n-1]
	}
	next, err := activeOf(k, f.Strict, admin)
	if err != nil {
		return err
	}
	b.targets.now.Store(next)
	return b.rekeyGroups(ctx)
}

// keptText is the admin's own target as the store keeps it.
type keptText struct {
	File string `json:"file"`
	Text string `json:"text"`
}

// keepTarget keeps what the active target's file says, should it be broken or gone one day. A built-in one needs no copy.
func (b *Backend) keepTarget(ctx context.Context, k known) error {
	want := ""
	if k.file != "" {
		raw, err := json.Marshal(keptText{File: k.file, Text: string(k.Text())})
		if err != nil {
			return fmt.Errorf("keep the target: %w", err)
		}
		want = string(raw)
	}
	has, err := b.store.Meta(ctx, targetKept)
	if err != nil || has == want {
		return err
	}
	return b.store.SetMeta(ctx, targetKept, want)
}

// keptTarget is the target of that id as it was last read, the default one if none was; why is what is wrong with its file.
func (b *Backend) keptTarget(ctx context.Context, id string, why error) (known, error) {
	raw, err := b.store.Meta(ctx, targetKept)
	if err != nil {
		return known{}, err
	}
	var kept keptText
	if raw != "" {
		if err := json.Unmarshal([]byte(raw), &kept); err != nil {
			return known{}, fmt.Errorf("read the target that was kept: %w", err)
		}
	}
	if one, faults := target.Read([]byte(kept.Text)); len(faults) == 0 && one.ID == id {
		b.log.Warn("the target's file can't be used, it goes on as it was last read", "target", id, "file", kept.File, "err", why)
		return known{Target: one, file: kept.File}, nil
	}
	b.log.Warn("the target can't be used, the generic one stands in", "target", id, "err", why)
	return known{Target: b.targets.builtIn[0]}, nil
}

// rekeyGroups brings groups to the key of the target of now, if they have another one: after a change, or where one was cut off.
func (b *Backend) rekeyGroups(ctx context.Context) error {
	want := b.targets.get().GroupKey
	kept, err := b.store.Meta(ctx, groupsKeyed)
	if err != nil || cmp.Or(kept, target.GroupsByName) == want {
		return err
	}
	keyless, err := b.store.RekeyGroups(ctx)
	if err != nil {
		return err
	}
	if len(keyless) > 0 {
		b.log.Warn("groups share what they are matched by", "by", want, "groups", len(keyless))
	}
	return b.store.SetMeta(ctx, groupsKeyed, want)
}

// read gives all targets: the built-in ones, then the admin's own by file name.
func (t *targets) read() ([]known, error) {
	var all []known
	for _, one := range t.builtIn {
		all = append(all, known{Target: one})
	}
	entries, err := os.ReadDir(t.folder)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read own targets: %w", err)
	}
	n := 0
	for _, e := range entries {
		if e.IsDir() || !strings.EqualFold(filepath.Ext(e.Name()), ".json") || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if n++; n > ownLimit {
			all = append(all, known{file: e.Name(), faults: []string{fmt.Sprintf("there are more than %d files", ownLimit)}})
			break
		}
		all = append(all, t.own(e.Name(), all))
	}
	return all, nil
}

// own reads a file of the admin's. Its id must be none of those before it.
func (t *targets) own(name string, before []known) known {
	k := known{file: name}
	text, err := readLimited(filepath.Join(t.folder, name), target.SizeLimit)
	if err != nil {
		k.faults = []string{err.Error()}
		return k
	}
	one, faults := target.Read(text)
	if len(faults) > 0 {
		k.faults = faults
		return k
	}
	for _, other := range before {
		if other.Target == nil {
			continue
		}
		if where := cmp.Or(other.file, "a built-in target"); other.ID == one.ID || strings.EqualFold(other.Name, one.Name) {
			k.faults = append(k.faults, fmt.Sprintf("its id %q or its name %q is taken by %s", one.ID, one.Name, where))
			return k
		}
	}
	k.Target = one
	return k
}

// errNoFile is what looks like a file and would never end, or have the reader wait.
var errNoFile = errors.New("it is no file")

// readLimited reads a file up to one byte more than the limit.
func readLimited(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("find it: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, errNoFile
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open it: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("read it: %w", err)
	}
	return text, nil
}

// find gives a target by its id, "" for the active one, which goes on as it was read when its file is gone or broken since.
func (t *targets) find(id string) (known, error) {
	now, named := t.get(), id != ""
	if !named {
		id = now.ID
	}
	list, err := t.read()
	if err != nil {
		return known{}, err
	}
	var ids []string
	for _, k := range list {
		if k.Target == nil {
			if named && (k.file == id || strings.TrimSuffix(k.file, filepath.Ext(k.file)) == id) {
				return known{}, &config.Faults{List: []string{k.file + " must be mended: " + strings.Join(k.faults, "; ")}}
			}
			continue
		}
		if k.ID == id {
			return k, nil
		}
		ids = append(ids, k.ID)
	}
	if id == now.ID {
		return known{Target: now.Target, file: now.file}, nil
	}
	return known{}, &config.Faults{List: []string{fmt.Sprintf("target must be one of %s, not %q", strings.Join(ids, ", "), id)}}
}

// copy writes a file of the admin's own that says what a target says.
func (t *targets) copy(from *target.Target) (known, error) {
	list, err := t.read()
	if err != nil {
		return known{}, err
	}
	if len(list)-len(t.builtIn) >= ownLimit {
		return known{}, &config.Faults{List: []string{fmt.Sprintf("own targets are at most %d", ownLimit)}}
	}
	taken := func(id, name string) bool {
		return slices.ContainsFunc(list, func(k known) bool {
			return k.file == id+".json" || k.Target != nil && (k.ID == id || strings.EqualFold(k.Name, name))
		})
	}
	base, called := from.ID[:min(len(from.ID), 30)], from.Name[:min(len(from.Name), 80)]
	for n := 1; ; n++ {
		id, name := fmt.Sprintf("%s-%d", base, n), strings.ToValidUTF8(fmt.Sprintf("%s (%d)", called, n), "")
		if taken(id, name) {
			continue
		}
		text, err := from.Copy(id, name)
		if err != nil {
			return known{}, err
		}
		if err := os.MkdirAll(t.folder, 0o700); err != nil {
			return known{}, fmt.Errorf("make the folder of own targets: %w", err)
		}
		f, err := os.OpenFile(filepath.Join(t.folder, id+".json"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return known{}, fmt.Errorf("write own target: %w", err)
		}
		_, err = f.Write(text)
		if err = errors.Join(err, f.Close()); err != nil {
			return known{}, fmt.Errorf("write own target: %w", err)
		}
		return t.own(id+".json", list), nil
	}
}

// administrator is whom changes by SCIM shall be put down to. A target without roles has none.
func (b *Backend) administrator(ctx context.Context, t *target.Target, choice string) (administrator, error) {
	choice = strings.TrimSpace(choice)
	if choice == "" || !t.Roles {
		return administrator{}, nil
	}
	now := b.targets.get().admin
	if choice == now.choice() {
		return now, nil
	}
	rec, err := b.store.Get(ctx, scim.User, choice, store.With{})
	if e, ok := errors.AsType[*scim.Error](err); ok && e.Kind == scim.NotFound {
		if !isOneLine(choice, 200) {
			return administrator{}, &config.Faults{List: []string{"administrator must be somebody who is here, or a name of at most 200 bytes on one line"}}
		}
		return administrator{Name: choice}, nil
	}
	if err != nil {
		return administrator{}, err
	}
	return administrator{ID: rec.ID, Name: rec.Name}, nil
}

func isOneLine(text string, limit int) bool {
	return len(text) <= limit && !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f })
}

// putDown notes whom changes are put down to from now on.
func (t *targets) putDown(ctx context.Context, s *store.Store, a administrator) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.since); n == 0 && a.Name == "" || n > 0 && t.since[n-1].ID == a.ID && t.since[n-1].Name == a.Name {
		return nil
	}
	a.Since = time.Now().UTC().Truncate(time.Millisecond)
	next := append(slices.Clone(t.since), a)
	next = next[max(0, len(next)-administratorLimit):]
	text, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("note the SCIM administrator: %w", err)
	}
	if err := s.SetMeta(ctx, administrators, string(text)); err != nil {
		return err
	}
	t.since = next
	return nil
}

// actor is whom a change by SCIM at a time is put down to, "" for nobody.
func (t *targets) actor(at time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range slices.Backward(t.since) {
		if !at.Before(a.Since) {
			return a.Name
		}
	}
	return ""
}

// tenantPath is the base path that Entra is given.
func (b *Backend) tenantPath() string { return b.targets.get().BasePath }

// basePaths are those that are served: the target's own, and /scim/v2 always. The longest comes first, since the other may be its beginning.
func (b *Backend) basePaths() []string {
	own := b.tenantPath()
	if strings.Count(own, "/") > strings.Count(server.DefaultBasePath, "/") {
		return []string{own, server.DefaultBasePath}
	}
	return []string{server.DefaultBasePath, own}
}

// addressAt is the SCIM base URL of now with another base path, "" while there is none.
func (b *Backend) addressAt(path string) string {
	address := b.address()
	if address == "" {
		return ""
	}
	return atPath(address, path)
}

// atPath is an address with another path.
func atPath(address, path string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	u.Path = path
	return u.String()
}

// tenant is what a public origin's Tenant URL is, beside the one that Entra was given: that stays while it is served, since Entra reaches the server
// by it.
func (b *Backend) tenant(origin, given string) string {
	if u, err := url.Parse(given); err == nil && strings.EqualFold(u.Scheme+"://"+u.Host, origin) && slices.Contains(b.basePaths(), u.Path) {
		return given
	}
	return origin + b.tenantPath()
}
