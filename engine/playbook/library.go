package playbook

import (
	"slices"
	"strings"
	"unicode/utf8"

	"rung/engine/diag"
	"rung/engine/yamldoc"
)

// library is a file of sequences, as a playbook includes it.
type library struct {
	name      string
	pos       diag.Pos // of its name
	sequences []*Sequence
	inputs    []Input
}

// isLibrary says whether root is a file of sequences for others to include.
func isLibrary(root *yamldoc.Node) bool {
	return root.Kind == yamldoc.Map && root.Get("sequences") != nil && root.Get("stages") == nil && root.Get("playbook") == nil
}

// includes reads the files of which a playbook takes the sequences, and the inputs that those read.
func (l *loader) includes(n *yamldoc.Node) {
	if n.Kind == yamldoc.Scalar && !n.Null {
		d, _ := yamldoc.WantKind(n, yamldoc.List, "include")
		l.add(d.WithHint("write  include: [%s]", n.Text))
		return
	}
	if !l.want(n, yamldoc.List, "include") {
		return
	}
	for _, item := range n.Items {
		lib := l.shared(item)
		l.lacking = l.lacking || lib == nil
		if lib != nil && !slices.Contains(l.included, lib) {
			l.included = append(l.included, lib)
			l.pb.libraries = append(l.pb.libraries, library{item.Text, item.Pos, lib.pb.Sequences, lib.pb.Inputs})
			l.take(lib, item)
		}
	}
}

// shared is the file of sequences that n names, read once however often it is included.
func (l *loader) shared(n *yamldoc.Node) *loader {
	if at, bad := l.find(n.Text); bad == nil && n.Kind == yamldoc.Scalar && l.libraries[at] != nil && !slices.Contains(l.within, at) {
		return l.libraries[at]
	}
	inner, root := l.open(n)
	if inner == nil {
		return nil
	}
	if root.Get("stages") != nil {
		l.add(diag.Errorf("include", n.Pos, "%s is a playbook with stages, and no file of sequences", n.Text).Over(n.Width()).
			WithHint("let a stage include it:  - stage: …, and below  include: %s", n.Text))
		return nil
	}
	l.libraries[inner.at] = inner
	l.inside(inner, func() { inner.library(root) })
	return inner
}

// library reads a file of sequences, and checks each of them by itself: it reads nothing but its parameters, its file's
// inputs, and what stands everywhere.
func (l *loader) library(n *yamldoc.Node) {
	if l.mistaken(n) || !l.want(n, yamldoc.Map, "a file of sequences") {
		return
	}
	l.pb.isLibrary = true
	l.keys(n, "a file of sequences", LibraryKeys())
	l.declarations(n)
	if n.Get("sequences") == nil {
		l.errorf("missing-key", n.Pos, "a file to include needs sequences")
	}
	alone := &Stage{Name: "sequences"}
	for _, q := range l.pb.Sequences {
		if q.steps == nil {
			continue
		}
		s := l.outermost()
		s.host, q.called = true, true
		alone.Steps = append(alone.Steps, &Step{Pos: q.Pos, Calls: q.Name, called: q, Body: l.expand(q, s)})
	}
	l.pb.Stages = []*Stage{alone}
}

// take adds the sequences and the inputs of lib, included at n, to those of l.
func (l *loader) take(lib *loader, n *yamldoc.Node) {
	for _, q := range lib.pb.Sequences {
		if own, twice := l.sequences[q.Name]; twice {
			l.add(diag.Errorf("name", n.Pos, "the sequence %s stands in %s and at %s: a call could mean either", q.Name, n.Text, own.Pos).Over(n.Width()).WithHint("rename one"))
			continue
		}
		l.sequences[q.Name] = q
	}
	for _, in := range lib.pb.Inputs {
		l.adopt(in, n)
	}
}

// adopt makes an input of an included file one of the playbook's. Where the playbook declares it too, its own
// declaration counts, and is of the same type.
func (l *loader) adopt(in Input, n *yamldoc.Node) {
	i := slices.IndexFunc(l.pb.Inputs, func(own Input) bool { return own.Name == in.Name })
	if i < 0 {
		l.pb.Inputs = append(l.pb.Inputs, in)
		return
	}
	own := l.pb.Inputs[i]
	width := utf8.RuneCountInString(own.Name)
	switch {
	case own.Pos == in.Pos: // one file, included in two ways
	case own.Pos.File != l.pb.File:
		l.add(diag.Errorf("name", n.Pos, "the input %s is declared at %s and at %s", in.Name, own.Pos, in.Pos).Over(n.Width()).WithHint("declare it here as well, to say which default counts"))
	case own.Type != in.Type:
		l.add(diag.Errorf("type", own.Pos, "the input %s is of type %s here, and of type %s at %s", own.Name, own.Type, in.Type, in.Pos).Over(width).WithHint("give it the type %s", in.Type))
	case slices.ContainsFunc(own.Choices, func(c string) bool { return !slices.Contains(in.Choices, c) }):
		l.add(diag.Errorf("type", own.Pos, "the input %s has choices here that it does not have at %s", own.Name, in.Pos).Over(width).WithHint("its choices are %s", strings.Join(in.Choices, ", ")))
	}
}
