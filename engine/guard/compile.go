package guard

import (
	"slices"
	"sync"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/checker/nature"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// translation turns one source into programs: the whole, and later, if it is
// ever needed, its leaves.
//
// The library's own Compile builds its table of functions and a type of all
// names for each call, which costs more than all the rest. Here the table is
// made once, and the type holds only the names that the source reads: an
// expression costs what it is long, however many steps a playbook has.
type translation struct {
	source string
	names  Names
	refs   [][]string
	config conf.Config
	text   file.Source
}

// language is the library's configuration without what we do not want, and
// with our functions. Every translation copies it; nothing changes it.
var language = sync.OnceValue(func() *conf.Config {
	c := conf.CreateNew()
	c.Optimize = false // a guard runs some times, not millions
	for name := range c.Builtins {
		if !slices.Contains(kept, name) {
			c.Disabled[name] = true
			delete(c.Builtins, name)
		}
	}
	for _, f := range added {
		c.Functions[f.Name] = f
	}
	c.WithEnv(types.Map{})
	return c
})

// parse reads the source, refuses what is not of the language, and narrows
// the names to those that are read.
func (t *translation) parse() (ast.Node, error) {
	tree, err := parser.ParseWithConfig(t.source, &t.config)
	if err != nil {
		return nil, err
	}
	if err := lawful(tree.Node, 0); err != nil {
		return nil, err
	}
	t.text = tree.Source
	if t.refs == nil {
		t.refs = references(tree.Node, t.names)
		t.config.WithEnv(t.names.only(t.refs))
	}
	return tree.Node, nil
}

// program checks the types of node and compiles it.
func (t *translation) program(node ast.Node) (*vm.Program, nature.Nature, error) {
	tree := &parser.Tree{Node: node, Source: t.text}
	check := new(checker.Checker)
	_, err := check.Check(tree, &t.config)
	versions := comparing{}
	ast.Walk(&tree.Node, &versions)
	if versions.found { // the first check found fault with them
		_, err = check.Check(tree, &t.config)
	}
	if err == nil {
		err = t.typed(tree.Node)
	}
	if err != nil {
		return nil, nature.Nature{}, err
	}
	p, err := compiler.Compile(tree, &t.config)
	return p, *tree.Node.Nature(), err
}

// comparing makes < of two versions a call of our function: the library
// compares numbers and text.
type comparing struct{ found bool }

// Visit implements the library's visitor; operands come before operators.
func (c *comparing) Visit(node *ast.Node) {
	b, ok := (*node).(*ast.BinaryNode)
	if !ok || b.Left.Type() != versionType || b.Right.Type() != versionType {
		return
	}
	switch b.Operator {
	case "<", "<=", ">", ">=":
		ast.Patch(node, &ast.CallNode{Callee: &ast.IdentifierNode{Value: comparison(b.Operator)}, Arguments: []ast.Node{b.Left, b.Right}})
		c.found = true
	}
}

// cut makes the branch that answers where something is not known.
func (t *translation) cut() (*branch, error) {
	node, err := t.parse()
	if err != nil {
		return nil, err
	}
	return t.branch(node)
}
