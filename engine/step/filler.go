package step

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/yamldoc"
)

// slot is a checked value of a field: how to fill it, and with what.
type slot struct {
	fill  filler
	open  bool          // it holds an expression, and so waits for values
	read  []*guard.Expr // its expressions
	items []slot        // those of a list that is written out
}

// filler sets target from values.
type filler func(v guard.Values, target reflect.Value) (gap, error)

// gap is what a filler lacked. A hard one leaves the field without a value;
// else <name> stands in its text.
type gap struct {
	names []string
	hard  bool
}

func (g *gap) widen(more gap) {
	g.names = append(g.names, more.names...)
	g.hard = g.hard || more.hard
}

// compileField checks the value n of field f.
func compileField(f Field, n *yamldoc.Node, names guard.Names) (slot, diag.List) {
	kind := f.Type.Kind
	switch {
	case kind == guard.SecretText:
		return compileSecret(f, n, names)
	case n.Kind == yamldoc.Scalar && guard.HasExpression(n.Text):
		return compileScalar(f, n, names)
	case kind == guard.List && n.Kind == yamldoc.List:
		return compileList(f, n, names)
	case kind == guard.Table && n.Kind == yamldoc.Map:
		return compileTable(f, n, names)
	case kind == guard.List:
		d, _ := yamldoc.WantKind(n, yamldoc.List, f.Name)
		return slot{}, diag.List{d.WithHint("%s", cmp.Or(ListHint(f.Type, n), d.Hint))}
	case kind == guard.Table:
		d, _ := yamldoc.WantKind(n, yamldoc.Map, f.Name)
		return slot{}, diag.List{d}
	}
	value, found := plain(f, n)
	if found != nil {
		return slot{}, found
	}
	return slot{fill: func(_ guard.Values, target reflect.Value) (gap, error) { return gap{}, assign(target, value) }}, nil
}

// compileScalar is for text with expressions in it, and for one expression
// that gives a value of the field's own type.
func compileScalar(f Field, n *yamldoc.Node, names guard.Names) (slot, diag.List) {
	if f.Type.Kind == guard.Text {
		return compileText(f, n, names)
	}
	source, at, ok := guard.Single(n.Text, n.Content())
	if !ok {
		d := diag.Errorf("type", n.Pos, "%s must be a %s: one ${{ expression }} and nothing beside it", f.Name, f.Type)
		return slot{}, diag.List{d}
	}
	e, found := guard.Compile(source, at, names, f.Type)
	if found != nil {
		return slot{}, found
	}
	fill := func(v guard.Values, target reflect.Value) (gap, error) {
		value, unknown, err := e.Value(v)
		if err != nil || unknown != nil {
			return gap{names: unknown, hard: unknown != nil}, err
		}
		return gap{}, assign(target, value)
	}
	return slot{fill: fill, open: true, read: []*guard.Expr{e}}, nil
}

func compileText(f Field, n *yamldoc.Node, names guard.Names) (slot, diag.List) {
	t, found := guard.CompileTemplate(n.Text, n.Content(), names)
	if found != nil {
		return slot{}, found
	}
	fill := func(v guard.Values, target reflect.Value) (gap, error) {
		text, unknown, err := t.Text(v)
		if err == nil && unknown == nil {
			err = inEnum(f, text)
		}
		target.SetString(text)
		return gap{names: unknown}, err
	}
	return slot{fill: fill, open: true, read: t.Exprs()}, nil
}

func compileList(f Field, n *yamldoc.Node, names guard.Names) (slot, diag.List) {
	var list slot
	var fills []filler
	var found diag.List
	for i, n := range n.Items {
		item, bad := compileField(Field{Name: fmt.Sprintf("item %d of %s", i+1, f.Name), Type: *f.Type.Elem, Enum: f.Enum}, n, names)
		fills, found = append(fills, item.fill), append(found, bad...)
		list.items = append(list.items, item)
		list.open, list.read = list.open || item.open, append(list.read, item.read...)
	}
	list.fill = func(v guard.Values, target reflect.Value) (open gap, err error) {
		value := reflect.MakeSlice(target.Type(), len(fills), len(fills))
		for i, fill := range fills {
			missing, err := fill(v, value.Index(i))
			if err != nil {
				return gap{}, err
			}
			open.widen(missing)
		}
		target.Set(value)
		return open, nil
	}
	return list, found
}

func compileTable(f Field, n *yamldoc.Node, names guard.Names) (slot, diag.List) {
	var table slot
	var fills []filler
	var found diag.List
	for _, entry := range n.Fields {
		item, bad := compileField(Field{Name: f.Name + "." + entry.Key, Type: *f.Type.Elem}, entry.Value, names)
		fills, found = append(fills, item.fill), append(found, bad...)
		table.open, table.read = table.open || item.open, append(table.read, item.read...)
	}
	keys := n.Keys()
	table.fill = func(v guard.Values, target reflect.Value) (open gap, err error) {
		value := reflect.MakeMap(target.Type())
		for i, fill := range fills {
			item := reflect.New(target.Type().Elem()).Elem()
			missing, err := fill(v, item)
			if err != nil {
				return gap{}, err
			}
			open.widen(missing)
			value.SetMapIndex(reflect.ValueOf(keys[i]), item)
		}
		target.Set(value)
		return open, nil
	}
	return table, found
}

// plain reads a scalar that is written out.
func plain(f Field, n *yamldoc.Node) (any, diag.List) {
	value, err := ParseText(f.Type, n)
	if err == nil && f.Type.Kind == guard.Text {
		err = inEnum(f, n.Text)
	}
	if err != nil {
		d := diag.Errorf("value", n.Pos, "%s %v", f.Name, err).Over(n.Width())
		hint := diag.DidYouMean(n.Text, f.Enum)
		if _, bad := strconv.Atoi(n.Text); bad == nil && f.Type.Kind == guard.Duration {
			hint = "a duration has its unit: " + n.Text + "s are seconds, " + n.Text + "m minutes"
		}
		return nil, diag.List{d.WithHint("%s", hint)}
	}
	return value, nil
}

// ListHint shows how n, a text that stands where a list is wanted, is written
// as one.
func ListHint(t guard.Type, n *yamldoc.Node) string {
	words := strings.FieldsFunc(n.Text, func(r rune) bool { return r == ' ' || r == ',' })
	if t.Kind != guard.List || n.Kind != yamldoc.Scalar || len(words) == 0 || len(n.Text) > 60 || strings.ContainsAny(n.Text, "\"'${}[]\n") {
		return ""
	}
	return "write  [" + strings.Join(words, ", ") + "]"
}

func inEnum(f Field, text string) error {
	if len(f.Enum) == 0 || slices.Contains(f.Enum, text) {
		return nil
	}
	return fmt.Errorf("must be one of %s, not %q", strings.Join(f.Enum, ", "), text)
}

// assign sets target to a guard value, converting lists item by item.
func assign(target reflect.Value, value any) error {
	v := reflect.ValueOf(value)
	switch {
	case !v.IsValid():
		return fmt.Errorf("has no value")
	case target.Kind() == reflect.Slice && v.Kind() == reflect.Slice:
		list := reflect.MakeSlice(target.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			if err := assign(list.Index(i), v.Index(i).Interface()); err != nil {
				return err
			}
		}
		target.Set(list)
	case v.Type() == target.Type():
		target.Set(v)
	case v.Kind() == target.Kind() && v.CanConvert(target.Type()):
		target.Set(v.Convert(target.Type()))
	default:
		return fmt.Errorf("must be a %s, not %v", typeOf(target.Type()), value)
	}
	return nil
}
