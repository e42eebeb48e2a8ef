package run

import (
	"maps"
	"strings"

	"rung/engine/guard"
	"rung/engine/playbook"
)

// fallback adds to data, in a dry-run, what is done on a host that fails or is refused: a title for each step of rescue. A
// dry-run goes down no such way, and whoever reads it has to know that there is one.
func (w *window) fallback(data map[string]any) map[string]any {
	if w.loop.ID != "" || len(w.stage.Rescue) == 0 {
		return data
	}
	all := map[string]any{"rescue": titles(w.stage.Rescue, w.loop.view(w.frame, nil, "").values)}
	maps.Copy(all, data)
	return all
}

// titles are what steps are called, those of a sequence in place of its call; <host.name> stands for what each host has for
// itself.
func titles(steps []*playbook.Step, values guard.Values) []string {
	var all []string
	for _, s := range steps {
		inner := []string{}
		switch {
		case s.Body != nil:
			inner = titles(s.Body, values)
		case s.Name != nil:
			text, _, err := s.Name.Text(values)
			if err != nil {
				text = s.Key
			}
			inner = append(inner, text)
		case s.Draft != nil:
			inner = append(inner, s.Draft.Type.Name)
		case s.Require != nil:
			inner = append(inner, "require "+s.Require.Source)
		default:
			inner = append(inner, s.Key)
		}
		if s.When != nil {
			inner = []string{strings.Join(inner, ", ") + " (if " + s.When.Source + ")"}
		}
		all = append(all, inner...)
	}
	return all
}
