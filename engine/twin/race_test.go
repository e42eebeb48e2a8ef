//go:build race

package twin_test

// thinned is how many times fewer deaths are tried under the race detector, which is ten times slower.
const thinned = 8

// schedules is how many of random faults are tried under the race detector.
const schedules = 8
