package cli

import (
	"strings"
	"testing"

	"rung/engine/run"
)

func TestTheOutlookSaysRoundsAndChanges(t *testing.T) {
	o := &outlook{hosts: map[string]bool{}}
	for _, e := range []run.Event{
		{Kind: run.StageStarted, Stage: "Look"},
		{Kind: run.StageStarted, Stage: "Climb[hop=1.31.14]"},
		{Kind: run.StageStarted, Stage: "Climb[hop=1.31.14]/Workers", Hosts: []string{"w1", "w2"}},
		{Kind: run.ActionPlanned, Host: "w1", Mutates: true},
		{Kind: run.ActionPlanned, Host: "w1", Mutates: true, If: "steps.here.kubelet < hop"},
		{Kind: run.ActionPlanned, Host: "w2", Mutates: true},
		{Kind: run.ActionPlanned, Host: "w2"},
		{Kind: run.StageStarted, Stage: "Climb[hop=1.32.6]"},
	} {
		if err := o.Record(e); err != nil {
			t.Fatal(err)
		}
	}
	var b strings.Builder
	o.tell(&b)
	want := "  so      hop=1.31.14 → hop=1.32.6\n  changes 3 commands on 2 hosts; 1 of them depends on what is found then\n"
	if b.String() != want {
		t.Errorf("got:\n%swant:\n%s", b.String(), want)
	}

	for _, few := range []struct {
		changes, maybe int
		want           string
	}{
		{1, 0, "  changes 1 command on 1 host\n"},
		{1, 1, "  changes 1 command on 1 host; it depends on what is found then\n"},
		{2, 2, "  changes 2 commands on 1 host; 2 of them depend on what is found then\n"},
	} {
		b.Reset()
		(&outlook{changes: few.changes, maybe: few.maybe, hosts: map[string]bool{"w1": true}}).tell(&b)
		if b.String() != few.want {
			t.Errorf("got:\n%swant:\n%s", b.String(), few.want)
		}
	}

	b.Reset()
	(&outlook{}).tell(&b)
	if want := "  changes nothing: everything is as it should be\n"; b.String() != want {
		t.Errorf("got:\n%swant:\n%s", b.String(), want)
	}
}
