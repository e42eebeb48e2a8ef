package readonly

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// judgeScript judges every command and every redirection of a script. One that no shell reads is no danger.
func judgeScript(script string) (why string) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(script), "")
	if err != nil {
		if file, err = syntax.NewParser().Parse(strings.NewReader(script), ""); err != nil {
			return ""
		}
	}
	functions := map[string]bool{}
	syntax.Walk(file, func(n syntax.Node) bool {
		if f, is := n.(*syntax.FuncDecl); is {
			functions[f.Name.Value] = true
		}
		return true
	})
	syntax.Walk(file, func(n syntax.Node) bool {
		if why != "" {
			return false
		}
		switch n := n.(type) {
		case *syntax.Redirect:
			why = judgeRedirect(n)
		case *syntax.CallExpr:
			if words := wordsOf(n.Args); len(words) > 0 && !functions[words[0]] {
				why = judgeWords(words)
			}
		}
		return why == ""
	})
	return why
}

// opaque stands for a word that only the host knows.
const opaque = "\x00"

// wordsOf are words as they are written, where they are written out.
func wordsOf(args []*syntax.Word) []string {
	words := make([]string, len(args))
	for i, w := range args {
		words[i] = literal(w)
	}
	return words
}

// literal is the text of a word, with opaque in it for what is not written out.
func literal(w *syntax.Word) string {
	var text strings.Builder
	for _, part := range w.Parts {
		switch p := part.(type) {
		case *syntax.Lit:
			text.WriteString(p.Value)
		case *syntax.SglQuoted:
			text.WriteString(p.Value)
		case *syntax.DblQuoted:
			text.WriteString(literal(&syntax.Word{Parts: p.Parts}))
		default:
			text.WriteString(opaque)
		}
	}
	return text.String()
}

func judgeRedirect(r *syntax.Redirect) string {
	switch r.Op {
	case syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.RdrInOut, syntax.RdrAll, syntax.AppAll:
	default:
		return ""
	}
	to := literal(r.Word)
	if strings.Contains(to, opaque) || strings.HasPrefix(to, "/dev/") && !strings.HasPrefix(to, "/dev/sd") && !strings.HasPrefix(to, "/dev/disk") {
		return ""
	}
	return "it writes into " + to
}
