//go:build race

package store

// underRace makes tests smaller where the race detector makes the engine ten times slower.
const underRace = true
