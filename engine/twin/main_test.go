package twin_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets the heap grow further than usual before it is tidied up: a twin is small, and short of life.
func TestMain(m *testing.M) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	os.Exit(m.Run())
}
