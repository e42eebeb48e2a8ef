package saved

import (
	"fmt"
	"io"
	"strings"

	"github.com/pmezard/go-difflib/difflib"

	"rung/engine/report"
)

// Write writes differences for people: by stage and host, what goes with -, and what comes with +. Of lines in a row that go,
// or that come, it shows the first most, and of a stage that goes or comes as a whole, how many steps it has; 0: all.
func Write(w io.Writer, all []Difference, most int) error {
	var out strings.Builder
	stage, host := "", ""
	for i := 0; i < len(all); i++ {
		d := all[i]
		if d.Stage != stage {
			fmt.Fprintf(&out, "STAGE %s\n", d.Stage)
			stage, host = d.Stage, ""
		}
		if n := alone(all[i:]); n > 0 && most > 0 {
			out.WriteString("    " + sum(all[i:i+n]) + "\n")
			i += n - 1
			continue
		}
		if d.Host != host {
			fmt.Fprintf(&out, "  %s\n", d.Host)
			host = d.Host
		}
		out.WriteString("    " + d.heading() + "\n")
		out.WriteString(Lines(d.Was, d.Now, "      ", most))
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// alone is how many of the first differences are of one stage that only one of the two has.
func alone(all []Difference) int {
	n := 0
	for n < len(all) && all[n].Alone && all[n].Stage == all[0].Stage {
		n++
	}
	return n
}

// sum is what became of a stage, in a line.
func sum(steps []Difference) string {
	hosts, changing := map[string]bool{}, 0
	for _, d := range steps {
		hosts[d.Host] = true
		if d.Mutates {
			changing++
		}
	}
	became := "added"
	if len(steps[0].Now) == 0 {
		became = "taken away"
	}
	what := "which only read"
	if changing > 0 {
		what = fmt.Sprintf("%d of them to change something", changing)
	}
	return fmt.Sprintf("%s: %s on %s, %s", became, report.Many(len(steps), "step"), report.Many(len(hosts), "host"), what)
}

// heading is what became of the step.
func (d Difference) heading() string {
	name := d.Name
	if name == "" {
		name = d.Step
	}
	if name == "" {
		name = "the stage"
	}
	switch {
	case len(d.Was) == 0:
		return name + ": added"
	case len(d.Now) == 0:
		return name + ": taken away"
	}
	return name + ": changed"
}

// around is how many lines that are the same stand around those that differ.
const around = 1

// Lines is the lines in which two texts differ, each behind indent; of those in a row that go, or that come, the first
// most; 0: all.
func Lines(was, now []string, indent string, most int) string {
	var out strings.Builder
	write := func(mark string, lines []string) {
		shown := lines
		if most > 0 && len(lines) > most+1 {
			shown = lines[:most]
		}
		for _, line := range shown {
			out.WriteString(indent + mark + " " + line + "\n")
		}
		if more := len(lines) - len(shown); more > 0 {
			fmt.Fprintf(&out, "%s%s … %d more lines\n", indent, mark, more)
		}
	}
	for i, group := range difflib.NewMatcher(was, now).GetGroupedOpCodes(around) {
		if i > 0 {
			out.WriteString(indent + "  …\n")
		}
		for _, c := range group {
			if c.Tag == 'e' {
				for _, line := range was[c.I1:c.I2] {
					out.WriteString(indent + "  " + line + "\n")
				}
				continue
			}
			write("-", was[c.I1:c.I2])
			write("+", now[c.J1:c.J2])
		}
	}
	return out.String()
}
