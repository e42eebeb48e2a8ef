package twin

import (
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"
)

// trees are the scripts that were parsed last, of all twins: a playbook has a hundred scripts or so, and runs each of them
// on every host. The interpreter reads a tree, and never changes it.
var trees struct {
	sync.Mutex
	of map[string]*syntax.File // by text
}

// mostTrees bounds what is kept of scripts that come but once.
const mostTrees = 512

// parse is the tree of a script of the POSIX shell. It is shared, and must not be changed.
func parse(text string) (*syntax.File, error) {
	trees.Lock()
	tree := trees.of[text]
	trees.Unlock()
	if tree != nil {
		return tree, nil
	}
	tree, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, err
	}
	trees.Lock()
	defer trees.Unlock()
	if trees.of == nil || len(trees.of) >= mostTrees {
		trees.of = map[string]*syntax.File{}
	}
	trees.of[text] = tree
	return tree, nil
}
