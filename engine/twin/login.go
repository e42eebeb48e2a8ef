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
	if plain := plain(line, s.cluster.tools); plain != nil && s.spend() {
		p := &process{session: s, ctx: ctx, argv: plain.argv, env: &environ{Environ: expand.ListEnviron(slices.Concat(vars, plain.vars)...), started: true}, dir: "/root", stdout: stdout, stderr: stderr}
		if in.file != nil {
			p.stdin = in.file
		}
		return p.start()
	}
	return s.shell(ctx, script{text: line, env: expand.ListEnviron(vars...), dir: "/root", stdin: in.file, stdout: stdout, stderr: stderr})
}

// plainCommand is one program with its arguments, and variables before them, in which nothing is left to be expanded: such
// are all lines that rung gives to a login shell, and none of them needs a parser or an interpreter.
type plainCommand struct{ vars, argv []string }

// plain is the plain command that a line is; nil where it is none, or where that takes more than a glance.
func plain(line string, programs map[string]tool) *plainCommand {
	p := &plainCommand{}
	var words strings.Builder
	words.Grow(len(line))
	for rest := line; rest != ""; {
		from, quoted, is := words.Len(), rest, false
		if rest, is = plainWord(&words, rest); !is {
			return nil
		}
		word := words.String()[from:]
		if name, _, _ := strings.Cut(word, "="); len(p.argv) == 0 && syntax.ValidName(name) && strings.HasPrefix(quoted, name+"=") {
			p.vars = append(p.vars, word)
		} else {
			p.argv = append(p.argv, word)
		}
	}
	if len(p.argv) == 0 || interp.IsBuiltin(p.argv[0]) {
		return nil
	}
	if _, known := programs[p.argv[0]]; !known {
		return nil // which may be a word of the shell
	}
	return p
}

// plainWord writes the word that a text begins with, without its quotes; what follows is another, or nothing.
func plainWord(to *strings.Builder, text string) (rest string, is bool) {
	for text != "" {
		var part string
		switch end := strings.IndexFunc(text, notPlain); {
		case text[0] == ' ':
			return strings.TrimLeft(text, " "), true
		case text[0] == '\'':
			if part, text, is = strings.Cut(text[1:], "'"); !is {
				return "", false
			}
		case strings.HasPrefix(text, `\'`):
			part, text = "'", text[2:]
		case end == 0:
			return "", false
		case end > 0:
			part, text = text[:end], text[end:]
		default:
			part, text = text, ""
		}
		to.WriteString(part)
	}
	return "", true
}

func notPlain(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("@%+=:,./-_", r)
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
