package run

import (
	"time"

	"rung/engine/step"
)

// Kind is the sort of an event.
type Kind string

// The events of a run, in the order in which they can come. Every started has
// its ended, unless the process was killed between them.
const (
	RunStarted    Kind = "run.started"    // Text: the playbook; Data: inputs (without secrets), hosts
	RunResumed    Kind = "run.resumed"    // another life of the run begins: as run.started; Text: by whom
	StageStarted  Kind = "stage.started"  // Stage, Text: hosts and window; Hosts that it works on; Data: at_once, where the hosts take turns; round and rounds of a loop, which stands in the stage loop, and with the first round its list
	HostStarted   Kind = "host.started"   // a host takes a slot of the window; where the stage has admit, it first waits to be let in; Node, where Kubernetes has another name for it
	StepStarted   Kind = "step.started"   // Host, Step, Type, Text: its name; Mutates, where one of its actions may change something
	ActionStarted Kind = "action.started" // Action, On, Command, Mutates; on disk before a mutating command leaves
	Output        Kind = "output"         // Text: one line that a command wrote; not journaled line by line
	Waiting       Kind = "waiting"        // Text: what an Until waits for, at most once a second
	ActionEnded   Kind = "action.ended"   // Outcome, Exit, Took, Text: on failure, the end of what it wrote
	ActionPlanned Kind = "action.planned" // a dry-run: Action, On, Command, Check, If
	Noted         Kind = "note"           // Text, Warning
	StepEnded     Kind = "step.ended"     // Outcome, Text: the reason of a skip, refusal or failure; Data: outputs
	HostLeft      Kind = "host.left"      // the host's steps did not end well, and its rescue and always begin; Outcome
	HostEnded     Kind = "host.ended"     // Outcome; without a start where it ended in an earlier life
	StageEnded    Kind = "stage.ended"    // Outcome, Took
	Stopping      Kind = "stopping"       // the operator asked to stop; Text says what still runs
	Paused        Kind = "paused"         // the run rests, and asks whether to go on; Text: after what
	Resumed       Kind = "resumed"        // it was answered; Text: how
	Asked         Kind = "asked"          // a person is asked whether to go on; Text: the question
	Answered      Kind = "answered"       // Text: the question and the answer
	RunEnded      Kind = "run.ended"      // Outcome, Took, Text; Exit: the exit code
)

// Event is one thing that happened in a run. The journal is events on disk;
// every report is made from events alone.
type Event struct {
	Seq     int64          `json:"seq"`
	At      time.Time      `json:"at"`
	Kind    Kind           `json:"kind"`
	Stage   string         `json:"stage,omitempty"`  // path with loop values: "Climb[hop=1.21.14]/Workers"
	Host    string         `json:"host,omitempty"`   // the host that the step is for
	Node    string         `json:"node,omitempty"`   // its name in Kubernetes
	Step    string         `json:"step,omitempty"`   // its key in the stage: "3" or "3:drain", unique on a host in a stage
	Type    string         `json:"type,omitempty"`   // step type; "" for a step of guards alone
	Action  int            `json:"action,omitempty"` // from 1
	Title   string         `json:"title,omitempty"`  // of the step or action, for people
	On      string         `json:"on,omitempty"`     // the host where the action runs, where it is not Host
	Command string         `json:"command,omitempty"`
	Unit    string         `json:"unit,omitempty"`  // of a detached command: what its start is called on the host
	Check   string         `json:"check,omitempty"` // planned only
	Mutates bool           `json:"mutates,omitempty"`
	Again   bool           `json:"again,omitempty"`   // started: it may be started again without harm, by its check or by its nature
	If      string         `json:"if,omitempty"`      // planned only: "runs if …"
	Until   string         `json:"until,omitempty"`   // planned only: what is waited for, how often and how long
	Require string         `json:"require,omitempty"` // planned only: a guard that would stop the host; Text says what it would say
	Confirm string         `json:"confirm,omitempty"` // planned only: a question that a person has to answer with yes
	Depends []string       `json:"depends,omitempty"` // planned only: the names that a step waits for, which cannot be planned without; of a note, those without which a loop's rounds are not known
	ID      string         `json:"-"`                 // what expressions call the step; "" where they cannot
	Plan    *step.Action   `json:"-"`                 // planned only: the action in its parts, with sudo where the host wants it
	HostEnv []string       `json:"-"`                 // planned only: what the host's commands get besides, KEY=value
	Unknown []string       `json:"-"`                 // planned only: what stands in texts of the action for what is not known: "<steps.rel.release>"
	Outcome step.Outcome   `json:"outcome,omitempty"`
	Exit    int            `json:"exit,omitempty"`
	Took    time.Duration  `json:"took,omitempty"` // nanoseconds
	Text    string         `json:"text,omitempty"`
	Hint    string         `json:"hint,omitempty"`  // what to do now
	Cause   *Cause         `json:"cause,omitempty"` // what probably lies behind a failure
	Warning bool           `json:"warning,omitempty"`
	Gather  bool           `json:"gather,omitempty"`  // a step's end: it is one of several things that stand in the way
	Assumed bool           `json:"assumed,omitempty"` // an action's end: nobody saw it, and a person says so; of a note: only a person can tell
	File    string         `json:"file,omitempty"`    // an action's end: what it printed is kept there, on the machine that rung runs on
	Hosts   []string       `json:"hosts,omitempty"`
	Data    map[string]any `json:"data,omitempty"`
}

// Sink takes the events of a run. Record is called by many goroutines at once;
// the events of one host come in order. It returns once
// the event is as safe as the sink makes it; an error stops the run before
// anything more is changed.
type Sink interface {
	Record(Event) error
}

// Clock tells time and waits. Runs take one, so that a demo can be quick and a
// test instant.
type Clock interface {
	Now() time.Time
	// Sleep returns after d, or when done is closed, whichever is first.
	Sleep(d time.Duration, done <-chan struct{})
}

// Stopwatch is what a Clock has besides whose time passes by sleeps alone: a
// bound on something that hangs must not make time pass. Where a Clock has
// none, Sleep is as good.
type Stopwatch interface {
	// Lapse returns after d on the wall, or when done is closed, whichever is
	// first. It moves no time.
	Lapse(d time.Duration, done <-chan struct{})
}
