package playbook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/step"
	"rung/engine/yamldoc"
)

// Argument is what a call gives to one parameter: a value that was written out, or one that expressions make on each
// host, when the call begins.
type Argument struct {
	Name string
	in   Input
	is   any               // written out
	expr *guard.Expr       // or one expression of the parameter's own type
	text *guard.Template   // or a text with expressions in it
	list []*guard.Template // or a list of such
}

// parametersName is the record of which a sequence reads its parameters.
const parametersName = "parameters"

// Parameters are the values of what s gives to the sequence that it calls, as expressions in it read them: see
// guard.Values. What is made of names that have no value is a guard.Pending. The error says which one cannot be.
func (s *Step) Parameters(v guard.Values) (map[string]any, error) {
	return valuesOf(s.With, v)
}

func valuesOf(given []Argument, v guard.Values) (map[string]any, error) {
	values := make(map[string]any, len(given))
	for _, a := range given {
		value, err := a.value(v)
		if err != nil {
			return nil, fmt.Errorf("with: %s %w", a.Name, err)
		}
		values[a.Name] = value
	}
	return values, nil
}

func (a Argument) value(v guard.Values) (any, error) {
	switch {
	case a.expr != nil:
		value, unknown, err := a.expr.Value(v)
		if unknown != nil {
			return guard.Pending{Text: a.expr.Shown(v), Gaps: a.expr.Gaps(v), Lacks: unknown}, nil
		}
		return value, err
	case a.text != nil:
		text, unknown, err := a.text.Text(v)
		switch {
		case err != nil:
			return nil, err
		case unknown != nil:
			return guard.Pending{Text: text, Gaps: a.text.Gaps(v), Lacks: unknown}, nil
		}
		return text, a.in.formed(text)
	case a.list != nil:
		return listed(a.list, v)
	}
	return a.is, nil
}

func listed(items []*guard.Template, v guard.Values) (any, error) {
	list, lacks, gaps := make([]any, len(items)), []string(nil), []string(nil)
	for i, item := range items {
		text, unknown, err := item.Text(v)
		if err != nil {
			return nil, err
		}
		list[i], lacks, gaps = text, append(lacks, unknown...), append(gaps, item.Gaps(v)...)
	}
	if lacks != nil {
		return guard.Pending{Text: guard.Format(list), Gaps: gaps, Lacks: lacks}, nil
	}
	return list, nil
}

// exprs are the expressions that a is made of.
func (a Argument) exprs() []*guard.Expr {
	var list []*guard.Expr
	if a.expr != nil {
		list = append(list, a.expr)
	}
	for _, t := range append(a.list, a.text) {
		if t != nil {
			list = append(list, t.Exprs()...)
		}
	}
	return list
}

// arguments reads what a call of q, named at the node at, gives to its parameters.
func (l *loader) arguments(q *Sequence, at, with *yamldoc.Node, s *scope) []Argument {
	if with != nil && !l.want(with, yamldoc.Map, "with") {
		return nil
	}
	var meant []string
	if with != nil {
		meant = l.undeclared("unknown-parameter", with, "parameter", "the sequence "+q.Name, q.Parameters)
	}
	var all []Argument
	for _, p := range q.Parameters {
		a, there := l.given(p, with, s)
		switch {
		case there:
			all = append(all, a)
		case !p.Optional && !slices.Contains(meant, p.Name):
			l.add(diag.Errorf("missing-parameter", at.Pos, "the sequence %s needs the parameter %s", q.Name, p.Name).Over(at.Width()).
				WithHint("give it beside the call:  with: {%s: …}%s", p.Name, colon(p.About)))
		}
	}
	return all
}

// given is what with says of the parameter or input p, or its default; false: neither.
func (l *loader) given(p Input, with *yamldoc.Node, s *scope) (Argument, bool) {
	if n := with.Get(p.Name); n != nil {
		return l.argument(p, n, s), true
	}
	return Argument{Name: p.Name, in: p, is: p.Default}, p.Default != nil
}

func colon(about string) string {
	if about == "" {
		return ""
	}
	return ": " + about
}

// undeclared reports what stands under with and is not declared, and returns what seems to be meant by it.
func (l *loader) undeclared(code string, with *yamldoc.Node, what, of string, declared []Input) (meant []string) {
	var names []string
	for _, in := range declared {
		names = append(names, in.Name)
	}
	for _, f := range with.Fields {
		if slices.Contains(names, f.Key) {
			continue
		}
		near, hint := diag.Suggest(f.Key, names), "it declares no "+what+"s"
		if len(names) > 0 {
			hint = "it has " + strings.Join(names, ", ")
		}
		if near != "" {
			meant, hint = append(meant, near), "did you mean "+near+"?"
		}
		l.add(diag.Errorf(code, f.Pos, "%s has no %s %q", of, what, f.Key).Over(utf8.RuneCountInString(f.Key)).WithHint("%s", hint))
	}
	return meant
}

// argument reads n as a value of the parameter in, or as what makes one.
func (l *loader) argument(in Input, n *yamldoc.Node, s *scope) Argument {
	a := Argument{Name: in.Name, in: in}
	scalar, open := n.Kind == yamldoc.Scalar, guard.HasExpression(n.Text)
	switch kind := in.GuardType().Kind; {
	case scalar && open && kind == guard.Text:
		a.text = l.template(n, in.Name, s.names())
	case scalar && open:
		source, at, single := guard.Single(n.Text, n.Content())
		if !single {
			l.add(diag.Errorf("type", n.Pos, "%s must be a %s: one ${{ expression }} and nothing beside it", in.Name, in.GuardType()).Over(n.Width()))
			return a
		}
		e, found := guard.Compile(source, at, s.names(), in.GuardType())
		l.add(found...)
		a.expr = e
	case n.Kind == yamldoc.List && kind == guard.List && slices.ContainsFunc(n.Items, func(item *yamldoc.Node) bool { return guard.HasExpression(item.Text) }):
		for _, item := range n.Items {
			a.list = append(a.list, l.template(item, in.Name, s.names()))
		}
	case kind == guard.SecretText:
		l.add(diag.Errorf("secret", n.Pos, "%s is a secret, and does not stand in a playbook", in.Name).WithHint("%s", "declare an input of type secret, and write \"${{ inputs.NAME }}\""))
	default:
		value, err := in.Parse(n)
		if err != nil {
			l.add(diag.Errorf("value", n.Pos, "%s %v", in.Name, err).Over(n.Width()).
				WithHint("%s", cmp.Or(diag.DidYouMean(n.Text, in.Choices), step.ListHint(in.GuardType(), n))))
		}
		a.is = value
	}
	return a
}
