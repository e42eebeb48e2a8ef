package report_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rung/engine/report"
	"rung/engine/step"
)

func TestActionsAreToldWithTheirCommands(t *testing.T) {
	got := report.Actions([]step.Action{
		{Title: "look", ReadOnly: true, Do: step.Command{Argv: []string{"cat", "a b"}}},
		{Title: "change", On: step.AdminHost, Check: &step.Command{Argv: []string{"test", "-e", "x"}}, Do: step.Command{Script: strings.Repeat("line\n", 20), Detach: true}},
		{Title: "wait", On: step.Here, Do: step.Command{Argv: []string{"true"}}, Until: &step.Until{What: "it is there", For: time.Minute}},
	})
	want := `# look (only reads)
    cat 'a b'

# change (on a control plane; outlives its link)
unless:
    test -e x
do:
` + strings.Repeat("    line\n", 12) + `    … 8 more lines

# wait (on this machine; until it is there, for at most 1m0s)
    true
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
