package playbook

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/step"
	"rung/engine/yamldoc"
)

// Load reads the playbook src, the content of file. types are the step types
// that it may use. The list holds every mistake; where it holds an error there
// is no playbook.
func Load(file string, src []byte, types *step.Set) (*Playbook, diag.List) {
	root, found := yamldoc.Parse(file, src)
	if found != nil {
		return nil, found
	}
	l := &loader{types: types, pb: &Playbook{File: file, Source: src}, sequences: map[string]*Sequence{}, seen: map[diag.Diagnostic]bool{}}
	l.pb.root = root
	l.root(root)
	l.pb.place(l.found)
	if l.found.Err() != nil {
		return nil, l.found
	}
	return l.pb, l.found
}

// place puts findings where they really stand, and in order.
func (pb *Playbook) place(found diag.List) {
	if len(found) > 0 {
		places := yamldoc.PlacesOf(pb.root, pb.Source)
		for i := range found {
			found[i].Pos = places.Exact(found[i].Pos)
		}
	}
	found.Sort()
}

type loader struct {
	types     *step.Set
	pb        *Playbook
	found     diag.List
	seen      map[diag.Diagnostic]bool // a sequence is compiled at every call: its mistakes are said once
	sequences map[string]*Sequence     // nil: something else stands under that name
	calling   []string                 // sequences being expanded, outermost first
	size      int                      // steps so far, those of every call counted
}

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

func (l *loader) errorf(code string, pos diag.Pos, format string, args ...any) {
	l.add(diag.Errorf(code, pos, format, args...))
}

func (l *loader) add(found ...diag.Diagnostic) {
	for _, d := range found {
		if !l.seen[d] {
			l.seen[d] = true
			l.found = append(l.found, d)
		}
	}
}

// wrong reports the scalar n for what it says.
func (l *loader) wrong(n *yamldoc.Node, format string, args ...any) {
	l.add(diag.Errorf("value", n.Pos, format, args...).Over(n.Width()))
}

func (l *loader) want(n *yamldoc.Node, k yamldoc.Kind, what string) bool {
	d, ok := yamldoc.WantKind(n, k, what)
	if !ok {
		l.add(d)
	}
	return ok
}

// wantList is want for a list of things that are maps, an example of which
// begins with first.
func (l *loader) wantList(n *yamldoc.Node, what, first string) bool {
	d, ok := yamldoc.WantKind(n, yamldoc.List, what)
	if !ok && n.Kind == yamldoc.Map {
		d.Hint = "begin each item with a dash:  - " + first
	}
	if !ok {
		l.add(d)
	}
	return ok
}

// text returns the text of the scalar n, "" for no node, and reports other
// kinds.
func (l *loader) text(n *yamldoc.Node, what string) string {
	if n == nil || !l.scalar(n, what) {
		return ""
	}
	return n.Text
}

// scalar reports n where it is no text that somebody wrote.
func (l *loader) scalar(n *yamldoc.Node, what string) bool {
	if n.Null {
		l.errorf("wrong-kind", n.Pos, "%s must be a text, not nothing", what)
		return false
	}
	return l.want(n, yamldoc.Scalar, what)
}

func (l *loader) boolean(n *yamldoc.Node, what string) bool {
	value, err := step.ParseText(guard.Type{Kind: guard.Bool}, n)
	if err != nil {
		l.wrong(n, "%s %v", what, err)
		return false
	}
	return value.(bool)
}

// keys reports the keys of n that are not known, and returns those that seem
// to be meant by them: they are misspelt, not missing.
func (l *loader) keys(n *yamldoc.Node, what string, keys []Key) (meant []string) {
	known := names(keys)
	for _, f := range n.Fields {
		if slices.Contains(known, f.Key) {
			continue
		}
		d := diag.Errorf("unknown-key", f.Pos, "%s has no key %q", what, f.Key).Over(utf8.RuneCountInString(f.Key))
		near, hint := suggestion(f.Key, known)
		if hint == "" {
			hint = what + " has " + strings.Join(known, ", ")
		}
		meant = append(meant, near)
		l.add(d.WithHint("%s", hint))
	}
	return meant
}

func (l *loader) root(n *yamldoc.Node) {
	if l.mistaken(n) || !l.want(n, yamldoc.Map, "a playbook") {
		return
	}
	meant := l.keys(n, "a playbook", RootKeys())
	if f := n.Get("format"); f != nil && f.Text != "1" {
		l.errorf("format", f.Pos, "this rung reads playbooks of format 1, not %s", f.Describe())
	}
	l.name(n, meant)
	l.pb.About = l.text(n.Get("about"), "about")
	if in := n.Get("inputs"); in != nil {
		l.pb.Inputs = l.inputs(in, "input")
	}
	if s := n.Get("sequences"); s != nil && l.want(s, yamldoc.Map, "sequences") {
		for _, f := range s.Fields {
			l.sequences[f.Key] = l.sequence(f) // where it is wrong, it is there all the same
		}
	}
	if stages := n.Get("stages"); stages != nil {
		l.pb.Stages = l.stages(stages, l.outermost())
		l.uncalled()
	} else if !slices.Contains(meant, "stages") {
		l.errorf("missing-key", n.Pos, "a playbook needs stages")
	}
}

func (l *loader) name(n *yamldoc.Node, meant []string) {
	name := n.Get("playbook")
	switch {
	case name == nil && slices.Contains(meant, "playbook"):
	case name == nil:
		l.errorf("missing-key", n.Pos, "a playbook needs a name: playbook: my-playbook")
	case !l.scalar(name, "playbook"):
	case !playbookName.MatchString(name.Text):
		l.add(diag.Errorf("name", name.Pos, "the playbook's name %q must be lower-case letters, digits and -", name.Text).Over(name.Width()))
	default:
		l.pb.Name = name.Text
	}
}

var playbookName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)

// expression compiles the scalar n as an expression of type want.
func (l *loader) expression(n *yamldoc.Node, what string, names guard.Names, want guard.Type) *guard.Expr {
	if !l.scalar(n, what) {
		return nil
	}
	source, pos := n.Text, n.Content()
	if inner, at, ok := guard.Single(n.Text, pos); ok {
		source, pos = inner, at // when: ${{ x }} means when: x
	}
	e, found := guard.Compile(source, pos, names, want)
	l.add(found...)
	return e
}

// template compiles the text n, if there is one.
func (l *loader) template(n *yamldoc.Node, what string, names guard.Names) *guard.Template {
	if n == nil || !l.scalar(n, what) {
		return nil
	}
	t, found := guard.CompileTemplate(n.Text, n.Content(), names)
	l.add(found...)
	return t
}
