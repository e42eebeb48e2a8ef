package cli

import "runtime/debug"

// garbage is how much more memory than it needs a dry-run may take, in percent. With the usual 100, collecting takes a
// tenth of what a large cluster takes to render, and a quarter of what it takes to rehearse.
const garbage = 400

// roomy takes that room, until undo.
func roomy() (undo func()) {
	before := debug.SetGCPercent(garbage)
	return func() { debug.SetGCPercent(before) }
}
