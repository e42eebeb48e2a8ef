//go:build !race

package twin_test

// thinned is how many times fewer deaths are tried: see the other build.
const thinned = 1

// schedules is how many of random faults are tried.
const schedules = 256
