//go:build race

package backend

// underRace makes rehearsals smaller where the race detector makes them ten times slower; test.sh runs the whole ones without it.
const underRace = true
