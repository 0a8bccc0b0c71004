//go:build !race

package tunnel_test

// raced is whether the race detector runs.
const raced = false
