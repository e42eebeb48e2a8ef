// Package step is the contract between the engine and the step types: the one
// API of the engine that promises stability.
//
// A step is a pure function from its fields and what is known to a short list
// of actions. It never touches a socket, a clock or a logger. Whatever is done
// to a host is a Command; printing the commands is the dry-run, performing
// them is the run, comparing them as text is the test.
//
// A step type is a Go struct whose tags describe its fields (see Define). The
// description drives strict decoding, `rung steps NAME`, the documentation and
// the types that guards see.
//
// What stability means: a step type that was written against this package, and its
// pages against steptest, go on compiling and mean the same. Things come: fields of
// structs (name the fields that you set), functions, methods of structs. None goes,
// or changes its type or its meaning, and no interface gets another method: what
// more a step can do is an interface of its own, as Adviser is. Declarations that
// name a type of another room (Draft, and what takes guard values or nodes) are for
// the engine, and promise nothing. testdata/api.txt is the promise, and a test
// holds it.
package step

import (
	"time"
)

// Step is one decoded step of a playbook.
type Step interface {
	// Plan returns what the step wants done on the host of scope. It is pure,
	// and called just in time, per host, in every mode. Its error says what is
	// wrong with the fields, for the operator; a FieldError says of which.
	Plan(Scope) ([]Action, error)
}

// Collector is a Step with outputs of type O, computed from the results of
// its actions, in order. Guards read them as steps.<id>.<output>.
type Collector[O any] interface {
	Step
	// Collect turns command output into outputs, and into notes for the
	// report. An error means that the output is not what it should be: the
	// step has failed. Results of actions that were skipped by their Check
	// hold the check's output.
	Collect([]Result) (O, []Note, error)
}

// Adviser is a Step that knows how it is better written.
type Adviser interface {
	Step
	// Advise says what is unwise about the step as it stands in a playbook. A
	// field that is open has no value yet: an expression fills it.
	Advise(open func(field string) bool) []Advice
}

// Advice is something that works, and would better be written otherwise.
type Advice struct {
	Code string // of docs/diagnostics.md
	Text string // what is unwise: lower case, no full stop
	Hint string // what to do
	// Field is the one that it is about, and Line which line of its text, from 1; without them it is about the whole step.
	Field string
	Line  int
}

// Scope is what a step may know when it plans.
type Scope struct {
	Host Host
	Run  string // the run's id; "" where there is no run (render)
}

// Host is the host that a step works on.
type Host struct {
	Name string            // in the inventory
	Node string            // the Kubernetes node, by default the name
	Vars map[string]string // of the inventory
}

// Place says where an action is carried out.
type Place int

// The places.
const (
	OwnHost   Place = iota // the host that the step is for
	AdminHost              // a healthy control plane that holds admin.conf and is not being worked on
	Here                   // the machine that rung runs on
)

// ThisMachine stands for the machine that rung runs on where a host is named: to an Exec, and in events. No host of an
// inventory has such a name.
const ThisMachine = "this machine"

// Action is one thing that a step wants done.
type Action struct {
	Title    string   // what it does, for people: "drain w3"
	On       Place    // where
	Check    *Command // read-only; exit 0: nothing left to do, 1: to do, else an error
	Do       Command
	ReadOnly bool   // changes nothing: previews and facts may perform it
	Until    *Until // repeat Do until it succeeds
	// Explain is read-only, and asked where Do failed: what it prints stands in the error,
	// behind what Do printed. That it fails itself is no matter.
	Explain *Command
	// Again says of an action without a Check that Do may be started again where nobody knows what became of it. Of the
	// others a person has to tell, when a run is resumed.
	Again bool
	// Save takes what Do prints to a file on the machine that rung runs on. Such an action reads on its host, and is not
	// ReadOnly, for previews must not make files.
	Save *Save
	// Keep takes what Do prints to a file of this name, in the folder of the run on the machine that rung runs on. Collect
	// sees it, and no event does. The action is ReadOnly, and nothing depends on it: what cannot be had soon is left out,
	// and the step goes on.
	Keep string
}

// Save is where what a command prints goes, encrypted: nothing of it is shown, kept in a Result, or journaled. Do is given
// the number of a piece as one more argument, from 0 on, and is asked until one is empty; no piece may be larger than MaxOutput.
type Save struct {
	To         string   // the file; there must be none
	Recipients []string // of age: age1…
	SHA256     string   // of what it has to hold, in hexadecimal
}

// Until makes an action a wait: Do is repeated, first after 0.2 s, then with
// doubling pauses up to Every, until it exits 0 or For has passed. A lost link
// is "not yet".
type Until struct {
	Every time.Duration
	For   time.Duration
	What  string // what is waited for: "w3 Ready at v1.21.14"
}

// Command is the only thing ever done to a host. Exactly one of Argv (without
// Script) and Script (with Argv as its $1, $2 …) says what runs.
type Command struct {
	Argv   []string
	Script string      // run by sh -eu
	Stdin  []byte      // given to it
	Env    []string    // KEY=value, beside LC_ALL=C, PATH and the host's proxies; credentials of an address are in no argument
	Sudo   bool        // as root, where the login is not; the engine sets it
	Detach bool        // must not be cut off: it outlives its link, and is waited for, also after a cancel or timeout
	Unit   string      // names this one start of a Detach command in the run; the engine sets it
	Secret bool        // Stdin is secret: never rendered or kept; excludes Detach
	Reads  SecretParts // with Secret, what Stdin is made of (Secret.Parts), which may be shown; nil: nobody can tell
}

// Result is how a command ended, and what it said.
type Result struct {
	Exit    int
	Stdout  []byte
	Stderr  []byte // at most TailBytes of its end
	Checked bool   // the check said that there was nothing to do; Do did not run
	Took    time.Duration
	At      time.Time // when it had ended, by our clock; zero where nobody looked
}

// TailBytes bounds what is kept of a command's standard error, and MaxOutput
// what is kept of its standard output; more output is an error of the command
// where a Collector needs it.
const (
	TailBytes = 64 << 10
	MaxOutput = 64 << 20
)

// Note is a line for the report.
type Note struct {
	Warning bool
	Text    string
	Cause   string // the id of a cause of docs/causes.md that was found behind a failure; it is told with what to do
}

// Outcome is how a step ended on a host.
type Outcome string

// The outcomes.
const (
	OK       Outcome = "ok"       // nothing had to be changed
	Changed  Outcome = "changed"  // something was changed
	Skipped  Outcome = "skipped"  // its guard said no
	Failed   Outcome = "failed"   // a command said no
	Unknown  Outcome = "unknown"  // contact was lost: it may or may not have happened
	Canceled Outcome = "canceled" // stopped by the operator
	Refused  Outcome = "refused"  // a require guard, or the version policy, said stop
	Planned  Outcome = "planned"  // a dry-run: it would be done
)
