package config

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestDataDirFollowsEachSystem(t *testing.T) {
	home := func() (string, error) { return "/home/ada", nil }
	for _, c := range []struct {
		name, goos, key, value, want string
	}{
		{"windows", "windows", "LOCALAPPDATA", `C:\Users\ada\AppData\Local`, filepath.Join(`C:\Users\ada\AppData\Local`, "ScimDesk", "Data")},
		{"macOS", "darwin", "XDG_DATA_HOME", "/ignored", "/home/ada/Library/Application Support/ScimDesk"},
		{"linux", "linux", "", "", "/home/ada/.local/share/scimdesk/data"},
		{"linux with XDG", "linux", "XDG_DATA_HOME", "/srv/data", "/srv/data/scimdesk/data"},
		{"linux with a relative XDG", "linux", "XDG_DATA_HOME", "data", "/home/ada/.local/share/scimdesk/data"},
	} {
		t.Run(c.name, func(t *testing.T) {
			env := func(k string) string {
				if k == c.key {
					return c.value
				}
				return ""
			}
			got, err := dataDir(c.goos, env, home)
			if err != nil || got != c.want {
				t.Errorf("dataDir = %q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestDataDirSaysWhatToDo(t *testing.T) {
	none := func(string) string { return "" }
	lost := func() (string, error) { return "", errors.New("no home") }
	for _, goos := range []string{"windows", "linux", "darwin"} {
		if dir, err := dataDir(goos, none, lost); err == nil {
			t.Errorf("%s: dataDir = %q without a home", goos, dir)
		}
	}
	t.Setenv(EnvData, "/srv/office")
	if dir, err := DataDir(); err != nil || dir != "/srv/office" {
		t.Errorf("DataDir = %q, %v; want what %s says", dir, err, EnvData)
	}
}
