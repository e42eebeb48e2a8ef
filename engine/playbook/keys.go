package playbook

import "slices"

// Key describes a key of a playbook. Loading knows no others, and editors offer
// these.
type Key struct {
	Name  string
	Shape Shape
	Doc   string
}

// Shape is what stands behind a key.
type Shape int

// The shapes.
const (
	ShapeText      Shape = iota // any text, with ${{ }} in it
	ShapeWord                   // a name
	ShapeBool                   // true or false
	ShapeGuard                  // an expression that is true or false
	ShapeCount                  // 2 or 10%
	ShapeDuration               // 90s
	ShapeSelector               // hosts
	ShapeOne                    // the number 1
	ShapeStepList               // steps
	ShapeStageList              // stages
	ShapeOther                  // a map of its own: see the key
)

// RootKeys are the keys of a playbook.
func RootKeys() []Key {
	return []Key{
		{"format", ShapeOne, "The format of the file: 1. It may be left out."},
		{"playbook", ShapeWord, "Its name: lower-case letters, digits and -."},
		{"about", ShapeText, "What it is for, in one sentence."},
		{"include", ShapeOther, "Files of sequences, which steps then call as its own: [lib/restart.yaml]."},
		{"inputs", ShapeOther, "Its parameters, given with -e name=value."},
		{"sequences", ShapeOther, "Steps with a name, which steps call with sequence: NAME: a list, or {parameters: …, steps: …}."},
		{"stages", ShapeStageList, "Its parts, one after the other."},
	}
}

// LibraryKeys are the keys of a file of sequences, for playbooks to include.
func LibraryKeys() []Key {
	return slices.DeleteFunc(RootKeys(), func(k Key) bool { return k.Name == "playbook" || k.Name == "stages" })
}

// InputKeys are the keys of an input.
func InputKeys() []Key {
	return []Key{
		{"type", ShapeOther, "What it takes. Left out: string."},
		{"default", ShapeOther, "Its value where none is given. Without one it must be given, unless it is optional."},
		{"about", ShapeText, "What it is for."},
		{"choices", ShapeOther, "The values that an input of type choice can have."},
		{"optional", ShapeBool, "It may be left out without a default; expressions then do not know it."},
	}
}

// SequenceKeys are the keys of a sequence that is more than a list of steps.
func SequenceKeys() []Key {
	return []Key{
		{"about", ShapeText, "What it is for."},
		{"parameters", ShapeOther, "What a call gives it, under with. Declared as inputs are, and read as parameters.NAME."},
		{"steps", ShapeStepList, "What it does."},
	}
}

// StageKeys are the keys of a stage.
func StageKeys() []Key {
	return []Key{
		{"stage", ShapeText, "Its name; unique beside its neighbours."},
		{"hosts", ShapeSelector, "Where: a selector of the inventory, such as workers, all or workers:!w3."},
		{"except", ShapeGuard, "A list of hosts, or of their nodes, that are left out."},
		{"at_once", ShapeCount, "How many hosts together: 2 or 25%. Left out: all."},
		{"admit", ShapeOther, "What must hold before a host takes its place in the window: a guard, or steps that only read."},
		{"max_failures", ShapeCount, "How many hosts may fail before no further one starts. Left out: 0."},
		{"when", ShapeGuard, "An expression; false: the stage is skipped."},
		{"for_each", ShapeOther, "The stage once for each value of a list: {name: list}."},
		{"gather", ShapeBool, "What is refused or fails does not stop a host; all of it is told, and the run ends after the stage. Nothing may be changed in it."},
		{"stages", ShapeStageList, "Stages inside of it, in place of steps."},
		{"include", ShapeText, "Another playbook, whose stages stand inside of it: a file, or the name of a bundled one."},
		{"with", ShapeOther, "Goes with include: its inputs, {name: value}."},
		{"steps", ShapeStepList, "What is done on each host."},
		{"rescue", ShapeStepList, "Steps on a host that failed or was refused; it stays failed."},
		{"always", ShapeStepList, "Steps on a host at its end, whatever happened."},
	}
}

// Modifiers are the keys of a step beside the one that names its type.
func Modifiers() []Key {
	return []Key{
		{"id", ShapeWord, "A name under which later expressions read its outputs: steps.ID.OUTPUT."},
		{"name", ShapeText, "What it does, for people."},
		{"when", ShapeGuard, "An expression; false: the step is skipped."},
		{"require", ShapeGuard, "An expression; false: the host stops here, and the run ends with exit code 4."},
		{"else", ShapeText, "Goes with require: what is wrong, and what to do."},
		{"on", ShapeSelector, "The one host that does what the step's own host would do."},
		{"retry", ShapeOther, "How many more tries after a failure: 3, or {times: 3, every: 10s}."},
		{"timeout", ShapeDuration, "How long one try may take."},
		{"ignore_failure", ShapeGuard, "Where it holds, a failure is reported, and the host goes on."},
		{"skip_host", ShapeGuard, "Where it holds, a failure ends the way of this host alone, and the run goes on."},
		{"with", ShapeOther, "Goes with sequence: what its parameters are, {name: value}."},
	}
}

// Forms are what a step can be besides one of a type.
func Forms() []Key {
	return []Key{
		{"sequence", ShapeWord, "Calls the sequence of that name."},
		{"confirm", ShapeText, "A question to a person: only a yes lets the host go on."},
	}
}

// RetryKeys are the keys of retry.
func RetryKeys() []Key {
	return []Key{
		{"times", ShapeOther, "How many more tries."},
		{"every", ShapeDuration, "The pause between them; 5s where it is left out."},
	}
}

func names(keys []Key) []string {
	list := make([]string, len(keys))
	for i, k := range keys {
		list[i] = k.Name
	}
	return list
}
