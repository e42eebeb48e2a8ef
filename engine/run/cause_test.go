package run_test

import (
	"strings"
	"testing"

	"rung/engine/run"
)

// The end of a long output is quoted; what it means may stand before that.
func TestAFailureThatIsKnownNamesItsCause(t *testing.T) {
	long := "Failed to fetch: No space left on device\n" + strings.Repeat("and so on\n", 40)
	for _, test := range []struct {
		name, steps, output, want string
	}{
		{"a failure that is known", "  - do: {run: act}\n", long, "no-space"},
		{"one that is not", "  - do: {run: act}\n", "no\n", ""},
		{"one that is ignored is vague: the host may fail for another reason", "  - ignore_failure: true\n    do: {run: act}\n", long, "no-space vague"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := scene{steps: test.steps, replies: map[string][]reply{"act": {{exit: 1, out: test.output}}}}.play(t)
			got := ""
			for _, e := range p.events {
				if e.Kind == run.StepEnded && e.Cause != nil {
					got = e.Cause.ID
					if e.Cause.Vague {
						got += " vague"
					}
					if e.Cause.Why == "" || e.Cause.Do == "" {
						t.Errorf("%+v", e.Cause)
					}
				}
			}
			if got != test.want {
				t.Errorf("the cause is %q, want %q", got, test.want)
			}
		})
	}
}
