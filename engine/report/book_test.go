package report

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rung/engine/run"
	"rung/engine/step"
)

// asked is a dry-run with two hosts that do the same, and one action that reads something secret.
func asked() []run.Event {
	events := planned(2, 2, rand.New(rand.NewPCG(1, 1)))
	for i, e := range events {
		if e.Kind == run.ActionPlanned {
			events[i].Plan = &step.Action{
				Title: e.Title, Check: &step.Command{Script: "test -f \"$1\"", Argv: []string{e.Host}},
				Do: step.Command{Script: "cat >\"$1\"", Argv: []string{e.Host}, Stdin: []byte("hunter2"), Secret: true, Env: []string{"https_proxy=http://me:hunter3@proxy"}},
			}
		}
	}
	return events
}

func TestABookIsReadAsItWasWritten(t *testing.T) {
	b := NewBinder()
	recordAll(t, b, asked())
	var first, second bytes.Buffer
	if err := b.Book().WriteJSON(&first); err != nil {
		t.Fatal(err)
	}
	read, err := ReadBook(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.Book(), read, cmp.Transformer("steps", func(p *Page) any { return []any{p.Host, p.Node, slices.Collect(p.Steps())} })); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
	if err := read.WriteJSON(&second); err != nil || second.String() != first.String() {
		t.Errorf("it is written otherwise the second time (%v)", err)
	}
	if text := first.String(); strings.Contains(text, "hunter") || strings.Count(text, "test -f") != 1 {
		t.Errorf("it tells a secret, or a script more than once:\n%s", text)
	}
}

func TestWhatIsNoBookIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "no runbook in JSON",
		"{}":                  "it has no rung_runbook",
		`{"rung_runbook": 9}`: "has format 9, and this rung reads up to 1",
		`{"rung_runbook": 1, "stages": [{"stage": "S", "on_hosts": [{"host": "a", "steps": [{"actions": [{"do": {"script": "ab"}}]}]}]}]}`: "S on a calls the script ab",
	} {
		if _, err := ReadBook(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", text, err, want)
		}
	}
}
