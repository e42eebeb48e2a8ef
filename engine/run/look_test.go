package run_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rung/engine/run"
)

// letsIn is a stage that asks the API, with a guard that counts who is in the window.
const letsIn = `
  - stage: S
    hosts: workers
    at_once: %d
    admit:
      - id: room
        look: {run: room, admin: true}
      - require: len(window.nodes) < steps.room.number
        else: no room for ${{ host.node }} beside ${{ join(window.nodes, "+") }}
    steps:
      - do: {run: "act ${{ steps.room.said }} ${{ join(window.nodes, \"+\") }}"}
`

// manyWorkers are so many workers, behind a control plane.
func manyWorkers(n int) string {
	hosts, names := "cp1: {}", []string{}
	for i := range n {
		names = append(names, fmt.Sprintf("w%d", i+1))
		hosts += ", " + names[i] + ": {}"
	}
	return "hosts: {" + hosts + "}\ngroups: {control_plane: [cp1], workers: [" + strings.Join(names, ", ") + "]}\n"
}

// counted is how often each command was sent.
func counted(sent []string) map[string]int {
	times := map[string]int{}
	for _, line := range sent {
		times[line]++
	}
	return times
}

func TestPlacesThatAreFreeAreGivenOnOneLook(t *testing.T) {
	p := scene{
		hosts: manyWorkers(5), stages: fmt.Sprintf(letsIn, 4),
		replies: map[string][]reply{"room": {{out: "9\n", takes: 3 * time.Second}, {out: "8\n", takes: 3 * time.Second}}},
	}.play(t)
	sent := strings.Join(p.hosts.sent(), ", ")
	if p.Exit != run.ExitDone || strings.Count(sent, "cp1 room") != 2 || strings.Count(sent, "act 9") != 4 {
		t.Errorf("exit %d; four places were free at first, and the API was to be asked once for them: %s", p.Exit, sent)
	}
	if !strings.Contains(sent, "w5 act 8") {
		t.Errorf("who took a place that became free was let in on what was seen before: %s", sent)
	}
}

func TestWhoWasLetInOnALookIsCountedByTheNext(t *testing.T) {
	p := scene{
		hosts: manyWorkers(4), stages: fmt.Sprintf(letsIn, 4),
		replies: map[string][]reply{"room": {says("2"), says("2"), says("3")}, "act 2 w1": {{takes: time.Minute}}, "act 2 w1+w2": {{takes: time.Minute}}},
	}.play(t)
	sent := p.hosts.sent()
	if got := strings.Join(sent[:3], ", "); p.Exit != run.ExitDone || !strings.HasPrefix(got, "cp1 room, w1 act 2 w1") && !strings.HasPrefix(got, "cp1 room, w2 act 2 w1+w2") {
		t.Errorf("exit %d, sent %q", p.Exit, sent)
	}
	// Who waits is judged by a new look each time: five seconds later there is still room for two, and then for three.
	notes := strings.Join(p.lines(run.Noted), "\n")
	if !strings.HasPrefix(notes, "note S w3 : waits to be admitted: no room for w3 beside w1+w2 ") || !strings.Contains(notes+"\n", "\nnote S w3 : admitted after 10s\n") {
		t.Error(notes)
	}
}

// A question to a host is no look: it is asked of each.
func TestOnlyTheAPIIsAskedOnceForAll(t *testing.T) {
	p := scene{hosts: manyWorkers(3), stages: strings.Replace(fmt.Sprintf(letsIn, 3), ", admin: true", "", 1), replies: map[string][]reply{"room": {says("5")}}}.play(t)
	times := counted(p.hosts.sent())
	if p.Exit != run.ExitDone || times["w1 room"] != 1 || times["w2 room"] != 1 || times["w3 room"] != 1 {
		t.Errorf("exit %d, sent %v", p.Exit, times)
	}
}

// An old look lets nobody in, however many places were free when it began: between the questions to the API each host
// may be asked something that takes long.
func TestALookGrowsOld(t *testing.T) {
	stages := strings.Replace(fmt.Sprintf(letsIn, 3), "      - require:", "      - look: {run: slow}\n      - require:", 1)
	p := scene{hosts: manyWorkers(3), stages: stages, replies: map[string][]reply{"room": {says("5")}, "slow": {{takes: 4 * time.Second}}}}.play(t)
	if got := counted(p.hosts.sent())["cp1 room"]; p.Exit != run.ExitDone || got != 2 {
		t.Errorf("exit %d, the API was asked %d times, want 2: the look of w1 is 4s old for w2, and 8s for w3", p.Exit, got)
	}
}

// What failed is no answer: who comes next asks again.
func TestALookThatFailedIsTakenAgain(t *testing.T) {
	p := scene{hosts: manyWorkers(2), stages: fmt.Sprintf(letsIn, 2), replies: map[string][]reply{"room": {no, says("5")}}}.play(t)
	if got := counted(p.hosts.sent())["cp1 room"]; p.Exit != run.ExitDone || got != 2 {
		t.Errorf("exit %d, the API was asked %d times, want 2", p.Exit, got)
	}
}

// A dry-run tells of each host what would be asked for it.
func TestADryRunSharesNoLook(t *testing.T) {
	stages := strings.Replace(fmt.Sprintf(letsIn, 3), "do: {run: \"act", "look: {run: \"act", 1) // past a change, none looks at the world
	p := scene{hosts: manyWorkers(3), stages: stages, live: true, replies: map[string][]reply{"room": {says("5")}}}.play(t)
	if got := counted(p.hosts.sent())["cp1 room"]; p.Exit != run.ExitDone || got != 3 {
		t.Errorf("exit %d, the API was asked %d times, want 3", p.Exit, got)
	}
}
