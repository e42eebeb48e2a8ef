package guard

import (
	"github.com/expr-lang/expr/ast"

	"rung/engine/diag"
)

// Comparison is a place in an expression where something is held against a
// text that is written out: x == "a", x < "1.9", x in ["a", "b"] (one for each).
type Comparison struct {
	Op    string // == != < <= > >= in
	Left  string // the name that is compared, such as inputs.mode; "" where it is no plain name
	Right string // the text
	Pos   diag.Pos
	Width int // of the text, as written
}

// Comparisons lists what e compares with texts, in order.
func (e *Expr) Comparisons() []Comparison {
	node, err := e.text.parse()
	if err != nil {
		return nil // it parsed when it was compiled
	}
	return e.comparisons(node, nil)
}

func (e *Expr) comparisons(node ast.Node, found []Comparison) []Comparison {
	if b, ok := node.(*ast.BinaryNode); ok {
		switch b.Operator {
		case "==", "!=", "<", "<=", ">", ">=":
			found = e.against(found, b.Operator, b.Left, b.Right)
			found = e.against(found, mirrored(b.Operator), b.Right, b.Left)
		case "in":
			if list, ok := b.Right.(*ast.ArrayNode); ok {
				for _, item := range list.Nodes {
					found = e.against(found, "in", b.Left, item)
				}
			}
		}
	}
	for _, child := range children(node) {
		found = e.comparisons(child, found)
	}
	return found
}

// against adds what left is compared with, where right is a text.
func (e *Expr) against(found []Comparison, op string, left, right ast.Node) []Comparison {
	text, ok := right.(*ast.StringNode)
	if !ok {
		return found
	}
	c := Comparison{Op: op, Right: text.Value, Pos: e.text.place(e.Pos, right.Location()), Width: len([]rune(text.Value)) + 2}
	if path, ok := memberPath(left); ok {
		c.Left = joined(path)
	}
	return append(found, c)
}

// mirrored is the operator that says the same of exchanged sides.
func mirrored(op string) string {
	for _, pair := range [][2]string{{"<", ">"}, {"<=", ">="}} {
		switch op {
		case pair[0]:
			return pair[1]
		case pair[1]:
			return pair[0]
		}
	}
	return op
}
