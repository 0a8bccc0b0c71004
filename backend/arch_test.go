package backend_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// directions says which of our packages a package may import, outside its tests. A package that is missing here imports
// nothing of ours, or should not be there: add it with the directions it keeps.
var directions = map[string][]string{
	".":                    {"backend", "backend/control"},
	"backend/cmd/scimd":    {"backend", "backend/control"},
	"frontend/tests/seed":  {"backend/scim", "backend/server", "backend/store", "backend/token"}, // fills a folder for the browser tests
	"frontend/tests/ngrok": {"backend/tunnel/ngroktest"},                                         // plays ngrok for the browser tests
	"backend/control":      {"backend"},
	"backend": {"backend/scim", "backend/store", "backend/server", "backend/token", "backend/config", "backend/exchange", "backend/entra", "backend/tunnel", "backend/power",
		"backend/userid", "backend/forecast", "backend/target", "backend/handover"},
	"backend/server":           {"backend/scim", "backend/store"},
	"backend/token":            {"backend/store"},
	"backend/store":            {"backend/scim"},
	"backend/scim":             {},
	"backend/config":           {},
	"backend/exchange":         {},
	"backend/entra":            {},
	"backend/tunnel":           {},
	"backend/tunnel/ngroktest": {},
	"backend/power":            {},
	"backend/userid":           {"backend/scim"},
	"backend/forecast":         {"backend/scim"},
	"backend/target":           {"backend/scim"},
	"backend/handover":         {},
}

// only says in which files alone a module may be imported, so that it could be exchanged there.
var only = map[string][]string{
	"github.com/wailsapp/wails":  {"main.go", "app.go"},
	"github.com/go-chi/chi":      {"backend/server/"},
	"modernc.org/sqlite":         {"backend/store/sqlite.go"},
	"golang.ngrok.com":           {"backend/tunnel/ngrok.go", "backend/tunnel/ngroktest/"},
	"github.com/zalando":         {"backend/config/"},
	"github.com/adrg/xdg":        {"backend/config/"},
	"scimdesk/frontend":          {},
	"database/sql":               {"backend/store/"},
	"github.com/mattn/go-sqlite": {},
}

type file struct {
	path    string // from the project's root, with slashes
	dir     string
	imports []string
	doc     bool
	test    bool
}

func TestDirections(t *testing.T) {
	for _, f := range sources(t) {
		allowed, known := directions[f.dir]
		if !known {
			t.Errorf("%s: the package is not in the list of directions", f.dir)
			continue
		}
		for _, path := range f.imports {
			if ours, ok := strings.CutPrefix(path, "scimdesk/"); ok && !f.test && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s, which does not go with the directions of backend/README.md", f.path, ours)
			}
			for module, places := range only {
				if !f.test && strings.HasPrefix(path, module) && !slices.ContainsFunc(places, func(p string) bool { return strings.HasPrefix(f.path, p) }) {
					t.Errorf("%s imports %s, which belongs to %v alone", f.path, path, places)
				}
			}
			if f.dir == "backend/entra" && strings.HasPrefix(path, "scimdesk/") && !f.test {
				t.Errorf("%s imports %s: the client that plays Entra must not share our bugs", f.path, path)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	docs := map[string]int{}
	for _, f := range sources(t) {
		if !f.test {
			docs[f.dir] += map[bool]int{true: 1}[f.doc]
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(docs)) {
		if docs[dir] != 1 {
			t.Errorf("%s has %d package comments, want 1", dir, docs[dir])
		}
	}
}

func sources(t *testing.T) []file {
	t.Helper()
	var all []file
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (e.Name() == "node_modules" || e.Name() == "testdata" || e.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel("..", path)
		if err != nil {
			return err
		}
		f := file{path: filepath.ToSlash(rel), dir: filepath.ToSlash(filepath.Dir(rel)), doc: parsed.Doc != nil, test: strings.HasSuffix(path, "_test.go")}
		for _, i := range parsed.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			f.imports = append(f.imports, name)
		}
		all = append(all, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d Go files found", len(all))
	}
	return all
}
