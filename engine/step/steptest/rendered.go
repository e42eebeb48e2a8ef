package steptest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"rung/engine/step"
)

// Rendered is everything that actions say, and nothing that they do not.
func Rendered(actions []step.Action) string {
	var b strings.Builder
	for _, a := range actions {
		fmt.Fprintf(&b, "# %s\n", a.Title)
		var flags []string
		if a.On == step.AdminHost {
			flags = append(flags, "on the admin host")
		}
		if a.On == step.Here {
			flags = append(flags, "on this machine")
		}
		if a.ReadOnly {
			flags = append(flags, "read-only")
		}
		if a.Do.Detach {
			flags = append(flags, "detached")
		}
		if a.Save != nil {
			flags = append(flags, fmt.Sprintf("piece by piece into %s, for %s", a.Save.To, strings.Join(a.Save.Recipients, ", ")))
		}
		if a.Keep != "" {
			flags = append(flags, "kept as "+a.Keep)
		}
		if a.Until != nil {
			flags = append(flags, fmt.Sprintf("until %q, every %v for %v", a.Until.What, a.Until.Every, a.Until.For))
		}
		if flags != nil {
			fmt.Fprintf(&b, "(%s)\n", strings.Join(flags, "; "))
		}
		if a.Check != nil {
			renderCommand(&b, "unless", *a.Check)
		}
		renderCommand(&b, "do", a.Do)
		if a.Explain != nil {
			renderCommand(&b, "where it fails", *a.Explain)
		}
	}
	return b.String()
}

func renderCommand(b *strings.Builder, word string, c step.Command) {
	fmt.Fprintf(b, "%s:\n", word)
	for line := range strings.Lines(strings.TrimRight(c.Line(), "\n") + "\n") {
		if line != "\n" {
			b.WriteString("    ")
		}
		b.WriteString(line)
	}
}

func renderedNotes(notes []step.Note) string {
	var b strings.Builder
	for _, n := range notes {
		if n.Warning {
			b.WriteString("warning: ")
		}
		b.WriteString(n.Text)
		if n.Cause != "" {
			b.WriteString(" (" + n.Cause + ")")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// renderedOutputs are lines of key: value, sorted; records of a list stand below it.
func renderedOutputs(outputs map[string]any) string {
	var b strings.Builder
	for _, key := range keys(outputs) {
		list, isList := outputs[key].([]any)
		if isList && len(list) > 0 {
			if _, records := list[0].(map[string]any); records {
				fmt.Fprintf(&b, "%s:\n", key)
				for _, item := range list {
					fmt.Fprintf(&b, "  - %s\n", compact(item))
				}
				continue
			}
		}
		fmt.Fprintf(&b, "%s: %s\n", key, compact(outputs[key]))
	}
	return b.String()
}

func compact(value any) string {
	var parts []string
	switch v := value.(type) {
	case map[string]any:
		for _, key := range keys(v) {
			parts = append(parts, key+": "+compact(v[key]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		for _, item := range v {
			parts = append(parts, compact(item))
		}
		return "[" + strings.Join(parts, "; ") + "]"
	}
	return fmt.Sprint(value)
}

func keys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
