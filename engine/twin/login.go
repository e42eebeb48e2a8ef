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
	if own, argv, plain := plainCommand(line); plain && s.spend() {
		p := &process{session: s, ctx: ctx, argv: argv, env: &environ{Environ: expand.ListEnviron(slices.Concat(vars, own)...), started: true}, dir: "/root", stdout: stdout, stderr: stderr}
		if in.file != nil {
			p.stdin = in.file
		}
		return p.start()
	}
	return s.shell(ctx, script{text: line, env: expand.ListEnviron(vars...), dir: "/root", stdin: in.file, stdout: stdout, stderr: stderr})
}

// plainCommand is what a line says that is one program with its arguments, and variables before them, in which nothing is
// left to be expanded: such are all that rung gives to a login shell, and none of them needs an interpreter.
func plainCommand(line string) (vars, argv []string, plain bool) {
	file, err := parse(line, nil)
	if err != nil || len(file.Stmts) != 1 {
		return nil, nil, false
	}
	st := file.Stmts[0]
	call, is := st.Cmd.(*syntax.CallExpr)
	if !is || len(call.Args) == 0 || len(st.Redirs) > 0 || st.Negated || st.Background {
		return nil, nil, false
	}
	for _, assign := range call.Assigns {
		value := ""
		if assign.Value != nil {
			if value, plain = literal(assign.Value); !plain {
				return nil, nil, false
			}
		}
		vars = append(vars, assign.Name.Value+"="+value)
	}
	for _, word := range call.Args {
		text, plain := literal(word)
		if !plain {
			return nil, nil, false
		}
		argv = append(argv, text)
	}
	return vars, argv, !interp.IsBuiltin(argv[0])
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
