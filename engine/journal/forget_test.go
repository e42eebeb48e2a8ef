package journal

import (
	"errors"
	"testing"

	"rung/engine/run"
	"rung/engine/step"
)

func TestARunThatIsForgottenIsNotOfferedUntilItIsTakenUpAgain(t *testing.T) {
	root := t.TempDir()
	j, err := Create(root, "left", Header{Playbook: "p"})
	if err != nil {
		t.Fatal(err)
	}
	record(t, j, drained()[:2]...)
	record(t, j, run.Event{Kind: run.RunEnded, Outcome: step.Failed})
	var alive *AliveError
	if err := Forget(j.Dir()); !errors.As(err, &alive) {
		t.Errorf("while it goes on: %v", err)
	}
	j.Close()
	offered := func() bool {
		runs, err := List(root)
		if err != nil || len(runs) != 1 {
			t.Fatalf("List = %v, %v", runs, err)
		}
		return runs[0].Resumable
	}
	if !offered() {
		t.Error("before, it is not offered")
	}
	if err := Forget(j.Dir()); err != nil || offered() {
		t.Errorf("forgotten, it is offered: %v", err)
	}
	again, _, events, err := Reopen(j.Dir())
	if err != nil || len(events) != 3 {
		t.Fatalf("Reopen = %d events, %v", len(events), err)
	}
	again.Close()
	if !offered() {
		t.Error("taken up again, it is not offered")
	}
}
