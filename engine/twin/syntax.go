package twin

import (
	"slices"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"
)

// trees are the scripts that were parsed last, of all twins: a playbook has a hundred scripts or so, and runs each of them
// on every host. The interpreter reads a tree, and never changes it.
var trees struct {
	sync.Mutex
	of map[tree]*parsed
}

// tree is what a tree is made of.
type tree struct {
	text string
	asIs bool // nothing of it is taken out
}

// mostTrees bounds what is kept of scripts that come but once.
const mostTrees = 512

// parsed is a script that was parsed. It is shared, and must not be changed.
type parsed struct {
	*syntax.File
	straight bool    // see straight
	choices  choices // of its cases
}

// parse is a script of the POSIX shell. Where programs are said, of which all twins have the same, its cases and its pipes
// into these are taken out.
func parse(text string, programs map[string]tool) (*parsed, error) {
	trees.Lock()
	key := tree{text, programs == nil}
	known := trees.of[key]
	trees.Unlock()
	if known != nil {
		return known, nil
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, err
	}
	sayReturns(file)
	p := &parsed{File: file, straight: straight(file)}
	if p.straight && programs != nil {
		p.choices = unfold(file)
		unpipe(file, programs)
	}
	trees.Lock()
	defer trees.Unlock()
	if trees.of == nil || len(trees.of) >= mostTrees {
		trees.of = map[tree]*parsed{}
	}
	trees.of[key] = p
	return p, nil
}

// sayReturns has every return say its status: for the interpreter, one that does not has none to hand on.
func sayReturns(file *syntax.File) {
	syntax.Walk(file, func(n syntax.Node) bool {
		if call, is := n.(*syntax.CallExpr); is && len(call.Args) == 1 {
			if name, _ := literal(call.Args[0]); name == "return" {
				last := &syntax.ParamExp{Short: true, Param: &syntax.Lit{Value: "?"}}
				call.Args = append(call.Args, &syntax.Word{Parts: []syntax.WordPart{last}})
			}
		}
		return true
	})
}

// straight tells whether a script does what it shows and no more: nothing of it goes on in the background, makes commands
// of text, or tells how its commands are carried out.
func straight(file *syntax.File) bool {
	is := true
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Stmt:
			is = is && !n.Background
		case *syntax.CallExpr:
			is = is && !shifty(n)
		}
		return is
	})
	return is
}

// shifty tells whether a command is one of those that a straight script does not have.
func shifty(call *syntax.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	name, _ := literal(call.Args[0])
	switch name {
	case ".", "source", "eval", "alias", "builtin":
		return true
	case "command": // -v only asks
		return len(call.Args) > 1 && !strings.HasPrefix(call.Args[1].Lit(), "-")
	case "trap":
		return slices.ContainsFunc(call.Args[1:], func(arg *syntax.Word) bool {
			text, plain := literal(arg)
			return !plain || strings.Contains(text, "&")
		})
	case "set":
		for _, arg := range call.Args[1:] {
			text, plain := literal(arg)
			option := strings.HasPrefix(text, "-") || strings.HasPrefix(text, "+")
			if !plain || text == "pipefail" || text == "xtrace" || option && strings.Contains(text, "x") {
				return true
			}
			if text == "--" || !option {
				break // what follows are parameters, or the name of an option
			}
		}
	}
	return false
}
