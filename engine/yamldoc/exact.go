package yamldoc

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"rung/engine/diag"
)

// Places tells where the parts of quoted texts stand. Places inside of a text
// are counted in what it says; where it is quoted, \" and ” are two
// characters of the file, and one of the text.
type Places struct {
	lines  [][]byte
	quoted map[int][]*Node // texts on one line, by line, in order
}

// widest bounds the lines that are looked at: a place on a longer one stays as
// it was counted.
const widest = 4096

// PlacesOf is made of root, the tree of src.
func PlacesOf(root *Node, src []byte) *Places {
	p := &Places{lines: bytes.Split(src, []byte("\n")), quoted: map[int][]*Node{}}
	p.add(root)
	return p
}

func (p *Places) add(n *Node) {
	if n.Kind == Scalar && n.Quoted && !n.Block && !strings.Contains(n.Text, "\n") {
		p.quoted[n.Pos.Line] = append(p.quoted[n.Pos.Line], n)
	}
	for _, f := range n.Fields {
		p.add(f.Value)
	}
	for _, item := range n.Items {
		p.add(item)
	}
}

// Exact is where pos really stands.
func (p *Places) Exact(pos diag.Pos) diag.Pos {
	if pos.Line < 1 || pos.Line > len(p.lines) || len(p.lines[pos.Line-1]) > widest {
		return pos
	}
	var text *Node
	for _, n := range p.quoted[pos.Line] {
		if inside := pos.Col - n.Pos.Col - 1; inside >= 0 && inside <= utf8.RuneCountInString(n.Text) {
			text = n // the last one that pos can lie in
		}
	}
	if text == nil {
		return pos
	}
	line := []rune(string(p.lines[pos.Line-1]))
	at := text.Pos.Col // behind the quote, from 0
	if at < 1 || at > len(line) {
		return pos
	}
	mark := line[at-1]
	for left := pos.Col - 1 - at; left > 0 && at < len(line); left-- {
		at += written(line[at:], mark)
	}
	pos.Col = at + 1
	return pos
}

// written is how many characters the next one of a quoted text takes.
func written(rest []rune, mark rune) int {
	switch {
	case mark == '\'' && len(rest) > 1 && rest[0] == '\'' && rest[1] == '\'':
		return 2
	case mark != '"' || rest[0] != '\\' || len(rest) < 2:
		return 1
	}
	return 2 + map[rune]int{'x': 2, 'u': 4, 'U': 8}[rest[1]]
}
