//go:build unix

package store

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// shared reports whether a folder is not this user's alone: somebody else's, one where everybody keeps their own, as in /tmp, or
// one that holds something of another user, who would be locked out. What is root's counts for nobody: root gets in anywhere.
func shared(dir string, info fs.FileInfo) bool {
	us := uint32(os.Geteuid())
	if info.Mode()&fs.ModeSticky != 0 || owner(info) != us {
		return true
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return true
	}
	for _, e := range entries {
		in, err := os.Lstat(filepath.Join(dir, e.Name()))
		if err == nil && owner(in) != us && owner(in) != 0 {
			return true
		}
	}
	return false
}

func owner(info fs.FileInfo) uint32 {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ^uint32(0)
	}
	return s.Uid
}
