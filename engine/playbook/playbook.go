// Package playbook reads a playbook: YAML text to stages of steps, everything
// in it checked before any host is touched.
//
// Its one invariant: a *Playbook that Load returns can be run. Every key is
// known, every field has its type, every guard and every ${{ }} is compiled
// against the names that stand in scope where it is written. All mistakes of a
// file are reported at once, each with its place.
//
// What depends on an inventory (do the hosts exist, does a host that reads an
// output also run the step) is checked by package plan.
package playbook

import (
	"time"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/step"
)

// Playbook is a checked playbook.
type Playbook struct {
	File   string
	Name   string
	About  string
	Inputs []Input
	Stages []*Stage
	// Sequences are those that the playbook declares, in order. Their steps stand in Step.Body, at every call.
	Sequences []*Sequence
	Source    []byte
	// Included are the files that it is made of beside its own, and their own includes.
	Included []Included

	libraries []library // that it includes
	isLibrary bool      // it has sequences for others, and no stages of its own
	documents map[string]*document
}

// Stage is an ordered part of a playbook. It holds Stages or Steps.
type Stage struct {
	Name           string
	Pos            diag.Pos
	Hosts          *guard.Template // a selector of the inventory; reads inputs only
	HostsPos       diag.Pos
	Except         *guard.Expr     // a list of hosts, or of their nodes, that are left out; reads what is known before the run
	AtOnce         *guard.Template // a count: "3", "10%"; nil: all
	AtOncePos      diag.Pos
	MaxFailures    *guard.Template // a count; nil: 0
	MaxFailuresPos diag.Pos
	When           *guard.Expr
	Admit          []*Step // what must hold before a host takes its place in the window: steps that only read, and guards
	ForEach        *Loop
	Include        *Include // where Stages are those of another playbook
	Gather         bool     // what is refused or fails is reported, and the stage goes on to its end; nothing may be changed in it
	Stages         []*Stage
	Steps          []*Step
	Rescue         []*Step
	Always         []*Step
}

// Loop repeats a stage for each value of a list, with private ids.
type Loop struct {
	Var  string
	List *guard.Expr
}

// Step is one entry of a stage: modifiers and at most one step type. A step
// that calls a sequence holds its steps in Body.
type Step struct {
	Key     string // unique in its stage, and stable while the stage's shape is: "3:drain", "always 1:uncordon"
	Pos     diag.Pos
	ID      string
	Name    *guard.Template
	When    *guard.Expr
	Require *guard.Expr
	Else    *guard.Template
	On      *guard.Template // a selector of exactly one host that does what the step's own host would do
	Retry   *guard.Expr     // how many more tries after the first; nil: none
	Pause   time.Duration   // between tries
	Timeout time.Duration   // of one try; 0: none
	Ignore  *guard.Expr     // where it holds, a failure is reported and does not stop the host
	Skip    *guard.Expr     // where it holds, a failure ends the way of its host alone
	Draft   *step.Draft     // nil for a step of guards alone, and for a sequence
	Body    []*Step         // of a sequence
	Calls   string          // the sequence's name
	Apart   bool            // that sequence is of another file: its steps read nothing that belongs to the steps around the call
	timeout diag.Pos        // where Timeout stands
	called  *Sequence
	With    []Argument      // what the call gives to the parameters of the sequence
	Confirm *guard.Template // a question that a person has to answer with yes before the host goes on; such a step has no type
}

// Refs returns the names that the step's guards and fields read, its body's
// not included.
func (s *Step) Refs() []string {
	var refs []string
	for _, e := range []*guard.Expr{s.When, s.Require, s.Retry, s.Ignore, s.Skip} {
		if e != nil {
			refs = append(refs, e.Refs...)
		}
	}
	for _, t := range []*guard.Template{s.Name, s.Else, s.On, s.Confirm} {
		if t != nil {
			refs = append(refs, t.Refs()...)
		}
	}
	for _, a := range s.With {
		for _, e := range a.exprs() {
			refs = append(refs, e.Refs...)
		}
	}
	if s.Draft != nil {
		refs = append(refs, s.Draft.Refs()...)
	}
	return refs
}
