package playbook

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"unicode/utf8"

	"rung/engine/diag"
)

// twoTimeouts advises where the timeout of a step stands beside a type that has a field of that name: it was probably meant
// for the type, and lost its indentation.
func (a *adviser) twoTimeouts(s *Step) {
	if s.Timeout == 0 || s.Draft.Node.Get("timeout") != nil {
		return
	}
	for _, f := range s.Draft.Type.Fields {
		if f.Name == "timeout" && f.Default != "" {
			a.add(diag.Advicef("two-timeouts", s.timeout, "this cuts off a try of the step, and the timeout of %s itself stays %s", s.Draft.Type.Name, f.Default).
				WithHint("indent it below %s, where that is meant; where both are, write both", s.Draft.Type.Name))
		}
	}
}

// noSteps advises where a list of steps has none: they were lost, or are still to be written.
func (a *adviser) noSteps() {
	for _, file := range slices.Sorted(maps.Keys(a.pb.documents)) {
		for _, pos := range a.pb.documents[file].bare {
			a.add(diag.Advicef("no-steps", pos, "there are no steps in the list").WithHint("write them, or leave the list out"))
		}
	}
}

// braces are those of Ansible and its like around a name. The $ that makes an expression of them is in no match.
var braces = regexp.MustCompile(`(?:^|[^$])(\{\{-?\s*([a-z_][a-zA-Z0-9_]*)((?:\.[a-zA-Z0-9_]+)*)\s*-?\}\})`)

// foreignBraces advises where a text has an expression in the braces of another tool: here they are text, and stay so.
// What is for the host, such as a template of Go, begins with a dot.
func (a *adviser) foreignBraces() {
	for _, file := range slices.Sorted(maps.Keys(a.pb.documents)) {
		for i, line := range bytes.Split(a.pb.documents[file].src, []byte("\n")) {
			for _, m := range braces.FindAllSubmatchIndex(line, -1) {
				ours, before := a.ours(string(line[m[4]:m[5]]), string(line[m[6]:m[7]])), line[:m[2]]
				if ours == "" || bytes.HasPrefix(bytes.TrimSpace(line), []byte("#")) || bytes.Contains(before, []byte(" #")) {
					continue
				}
				pos := diag.Pos{File: file, Line: i + 1, Col: utf8.RuneCount(before) + 1}
				a.add(diag.Advicef("foreign-braces", pos, "this is no expression, but text").Over(utf8.RuneCount(line[m[2]:m[3]])).
					WithHint("did you mean ${{ %s }}?", ours))
			}
		}
	}
}

// ours is how the name of an expression of another tool is written here; "" where it is none that we know.
func (a *adviser) ours(first, rest string) string {
	switch {
	case rest != "" && slices.Contains([]string{"inputs", "steps", "host", parametersName, "window"}, first):
		return first + rest
	case rest == "" && slices.ContainsFunc(a.pb.Inputs, func(in Input) bool { return in.Name == first }):
		return "inputs." + first
	}
	return ""
}
