package kube

import (
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// trail is a text that a failure left, or that is there where all is well.
type trail struct {
	cause, origin string // "nothing" where there is none
	trace         Trace
	text          string
}

func trails(t *testing.T) []trail {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/causes.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all []trail
	for _, f := range archive.Files {
		words := strings.SplitN(f.Name, " ", 3)
		if len(words) < 3 {
			t.Fatalf("%s: want a cause, a trace and where the text is from", f.Name)
		}
		all = append(all, trail{words[0], words[2], Trace(words[1]), string(f.Data)})
	}
	return all
}

func TestACauseIsKnownByItsTextAndByNoOther(t *testing.T) {
	for _, trail := range trails(t) {
		var told []string
		for _, c := range CausesIn(map[Trace]string{trail.trace: trail.text}) {
			if len(told) == 0 || !c.Vague { // a vague one comes last, and says no more
				told = append(told, c.ID)
			}
		}
		want := trail.cause
		if want == "nothing" {
			want = ""
		}
		if got := strings.Join(told, " "); got != want {
			t.Errorf("%s (%s): %q, want %q", trail.origin, trail.trace, got, want)
		}
	}
}

func TestEveryCauseHasAText(t *testing.T) {
	shown := map[string]bool{}
	for _, trail := range trails(t) {
		shown[trail.cause] = true
	}
	for _, c := range Causes() {
		if !shown[c.ID] {
			t.Errorf("%s: no text in testdata/causes.txtar shows it", c.ID)
		}
	}
}

// An image cannot be pulled where the disk is full: that comes first, and a vague cause comes last.
func TestWhatStandsBehindAnotherCauseIsToldFirst(t *testing.T) {
	for _, test := range []struct {
		traces map[Trace]string
		want   string
	}{
		{map[Trace]string{InOutput: `failed to pull image "x": write /var/lib/containerd/x: No space left on device`}, "no-space image-pull"},
		{map[Trace]string{InOutput: "static Pod hash for component etcd on Node cp1 did not change after 5m0s", InPods: "etcd-cp1 0/1 ImagePullBackOff 0 9s"}, "image-pull static-pod-hash"},
		{map[Trace]string{InOutput: `[ERROR ImagePull]: failed to pull image x: output: time="…" level=fatal msg="validate service connection: CRI v1 image API is not implemented"`}, "runtime-down image-pull"},
		{map[Trace]string{InOutput: "failed to pull image x: dial tcp: lookup registry.example: no such host"}, "dns image-pull"},
		{map[Trace]string{InOutput: "Connection reset by peer"}, ""},
		{nil, ""},
	} {
		var ids []string
		for _, c := range CausesIn(test.traces) {
			ids = append(ids, c.ID)
		}
		if got := strings.Join(ids, " "); got != test.want {
			t.Errorf("%v: %q, want %q", test.traces, got, test.want)
		}
	}
}

func TestEveryCauseSaysWhyAndWhatToDo(t *testing.T) {
	seen := map[string]bool{}
	known := map[Trace]bool{InOutput: true, InJournal: true, InStatus: true, InContainers: true, InLogs: true, InDisk: true, InNode: true, InPods: true, InEvents: true}
	for _, c := range Causes() {
		if seen[c.ID] || c.ID == "" || c.Why == "" || c.Do == "" || c.Source == "" || len(c.Signs) == 0 {
			t.Errorf("%q is there twice, or lacks something: %+v", c.ID, c)
		}
		seen[c.ID] = true
		if strings.HasSuffix(c.Why+c.Do, ".") || strings.Contains(c.Why+c.Do, "\n") {
			t.Errorf("%s: one line without a full stop, please", c.ID)
		}
		for _, s := range c.Signs {
			if !known[s.In] {
				t.Errorf("%s: there is no trace %q", c.ID, s.In)
			}
		}
	}
	if _, ok := CauseOf("image-pull"); !ok {
		t.Error("image-pull is not found by its id")
	}
	if c, ok := CauseOf("image"); ok {
		t.Errorf("image is %+v", c)
	}
}

// The files of a recording are copied as they are; a text that nobody could have seen shows nothing.
func TestRecordedTextsAreMarked(t *testing.T) {
	text, err := os.ReadFile("testdata/causes.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), " recorded "); n < 20 {
		t.Errorf("only %d texts are recordings", n)
	}
}
