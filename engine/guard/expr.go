package guard

import (
	"strings"
	"sync"

	"github.com/expr-lang/expr/vm"

	"rung/engine/diag"
)

// Expr is a compiled expression. It is safe for use by several goroutines.
type Expr struct {
	Source string
	Type   Type
	Refs   []string // the names it reads, such as steps.facts.swap, in order
	Pos    diag.Pos // where it starts

	refs  [][]string
	text  *translation
	whole *vm.Program
	cut   func() (*branch, error) // for when something is not known; made once, then kept
}

// MaxExpression bounds the length of an expression, in bytes.
const MaxExpression = 4096

// Compile checks source against names; its value must be of type want. pos is
// where the expression starts; without a column its lines are known, and its
// columns not.
func Compile(source string, pos diag.Pos, names Names, want Type) (*Expr, diag.List) {
	return CompileOneOf(source, pos, names, want)
}

// CompileOneOf is Compile where the value may be of any type of wants: the
// first that fits is the expression's.
func CompileOneOf(source string, pos diag.Pos, names Names, wants ...Type) (*Expr, diag.List) {
	switch {
	case len(source) > MaxExpression:
		return nil, diag.List{diag.Errorf("expression", pos, "the expression is longer than %d bytes", MaxExpression)}
	case strings.TrimSpace(source) == "":
		return nil, diag.List{diag.Errorf("expression", pos, "the expression is empty")}
	}
	t := &translation{source: source, names: names, config: *language()}
	node, err := t.parse()
	if err != nil {
		return nil, diag.List{t.explain(pos, err)}
	}
	program, got, err := t.program(node)
	if err != nil {
		return nil, diag.List{t.explain(pos, err)}
	}
	fit, ok := firstFit(got, wants)
	if !ok {
		return nil, diag.List{t.mistyped(pos, got, wants)}
	}
	e := &Expr{Source: source, Type: fit, Pos: pos, refs: t.refs, text: t, whole: program, cut: sync.OnceValues(t.cut)}
	for _, ref := range e.refs {
		e.Refs = append(e.Refs, joined(ref))
	}
	return e, nil
}

func joined(ref []string) string { return strings.Join(ref, ".") }
