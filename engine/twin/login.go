package twin

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"rung/engine/step"
)

// login runs a line as the login shell does.
func (s *session) login(ctx context.Context, line string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(line) > longestLine {
		fmt.Fprintln(stderr, "sh: Argument list too long")
		return 126
	}
	in, err := newInput(stdin)
	if err != nil {
		fmt.Fprintf(stderr, "sh: %v\n", err)
		return 126
	}
	defer in.close()
	vars := []string{"HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/bash", "PATH=" + step.Path}
	if p, err := parse(line, nil); err == nil && p.plain != nil && s.spend() {
		p := &process{session: s, ctx: ctx, argv: p.plain.argv, env: &environ{Environ: expand.ListEnviron(slices.Concat(vars, p.plain.vars)...), started: true}, dir: "/root", stdout: stdout, stderr: stderr}
		if in.file != nil {
			p.stdin = in.file
		}
		return p.start()
	}
	return s.shell(ctx, script{text: line, env: expand.ListEnviron(vars...), dir: "/root", stdin: in.file, stdout: stdout, stderr: stderr})
}

// plainCommand is one program with its arguments, and variables before them, in which nothing is left to be expanded: such
// are all lines that rung gives to a login shell, and none of them needs an interpreter.
type plainCommand struct{ vars, argv []string }

// plain is the plain command that a script is; nil where it is none.
func plain(file *syntax.File) *plainCommand {
	if len(file.Stmts) != 1 {
		return nil
	}
	st := file.Stmts[0]
	call, is := st.Cmd.(*syntax.CallExpr)
	if !is || len(call.Args) == 0 || len(st.Redirs) > 0 || st.Negated || st.Background {
		return nil
	}
	p := &plainCommand{}
	for _, assign := range call.Assigns {
		value, known := "", true
		if assign.Value != nil {
			value, known = literal(assign.Value)
		}
		if !known {
			return nil
		}
		p.vars = append(p.vars, assign.Name.Value+"="+value)
	}
	for _, word := range call.Args {
		text, known := literal(word)
		if !known {
			return nil
		}
		p.argv = append(p.argv, text)
	}
	if interp.IsBuiltin(p.argv[0]) {
		return nil
	}
	return p
}

// literal is the text of a word that has nothing to be expanded.
func literal(word *syntax.Word) (string, bool) {
	var text strings.Builder
	for _, part := range word.Parts {
		switch part := part.(type) {
		case *syntax.SglQuoted:
			text.WriteString(part.Value)
		case *syntax.Lit:
			if strings.ContainsAny(part.Value, "*?[~") {
				return "", false
			}
			for i := 0; i < len(part.Value); i++ {
				if part.Value[i] == '\\' {
					i++
				}
				if i < len(part.Value) {
					text.WriteByte(part.Value[i])
				}
			}
		default:
			return "", false
		}
	}
	return text.String(), true
}
