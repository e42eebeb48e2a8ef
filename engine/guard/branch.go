package guard

import (
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"
)

// branch is an expression cut at and, or, not, ??, ?: and the arguments of
// ladder: the places where a value can be found although a part has none. A
// branch without parts is a leaf, run whole.
type branch struct {
	op      string // "and", "or", "not", "??", "?:", "ladder", or "" for a leaf
	parts   []*branch
	program *vm.Program
	refs    [][]string
}

func (t *translation) branch(node ast.Node) (*branch, error) {
	b := &branch{refs: references(node, t.names)}
	var parts []ast.Node
	if len(b.refs) > 0 { // else nothing can be unknown
		b.op, parts = fork(node)
	}
	for _, part := range parts {
		sub, err := t.branch(part)
		if err != nil {
			return nil, err
		}
		b.parts = append(b.parts, sub)
	}
	if b.op != "" {
		return b, nil
	}
	var err error
	b.program, _, err = t.program(node)
	return b, err
}

// fork says how node can be cut; op is "" where it cannot.
func fork(node ast.Node) (op string, parts []ast.Node) {
	switch n := node.(type) {
	case *ast.BinaryNode:
		if op := map[string]string{"and": "and", "&&": "and", "or": "or", "||": "or", "??": "??"}[n.Operator]; op != "" {
			return op, []ast.Node{n.Left, n.Right}
		}
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			return "not", []ast.Node{n.Node}
		}
	case *ast.ConditionalNode:
		return "?:", []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.CallNode:
		if name, ok := n.Callee.(*ast.IdentifierNode); ok && name.Value == "ladder" {
			return "ladder", n.Arguments
		}
	}
	return "", nil
}

// value evaluates b. known is false where what it needs is not known.
func (b *branch) value(v Values) (value any, known bool, err error) {
	switch b.op {
	case "and", "or":
		return b.connective(v, b.op == "or")
	case "not":
		x, known, err := b.parts[0].truth(v)
		return !x, known, err
	case "?:":
		x, known, err := b.parts[0].truth(v)
		if !known || err != nil {
			return nil, known, err
		}
		if x {
			return b.parts[1].value(v)
		}
		return b.parts[2].value(v)
	case "??":
		if x, known, err := b.parts[0].value(v); known && x != nil || err != nil {
			return x, known, err
		}
		return b.parts[1].value(v)
	case "ladder":
		return b.ladder(v)
	}
	for _, ref := range b.refs {
		if !v.Known(ref) {
			return nil, false, nil
		}
	}
	value, err = vm.Run(b.program, map[string]any(v))
	return value, true, err
}

// truth is value where true or false is wanted.
func (b *branch) truth(v Values) (truth, known bool, err error) {
	x, known, err := b.value(v)
	if !known || err != nil {
		return false, known, err
	}
	truth, ok := x.(bool)
	if !ok {
		return false, true, errMissing
	}
	return truth, true, nil
}

// connective is and (decisive false) or or (decisive true): one decisive side
// is enough, whichever it is. What goes wrong to the right of an unknown side
// is unknown too, since that side may be there to prevent it.
func (b *branch) connective(v Values, decisive bool) (any, bool, error) {
	all := true
	for _, part := range b.parts {
		x, known, err := part.truth(v)
		switch {
		case err != nil && all:
			return nil, true, err
		case err == nil && known && x == decisive:
			return decisive, true, nil
		}
		all = all && known && err == nil
	}
	return !decisive, all, nil
}

// ladder passes what is not known as nothing: a ladder from an unknown version
// is its last hop, and one over unknown packages names minors only.
func (b *branch) ladder(v Values) (any, bool, error) {
	args := make([]any, len(b.parts))
	for i, part := range b.parts {
		x, known, err := part.value(v)
		if err != nil {
			return nil, known, err
		}
		if i == 1 && !known {
			return nil, false, nil
		}
		if known {
			args[i] = x
		}
	}
	hops, err := ladder(args...)
	return hops, true, err
}
