package run_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"rung/engine/run"
)

// folder is a run.Shelf that tells what it was given.
type folder struct {
	files map[string]string
	full  bool
}

func (f *folder) Put(host, name string, content []byte) (string, error) {
	if f.full {
		return "", errors.New("no room")
	}
	f.files[host+"/"+name] = string(content)
	return "/runs/r/" + host + "/" + name, nil
}

const glancing = "  - do: {run: act}\nrescue:\n  - glance: {run: see}\n  - look: {run: more}\nalways:\n  - look: {run: always}\n"

// What is found out about a host that failed is for a file: its failure stays what it is, whatever comes of that.
func TestNothingDependsOnWhatIsKept(t *testing.T) {
	const secret, whole = "the disk is full", "w1 act / w1 see / cp1 see there / w1 more / w1 always"
	for _, test := range []struct {
		name    string
		replies map[string][]reply
		full    bool
		sent    string
		kept    string
		took    time.Duration
	}{
		{"it is had", map[string][]reply{"see": {says(secret)}, "see there": {says("nodes")}}, false, whole, "w1/cluster.txt w1/host.txt", 0},
		{"a command fails", map[string][]reply{"see": {{exit: 1, out: secret}}}, false, whole, "w1/cluster.txt", 0},
		{"a link is lost", map[string][]reply{"see": {lost}}, false, whole, "w1/cluster.txt", 0},
		{"the host is away, and is not waited for", map[string][]reply{"see": {away("w1")}, "see there": {says("nodes")}}, false, whole, "w1/cluster.txt", 0},
		{"no control plane is there", map[string][]reply{"see": {says(secret)}, "see there": {away("cp1")}}, false, whole, "w1/host.txt", 0},
		{"it hangs", map[string][]reply{"see": {{takes: time.Hour}}}, false, whole, "w1/cluster.txt", 2 * time.Minute},
		{"there is no room here", map[string][]reply{"see": {says(secret)}}, true, whole, "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.replies["act"] = []reply{no}
			f := &folder{files: map[string]string{}, full: test.full}
			p := scene{steps: glancing, replies: test.replies, shelf: f}.play(t)
			same(t, "commands", p.hosts.sent(), slashed(test.sent))
			if p.Exit != run.ExitFailed || p.took != test.took {
				t.Errorf("exit %d after %s, want %d after %s", p.Exit, p.took, run.ExitFailed, test.took)
			}
			var kept []string
			for _, name := range []string{"w1/cluster.txt", "w1/host.txt"} {
				if _, there := f.files[name]; there {
					kept = append(kept, name)
				}
			}
			if got := strings.Join(kept, " "); got != test.kept {
				t.Errorf("kept: %s, want %s", got, test.kept)
			}
			if all := fmt.Sprint(p.lines(), p.events); strings.Contains(all, secret) {
				t.Errorf("it can be read in the events: %s", all)
			}
			for _, e := range p.events {
				if e.File != "" && (e.Kind != run.ActionEnded || f.files[strings.TrimPrefix(e.File, "/runs/r/")] == "" && e.File != "/runs/r/w1/cluster.txt") {
					t.Errorf("%+v", e)
				}
			}
		})
	}
}

func TestACauseThatIsFoundAfterwardsIsNoted(t *testing.T) {
	p := scene{steps: glancing, replies: map[string][]reply{"act": {no}, "see": {says("full")}}, shelf: &folder{files: map[string]string{}}}.play(t)
	for _, e := range p.events {
		if e.Kind == run.Noted && e.Cause != nil && e.Cause.ID == "no-space" && e.Cause.Do != "" {
			return
		}
	}
	t.Error("nobody notes it")
}

func TestWhatHasNoEndIsCut(t *testing.T) {
	f := &folder{files: map[string]string{}}
	scene{steps: glancing, replies: map[string][]reply{"act": {no}, "see": {says(strings.Repeat("x", 3<<20))}}, shelf: f}.play(t)
	if got := f.files["w1/host.txt"]; len(got) > 1<<20+100 || !strings.HasSuffix(got, "cut off here\n") {
		t.Errorf("%d bytes are kept", len(got))
	}
}

// A preview has no folder of a run.
func TestNothingIsKeptInAPreview(t *testing.T) {
	p := scene{live: true, steps: "  - look: {run: act}\nrescue:\n  - glance: {run: see}\n", replies: map[string][]reply{"act": {no}}}.play(t)
	same(t, "commands", p.hosts.sent(), slashed("w1 act"))
}

// Where a guard said stop, nothing has failed.
func TestARescueKnowsWhetherTheHostFailed(t *testing.T) {
	const steps = "  - require: not host.failed and \"%s\" == \"yes\"\n  - do: {run: act}\nrescue:\n  - when: host.failed\n    look: {run: rescue}\nalways:\n  - when: host.failed\n    look: {run: always}\n"
	for said, want := range map[string]string{"yes": "w1 act / w1 rescue / w1 always", "no": ""} {
		p := scene{steps: fmt.Sprintf(steps, said), replies: map[string][]reply{"act": {no}}}.play(t)
		same(t, "commands", p.hosts.sent(), slashed(want))
	}
}
