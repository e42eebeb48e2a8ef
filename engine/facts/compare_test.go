package facts

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rung/engine/step"
)

// readAs is a step that was read on w1, with one output.
func readAs(stage, key, kind, title, output string, value any) Finding {
	return Finding{Stage: stage, Host: "w1", Step: key, Type: kind, Title: title, Outcome: step.OK, Outputs: map[string]any{output: value}}
}

func failedAs(key, title, text string) Finding {
	return Finding{Stage: "Look", Host: "w1", Step: key, Type: "command", Title: title, Outcome: step.Failed, Text: text}
}

func TestStepsAreComparedAndNotTheirTypes(t *testing.T) {
	sysctl := func(value string) Finding {
		return readAs("Tune", "1:command", "command", "The map count", "stdout", value)
	}
	command := func(stage, place, title, value string) Finding {
		return readAs(stage, place+":command", "command", title, "stdout", value)
	}
	for _, test := range []struct {
		what     string
		was, now []Finding
		want     []string
	}{
		{"a step of the same type that says nothing", []Finding{sysctl("300000")}, []Finding{sysctl("310000"), readAs("Tune", "3:command", "command", "Set it", "stdout", "")}, []string{"w1: command stdout (The map count): 300000 → 310000"}},
		{"what only one has read", []Finding{sysctl("1")}, []Finding{sysctl("1"), readAs("Others", "admit 1", "cluster-facts", "", "absent", []any{})}, nil},
		{"an output that only one has", []Finding{sysctl("1")}, []Finding{readAs("Tune", "1:command", "command", "The map count", "exit", 0.0)}, nil},
		{"another place, and the same name", []Finding{sysctl("1")}, []Finding{readAs("Tune it", "2:command", "command", "The map count", "stdout", "2")}, []string{"w1: command stdout (The map count): 1 → 2"}},
		{"a step in front of others of its type", []Finding{command("Tune", "1", "Map count", "5"), command("Tune", "2", "Shmmax", "9")}, []Finding{command("Tune", "1", "New one", "7"), command("Tune", "2", "Map count", "5"), command("Tune", "3", "Shmmax", "9")}, nil},
		{"the same, and one that has changed", []Finding{command("Tune", "1", "Map count", "5"), command("Tune", "2", "Shmmax", "9")}, []Finding{command("Tune", "1", "New one", "7"), command("Tune", "2", "Map count", "6"), command("Tune", "3", "Shmmax", "9")}, []string{"w1: command stdout (Map count): 5 → 6"}},
		{"one that has moved, and another of its name in a stage before it", []Finding{command("A", "1", "Ask", "5"), command("B", "1", "Ask", "9")}, []Finding{command("B", "2", "Ask", "9")}, nil},
		{"a name that is worded otherwise", []Finding{command("Tune", "1", "Map count", "5")}, []Finding{command("Tune", "1", "The map count", "6")}, []string{"w1: command stdout (Map count, now The map count): 5 → 6"}},
		{"steps of one name, and one in front of them", []Finding{command("Tune", "1", "Ask", "5"), command("Tune", "2", "Ask", "9")}, []Finding{command("Tune", "1", "New", "7"), command("Tune", "2", "Ask", "5"), command("Tune", "3", "Ask", "9")}, nil},
		{"a step that has a name now", []Finding{command("Tune", "1", "", "5")}, []Finding{command("Tune", "1", "The map count", "6")}, []string{"w1: command stdout (The map count): 5 → 6"}},
		{"another place, and no name", []Finding{readAs("Look", "1", "command", "", "stdout", "1")}, []Finding{readAs("Look", "2", "command", "", "stdout", "2")}, nil},
		{"two steps that find the same", []Finding{readAs("A", "1", "command", "One", "stdout", "1"), readAs("B", "1", "command", "Two", "stdout", "1")}, []Finding{readAs("A", "1", "command", "One", "stdout", "2"), readAs("B", "1", "command", "Two", "stdout", "2")}, []string{"w1: command stdout: 1 → 2"}},
		{"a step that fails now", []Finding{readAs("Look", "1", "command", "Ask", "stdout", "1")}, []Finding{failedAs("1", "Ask", "no answer")}, []string{"w1: command outcome (Ask): ok → failed: no answer"}},
		{"a step that was not reached, and fails", nil, []Finding{failedAs("1", "Ask", "no answer")}, []string{"w1: command outcome (Ask): (nothing) → failed: no answer"}},
		{"a failure that stays", []Finding{failedAs("1", "Ask", "no answer")}, []Finding{failedAs("1", "Ask", "no answer")}, nil},
	} {
		var got []string
		for _, d := range Compare(&File{Found: test.was}, &File{Found: test.now}) {
			got = append(got, d.String())
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.what, diff)
		}
	}
}

// What is not compared is counted: two files that do not differ may be of much and of little.
func TestWhatOnlyOneFileHasReadIsCounted(t *testing.T) {
	both, failed := readAs("Look", "1", "command", "Ask", "stdout", "1"), failedAs("9", "Fail", "no answer")
	was := &File{Found: []Finding{both, readAs("Look", "2", "command", "Was", "stdout", "1")}}
	now := &File{Found: []Finding{readAs("Look", "4", "command", "New", "stdout", "1"), both, readAs("Look", "5", "host-facts", "", "stdout", "1"), failed}}
	if a, b := Apart(was, now); a != 1 || b != 2 {
		t.Errorf("got %d and %d, want 1 and 2", a, b)
	}
	if a, b := Apart(was, was); a != 0 || b != 0 {
		t.Errorf("of one file: got %d and %d, want none", a, b)
	}
}

// A text that looks like a number is what a command said, and no measure that is never the same for long.
func TestOnlyNumbersAreNumbers(t *testing.T) {
	was := &File{Found: []Finding{readAs("Look", "1", "host-facts", "", "free_mib", 5.0), readAs("Look", "2", "command", "", "stdout", "5")}}
	now := &File{Found: []Finding{readAs("Look", "1", "host-facts", "", "free_mib", 4.0), readAs("Look", "2", "command", "", "stdout", "4")}}
	differ := slices.DeleteFunc(Compare(was, now), Difference.OfNumbers)
	if len(differ) != 1 || differ[0].What != "command stdout" {
		t.Errorf("got %v", differ)
	}
}
