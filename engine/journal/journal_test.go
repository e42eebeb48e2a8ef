package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rung/engine/run"
	"rung/engine/step"
)

var nine = time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)

func create(t *testing.T, root string) *Journal {
	t.Helper()
	j, err := Create(root, NewID(nine, "kubeadm-upgrade"), Header{Playbook: "kubeadm-upgrade", Rung: "v0", Created: nine, Digests: map[string]string{"playbook.yaml": Digest([]byte("x"))}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func record(t *testing.T, j *Journal, events ...run.Event) {
	t.Helper()
	for _, e := range events {
		if err := j.Record(e); err != nil {
			t.Fatal(err)
		}
	}
}

// drained is a short run that drains w3.
func drained() []run.Event {
	at := func(s int) time.Time { return nine.Add(time.Duration(s) * time.Second) }
	a := run.Event{Stage: "Climb[hop=1.21.14]/Workers", Host: "w3", Step: "3:drain", Type: "drain", Action: 1, On: "cp1", Mutates: true}
	started, out, ended := a, a, a
	started.Kind, started.At, started.Command = run.ActionStarted, at(1), "kubectl drain w3 && echo <done>"
	out.Kind, out.At, out.Text = run.Output, at(2), "evicting pod default/web-1"
	ended.Kind, ended.At, ended.Outcome, ended.Took = run.ActionEnded, at(3), step.Changed, 2*time.Second
	return []run.Event{
		{Kind: run.RunStarted, At: at(0), Text: "kubeadm-upgrade", Hosts: []string{"cp1", "w3"}},
		started, out, ended,
		{Kind: run.StepEnded, At: at(3), Stage: a.Stage, Host: "w3", Step: a.Step, Outcome: step.Changed, Data: map[string]any{"pods": 1.0}},
		{Kind: run.RunEnded, At: at(4), Outcome: step.Changed, Took: 4 * time.Second},
	}
}

func TestWhatIsRecordedIsReadBack(t *testing.T) {
	root := t.TempDir()
	j := create(t, root)
	record(t, j, drained()...)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	header, events, err := Read(j.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if header.Journal != Version || header.Run != "20260314-150926-kubeadm-upgrade" || header.Torn {
		t.Errorf("header = %+v", header)
	}
	var want []run.Event
	for i, e := range drained() {
		if e.Seq = int64(i + 1); e.Kind != run.Output {
			want = append(want, e)
		}
	}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Errorf("events (-recorded +read):\n%s", diff)
	}
	text, err := os.ReadFile(filepath.Join(j.Dir(), "output", OutputFile(events[1])))
	if err != nil || string(text) != "evicting pod default/web-1\n" {
		t.Errorf("output = %q, %v", text, err)
	}
	if want := "000002-w3-3_drain-1.log"; OutputFile(events[1]) != want {
		t.Errorf("OutputFile = %s, want %s", OutputFile(events[1]), want)
	}
}

func TestOnlyTheOwnerMayRead(t *testing.T) {
	root := t.TempDir()
	j := create(t, root)
	record(t, j, drained()...)
	for _, name := range []string{"playbook.yaml", "included/lib/restart.yaml", "included/lib/more.yaml"} {
		if err := j.Keep(name, []byte("playbook: x\n")); err != nil {
			t.Fatal(err)
		}
	}
	j.Close()
	err := filepath.Walk(j.Dir(), func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestATakenIDIsFollowedByANumber(t *testing.T) {
	root := t.TempDir()
	var got []string
	for range 3 {
		got = append(got, create(t, root).ID())
	}
	id := "20260314-150926-kubeadm-upgrade"
	if diff := cmp.Diff([]string{id, id + "-2", id + "-3"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestKeepReplacesWhollyAndLeavesNothingElse(t *testing.T) {
	j := create(t, t.TempDir())
	for _, content := range []string{"a long first version\n", "short\n"} {
		if err := j.Keep("inputs.json", []byte(content)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(j.Dir(), "inputs.json"))
		if err != nil || string(got) != content {
			t.Errorf("kept %q, %v", got, err)
		}
	}
	entries, _ := os.ReadDir(j.Dir())
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("left over: %s", e.Name())
		}
	}
	for _, name := range []string{"", "../x", "a/../../b", "/a", "a/", ".hidden", `a\b`} {
		if j.Keep(name, nil) == nil {
			t.Errorf("Keep(%q) was accepted", name)
		}
	}
}

func TestManyHostsRecordAtOnce(t *testing.T) {
	j := create(t, t.TempDir())
	const hosts, each = 50, 40
	var all sync.WaitGroup
	for h := range hosts {
		all.Add(1)
		go func() {
			defer all.Done()
			e := run.Event{At: nine, Host: fmt.Sprintf("w%d", h), Stage: "Workers", Step: "1", Action: 1, Mutates: true}
			for i := range each {
				e.Kind = []run.Kind{run.ActionStarted, run.Output, run.ActionEnded, run.StepEnded}[i%4]
				e.Text = fmt.Sprint(i)
				if err := j.Record(e); err != nil {
					t.Error(err)
					return
				}
			}
		}()
	}
	all.Wait()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	_, events, err := Read(j.Dir())
	if err != nil || len(events) != hosts*each*3/4 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	last, seen := int64(0), map[string]string{}
	for _, e := range events {
		if e.Seq <= last {
			t.Fatalf("event %d after event %d", e.Seq, last)
		}
		last = e.Seq
		if len(e.Text) < len(seen[e.Host]) {
			t.Fatalf("%s: event %s after %s", e.Host, e.Text, seen[e.Host])
		}
		seen[e.Host] = e.Text
	}
	files, _ := os.ReadDir(filepath.Join(j.Dir(), "output"))
	if len(files) != hosts*each/4 {
		t.Errorf("%d output files, want one an action: %d", len(files), hosts*each/4)
	}
}

func TestIDsAndRoot(t *testing.T) {
	for playbook, want := range map[string]string{
		"kubeadm-upgrade":        "20260314-150926-kubeadm-upgrade",
		"./ops/patch nodes.yaml": "20260314-150926-patch_nodes",
		"../..":                  "20260314-150926-..",
		"":                       "20260314-150926-.",
	} {
		if got := NewID(nine, playbook); got != want {
			t.Errorf("NewID(%q) = %s, want %s", playbook, got, want)
		}
	}
	t.Setenv("XDG_STATE_HOME", filepath.Join(t.TempDir(), "state"))
	if got, err := Root(); err != nil || !strings.HasSuffix(filepath.ToSlash(got), "/state/rung/runs") {
		t.Errorf("Root() = %s, %v", got, err)
	}
	t.Setenv("XDG_STATE_HOME", "not/absolute")
	if got, err := Root(); err != nil || !strings.HasSuffix(filepath.ToSlash(got), "/.local/state/rung/runs") {
		t.Errorf("Root() = %s, %v", got, err)
	}
}

// A host may fail more than once in a run, where its failures are ignored: nothing that was kept is lost.
func TestWhatIsKeptOfAHostLiesBesideTheJournal(t *testing.T) {
	j := create(t, t.TempDir())
	for i, want := range []string{"diagnostics/w_1/host.txt", "diagnostics/w_1/host-2.txt", "diagnostics/w_1/host-3.txt"} {
		file, err := j.Put("w/1", "host.txt", []byte(fmt.Sprint(i)))
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(file)
		if err != nil || string(content) != fmt.Sprint(i) || file != filepath.Join(j.dir, filepath.FromSlash(want)) {
			t.Errorf("%s: %q, %v", file, content, err)
		}
	}
	for _, outside := range [][2]string{{"w1", "../x"}, {"..", "host.txt"}} {
		if file, err := j.Put(outside[0], outside[1], nil); err == nil {
			t.Errorf("%s was written", file)
		}
	}
}
