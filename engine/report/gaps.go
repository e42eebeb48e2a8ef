package report

import (
	"fmt"
	"strings"

	"rung/engine/run"
	"rung/engine/step"
)

// Gap is a command that the simulated hosts of a rehearsal do not know, or an option of one: a real host may well.
type Gap struct {
	Command string   `json:"command"` // as a line for a shell
	Hosts   []string `json:"hosts"`
}

// GapsOf puts together the same command on several hosts, in the order of their first. At each index there is a host, and
// what it was asked.
func GapsOf(hosts []string, argvs [][]string) []Gap {
	var gaps []Gap
	at := map[string]int{}
	seen := map[[2]string]bool{}
	for i, argv := range argvs {
		line := step.Command{Argv: argv}.Line()
		n, known := at[line]
		if !known {
			n, at[line] = len(gaps), len(gaps)
			gaps = append(gaps, Gap{Command: line})
		}
		if key := [2]string{line, hosts[i]}; !seen[key] {
			seen[key] = true
			gaps[n].Hosts = append(gaps[n].Hosts, hosts[i])
		}
	}
	return gaps
}

// unforeseen is the verdict where the simulation met what it does not know.
func (f *Forecast) unforeseen(gaps []Gap) {
	t, e := f.t, f.end
	came := fmt.Sprintf("the simulation ended %s after %s", e.Outcome, length(e.Took))
	if e.Exit != run.ExitDone {
		came += ", exit code " + fmt.Sprint(e.Exit)
	}
	t.print("  %s: the simulated hosts do not know %s, and a real host may; %s\n", t.ink.on(yellow, "it cannot be foretold"), fmt.Sprintf("%d of its commands", len(gaps)), came)
	for _, g := range gaps[:min(len(gaps), mostListed)] {
		t.print("    not known  %s: %s\n", some(g.Hosts, 4), clean(firstOf(g.Command)))
	}
	if more := len(gaps) - mostListed; more > 0 {
		t.print("    … and %d more\n", more)
	}
}

// firstOf is as much of a command as is shown.
func firstOf(line string) string {
	line, rest, _ := strings.Cut(line, "\n")
	if letters := []rune(line); len(letters) > gapWidth {
		return string(letters[:gapWidth]) + " …"
	}
	if rest != "" {
		line += " …"
	}
	return line
}

const gapWidth = 120
