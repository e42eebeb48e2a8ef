package twin

import (
	"bytes"
	"io"
	"strconv"
	"sync"

	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"
)

// Most of what a script costs the twin are its pipes: the interpreter makes each of the operating system, and starts a
// goroutine for one of its ends, whose waking takes ten times as long as what the programs do. So X | program becomes
//
//	{ ( X ) >BUFFER || :; FED BUFFER program; }
//
// in the tree of a script, where that says the same: X is a subshell as before, its status does not count, and the
// program reads what is in the buffer. Left as they are: what goes into a group, a loop, a function or a builtin, or into
// words that ask for $? or for an answer; an X with a loop, which may say more than anybody reads.

const (
	bufferPrefix = "\x00pipe/" // no file has such a name
	fedName      = "\x00fed"
)

// unpipe changes the tree of a straight script so.
func unpipe(tree *syntax.File, programs map[string]tool) {
	own := functions(tree)
	pipes := 0
	syntax.Walk(tree, func(n syntax.Node) bool {
		st, is := n.(*syntax.Stmt)
		if !is {
			return true
		}
		pipe, is := st.Cmd.(*syntax.BinaryCmd)
		if !is || pipe.Op != syntax.Pipe || own.loop(pipe.X) {
			return true
		}
		program, is := pipe.Y.Cmd.(*syntax.CallExpr)
		if !is || len(program.Args) == 0 || pipe.Y.Negated || readsElsewhere(pipe.Y) || asksAround(pipe.Y) {
			return true
		}
		name := program.Args[0].Lit()
		if _, known := programs[name]; !known || own[name] != nil || interp.IsBuiltin(name) {
			return true
		}
		pipes++
		buffer := word(bufferPrefix + strconv.Itoa(pipes))
		program.Args = append([]*syntax.Word{word(fedName), buffer}, program.Args...)
		st.Cmd = &syntax.Block{Stmts: []*syntax.Stmt{
			{Cmd: &syntax.BinaryCmd{
				Op: syntax.OrStmt,
				X: &syntax.Stmt{
					Cmd:    &syntax.Subshell{Stmts: []*syntax.Stmt{pipe.X}},
					Redirs: []*syntax.Redirect{{Op: syntax.RdrOut, Word: buffer}},
				},
				Y: &syntax.Stmt{Cmd: &syntax.CallExpr{Args: []*syntax.Word{word(":")}}},
			}},
			pipe.Y,
		}}
		return true
	})
}

func word(text string) *syntax.Word {
	return &syntax.Word{Parts: []syntax.WordPart{&syntax.SglQuoted{Value: text}}}
}

// declared are the functions of a script, by their names: all bodies, for which of several is called shows only later.
type declared map[string][]*syntax.Stmt

func functions(tree *syntax.File) declared {
	own := declared{}
	syntax.Walk(tree, func(n syntax.Node) bool {
		if f, is := n.(*syntax.FuncDecl); is {
			own[f.Name.Value] = append(own[f.Name.Value], f.Body)
		}
		return true
	})
	return own
}

// loop tells whether a command has a loop in it, or calls a function that has.
func (d declared) loop(st *syntax.Stmt) bool {
	return d.within(st, map[string]bool{}, func(n syntax.Node) bool {
		_, is := n.(*syntax.WhileClause)
		return is
	})
}

// within tells whether something of a command is so, or something of a function that it calls.
func (d declared) within(command syntax.Node, seen map[string]bool, so func(syntax.Node) bool) (found bool) {
	syntax.Walk(command, func(n syntax.Node) bool {
		found = found || so(n)
		if call, is := n.(*syntax.CallExpr); is && len(call.Args) > 0 {
			if name, _ := literal(call.Args[0]); d[name] != nil && !seen[name] {
				seen[name] = true
				for _, body := range d[name] {
					found = found || d.within(body, seen, so)
				}
			}
		}
		return !found
	})
	return found
}

// asksAround tells whether a command has words that see the status of what was before it, or read its standard input.
func asksAround(st *syntax.Stmt) (found bool) {
	syntax.Walk(st, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			found = true
		case *syntax.ParamExp:
			found = found || n.Param.Value == "?"
		}
		return !found
	})
	return found
}

// readsElsewhere tells whether a command has its standard input from a file, and not from its pipe.
func readsElsewhere(st *syntax.Stmt) bool {
	for _, redirect := range st.Redirs {
		switch redirect.Op {
		case syntax.RdrIn, syntax.RdrInOut, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc, syntax.DplIn:
			return true
		}
	}
	return false
}

// invocation is one shell at its work. The ends of a pipe of the operating system run side by side, and may come to the
// same buffer at once: they differ by their standard input.
type invocation struct {
	*session
	choices choices // of its script
	mu      sync.Mutex
	full    map[bufferKey][]*buffer // not read yet
}

type bufferKey struct {
	name  string
	stdin io.Reader
}

// buffer is a pipe whose writer is over before its reader begins.
type buffer struct {
	bytes.Buffer
	of  *invocation
	key bufferKey
}

// Close hands the buffer to whoever reads one of its name next: a script may come to the same pipe again before it has
// come to the end of it.
func (b *buffer) Close() error {
	b.of.mu.Lock()
	defer b.of.mu.Unlock()
	if b.of.full == nil {
		b.of.full = map[bufferKey][]*buffer{}
	}
	b.of.full[b.key] = append(b.of.full[b.key], b)
	return nil
}

// fed is what a program reads from a buffer.
func (i *invocation) fed(key bufferKey) io.Reader {
	i.mu.Lock()
	defer i.mu.Unlock()
	full := i.full[key]
	last := full[len(full)-1]
	i.full[key] = full[:len(full)-1]
	return &last.Buffer
}
