package guard

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"

	"rung/engine/kube"
)

// kept are the library's functions that the language has. What reads a clock,
// takes versions for text, or makes much of little (repeat, replace, reduce)
// is not among them.
var kept = []string{
	"all", "any", "none", "one", "filter", "map", "find", "count", "len", "first", "last",
	"min", "max", "int", "keys", "values", "uniq", "concat", "upper", "lower", "trim", "trimPrefix", "trimSuffix", "duration",
}

// deepest bounds how far loops (all, any, filter …) stand inside each other.
// Without ranges a loop goes over a list that somebody wrote or a step made,
// so this bounds the time of an expression.
const deepest = 2

// refusal is a part of an expression that the library takes and we do not.
type refusal struct {
	at         file.Location
	code       string
	text, hint string
}

func (r *refusal) Error() string { return r.text }

func refuse(n ast.Node, code, hint, format string, args ...any) error {
	return &refusal{at: n.Location(), code: code, text: fmt.Sprintf(format, args...), hint: hint}
}

// lawful refuses what hides from references which names are read, and what
// can run for ever. loops is how many loops n stands in.
func lawful(n ast.Node, loops int) error {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		if strings.HasPrefix(n.Value, "$") {
			return refuse(n, "unknown-name", "", "%q is not known here", n.Value)
		}
	case *ast.VariableDeclaratorNode, *ast.SequenceNode:
		return refuse(n, "expression", "write the value where it is read", "let is not part of the language")
	case *ast.BinaryNode:
		if n.Operator == ".." {
			return refuse(n, "expression", "loop over a list", "ranges (1..9) are not part of the language")
		}
	case *ast.BuiltinNode:
		if !slices.Contains(kept, n.Name) {
			return refuse(n, "unknown-name", "", "%q is not known here", n.Name)
		}
	case *ast.CallNode:
		if _, ok := n.Callee.(*ast.IdentifierNode); !ok {
			return refuse(n, "expression", "the functions are "+strings.Join(functionNames(), ", "), "values have no functions of their own")
		}
	case *ast.PredicateNode:
		if loops++; loops > deepest {
			return refuse(n, "expression", "split it into several guards, or make a step that computes it", "loops stand more than %d deep inside each other", deepest)
		}
	}
	for _, child := range children(n) {
		if err := lawful(child, loops); err != nil {
			return err
		}
	}
	return nil
}

// typed refuses, in a checked tree, a record as a value, because parts of it
// may be unknown, and the insides of Go values, which are no business of the
// language.
func (t *translation) typed(n ast.Node) error {
	if path, ok := memberPath(n); ok {
		if found, ok := t.names.Find(path...); ok && found.Kind == Record {
			return refuse(n, "type", hasFields(path, found), "%s is a record, not a value", joined(path))
		} else if ok {
			return nil
		}
	}
	if err := literal(n); err != nil {
		return err
	}
	if m, ok := n.(*ast.MemberNode); ok {
		switch m.Node.Type().Kind() {
		case reflect.Map, reflect.Slice, reflect.Interface:
		default:
			return refuse(n, "type", versionHint, "a %s has no fields", libraryType(m.Node.Type().String()))
		}
	}
	for _, child := range children(n) {
		if err := t.typed(child); err != nil {
			return err
		}
	}
	return nil
}

// literal refuses a version or duration that is written out and is none:
// better now than on the third host.
func literal(n ast.Node) error {
	name, args := "", []ast.Node(nil)
	switch n := n.(type) {
	case *ast.CallNode:
		name, args = n.Callee.String(), n.Arguments
	case *ast.BuiltinNode:
		name, args = n.Name, n.Arguments
	}
	if len(args) != 1 {
		return nil
	}
	text, ok := args[0].(*ast.StringNode)
	if !ok {
		return nil
	}
	var err error
	switch name {
	case "version":
		_, err = kube.Parse(text.Value)
	case "duration":
		if _, bad := time.ParseDuration(text.Value); bad != nil {
			err = fmt.Errorf("%q is not a duration: want 90s, 10m or 1h30m", text.Value)
		}
	}
	if err != nil {
		return refuse(text, "value", "", "%v", err)
	}
	return nil
}

const versionHint = "of a version there are minor(v) and skew(a, b), and it compares with others"

func hasFields(path []string, record Type) string {
	names := make([]string, len(record.Fields))
	for i, f := range record.Fields {
		names[i] = f.Name
	}
	return "read one of its fields: " + joined(path) + "." + strings.Join(names, ", .")
}
