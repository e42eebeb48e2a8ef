package playbook

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/step"
	"rung/engine/yamldoc"
)

// Input is a declared, typed parameter.
type Input struct {
	Name     string
	Pos      diag.Pos
	About    string
	Type     string // string version bool int count duration path choice list
	Optional bool   // may be left out; expressions then do not know it
	Default  any    // nil: none
	Choices  []string
}

var inputKinds = map[string]guard.Type{
	"string": {Kind: guard.Text}, "path": {Kind: guard.Text}, "choice": {Kind: guard.Text}, "count": {Kind: guard.Text},
	"version": {Kind: guard.Version}, "bool": {Kind: guard.Bool}, "int": {Kind: guard.Int},
	"duration": {Kind: guard.Duration}, "secret": {Kind: guard.SecretText}, "list": guard.ListOf(guard.Type{Kind: guard.Text}),
}

// InputTypes returns the words for the types of inputs, sorted.
func InputTypes() []string {
	names := make([]string, 0, len(inputKinds))
	for name := range inputKinds {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// GuardType is the type that expressions see.
func (in Input) GuardType() guard.Type { return inputKinds[in.Type] }

// Parse reads the scalar or list n as a value of the input.
func (in Input) Parse(n *yamldoc.Node) (any, error) {
	if in.Type == "list" {
		return parseList(n)
	}
	if in.Type == "secret" {
		return nil, errors.New("is a secret, and does not stand in a file of rung's")
	}
	value, err := step.ParseText(in.GuardType(), n)
	if err != nil {
		return nil, err
	}
	text, _ := value.(string)
	if err := in.formed(text); err != nil {
		return nil, err
	}
	return value, nil
}

// formed says what is wrong with the form of a text.
func (in Input) formed(text string) error {
	switch {
	case in.Type == "count" && !countForm.MatchString(text):
		return fmt.Errorf("must be a number or a percentage, such as 2 or 10%%, not %q", text)
	case in.Type == "choice" && !slices.Contains(in.Choices, text):
		return fmt.Errorf("must be one of %s, not %q", strings.Join(in.Choices, ", "), text)
	}
	return nil
}

// ParseFlag reads the text of -e name=text.
func (in Input) ParseFlag(text string) (any, error) {
	n := yamldoc.Plain(diag.Pos{}, text)
	if in.Type == "list" {
		n = &yamldoc.Node{Kind: yamldoc.List}
		for _, item := range strings.Split(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				n.Items = append(n.Items, yamldoc.Plain(diag.Pos{}, item))
			}
		}
	}
	return in.Parse(n)
}

// longestList bounds an input, and so the time of expressions that loop over
// it.
const longestList = 1000

func parseList(n *yamldoc.Node) (any, error) {
	if n.Kind != yamldoc.List {
		return nil, fmt.Errorf("must be a list, not %s", n.Describe())
	}
	if len(n.Items) > longestList {
		return nil, fmt.Errorf("must have at most %d items, not %d", longestList, len(n.Items))
	}
	list := make([]any, len(n.Items))
	for i, item := range n.Items {
		if item.Kind != yamldoc.Scalar {
			return nil, fmt.Errorf("must be a list of texts; item %d is %s", i+1, item.Describe())
		}
		list[i] = item.Text
	}
	return list, nil
}

var countForm = regexp.MustCompile(`^(0|[1-9][0-9]{0,5})$|^([1-9][0-9]?|100)%$`)

// Count reads "3" or "10%" as a number out of total. A percentage is rounded
// down, but is at least 1 of a total that is not empty.
func Count(text string, total int) (int, error) {
	if !countForm.MatchString(text) {
		return 0, fmt.Errorf("%q is not a count: want a number or a percentage, such as 2 or 10%%", text)
	}
	if percent, ok := strings.CutSuffix(text, "%"); ok {
		p, _ := strconv.Atoi(percent)
		return max(min(total, 1), total*p/100), nil
	}
	n, _ := strconv.Atoi(text)
	return n, nil
}

// inputs reads what n declares: inputs, or parameters of a sequence, as what says.
func (l *loader) inputs(n *yamldoc.Node, what string) []Input {
	if !l.want(n, yamldoc.Map, what+"s") {
		return nil
	}
	var all []Input
	for _, f := range n.Fields {
		in := Input{Name: f.Key, Pos: f.Pos}
		if !identifier.MatchString(f.Key) {
			l.errorf("name", f.Pos, "the %s %q is not a name: want lower-case letters, digits and _", what, f.Key)
		}
		if l.want(f.Value, yamldoc.Map, "the "+what+" "+f.Key) {
			l.keys(f.Value, article(what), InputKeys())
			l.input(&in, f.Value)
		}
		all = append(all, in)
	}
	return all
}

func article(what string) string {
	if what == "input" {
		return "an input"
	}
	return "a " + what
}

func (l *loader) input(in *Input, n *yamldoc.Node) {
	in.About = l.text(n.Get("about"), "about")
	in.Type = "string"
	if t := n.Get("type"); t != nil {
		if in.Type = l.text(t, "type"); !l.inputType(in, t) {
			return
		}
	}
	if in.Type == "secret" {
		l.secret(in, n)
		return
	}
	if !l.choices(in, n) {
		in.Type = "string" // so that what is given to it is no further mistake
		return
	}
	if o := n.Get("optional"); o != nil {
		in.Optional = l.boolean(o, "optional")
	}
	if d := n.Get("default"); d != nil && guard.HasExpression(d.Text) {
		l.add(diag.Errorf("value", d.Pos, "the default of %s must be a value, not an expression", in.Name).Over(d.Width()).
			WithHint("make it optional, and read it with  ??  and what it is otherwise"))
		in.Optional = true // so that nothing is said to lack it
	} else if d != nil {
		value, err := in.Parse(d)
		if err != nil {
			found := diag.Errorf("value", d.Pos, "the default of %s %v", in.Name, err).Over(d.Width())
			l.add(found.WithHint("%s", cmp.Or(diag.DidYouMean(d.Text, in.Choices), step.ListHint(in.GuardType(), d))))
		}
		in.Default = value
	}
}

// secret reports what does not go with an input that is secret.
func (l *loader) secret(in *Input, n *yamldoc.Node) {
	for _, f := range n.Fields {
		switch f.Key {
		case "default":
			l.add(diag.Errorf("secret", f.Pos, "%s is a secret, and has no default: it would stand in the playbook", in.Name).Over(len(f.Key)).WithHint("leave it out: rung run asks for it"))
		case "optional", "choices":
			l.add(diag.Errorf("misplaced", f.Pos, "%s does not go with a secret", f.Key).Over(len(f.Key)))
		}
	}
}

// inputType reports a type that there is not.
func (l *loader) inputType(in *Input, n *yamldoc.Node) bool {
	if _, ok := inputKinds[in.Type]; ok {
		return true
	}
	if !n.Null {
		hint := cmp.Or(diag.DidYouMean(cmp.Or(otherTypes[in.Type], in.Type), InputTypes()), "the types are "+strings.Join(InputTypes(), ", "))
		l.add(diag.Errorf("input-type", n.Pos, "there is no input type %q", in.Type).Over(n.Width()).WithHint("%s", hint))
	}
	in.Type = "string"
	return false
}

// otherTypes are what other tools call the types.
var otherTypes = map[string]string{
	"boolean": "bool", "integer": "int", "number": "int", "text": "string", "str": "string", "array": "list", "enum": "choice", "semver": "version", "file": "path", "password": "secret", "percent": "count",
}

// choices reads what an input of type choice can be.
func (l *loader) choices(in *Input, n *yamldoc.Node) bool {
	c := n.Get("choices")
	switch {
	case c == nil && in.Type == "choice", c != nil && c.Kind == yamldoc.List && len(c.Items) == 0:
		l.errorf("choices", n.Pos, "%s is of type choice, and lists no choices", in.Name)
		return false
	case c == nil:
		return true
	case in.Type != "choice":
		l.add(diag.Errorf("misplaced", c.Pos, "choices go with type: choice, and %s is of type %s", in.Name, in.Type).WithHint("write  type: choice"))
		return false
	case !l.want(c, yamldoc.List, "choices"):
		return false
	}
	for _, item := range c.Items {
		in.Choices = append(in.Choices, l.text(item, "a choice"))
	}
	return true
}
