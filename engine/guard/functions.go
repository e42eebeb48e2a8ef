package guard

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/expr-lang/expr/builtin"

	"rung/engine/kube"
)

// added are the functions that the language has beside those it keeps of the
// library. The checker sees what a list holds ([]kube.Version); at evaluation
// every list is a []any.
var added = append([]*builtin.Function{
	{Name: "version", Func: func(a ...any) (any, error) { return kube.Parse(a[0].(string)) }, Types: shape[func(string) kube.Version]()},
	{Name: "minor", Func: func(a ...any) (any, error) { return a[0].(kube.Version).Minor, nil }, Types: shape[func(kube.Version) int]()},
	{Name: "skew", Func: func(a ...any) (any, error) { return kube.Skew(a[0].(kube.Version), a[1].(kube.Version)), nil }, Types: shape[func(_, _ kube.Version) int]()},
	{Name: "ladder", Func: ladder, Validate: ladderShape},
	{Name: "common", Func: common, Validate: commonShape},
	{Name: "without", Func: without, Validate: withoutShape},
	{Name: "join", Func: join, Validate: joinShape},
}, comparisons()...)

func shape[F any]() []reflect.Type { return []reflect.Type{reflect.TypeFor[F]()} }

// comparison names the function behind an operator between versions. It
// cannot be written in an expression.
func comparison(operator string) string { return "version" + operator }

func comparisons() []*builtin.Function {
	var list []*builtin.Function
	for op, holds := range map[string]func(int) bool{
		"<": func(c int) bool { return c < 0 }, "<=": func(c int) bool { return c <= 0 },
		">": func(c int) bool { return c > 0 }, ">=": func(c int) bool { return c >= 0 },
	} {
		compare := func(a ...any) (any, error) { return holds(kube.Compare(a[0].(kube.Version), a[1].(kube.Version))), nil }
		list = append(list, &builtin.Function{Name: comparison(op), Func: compare, Types: shape[func(_, _ kube.Version) bool]()})
	}
	return list
}

// Reserved says whether name is a word of the language, and so cannot be the
// name of a variable.
func Reserved(name string) bool {
	return slices.Contains(functionNames(), name) || slices.Contains(words, name)
}

var words = []string{"and", "or", "not", "in", "if", "else", "let", "true", "false", "nil", "matches", "contains", "startsWith", "endsWith"}

func functionNames() []string {
	names := slices.Clone(kept)
	for _, f := range added {
		if !strings.ContainsAny(f.Name, "<>") {
			names = append(names, f.Name)
		}
	}
	sort.Strings(names)
	return names
}

// ladder is kube.Ladder; an argument that is nil is not known.
func ladder(args ...any) (any, error) {
	from, _ := args[0].(kube.Version)
	to, _ := args[1].(kube.Version)
	var offered []kube.Version
	if len(args) > 2 && args[2] != nil {
		offered = []kube.Version{}
		for _, v := range args[2].([]any) {
			offered = append(offered, v.(kube.Version))
		}
	}
	var via []kube.Version
	if len(args) > 3 && args[3] != nil {
		for _, text := range args[3].([]any) {
			v, err := kube.Parse(text.(string))
			if err != nil {
				return nil, err
			}
			via = append(via, v)
		}
	}
	hops, err := kube.Ladder(from, to, offered, via...)
	if err != nil {
		return nil, err
	}
	return anyList(hops), nil
}

func anyList[T any](values []T) []any {
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	return list
}

// common is what is in every one of some lists, in the order of the first. It is asked with thousands of lists: the
// versions that each host is offered.
func common(args ...any) (any, error) {
	all, ok := args[0].([]any)
	if !ok {
		return nil, errors.New("common reads a list that is not there")
	}
	lists := make([][]any, len(all))
	for i, list := range all {
		if lists[i], ok = list.([]any); !ok {
			return nil, errors.New("common wants a list of lists")
		}
	}
	if len(lists) == 0 {
		return []any{}, nil
	}
	times := map[any]int{} // in how many lists an item of the first was found, one after the other
	for i, list := range lists {
		for _, item := range list {
			if plain(item) && times[item] == i {
				times[item]++
			}
		}
	}
	everywhere := func(item any) bool {
		if plain(item) {
			return times[item] == len(lists)
		}
		return !slices.ContainsFunc(lists, func(list []any) bool { return !equalIn(list, item) })
	}
	return slices.DeleteFunc(slices.Clone(lists[0]), func(item any) bool { return !everywhere(item) }), nil
}

// plain says whether item is a key that a map takes: tables and lists are none.
func plain(item any) bool {
	switch item.(type) {
	case nil, string, bool, int, time.Duration, kube.Version:
		return true
	case []any, map[string]any:
		return false
	}
	return reflect.ValueOf(item).Comparable()
}

// members tells what is in a list.
func members(list []any) func(item any) bool {
	known := make(map[any]bool, len(list))
	var rest []any
	for _, item := range list {
		if plain(item) {
			known[item] = true
		} else {
			rest = append(rest, item)
		}
	}
	return func(item any) bool {
		if plain(item) {
			return known[item]
		}
		return equalIn(rest, item)
	}
}

func equalIn(list []any, item any) bool {
	return slices.ContainsFunc(list, func(other any) bool { return reflect.DeepEqual(other, item) })
}

func commonShape(args []reflect.Type) (reflect.Type, error) {
	if len(args) != 1 || !listLike(args[0]) || elem(args[0]) != nil && !listLike(elem(args[0])) {
		return nil, errors.New("common wants one list of lists: what is in every one of them")
	}
	if inner := elem(args[0]); inner != nil {
		return inner, nil
	}
	return reflect.TypeFor[[]any](), nil
}

func ladderShape(args []reflect.Type) (reflect.Type, error) {
	if len(args) < 2 || len(args) > 4 {
		return nil, errors.New("ladder wants the version to start from, the target and, if you like, the versions on offer and those to go by, as texts")
	}
	for i, want := range []Type{{Kind: Version}, {Kind: Version}, ListOf(Type{Kind: Version}), ListOf(Type{Kind: Text})}[:len(args)] {
		if !fits(natureOf(args[i]), want) {
			return nil, fmt.Errorf("ladder wants a %s here, not %s", want, a(args[i]))
		}
	}
	return reflect.TypeFor[[]kube.Version](), nil
}

// without is the items of the first list that are not in the second.
func without(args ...any) (any, error) {
	from, there := args[0].([]any)
	taken, also := args[1].([]any)
	if !there || !also {
		return nil, errors.New("without reads a list that is not there")
	}
	list := []any{}
	if len(from) == 0 {
		return list, nil
	}
	out := members(taken)
	for _, item := range from {
		if !out(item) {
			list = append(list, item)
		}
	}
	return list, nil
}

func withoutShape(args []reflect.Type) (reflect.Type, error) {
	if len(args) != 2 || !listLike(args[0]) || !listLike(args[1]) {
		return nil, errors.New("without wants two lists: what there is, and what to leave out")
	}
	if what, out := elem(args[0]), elem(args[1]); what != nil && out != nil && what != out {
		return nil, fmt.Errorf("without wants two lists of one kind, not %s and %s", a(args[0]), a(args[1]))
	}
	return args[0], nil
}

// longestText bounds what join makes.
const longestText = 1 << 20

// join writes the items of a list one after the other.
func join(args ...any) (any, error) {
	list, ok := args[0].([]any)
	if !ok {
		return nil, errors.New("join reads a list that is not there")
	}
	between := ""
	if len(args) == 2 {
		between, _ = args[1].(string)
	}
	var b strings.Builder
	for i, item := range list {
		if i > 0 {
			b.WriteString(between)
		}
		b.WriteString(Format(item))
		if b.Len() > longestText {
			return nil, fmt.Errorf("join makes a text of more than %d bytes", longestText)
		}
	}
	return b.String(), nil
}

func joinShape(args []reflect.Type) (reflect.Type, error) {
	if len(args) < 1 || len(args) > 2 || !listLike(args[0]) || len(args) == 2 && args[1].Kind() != reflect.String {
		return nil, errors.New(`join wants a list and what stands between its items: join(list, ", ")`)
	}
	return reflect.TypeFor[string](), nil
}

func listLike(t reflect.Type) bool { return t.Kind() == reflect.Slice || t.Kind() == reflect.Interface }

// elem is what the list t holds, or nil where that is not certain.
func elem(t reflect.Type) reflect.Type {
	if t.Kind() != reflect.Slice || t.Elem().Kind() == reflect.Interface {
		return nil
	}
	return t.Elem()
}
