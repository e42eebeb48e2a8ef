package playbook

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/kube"
	"rung/engine/step"
)

// versionLike is a text that people read as a version.
var versionLike = regexp.MustCompile(`^v?[0-9]+\.[0-9]+(\.[0-9]+)?([-+~][0-9A-Za-z.-]+)?$`)

// outcomes are what steps.ID.outcome can be for an expression of a later step.
var outcomes = []string{"ok", "changed", "skipped", "failed", "unknown", "canceled", "refused", "planned"}

// comparison advises on a text that a name can never be, and on versions that
// are compared letter by letter.
func (a *adviser) comparison(c guard.Comparison) {
	values, what := a.values(c.Left)
	switch {
	case values != nil && !slices.Contains(values, c.Right):
		hint := diag.DidYouMean(c.Right, values)
		if hint == "" {
			hint = "it is one of " + strings.Join(values, ", ")
		}
		a.add(diag.Advicef("never-equal", c.Pos, "%s is never %q", what, c.Right).Over(c.Width).WithHint("%s", hint))
	case !versionLike.MatchString(c.Right):
	case c.Op == "==" || c.Op == "!=" || c.Op == "in":
		if _, err := kube.Parse(c.Right); err == nil { // and not a release of something else, which is a text
			bare := strings.TrimPrefix(c.Right, "v")
			a.add(diag.Advicef("version-as-text", c.Pos, "a version is compared as a text here: %q and \"v%s\" differ", bare, bare).Over(c.Width).WithHint("%s", asVersion(c)))
		}
	default:
		a.add(diag.Advicef("version-as-text", c.Pos, "a version is compared as a text here, letter by letter: \"1.10.0\" comes before \"1.9.0\"").Over(c.Width).WithHint("%s", asVersion(c)))
	}
}

// asVersion says how the sides of c are compared as versions.
func asVersion(c guard.Comparison) string {
	if _, err := kube.Parse(c.Right); err != nil {
		return "version(x) reads three numbers, as Kubernetes has them; let a command compare others, with sort -V, and read what it says"
	}
	right := fmt.Sprintf("version(%q)", strings.TrimPrefix(c.Right, "v"))
	if name, ok := strings.CutPrefix(c.Left, "inputs."); ok {
		return "give the input " + name + " the type version, and compare it with " + right
	}
	if name, ok := strings.CutPrefix(c.Left, parametersName+"."); ok {
		return "give the parameter " + name + " the type version, and compare it with " + right
	}
	return "compare version(" + cmp.Or(c.Left, "…") + ") with " + right
}

// inScript advises on a text that becomes a part of a script: sh takes it for words and commands, not for data.
func (a *adviser) inScript(e step.Pasted) {
	if values, _ := a.values(e.Source); values != nil || e.Source == "host.name" { // whose authors we know
		return
	}
	hint := "put it into args, and write \"$1\" in the script"
	if e.InWords {
		hint = "put it behind the script, with sh between them, and write \"$1\" in the script: [sh, -c, SCRIPT, sh, VALUE]"
	}
	a.add(diag.Advicef("open-script", e.Pos, "sh reads the value of %s as a part of this script: one such as \"a; reboot\" is run", e.Source).Over(width(e.Expr)).
		WithHint("%s", hint))
}

// values are all that the text called name can be, or nil where that is not
// known.
func (a *adviser) values(name string) (values []string, what string) {
	path := strings.Split(name, ".")
	switch {
	case len(path) == 3 && path[0] == "steps" && path[2] == "outcome":
		return outcomes, "the outcome of a step"
	case len(path) == 2 && (path[0] == "inputs" || path[0] == parametersName):
		for _, in := range a.declared(path[0]) {
			if in.Name == path[1] && in.Type == "choice" {
				return in.Choices, name
			}
		}
	}
	return nil, ""
}

// declared are the inputs, or the parameters of the sequence at hand.
func (a *adviser) declared(table string) []Input {
	if table == "inputs" {
		return a.pb.Inputs
	}
	if a.within == nil {
		return nil
	}
	return a.within.Parameters
}

// span is the steps of a stage, one after the other, those of sequences in
// their places.
type span struct {
	stage                 string
	usual, rescue, always []link
}

// link is a step with the guards that stand before it: its own, and those of
// the calls that it stands in.
type link struct {
	step   *Step
	call   *Step // the outermost that the step stands in; nil: none
	guards []string
}

func flat(all []link, steps []*Step, guards []string) []link {
	for _, s := range steps {
		own := guards
		if s.When != nil {
			own = append(slices.Clone(guards), s.When.Source)
		}
		if s.Body == nil {
			all = append(all, link{step: s, guards: own})
		}
		inner := len(all)
		all = flat(all, s.Body, own)
		for i := range all[inner:] {
			all[inner+i].call = s
		}
	}
	return all
}

// undone advises where what a step leaves behind (a drained node) is not taken
// back on every way through its stage.
func (a *adviser) undone() {
	for i, sp := range a.spans {
		for j, l := range sp.usual {
			if l.step.Draft != nil && l.step.Draft.Type.Undo != "" {
				a.takenBack(l, sp, slices.Concat(sp.usual[j+1:], sp.always), a.spans[i+1:])
			}
		}
	}
}

func (a *adviser) takenBack(l link, sp span, after []link, later []span) {
	name, undo := l.step.Draft.Type.Name, l.step.Draft.Type.Undo
	for _, sp := range later {
		after = slices.Concat(after, sp.usual, sp.always)
	}
	d := diag.Advicef("not-taken-back", l.step.Pos, "")
	switch {
	case !slices.ContainsFunc(after, func(u link) bool { return u.is(undo) }):
		d.Text = "no " + undo + " follows this " + name
		d.Hint = "add  " + undo + ": {}  under always: of the stage"
	case !slices.ContainsFunc(after, func(u link) bool { return u.is(undo) && u.noNarrower(l) }):
		d.Text = "every " + undo + " after this " + name + " has a guard that may say no where this one said yes"
		d.Hint = "let one stand without when, or with the guard of the " + name
	case !slices.ContainsFunc(slices.Concat(sp.rescue, sp.always), func(u link) bool { return u.is(undo) }):
		d.Text = "where a step after this " + name + " fails, no " + undo + " follows"
		d.Hint = "add  " + undo + ": {}  under always: of the stage, or under rescue:"
	default:
		return
	}
	if l.call != nil && l.call.Pos.File != l.step.Pos.File { // whoever wrote the stage sees to it, and not the other file
		d.Text += ", of the sequence " + l.call.Calls + " in the stage " + sp.stage
		d.Hint += "; the " + name + " stands at " + l.step.Pos.String()
		d.Pos = l.call.Pos
	}
	a.add(d)
}

func (l link) is(name string) bool { return l.step.Draft != nil && l.step.Draft.Type.Name == name }

// noNarrower says whether l runs wherever other does: it has no guard that the
// other has not.
func (l link) noNarrower(other link) bool {
	for _, g := range l.guards {
		if !slices.Contains(other.guards, g) && (other.step.ID == "" || !strings.Contains(g, "steps."+other.step.ID+".")) {
			return false
		}
	}
	return true
}
