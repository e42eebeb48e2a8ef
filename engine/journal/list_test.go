package journal

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rung/engine/run"
	"rung/engine/step"
)

// TestMain lets the test program play the process that is killed.
func TestMain(m *testing.M) {
	if root := os.Getenv("JOURNAL_TEST_CRASH"); root != "" {
		crash(root)
	}
	os.Exit(m.Run())
}

// crash records the start of a drain, says so, and waits to be killed.
func crash(root string) {
	j, err := Create(root, "crashed", Header{Playbook: "kubeadm-upgrade"})
	if err != nil {
		panic(err)
	}
	for _, e := range drained()[:2] {
		if err := j.Record(e); err != nil {
			panic(err)
		}
	}
	fmt.Println("started")
	select {}
}

func TestAKilledRunIsRunningThenUnfinished(t *testing.T) {
	root := t.TempDir()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "JOURNAL_TEST_CRASH="+root)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the child said %q, %v", line, err)
	}
	outcome := func() string {
		runs, err := List(root)
		if err != nil || len(runs) != 1 {
			t.Fatalf("List = %v, %v", runs, err)
		}
		return runs[0].Outcome
	}
	if got := outcome(); got != "running" {
		t.Errorf("while it lives it is %s", got)
	}
	child.Process.Kill()
	child.Wait()
	if got := outcome(); got != "unfinished" {
		t.Errorf("once it is dead it is %s", got)
	}
	_, events, err := Read(filepath.Join(root, "crashed"))
	if err != nil {
		t.Fatal(err)
	}
	if open := run.Remember(events).Open(); len(open) != 1 || open[0].Step != "3:drain" {
		t.Errorf("in flight: %v", open)
	}
}

func TestRunsAreListedNewestFirst(t *testing.T) {
	root := t.TempDir()
	for i, outcome := range []step.Outcome{step.OK, step.Changed, step.Failed, step.Refused, step.Canceled, step.Unknown} {
		at := nine.Add(time.Duration(i) * time.Hour)
		j, err := Create(root, NewID(at, "p"), Header{Playbook: "p", Created: at})
		if err != nil {
			t.Fatal(err)
		}
		record(t, j, run.Event{Kind: run.RunStarted, At: at, Hosts: []string{"w1", "w2"}},
			run.Event{Kind: run.Noted, At: at, Text: strings.Repeat("a long note ", 2000)},
			run.Event{Kind: run.RunEnded, At: at.Add(time.Minute), Outcome: outcome})
		j.Close()
	}
	broken := filepath.Join(root, "broken")
	if err := os.Mkdir(broken, 0o700); err != nil {
		t.Fatal(err)
	}
	os.WriteFile(filepath.Join(broken, lockName), nil, 0o600)
	os.WriteFile(filepath.Join(broken, journalName), []byte("no\n"), 0o600)
	os.Mkdir(filepath.Join(root, "somebody-elses"), 0o700)

	runs, err := List(root)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range runs {
		got = append(got, fmt.Sprintf("%s %s %v %d", r.ID, r.Outcome, r.Ended.Sub(r.Started), len(r.Hosts)))
	}
	want := []string{
		"20260314-200926-p unknown 1m0s 2",
		"20260314-190926-p canceled 1m0s 2",
		"20260314-180926-p refused 1m0s 2",
		"20260314-170926-p failed 1m0s 2",
		"20260314-160926-p ok 1m0s 2",
		"20260314-150926-p ok 1m0s 2",
		"broken unreadable 0s 0",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if err := runs[len(runs)-1].Err; err == nil {
		t.Error("the broken one gives no reason")
	}
	if runs, err := List(filepath.Join(root, "nowhere")); len(runs) > 0 || err != nil {
		t.Errorf("no root: %v, %v", runs, err)
	}
}

func TestARunIsFoundByTheBeginningOfItsID(t *testing.T) {
	root := t.TempDir()
	for _, id := range []string{"20260314-a", "20260314-a-2", "20260315-b"} {
		os.Mkdir(filepath.Join(root, id), 0o700)
	}
	for name, want := range map[string]string{
		"20260315": "20260315-b", "20260314-a": "20260314-a", "20260314-a-2": "20260314-a-2",
		"20260314": "2 runs begin with", "2027": "no run is called", "../x": "cannot be the name",
	} {
		dir, err := Find(root, name)
		if got := fmt.Sprint(filepath.Base(dir), err); !strings.Contains(got, want) {
			t.Errorf("Find(%s) = %s, %v; want %s", name, dir, err, want)
		}
	}
}
