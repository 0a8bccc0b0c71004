package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"scimdesk/backend/scim"
)

// seeded makes a folder whose database is what a schema left behind once.
func seeded(t *testing.T, schema int, more ...string) (dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	seed, err := os.ReadFile(filepath.Join("testdata", fmt.Sprintf("v%d.sql", schema)))
	if err != nil {
		t.Fatal(err)
	}
	db, err := openLock(filepath.Join(dir, databaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, text := range append([]string{string(seed)}, more...) {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSeeds(t *testing.T) {
	for schema := range schemas(t) {
		t.Run(fmt.Sprint("schema ", schema+1), func(t *testing.T) { isTheSeed(t, open(t, Options{Dir: seeded(t, schema+1)})) })
	}
}

func isTheSeed(t *testing.T, s *Store) {
	t.Helper()
	if s.ID() != "a9df99d0e510f560a4bda192160aabed" {
		t.Errorf("id of the store: %s", s.ID())
	}
	same(t, "people", names(find(t, s, scim.User, "", 1, 10)), []string{"Ana Ruiz", "bo@contoso.example"})
	if c := counted(t, s, scim.User); c != (Counts{Total: 2, Active: 2, Deleted: 1}) {
		t.Errorf("counts: %+v", c)
	}
	for _, filter := range []string{`userName eq "ANA.RUIZ@contoso.example"`, `emails eq "ana@contoso.example"`, `externalId eq "E-1"`, `displayName sw "ana"`, `title eq "buyer"`} {
		if page := find(t, s, scim.User, filter, 1, 10); page.Total != 1 || page.Records[0].Version != 3 {
			t.Errorf("%s: %+v", filter, page)
		}
	}
	ana := find(t, s, scim.User, `userName eq "ana.ruiz@contoso.example"`, 1, 1).Records[0]
	same(t, "history", actions(t, s, ana), []string{"created", "member added", "updated"})
	g := get(t, s, find(t, s, scim.Group, `displayName eq "sales"`, 1, 1).Records[0])
	same(t, "members", memberIDs(g), []string{ana.ID, "nobody"})
	page, err := s.ActivityPage(t.Context(), ActivityQuery{})
	if err != nil || len(page) != 1 || page[0].Took != 1200*time.Microsecond {
		t.Errorf("activity: %+v %v", page, err)
	}
	if request, _, err := s.ActivityBodies(t.Context(), 1); err != nil || !strings.Contains(string(request), "ana.ruiz") {
		t.Errorf("body: %s %v", request, err)
	}
	if tokens, err := s.Tokens(t.Context()); err != nil || len(tokens) != 1 || tokens[0].LastFour != "wxyz" {
		t.Errorf("tokens: %+v %v", tokens, err)
	}
	same(t, "list", listed(t, s, scim.User, Find{State: FindAll}), []string{"Ana Ruiz", "bo@contoso.example", "gone@contoso.example"})
	same(t, "search", listed(t, s, scim.User, Find{Search: "BUYER " + ana.ID}), []string{"Ana Ruiz"})
	sound(t, s)
	update(t, s, ana, set("title", "CEO"))
	sound(t, s)
}

// What schema 3 added must be there in what it left behind, and be empty in what was older.
func TestSeedsOfPublicAddresses(t *testing.T) {
	for schema := range schemas(t) {
		s := open(t, Options{Dir: seeded(t, schema+1)})
		page, err := s.ActivityPage(t.Context(), ActivityQuery{})
		if err != nil {
			t.Fatal(err)
		}
		gaps, err := s.Gaps(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		via, unlike, n, carried := "", "", 0, Carried{}
		if schema+1 >= 3 {
			via, unlike, n, carried = "tunnel", "userAgent,header", 1, Carried{42, 4200}
		}
		if a := page[0]; a.Via != via || a.Unlike != unlike || a.Hint != "" || len(gaps) != n || s.Carried("2026-01") != carried {
			t.Errorf("schema %d: %+v, %+v, %+v", schema+1, a, gaps, s.Carried("2026-01"))
		}
	}
}

// What schema 4 added must be there in what it left behind; what is older was written by SCIM, and is nobody's local thing.
func TestSeedsOfLocalThings(t *testing.T) {
	for schema := range schemas(t) {
		s := open(t, Options{Dir: seeded(t, schema+1)})
		ana := find(t, s, scim.User, `userName eq "ana.ruiz@contoso.example"`, 1, 1).Records[0]
		bo := find(t, s, scim.User, `userName eq "bo@contoso.example"`, 1, 1).Records[0]
		jobs, err := s.Jobs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if schema+1 < 4 {
			if !reflect.DeepEqual(ana.Local, Local{}) || !ana.Entra || !bo.Entra || len(jobs) != 0 {
				t.Errorf("schema %d: %+v, %v %v, %+v", schema+1, ana.Local, ana.Entra, bo.Entra, jobs)
			}
			continue
		}
		want := Local{LocalID: "A-17", Role: RoleAdministrator, Note: "from the old list", Protected: true,
			Former: []Former{{"a.ruiz", time.UnixMilli(1768464008500).UTC()}}}
		if !reflect.DeepEqual(ana.Local, want) || !ana.Entra || bo.Entra || len(jobs) != 1 {
			t.Fatalf("schema %d: %+v, %v %v, %+v", schema+1, ana.Local, ana.Entra, bo.Entra, jobs)
		}
		if j := jobs[0]; j.State != JobDone || j.Total != 2 || j.Failed != 1 || j.About != `{"to":"email"}` || j.Ended.IsZero() {
			t.Errorf("schema %d: %+v", schema+1, j)
		}
		if n, rows, err := s.JobRows(t.Context(), 1, RowFailed, "", 0, 0); err != nil || n != 1 || len(rows) != 1 || rows[0].Code != "collision" {
			t.Errorf("schema %d: %d %+v %v", schema+1, n, rows, err)
		}
		same(t, "the old user name", listed(t, s, scim.User, Find{Search: "a.ruiz"}), []string{"Ana Ruiz"})
		same(t, "the local id", listed(t, s, scim.User, Find{Search: "a-17"}), []string{"Ana Ruiz"})
	}
}

// A database that came by every step, or by some of them, must have the schema that a new one has, and the planner's numbers.
func TestOldAndNewSchemaAreOne(t *testing.T) {
	schema := func(s *Store) string {
		rows, err := s.readers.Query(`select * from (select coalesce(sql, name) from sqlite_schema where name not like 'sqlite_sequence' order by type, name)
			union all select * from (select tbl || ' ' || idx || ' ' || stat from sqlite_stat1 order by tbl, idx)`)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		var all []string
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				t.Fatal(err)
			}
			all = append(all, strings.ToLower(strings.Join(strings.Fields(text), " ")))
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return strings.Join(all, "\n")
	}
	fresh := schema(open(t, Options{}))
	for i := range schemas(t) {
		if old := schema(open(t, Options{Dir: seeded(t, i+1)})); old != fresh {
			t.Errorf("schema %d:\n%s\n\nnew:\n%s", i+1, old, fresh)
		}
	}
}

// steps are the real migrations and one more.
func steps(t *testing.T, more string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	all, err := migrations(migrationFiles)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		files["migrations/sqlite/"+m.name] = &fstest.MapFile{Data: []byte(m.text)}
	}
	files[fmt.Sprintf("migrations/sqlite/%04d_more.sql", len(all)+1)] = &fstest.MapFile{Data: []byte(more)}
	return files
}

// schemas is the newest schema that this program knows.
func schemas(t *testing.T) int {
	t.Helper()
	all, err := migrations(migrationFiles)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// migrated runs the steps on a folder and gives the schema version that it has then.
func migrated(t *testing.T, dir string, files fstest.MapFS) (int, error) {
	t.Helper()
	path := filepath.Join(dir, databaseFile)
	db, err := openWriter(path, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	err = migrate(context.Background(), conn, path, files, time.Date(2026, 2, 3, 4, 5, 6, 7e6, time.UTC))
	_, version, versionErr := fileVersion(t.Context(), conn)
	if versionErr != nil {
		t.Fatal(versionErr)
	}
	return version, err
}

func TestUpgradeKeepsACopy(t *testing.T) {
	dir := seeded(t, 1)
	version, err := migrated(t, dir, steps(t, `alter table tokens add column note text not null default '';
		create index tokens_note on tokens (note);`))
	newest := schemas(t)
	if err != nil || version != newest+1 {
		t.Fatalf("version %d, %v", version, err)
	}
	copied := filepath.Join(dir, "backup", "scimdesk-v1-20260203T040506.007Z.db")
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 && os.Getuid() >= 0 {
		t.Fatalf("copy: %v %v", info, err)
	}

	// Now the database is newer than this program.
	if _, err := Open(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrTooNew) || !strings.Contains(err.Error(), fmt.Sprint("schema ", newest+1)) {
		t.Errorf("a newer database: %v", err)
	}
	if version, err := migrated(t, dir, steps(t, "select 1")); err != nil || version != newest+1 {
		t.Errorf("refused, it has version %d (%v)", version, err)
	}

	// The copy is what was there before.
	back := filepath.Join(t.TempDir(), "data")
	if err := os.MkdirAll(back, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(copied, filepath.Join(back, databaseFile)); err != nil {
		t.Fatal(err)
	}
	same(t, "people in the copy", names(find(t, open(t, Options{Dir: back}), scim.User, "", 1, 10)), []string{"Ana Ruiz", "bo@contoso.example"})
}

func TestFailedUpgradeChangesNothing(t *testing.T) {
	for what, text := range map[string]string{
		"statement": "alter table tokens add column note text; select nonsense",
		"reference": "alter table tokens add column note text; pragma defer_foreign_keys = on; update members set group_seq = 4711",
	} {
		dir := seeded(t, 1)
		version, err := migrated(t, dir, steps(t, text))
		if err == nil || version != schemas(t) || !strings.Contains(err.Error(), "_more.sql") {
			t.Errorf("%s: version %d, %v", what, version, err)
		}
		s := open(t, Options{Dir: dir})
		if n := counted(t, s, scim.User).Total; n != 2 {
			t.Errorf("%s: %d people", what, n)
		}
		var columns int
		if err := s.readers.QueryRow(`select count(*) from pragma_table_info('tokens') where name = 'note'`).Scan(&columns); err != nil || columns != 0 {
			t.Errorf("%s: half a migration is left: %d %v", what, columns, err)
		}
	}
}

// TestFailedUpgradeLeavesNoCopy: each try would add another of the whole database. One of a database that did change stays.
func TestFailedUpgradeLeavesNoCopy(t *testing.T) {
	copies := func(dir string) int {
		files, err := os.ReadDir(filepath.Join(dir, backupFolder))
		if err != nil {
			t.Fatal(err)
		}
		return len(files)
	}
	dir := seeded(t, schemas(t))
	for range 2 {
		if _, err := migrated(t, dir, steps(t, "select nonsense")); err == nil || copies(dir) != 0 {
			t.Errorf("%d copies of what did not change, %v", copies(dir), err)
		}
	}
	dir = seeded(t, schemas(t)-1)
	if _, err := migrated(t, dir, steps(t, "select nonsense")); err == nil || copies(dir) != 1 {
		t.Errorf("%d copies of what changed in part, %v", copies(dir), err)
	}
}

func TestForeignDatabaseIsLeftAlone(t *testing.T) {
	dir := seeded(t, 1, "pragma application_id = 7")
	if _, err := Open(t.Context(), Options{Dir: dir}); !errors.Is(err, ErrForeign) {
		t.Errorf("got %v", err)
	}
	if version, err := migrated(t, dir, steps(t, "")); !errors.Is(err, ErrForeign) || version != 1 {
		t.Errorf("version %d, %v", version, err)
	}
}

func TestMigrationNumbers(t *testing.T) {
	newest := schemas(t)
	for name, good := range map[string]bool{fmt.Sprintf("%04d_next.sql", newest+2): true, fmt.Sprintf("%04d_gap.sql", newest+3): false, "0001_twice.sql": false, "x_name.sql": false} {
		files := steps(t, "")
		files["migrations/sqlite/"+name] = &fstest.MapFile{}
		if _, err := migrations(files); (err == nil) != good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// moreSeed is SQL for so many people beside those of the first seed, one of whom has a document that nobody can read.
func moreSeed(n int) string {
	return fmt.Sprintf(`with recursive n(i) as (select 10 union all select i + 1 from n where i < %d)
		insert into resources (seq, type, id, name, unique_key, doc, search, version, created_at, updated_at)
		select i, 'User', 'id-' || i, 'Ärztin ' || i, 'u' || i, '{"schemas":[],"userName":"U' || i || '","displayName":"Ärztin ' || i || '"}', '', 1, 1, 1 from n;
		update resources set doc = 'nonsense' where seq = 10; update counters set total = total + %d where type = 'User'`, n+9, n)
}

func TestOldPeopleGetTheirPlaceInLists(t *testing.T) {
	s := open(t, Options{Dir: seeded(t, 1, moreSeed(2500))})
	found := mustFind(t, s, Find{Search: "arztin"})
	if len(found) != 2500 {
		t.Errorf("%d of 2,500 found", len(found))
	}
	if found = mustFind(t, s, Find{Search: "id-2509 u2509"}); len(found) != 1 || found[0] != 2509 {
		t.Errorf("by id and user name: %v", found)
	}
	if first := mustFind(t, s, Find{Search: "id-10"}); len(first) == 0 || first[0] != 10 {
		t.Errorf("with an unreadable document: %v", first)
	}
}

// TestCrashWhileFillingLists ends the migration by an error, and looks at the files as a crash at that moment would leave them.
func TestCrashWhileFillingLists(t *testing.T) {
	dir := seeded(t, 1, moreSeed(1500))
	db, err := openWriter(filepath.Join(dir, databaseFile), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	all, err := migrations(migrationFiles)
	if err != nil {
		t.Fatal(err)
	}
	crashed := filepath.Join(t.TempDir(), "data")
	failure := errors.New("the power went")
	m := all[1]
	m.fill = func(ctx context.Context, conn *sql.Conn) error {
		return errors.Join(fillLists(ctx, conn), os.CopyFS(crashed, os.DirFS(dir)), failure)
	}
	if err := m.run(t.Context(), conn); !errors.Is(err, failure) {
		t.Fatal(err)
	}
	for _, folder := range []string{dir, crashed} {
		db, err := openLock(filepath.Join(folder, databaseFile))
		if err != nil {
			t.Fatal(err)
		}
		var version, columns int
		err = errors.Join(db.QueryRow("pragma user_version").Scan(&version),
			db.QueryRow("select count(*) from pragma_table_info('resources') where name = 'name_key'").Scan(&columns), db.Close())
		if err != nil || version != 1 || columns != 0 {
			t.Errorf("%s has schema %d and %d new columns (%v)", folder, version, columns, err)
		}
	}
	s := open(t, Options{Dir: crashed})
	if found := mustFind(t, s, Find{Search: "arztin"}); len(found) != 1500 {
		t.Errorf("after the next start %d are found", len(found))
	}
}
