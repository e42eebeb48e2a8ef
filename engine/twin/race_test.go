//go:build race

package twin_test

// thinned is how many times fewer deaths are tried under the race detector, which is ten times slower.
const thinned = 8
