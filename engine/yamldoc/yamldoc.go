// Package yamldoc reads one YAML document into a tree of nodes that know where
// they stand.
//
// It is strict so that what a person reads is what rung runs: aliases, merge
// keys, duplicate keys, explicit tags, several documents and oversized files
// are refused with a place and a hint. Scalars stay text: 1.30 is "1.30" until
// a typed field asks for it. Nothing else in the project imports a YAML
// library.
package yamldoc

import (
	"strings"
	"unicode/utf8"

	"rung/engine/diag"
)

// Kind is the shape of a node.
type Kind int

// The shapes.
const (
	Scalar Kind = iota
	Map
	List
)

// String returns the word for k that is used in messages.
func (k Kind) String() string {
	return [...]string{"text", "map", "list"}[k]
}

// Node is a value in the document.
type Node struct {
	Kind   Kind
	Pos    diag.Pos
	Text   string // of a scalar
	Quoted bool   // the scalar was quoted or a block: it is text, whatever it looks like
	Null   bool   // nothing was written, or null
	Block  bool   // a block scalar: its content starts on the line after Pos
	Fields []Field
	Items  []*Node
}

// Field is a key and its value in a map, in the order of the document.
type Field struct {
	Key   string
	Pos   diag.Pos // of the key
	Value *Node
}

// Get returns the value of key in a map, or nil.
func (n *Node) Get(key string) *Node {
	if n == nil {
		return nil
	}
	for _, f := range n.Fields {
		if f.Key == key {
			return f.Value
		}
	}
	return nil
}

// At returns the key of a map that stands at pos, or "".
func (n *Node) At(pos diag.Pos) string {
	for _, f := range n.Fields {
		if f.Pos == pos {
			return f.Key
		}
	}
	return ""
}

// Content is where the text of a scalar starts: after the quote, or, in a
// block, on the line below, in a column that is not known.
func (n *Node) Content() diag.Pos {
	pos := n.Pos
	switch {
	case n.Block:
		pos.Line, pos.Col = pos.Line+1, 0
	case n.Quoted:
		pos.Col++
	}
	return pos
}

// Width is how many runes n takes up on its first line, for a caret below it:
// of a map, a list or a block the first one.
func (n *Node) Width() int {
	width := utf8.RuneCountInString(n.Text)
	switch {
	case n.Kind != Scalar || n.Block || strings.Contains(n.Text, "\n"):
		return 1
	case n.Quoted:
		return width + 2
	}
	return max(1, width)
}

// Describe says what n is, for "want a list, got …".
func (n *Node) Describe() string {
	switch {
	case n.Null:
		return "nothing"
	case n.Kind == Scalar && strings.Contains(n.Text, "\n"):
		return "a text of several lines"
	case n.Kind == Scalar && len(n.Text) <= 40:
		return "\"" + n.Text + "\""
	case n.Kind == Scalar:
		return "a long text"
	}
	return "a " + n.Kind.String()
}
