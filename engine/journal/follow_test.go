package journal

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"rung/engine/run"
)

func next(t *testing.T, f *Follower) (kinds string, over bool) {
	t.Helper()
	events, over, err := f.Next()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		kinds += string(e.Kind) + " "
	}
	return kinds, over
}

func TestARunThatGoesOnIsFollowedToItsEnd(t *testing.T) {
	j, err := Create(t.TempDir(), "r", Header{Playbook: "p"})
	if err != nil {
		t.Fatal(err)
	}
	f, err := Follow(j.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, step := range []struct {
		kind run.Kind
		over bool
	}{{run.RunStarted, false}, {run.StepEnded, false}, {run.RunEnded, true}} {
		if err := j.Record(run.Event{Kind: step.kind, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		if got, over := next(t, f); got != string(step.kind)+" " || over != step.over {
			t.Errorf("%q, over %v; want %s and %v", got, over, step.kind, step.over)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if got, over := next(t, f); got != "" || !over || !f.Ended() || f.Header.Run != "r" {
		t.Errorf("after the end: %q, over %v, ended %v, run %q", got, over, f.Ended(), f.Header.Run)
	}
}

// A process that was killed never ends its journal.
func TestARunWhoseProcessIsGoneIsNotFollowedForEver(t *testing.T) {
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
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	f, err := Follow(filepath.Join(root, "crashed"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, over := next(t, f)
	if got == "" || over {
		t.Errorf("while it lives: %q, over %v", got, over)
	}
	_ = child.Process.Kill()
	_ = child.Wait()
	if got, over := next(t, f); got != "" || !over || f.Ended() {
		t.Errorf("once it is gone: %q, over %v, ended %v", got, over, f.Ended())
	}
}

func TestALineThatIsStillWrittenWaits(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, journalName)
	write := func(text string) {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	write(head + first[:20])
	f, err := Follow(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, _ := next(t, f); got != "" {
		t.Errorf("half a line is %q", got)
	}
	write(first[20:] + "]]\n")
	if _, _, err := f.Next(); err == nil || err.Error() != path+":3: this is no event: invalid character ']' looking for beginning of value" {
		t.Errorf("garbage: %v", err)
	}
}
