package backend

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestAFullDiskAsEntraSeesIt serves from a real small file system, fills it, and frees it again: 503 with Retry-After and
// nothing half done meanwhile, a state in words for the admin, and no restart afterwards.
func TestAFullDiskAsEntraSeesIt(t *testing.T) {
	disk := smallDisk(t)
	b, secret := serve(t, func(o *Options) { o.Dir = filepath.Join(disk, "data") })
	ada := add(t, b, secret, "/Users", `{"userName":"ada@contoso.example","title":"Clerk"}`)

	ballast := filepath.Join(disk, "ballast")
	fill(t, ballast)
	status, header, body := ask(t, b, "POST", "/Users", secret, `{"userName":"bob@contoso.example","nickName":"`+strings.Repeat("x", 200_000)+`"}`)
	if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" || !strings.Contains(body, "full") {
		t.Errorf("create on a full disk: %d, Retry-After %q, %s", status, header.Get("Retry-After"), body)
	}
	if status, person := send(t, b, "GET", "/Users/"+ada, secret, ""); status != 200 || person["title"] != "Clerk" {
		t.Errorf("reading on a full disk: %d %v", status, person)
	}
	s, err := b.Snapshot(t.Context())
	if err != nil || s.Database.State != "full" || s.Database.Since == "" || s.People.Total != 1 {
		t.Errorf("snapshot on a full disk: %+v, %v", s.Database, err)
	}

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(20 * time.Second)
	for told := range b.Watch(t.Context()) {
		if s, err = b.Snapshot(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.Database.State == "ok" {
			break
		}
		if time.Now().After(until) {
			t.Fatalf("the state is still %s after %+v", s.Database.State, told)
		}
	}
	add(t, b, secret, "/Users", `{"userName":"bob@contoso.example"}`)
}

// smallDisk mounts a file system of 4 MiB.
func smallDisk(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("a small file system of our own needs root on Linux")
	}
	disk := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=4096k", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("mount is not allowed here: %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", disk).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	})
	return disk
}

// fill takes all space that is left.
func fill(t *testing.T, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	for size := 64 << 10; size > 0; {
		if _, err := f.Write(make([]byte, size)); errors.Is(err, syscall.ENOSPC) {
			size /= 2
		} else if err != nil {
			t.Fatal(fmt.Errorf("fill the disk: %w", err))
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
