package guard

import (
	"strings"

	"github.com/expr-lang/expr/ast"
)

// references lists the paths of names that node reads, each to its deepest
// declared name, in order and once.
func references(node ast.Node, names Names) [][]string {
	r := &reading{names: names, seen: map[string]bool{}}
	r.visit(node)
	return r.paths
}

type reading struct {
	names Names
	seen  map[string]bool
	paths [][]string
}

func (r *reading) visit(node ast.Node) {
	path, ok := memberPath(node)
	if !ok {
		for _, child := range children(node) {
			r.visit(child)
		}
		return
	}
	for n := len(path); n > 0; n-- {
		if _, ok := r.names.Find(path[:n]...); !ok {
			continue
		}
		if key := strings.Join(path[:n], "."); !r.seen[key] {
			r.seen[key] = true
			r.paths = append(r.paths, path[:n])
		}
		return
	}
}

// memberPath returns the names of a chain such as steps.facts.swap.
func memberPath(node ast.Node) ([]string, bool) {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		return []string{n.Value}, true
	case *ast.ChainNode:
		return memberPath(n.Node)
	case *ast.MemberNode:
		name, ok := n.Property.(*ast.StringNode)
		if !ok {
			return nil, false
		}
		path, ok := memberPath(n.Node)
		return append(path, name.Value), ok
	}
	return nil, false
}

// children returns the nodes directly below node.
func children(node ast.Node) []ast.Node {
	switch n := node.(type) {
	case *ast.UnaryNode:
		return []ast.Node{n.Node}
	case *ast.BinaryNode:
		return []ast.Node{n.Left, n.Right}
	case *ast.ChainNode:
		return []ast.Node{n.Node}
	case *ast.MemberNode:
		return []ast.Node{n.Node, n.Property}
	case *ast.SliceNode:
		return present(n.Node, n.From, n.To)
	case *ast.CallNode:
		return n.Arguments // the callee is one of our functions
	case *ast.BuiltinNode:
		return append(append([]ast.Node{}, n.Arguments...), present(n.Map)...)
	case *ast.PredicateNode:
		return []ast.Node{n.Node}
	case *ast.ConditionalNode:
		return []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.VariableDeclaratorNode:
		return []ast.Node{n.Value, n.Expr}
	case *ast.SequenceNode:
		return n.Nodes
	case *ast.ArrayNode:
		return n.Nodes
	case *ast.MapNode:
		return n.Pairs
	case *ast.PairNode:
		return []ast.Node{n.Key, n.Value}
	}
	return nil
}

func present(nodes ...ast.Node) []ast.Node {
	var kept []ast.Node
	for _, n := range nodes {
		if n != nil {
			kept = append(kept, n)
		}
	}
	return kept
}
