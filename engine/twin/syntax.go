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
	of map[tree]*syntax.File
}

// tree is what a tree is made of.
type tree struct {
	text  string
	pipes bool // they are left in it
}

// mostTrees bounds what is kept of scripts that come but once.
const mostTrees = 512

// parse is the tree of a script of the POSIX shell, with its pipes into programs taken out, where
// these are said (all twins have the same). It is shared, and must not be changed.
func parse(text string, programs map[string]tool) (*syntax.File, error) {
	trees.Lock()
	key := tree{text, programs == nil}
	file := trees.of[key]
	trees.Unlock()
	if file != nil {
		return file, nil
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, err
	}
	if programs != nil {
		unpipe(file, programs)
	}
	trees.Lock()
	defer trees.Unlock()
	if trees.of == nil || len(trees.of) >= mostTrees {
		trees.of = map[tree]*syntax.File{}
	}
	trees.of[key] = file
	return file, nil
}
