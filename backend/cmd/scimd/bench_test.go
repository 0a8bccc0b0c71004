package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"scimdesk/backend/entra"
)

// BenchmarkPeakMemory provisions 10,000 people and 100 groups into a daemon of its own, lists and exports them, and tells how
// much memory the daemon had at its peak; 64 MiB is the aim. Linux only.
func BenchmarkPeakMemory(b *testing.B) {
	const people = 10_000
	for b.Loop() {
		dir := b.TempDir()
		token := oneLine(b, "token", "rotate", "--data", dir)
		addr := "127.0.0.1:18093"
		d := program(b.Context(), "run", "--data", dir, "--listen", addr, "--quiet")
		out, err := d.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := d.Start(); err != nil {
			b.Fatal(err)
		}
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			b.Fatal(err)
		}
		c, err := entra.New(entra.Options{URL: "http://" + addr + "/scim/v2", Token: token, Dialect: "mixed", People: people, Groups: 100, Concurrency: 8})
		if err != nil {
			b.Fatal(err)
		}
		report, err := c.Rehearse(b.Context(), 1)
		if err != nil || !report.OK() {
			b.Fatalf("rehearsal: %v, %d differences", err, len(report.Differences))
		}
		c.Close()
		if err := program(b.Context(), "export", "people", "--data", dir, "--format", "csv", "--out", dir+"/people.csv").Run(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(peak(b, d.Process.Pid), "MiB-peak")
		b.ReportMetric(float64(report.Total.Count)/report.Took.Seconds(), "requests/s")
		if err := d.Process.Kill(); err != nil {
			b.Fatal(err)
		}
		_ = d.Wait() // killed
	}
	b.ReportMetric(0, "ns/op")
}

func program(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, os.Args[0], args...)
	c.Env = append(os.Environ(), asProgram+"=1")
	return c
}

func oneLine(b *testing.B, args ...string) string {
	b.Helper()
	out, err := program(b.Context(), args...).Output()
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// peak reads the most memory that a process ever had, in MiB.
func peak(b *testing.B, pid int) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip("only Linux tells a process's peak memory:", err)
	}
	for line := range strings.Lines(string(text)) {
		if kib, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kib), "kB")), 64)
			if err != nil {
				b.Fatal(err)
			}
			return n / 1024
		}
	}
	b.Fatal("no VmHWM")
	return 0
}
