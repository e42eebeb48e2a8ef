// Package trial is a playbook's own tests: a file of cases, each a cluster, what is wrong with it, the inputs, and what
// is expected to come of it. They are rehearsed: on a twin, in virtual time, without any host.
//
//	Load         the file, checked as playbooks are
//	Case.Try     one case, from a cluster of its own
//	Result       what was not as expected
//
// Its one invariant: a case is what its file says, and nothing else. It depends on no other case, on no machine and on
// no clock, so that it ends the same each time.
package trial

import (
	"rung/engine/diag"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/rehearse"
	"rung/engine/twin"
)

// Suffix is how the file of a playbook's tests ends: NAME.test.yaml lies beside NAME.yaml.
const Suffix = ".test.yaml"

// Suite is a file of tests.
type Suite struct {
	File     string
	Playbook *playbook.Playbook
	Cases    []*Case
}

// Case is one test.
type Case struct {
	Name string
	Pos  diag.Pos

	// On what.
	shape    twin.Shape
	groups   []group // beside control_plane and workers
	faults   []placed
	packages string

	// With what.
	inputs map[string]any
	narrow plan.Narrowing

	// What comes of it.
	expect placed
	says   []placed
	never  []placed
	does   []deed
	doesNo []deed
	leaves leaves

	scene *rehearse.Scene
	plan  *plan.Plan
}

// placed is a text of the file.
type placed struct {
	text string
	pos  diag.Pos
}

// group is a group of hosts.
type group struct {
	name  string
	hosts []string
}

// deed is a command: a part of its text, on one host or on any.
type deed struct {
	command placed
	host    string // "": any
	times   int    // how often; 0: at least once
	reads   bool   // one that only reads counts too
}

// leaves is what the cluster is like in the end.
type leaves struct {
	version  placed // of every node
	ready    bool   // every node
	cordoned []string
	closed   *placed // where cordoned was said; nil: it is not looked at
}
