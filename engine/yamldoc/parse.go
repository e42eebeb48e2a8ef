package yamldoc

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"rung/engine/diag"
)

// Limits of a document. They are far above what people write, and low enough
// that a hostile file costs nothing.
const (
	MaxBytes = 1 << 20
	MaxDepth = 40
)

// Parse reads src, the content of file. On any mistake the tree is nil and the
// list is not empty.
func Parse(file string, src []byte) (*Node, diag.List) {
	at := diag.Pos{File: file}
	if d, bad := Unreadable(at, src); bad {
		return nil, diag.List{d}
	}
	dec := yaml.NewDecoder(bytes.NewReader(src))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, diag.List{diag.Errorf("empty", at, "the file is empty")}
	} else if err != nil {
		return nil, diag.List{syntaxError(at, src, err)}
	}
	if top := doc.Content[0]; top.Tag == "!!null" && top.Value == "" {
		return nil, diag.List{diag.Errorf("empty", at, "the file is empty")}
	}
	r := reader{file: file, lines: bytes.Count(src, []byte("\n")) + 1, aliases: map[string]bool{}}
	root := r.node(doc.Content[0], 0)
	var more yaml.Node
	switch err := dec.Decode(&more); {
	case err == nil:
		r.add("several-documents", diag.Pos{File: file, Line: min(more.Line, r.lines), Col: 1}, "a second document starts here").Hint = "keep one document in a file"
	case !errors.Is(err, io.EOF):
		r.found = append(r.found, syntaxError(at, src, err))
	}
	if len(r.found) > 0 {
		r.found.Sort()
		return nil, r.found
	}
	return root, nil
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)

func syntaxError(at diag.Pos, src []byte, err error) diag.Diagnostic {
	if d, found := tab(at, src); found {
		return d
	}
	m := yamlLine.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	text, hint := m[2], ""
	at.Line, _ = strconv.Atoi(m[1])
	if wholeFile.MatchString(text) {
		return diag.Errorf("yaml", at, "this is not YAML: %s", text)
	}
	if d, found := blame(diag.Pos{File: at.File}, src); found {
		return d
	}
	if m[1] == "" || strings.Contains(text, "did not find expected") {
		at.Line++ // the library names the line before in such a case, and none where that is the first
	}
	switch line := lineOf(src, at.Line); {
	case strings.Contains(line, "?") && strings.Contains(text, "did not find expected ','"):
		hint = "quote a text with a ? in it that stands inside [ ] or { }"
	case strings.Contains(text, "mapping values are not allowed"):
		hint = "quote a text that contains a colon, and check the indentation of this line and the one before"
	case strings.Contains(text, "did not find expected"):
		hint = "check the indentation, and that every quote and bracket is closed"
	case strings.Contains(text, "cannot start any token"):
		hint = "quote a text that starts with @, `, % or a tab"
	}
	at.Line = min(at.Line, bytes.Count(src, []byte("\n"))+1)
	return diag.Diagnostic{Code: "yaml", Pos: at, Text: "this is not YAML: " + text, Hint: hint}
}

// wholeFile are the library's complaints that have no line.
var wholeFile = regexp.MustCompile(`^(unknown anchor|exceeded max depth|document contains excessive aliasing)`)

func lineOf(src []byte, n int) string {
	lines := strings.Split(string(src), "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return lines[n-1]
}

type reader struct {
	file    string
	lines   int
	found   diag.List
	aliases map[string]bool // that were reported
}

func (r *reader) add(code string, pos diag.Pos, format string, args ...any) *diag.Diagnostic {
	r.found = append(r.found, diag.Errorf(code, pos, format, args...))
	return &r.found[len(r.found)-1]
}

// pos is where y stands. The library puts what is not written on the last line
// below it.
func (r *reader) pos(y *yaml.Node) diag.Pos {
	return diag.Pos{File: r.file, Line: min(y.Line, r.lines), Col: y.Column}
}

func (r *reader) node(y *yaml.Node, depth int) *Node {
	n := &Node{Pos: r.pos(y)}
	if depth > MaxDepth {
		r.add("too-deep", n.Pos, "nested more than %d levels deep", MaxDepth)
		return n
	}
	r.dressed(y, n.Pos)
	switch y.Kind {
	case yaml.AliasNode:
		if !r.aliases[y.Value] { // one of a bomb is enough
			r.aliases[y.Value] = true
			r.add("alias", n.Pos, "aliases (*%s) are not read", y.Value).Hint = "write the value out where it is needed"
		}
	case yaml.MappingNode:
		n.Kind = Map
		r.fields(n, y, depth)
	case yaml.SequenceNode:
		n.Kind = List
		for _, item := range y.Content {
			n.Items = append(n.Items, r.node(item, depth+1))
		}
	default:
		n.Text = y.Value
		n.Block = y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0
		n.Quoted = n.Block || y.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0
		n.Null = y.Tag == "!!null" && !n.Quoted
	}
	return n
}

// dressed reports what stands before a value or a key and is not read.
func (r *reader) dressed(y *yaml.Node, pos diag.Pos) {
	if y.Anchor != "" && y.Kind != yaml.AliasNode {
		r.add("anchor", pos, "anchors (&%s) are not read", y.Anchor).Hint = "write the value out where it is needed"
	}
	if y.Style&yaml.TaggedStyle != 0 {
		r.add("tag", pos, "tags (%s) are not read", y.Tag).Hint = "leave the tag out"
	}
}

func (r *reader) fields(n *Node, y *yaml.Node, depth int) {
	first := map[string]diag.Pos{}
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		pos := r.pos(k)
		switch {
		case k.Kind != yaml.ScalarNode:
			d := r.add("key", pos, "a key must be a plain word")
			if k.Kind == yaml.MappingNode && k.Style&y.Style&yaml.FlowStyle != 0 { // {{ x }}
				d.Hint = "an expression stands in ${{ }}, and between quotation marks: \"${{ inputs.x }}\""
			}
			continue
		case k.Value == "<<" && k.Tag == "!!merge":
			r.add("merge", pos, "merge keys (<<) are not read").Hint = "write the fields out where they are needed"
			continue
		}
		r.dressed(k, pos)
		if before, ok := first[k.Value]; ok {
			r.found = append(r.found, diag.Errorf("duplicate-key", pos, "%q stands here a second time", k.Value).
				Over(len([]rune(k.Value))).WithHint("the first is on line %d; keep one", before.Line))
			continue
		}
		first[k.Value] = pos
		n.Fields = append(n.Fields, Field{Key: k.Value, Pos: pos, Value: r.node(v, depth+1)})
	}
}

// Plain returns a scalar node at pos with text, as a reader of the document
// would have made it. Flags and defaults become nodes this way, so that one
// decoder serves files and command lines.
func Plain(pos diag.Pos, text string) *Node {
	return &Node{Kind: Scalar, Pos: pos, Text: text}
}

// Keys returns the keys of a map in document order.
func (n *Node) Keys() []string {
	keys := make([]string, len(n.Fields))
	for i, f := range n.Fields {
		keys[i] = f.Key
	}
	return keys
}

// WantKind reports n where it is not of kind k; what names the thing wanted.
func WantKind(n *Node, k Kind, what string) (diag.Diagnostic, bool) {
	if n.Kind == k && (!n.Null || k == Scalar) {
		return diag.Diagnostic{}, true
	}
	d := diag.Errorf("wrong-kind", n.Pos, "%s must be a %s, not %s", what, k, n.Describe()).Over(n.Width())
	switch {
	case n.Kind != Scalar || n.Quoted:
	case strings.ContainsRune(n.Text, '\u00a0'):
		d.Hint = "it holds a no-break space (U+00A0): write plain spaces"
	case k == Map && tight.MatchString(n.Text):
		d.Hint = "a colon needs a space behind it"
	}
	return d, false
}
