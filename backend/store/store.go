// Package store keeps people, groups, members, history, activity and tokens in one SQLite file.
//
// What it promises: a write that returned without an error is on disk, with its history and with the activity row of
// the request that asked for it, in one transaction; a write that returned an error left nothing. Its cost does not grow
// with the directory. All writes go through one writer (writer.go), reads through a pool of their own, and
// everything that knows the engine is in sqlite.go.
package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"scimdesk/backend/scim"
)

// The files in a data folder.
const (
	databaseFile = "scimdesk.db"
	lockFile     = "scimdesk.lock"
)

// How many connections read at once. SCIM has its own, and never waits for the long lists, searches and exports of a face.
const (
	readerCount  = 4
	browserCount = 2
)

// Options of Open. Only Dir is needed.
type Options struct {
	Dir string // data folder, made when missing; the database is scimdesk.db in it, the lock scimdesk.lock

	Log *slog.Logger     // nil discards
	Now func() time.Time // nil is time.Now

	// Check may refuse a change by an error, which the caller of the write gets. It runs inside the write, after the change:
	// what it reads through tx is what would be on disk. It may run twice for one write, and must not write to the Store: it would
	// wait for itself. nil allows everything.
	Check func(tx *Tx, c Change) error

	// Committed is told what each commit moved, once it is on disk and before the writes return. Calls never overlap. It must
	// not block.
	Committed func(Commit)

	// HealthChanged is told each change of Health, one call at a time. It must not block.
	HealthChanged func(Health)

	// GroupKey is what no two groups may share; "" is shared by any number. nil is displayName.
	GroupKey func(*scim.Resource) string

	// BusyTimeout is how long a write waits while another program holds the database; 0 is 5 seconds.
	BusyTimeout time.Duration

	probeEvery time.Duration // how often a failing disk is tried; 0 is 2 seconds
	listLimit  time.Duration // how long one list may compare; 0 is 10 seconds
	findSlice  int           // rows that one read of Find looks at; 0 is 20,000
	checkFirst int64         // bytes up to which a file is checked before Open returns, above it behind; 0 is 128 MiB
}

// Commit tells what a commit moved.
type Commit struct {
	Activity               int64 // highest activity seq that it wrote, 0 if none
	People, Groups, Tokens bool  // Groups includes memberships
	Jobs                   bool  // a job began, moved or ended

	removed bool // some left the lists or came back into them
	probed  bool // the disk was tried
}

// Change is one resource's change on its way to disk, for Options.Check. Before is nil for a create and a restore, After nil for
// a delete, both for a change of members alone.
type Change struct {
	Origin         string
	Type           *scim.ResourceType
	ID             string
	Local          Local // what the admin keeps of the person, after the change
	Before, After  *scim.Resource
	Added, Removed []string // ids of a Group's members

	LocalBefore, LocalAfter *Local // of SetLocal; then Before and After are nil
}

// Cause is who asks for a write and, for a request, the activity row that goes into the same transaction.
type Cause struct {
	Origin    string // OriginSCIM, "window", "scimd": stands in history
	RequestID string

	// Probe is set by a self-check: it works on probes (probe.go), which have no history, and has no Activity.
	Probe bool

	// Activity is the request's row; its Seq is set. nil for writes without a request.
	Activity *Activity

	// Answer, if set, runs inside the transaction after the change and completes Activity (status, response). An error rolls
	// back. Like the whole write it may run twice, and it must not write to the Store.
	Answer func(Record) error
}

// Store is one open data folder. Its methods may be called from anywhere at any time until Close.
type Store struct {
	o        Options
	id       string
	lock     *folderLock
	readers  *sql.DB
	read     *session // for SCIM, and for what is short
	browsers *sql.DB
	browse   *session // for what may be long
	writer   *writer
	health   *watch
	journal  *journal
	pages    *pageCache
	tally    tally          // of requests, for Traffic
	staging  sync.Mutex     // held while a job's rows are being kept
	steps    pace           // of jobs
	behind   sync.WaitGroup // the check of a big file
	closing  context.CancelFunc
	closed   sync.Once
}

// Open opens the folder and takes it: ErrOwned if somebody has it. A new database is made, an old one migrated after a
// copy was put aside; ErrTooNew and ErrForeign leave it untouched. *Unavailable is trouble of the disk; with
// StateCorrupt the file is damaged, is left as it is, and the error says where the copies are kept.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Dir == "" {
		return nil, errors.New("no data folder was named")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	o.Dir = dir
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.GroupKey == nil {
		o.GroupKey = (*scim.Resource).DisplayName
	}
	if o.BusyTimeout == 0 {
		o.BusyTimeout = 5 * time.Second
	}
	if o.probeEvery == 0 {
		o.probeEvery = 2 * time.Second
	}
	if o.checkFirst == 0 {
		o.checkFirst = 128 << 20
	}
	if o.findSlice == 0 {
		o.findSlice = 20_000
	}
	if o.listLimit == 0 {
		o.listLimit = 10 * time.Second
	}
	if err := createFolder(dir); err != nil {
		return nil, opening(dir, err)
	}
	closeFolder(dir, o.Log)
	// The engine would make a lock that others may read, and who may read it can hold it.
	path := filepath.Join(dir, lockFile)
	if err := createPrivate(path); err != nil {
		return nil, opening(dir, err)
	}
	closeFiles(o.Log, path)
	lock, err := lockFolder(ctx, path)
	if err != nil {
		return nil, err
	}
	s := &Store{o: o, lock: lock}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	path := filepath.Join(s.o.Dir, databaseFile)
	if err := createPrivate(path); err != nil {
		return opening(s.o.Dir, err)
	}
	closeFiles(s.o.Log, path, path+"-wal", path+"-shm")
	s.health = newWatch(s.o.Now, s.o.HealthChanged)
	s.pages = newPageCache()
	s.writer = &writer{
		open:      func() (*sql.DB, error) { return openWriter(path, s.o.BusyTimeout) },
		reopen:    s.refreshReaders,
		refine:    func(state State) State { return refine(state, s.o.Dir) },
		now:       func() time.Time { return s.o.Now().UTC().Truncate(time.Millisecond) },
		log:       s.o.Log,
		health:    s.health,
		committed: s.moved,
		probe:     s.o.probeEvery,
		rider:     func() *job { return s.journal.ride() },
		check:     s.check,
		queue:     make(chan *job),
		quit:      make(chan struct{}),
		stopped:   make(chan struct{}),
	}
	if err := s.prepare(ctx, path); err != nil {
		return opening(s.o.Dir, err)
	}
	readers, err := openReaders(path, s.o.BusyTimeout, readerCount)
	if err != nil {
		return err
	}
	s.readers = readers
	s.read = newSession(readers.PrepareContext)
	browsers, err := openReaders(path, s.o.BusyTimeout, browserCount)
	if err != nil {
		return err
	}
	s.browsers = browsers
	s.browse = newSession(browsers.PrepareContext)
	s.journal = newJournal(s)
	if err := s.journal.odometer.load(ctx, s.browse); err != nil {
		return opening(s.o.Dir, err)
	}

	closing, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.closing = cancel
	if info, err := os.Stat(path); err == nil && info.Size() > s.o.checkFirst {
		s.behind.Go(func() { s.checkBehind(closing) })
	}
	go s.writer.run()
	go s.journal.run()
	return nil
}

// refreshReaders closes the readers' idle connections; they are opened again when somebody reads.
func (s *Store) refreshReaders() {
	s.readers.SetMaxIdleConns(0)
	s.readers.SetMaxIdleConns(readerCount)
	s.browsers.SetMaxIdleConns(0)
	s.browsers.SetMaxIdleConns(browserCount)
}

// moved is told each commit, on the writer's own goroutine and before its callers are answered.
func (s *Store) moved(c Commit) {
	s.pages.moved(c)
	if s.o.Committed != nil && c != (Commit{probed: true}) {
		s.o.Committed(c)
	}
}

// prepare connects, checks and migrates, all on the writer's connection before anything else may use it.
func (s *Store) prepare(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if err := s.writer.connect(ctx); err != nil {
		return err
	}
	conn := s.writer.conn
	if 0 < info.Size() && info.Size() <= s.o.checkFirst {
		finding, err := damage(ctx, conn)
		if err != nil {
			return err
		}
		if finding != "" {
			return &Unavailable{State: StateCorrupt, Err: errors.New(finding)}
		}
	}
	if err := migrate(ctx, conn, path, migrationFiles, s.o.Now()); err != nil {
		return err
	}
	if err := dropProbes(ctx, conn); err != nil {
		return err
	}
	if err := dropStagedJobs(ctx, conn); err != nil {
		return err
	}
	if err := s.writer.recount(); err != nil {
		return err
	}
	err = conn.QueryRowContext(ctx, `select value from meta where key = 'store'`).Scan(&s.id)
	if errors.Is(err, sql.ErrNoRows) {
		s.id = randomID()
		_, err = conn.ExecContext(ctx, `insert into meta (key, value) values ('store', $1)`, s.id)
	}
	return err
}

// opening makes trouble of the disk at Open an *Unavailable that says where the file is and what to do.
func opening(dir string, err error) error {
	state := cmp.Or(refine(diskState(err), dir), fileState(err))
	if u, ok := errors.AsType[*Unavailable](err); ok {
		state = u.State
	}
	path := filepath.Join(dir, databaseFile)
	err = fmt.Errorf("open %s: %w", path, err)
	switch state {
	case "":
		return err
	case StateCorrupt:
		where := "a copy of yours"
		if copies := filepath.Join(dir, backupFolder); !empty(copies) {
			where += ", or one from " + copies
		}
		err = fmt.Errorf("the file is damaged and was left as it is; put %s in its place: %w", where, err)
	}
	return &Unavailable{State: state, Err: err}
}

// check runs the engine's check on a connection of its own, so that no cached page hides what is on disk.
func (s *Store) check(ctx context.Context) (string, error) {
	db, err := openReaders(filepath.Join(s.o.Dir, databaseFile), s.o.BusyTimeout, 1)
	if err != nil {
		return "", err
	}
	finding, err := damage(ctx, db)
	return finding, errors.Join(err, db.Close())
}

func (s *Store) checkBehind(ctx context.Context) {
	finding, err := s.check(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil && diskState(err) != "":
		s.health.met(diskState(err), err)
	case err != nil:
		s.o.Log.Warn("check database", "error", err)
	case finding != "":
		s.health.met(StateCorrupt, errors.New(finding))
	}
}

// Close writes what Log still holds, lets the write at hand finish and gives the folder up. A second call does nothing.
func (s *Store) Close() error {
	var err error
	s.closed.Do(func() {
		s.closing()
		s.behind.Wait()
		s.journal.stop()
		err = s.release()
	})
	return err
}

func (s *Store) release() error {
	var errs []error
	if s.writer != nil {
		if s.journal != nil {
			errs = append(errs, s.writer.stop())
		} else {
			errs = append(errs, s.writer.disconnect())
		}
	}
	if s.readers != nil {
		s.read.close()
		errs = append(errs, s.readers.Close())
	}
	if s.browsers != nil {
		s.browse.close()
		errs = append(errs, s.browsers.Close())
	}
	return errors.Join(append(errs, s.lock.release())...)
}

// Health is the state of the disk as the last writes met it.
func (s *Store) Health() Health { return s.health.get() }

// ID is random for each database file and stays with it.
func (s *Store) ID() string { return s.id }

// broken classifies an error of a read. Damage and failing reads are noted; a lock that a read met is not.
func (s *Store) broken(err error) error {
	switch state := diskState(err); state {
	case "":
		return err
	case StateCorrupt, StateFailing:
		return s.health.fail(state, err)
	default:
		return &Unavailable{State: state, Err: err}
	}
}

func randomID() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func millis(t time.Time) int64 { return t.UnixMilli() }

func fromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
