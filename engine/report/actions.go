package report

import (
	"fmt"
	"strings"

	"rung/engine/step"
)

// longestShown bounds the lines of a script that Actions shows.
const longestShown = 12

// Actions tells what a step would do, for the page of its type: each action
// with where it runs, its check and its command, longer scripts cut.
func Actions(actions []step.Action) string {
	var b strings.Builder
	for i, a := range actions {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "# %s%s\n", a.Title, circumstances(a))
		if a.Check != nil {
			fmt.Fprintf(&b, "unless:\n%s", cutScript(a.Check.Line()))
			b.WriteString("do:\n")
		}
		b.WriteString(cutScript(a.Do.Line()))
	}
	return b.String()
}

// circumstances are how and where an action runs.
func circumstances(a step.Action) string {
	var words []string
	switch a.On {
	case step.AdminHost:
		words = append(words, "on a control plane")
	case step.Here:
		words = append(words, "on this machine")
	}
	if a.ReadOnly {
		words = append(words, "only reads")
	}
	if a.Do.Detach {
		words = append(words, "outlives its link")
	}
	if a.Until != nil {
		words = append(words, "until "+a.Until.What+", for at most "+a.Until.For.String())
	}
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, "; ") + ")"
}

func cutScript(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	more := ""
	if len(lines) > longestShown {
		more = "    … " + Many(len(lines)-longestShown, "more line") + "\n"
		lines = lines[:longestShown]
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(strings.TrimRight("    "+line, " ") + "\n")
	}
	return b.String() + more
}
