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

// Load reads the playbook src, the content of file, which includes no other
// file: see Files for one that does. types are the step types that it may use.
// The list holds every mistake; where it holds an error there is no playbook.
func Load(file string, src []byte, types *step.Set) (*Playbook, diag.List) {
	return new(Files).Load(file, src, types)
}

// document is a file that was read.
type document struct {
	root *yamldoc.Node
	src  []byte
	via  string     // how it came to be read; "" for the playbook itself
	bare []diag.Pos // lists of steps without any
}

// place puts findings where they really stand, and in order.
func place(documents map[string]*document, found diag.List) {
	places := map[string]*yamldoc.Places{}
	for i, d := range found {
		file := d.Pos.File
		if doc := documents[file]; doc == nil || doc.root == nil { // it is no YAML
			continue
		}
		if places[file] == nil {
			places[file] = yamldoc.PlacesOf(documents[file].root, documents[file].src)
		}
		found[i].Pos = places[file].Exact(d.Pos)
	}
	found.Sort()
}

// loader reads one file. What it shares with those of the files around and below it is its reading.
type loader struct {
	*reading
	pb        *Playbook
	at        origin               // of the file
	via       string               // how it came to be read; "" for the playbook itself
	sequences map[string]*Sequence // its own, and those of the files that it includes for them
	included  []*loader            // those files
	lacking   bool                 // one of them could not be read, which was reported
}

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

func (l *loader) errorf(code string, pos diag.Pos, format string, args ...any) {
	l.add(diag.Errorf(code, pos, format, args...))
}

func (l *loader) add(found ...diag.Diagnostic) {
	for _, d := range found {
		if !l.seen[d] {
			l.seen[d] = true
			if d.Pos.File == l.pb.File {
				d.Via = l.via
			}
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

// root reads a playbook.
func (l *loader) root(n *yamldoc.Node) {
	if l.mistaken(n) || !l.want(n, yamldoc.Map, "a playbook") {
		return
	}
	meant := l.keys(n, "a playbook", RootKeys())
	l.name(n, meant)
	l.declarations(n)
	if stages := n.Get("stages"); stages != nil {
		l.pb.Stages = l.stages(stages, l.outermost())
		l.uncalled()
	} else if !slices.Contains(meant, "stages") {
		l.errorf("missing-key", n.Pos, "a playbook needs stages")
	}
}

// declarations reads what stands before the stages.
func (l *loader) declarations(n *yamldoc.Node) {
	if f := n.Get("format"); f != nil && f.Text != "1" {
		l.errorf("format", f.Pos, "this rung reads playbooks of format 1, not %s", f.Describe())
	}
	l.pb.About = l.text(n.Get("about"), "about")
	if in := n.Get("inputs"); in != nil {
		l.pb.Inputs = l.inputs(in, "input")
	}
	if s := n.Get("sequences"); s != nil && l.want(s, yamldoc.Map, "sequences") {
		for _, f := range s.Fields {
			l.sequences[f.Key] = l.sequence(f) // where it is wrong, it is there all the same
		}
	}
	if i := n.Get("include"); i != nil {
		l.includes(i)
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
