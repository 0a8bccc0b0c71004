//go:build race

package exchange

// underRace leaves out files at the limits, which take ten times as long with the race detector; test.sh reads them without it.
const underRace = true
