package yamldoc

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"rung/engine/diag"
)

// outline writes a tree as line:col, kind and text, indented.
func outline(n *Node, indent string) string {
	s := fmt.Sprintf("%s%d:%d %s", indent, n.Pos.Line, n.Pos.Col, n.Kind)
	if n.Kind == Scalar {
		s += fmt.Sprintf(" %q", n.Text)
	}
	for word, is := range map[string]bool{" quoted": n.Quoted && !n.Block, " block": n.Block, " null": n.Null} {
		if is {
			s += word
		}
	}
	s += "\n"
	for _, f := range n.Fields {
		s += fmt.Sprintf("%s  %d:%d %s:\n%s", indent, f.Pos.Line, f.Pos.Col, f.Key, outline(f.Value, indent+"    "))
	}
	for _, item := range n.Items {
		s += outline(item, indent+"  ")
	}
	return s
}

func TestTrees(t *testing.T) {
	tests := map[string]struct{ src, want string }{
		"scalars stay text": {
			"a: 1.30\nb: yes\nc: 0x1f\nd: 2001-01-01\n",
			"1:1 map\n  1:1 a:\n    1:4 text \"1.30\"\n  2:1 b:\n    2:4 text \"yes\"\n  3:1 c:\n    3:4 text \"0x1f\"\n  4:1 d:\n    4:4 text \"2001-01-01\"\n",
		},
		"nothing, null and quoted null": {
			"a:\nb: null\nc: ~\nd: \"\"\ne: 'null'\n",
			"1:1 map\n  1:1 a:\n    1:3 text \"\" null\n  2:1 b:\n    2:4 text \"null\" null\n  3:1 c:\n    3:4 text \"~\" null\n  4:1 d:\n    4:4 text \"\" quoted\n  5:1 e:\n    5:4 text \"null\" quoted\n",
		},
		"lists and maps within": {
			"- {a: [x, y]}\n-   - z\n",
			"1:1 list\n  1:3 map\n    1:4 a:\n      1:7 list\n        1:8 text \"x\"\n        1:11 text \"y\"\n  2:5 list\n    2:7 text \"z\"\n",
		},
		"columns count runes": {
			"größe: \"日本\"\nx: {ö: ü, b: c}\n",
			"1:1 map\n  1:1 größe:\n    1:8 text \"日本\" quoted\n  2:1 x:\n    2:4 map\n      2:5 ö:\n        2:8 text \"ü\"\n      2:11 b:\n        2:14 text \"c\"\n",
		},
		"blocks": {
			"a: |\n  one\n  \ttwo\nb: >-\n  three\n  four\n",
			"1:1 map\n  1:1 a:\n    1:4 text \"one\\n\\ttwo\\n\" block\n  4:1 b:\n    4:4 text \"three four\" block\n",
		},
		"a tab inside a text is a tab": {"a: \"x\ty\" # a\tcomment\n", "1:1 map\n  1:1 a:\n    1:4 text \"x\\ty\" quoted\n"},
		"keys are text":                {"1: a\ntrue: b\nnull: c\n\"<<\": d\n", "1:1 map\n  1:1 1:\n    1:4 text \"a\"\n  2:1 true:\n    2:7 text \"b\"\n  3:1 null:\n    3:7 text \"c\"\n  4:1 <<:\n    4:7 text \"d\"\n"},
		"a document marker":            {"---\na: b\n...\n", "2:1 map\n  2:1 a:\n    2:4 text \"b\"\n"},
		"a byte order mark":            {"\ufeffa: b\n", "1:1 map\n  1:1 a:\n    1:4 text \"b\"\n"},
		"lines of Windows":             {"a: b\r\nc: d\r\n", "1:1 map\n  1:1 a:\n    1:4 text \"b\"\n  2:1 c:\n    2:4 text \"d\"\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			n, found := Parse("f", []byte(test.src))
			if found != nil {
				t.Fatal(found)
			}
			if diff := cmp.Diff(test.want, outline(n, "")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: [*b,*b]\n"
	tests := map[string]struct {
		src  string
		want string
		hint string
	}{
		"an empty file":             {"", "f: error: the file is empty", ""},
		"nothing but comments":      {"# nothing\n\n", "f: error: the file is empty", ""},
		"nothing but a marker":      {"---", "f: error: the file is empty", ""},
		"a tab before a key":        {"a:\n\tb: c\n", "f:2:1: error: a tab indents this line", "YAML is indented with spaces"},
		"a tab after spaces":        {"a:\n  b:\n  \tc: d\n", "f:3:3: error: a tab indents this line", "YAML is indented with spaces"},
		"the same key twice":        {"a: 1\n\"a\": 2\n", "f:2:1: error: \"a\" stands here a second time", "the first is on line 1; keep one"},
		"an alias and its anchor":   {"a: &x y\nb: *x\n", "f:1:4: error: anchors (&x) are not read\nf:2:4: error: aliases (*x) are not read", "write the value out where it is needed"},
		"a bomb of aliases":         {bomb, "f:1:4: error: anchors (&a) are not read\nf:2:4: error: anchors (&b) are not read\nf:2:8: error: aliases (*a) are not read", ""},
		"a merge key":               {"a: {<<: {b: c}}\n", "f:1:5: error: merge keys (<<) are not read", "write the fields out where they are needed"},
		"a tag":                     {"a: !!int 1\n", "f:1:4: error: tags (!!int) are not read", "leave the tag out"},
		"a tag of its own":          {"a: !secret x\n", "f:1:4: error: tags (!secret) are not read", "leave the tag out"},
		"two documents":             {"a: b\n---\nc: d\n", "f:2:1: error: a second document starts here", "keep one document in a file"},
		"a key that is a list":      {"? [a]\n: b\n", "f:1:3: error: a key must be a plain word", ""},
		"braces of another tool":    {"a: {{ b.c }}\n", "f:1:5: error: a key must be a plain word", "an expression stands in ${{ }}, and between quotation marks: \"${{ inputs.x }}\""},
		"a key that is an alias":    {"a: &x b\n*x : c\n", "f:1:4: error: anchors (&x) are not read\nf:2:1: error: a key must be a plain word", ""},
		"a key with an anchor":      {"&x a: b\n", "f:1:1: error: anchors (&x) are not read", ""},
		"a key with a tag":          {"!!str a: b\n", "f:1:1: error: tags (!!str) are not read", ""},
		"a colon in a text":         {"a: b: c\n", "f:1:5: error: a text with a colon and a space in it must be quoted", `put " before and after it`},
		"an unclosed bracket":       {"a: [b\n", "f:1:4: error: this [ is not closed", "close it with ]"},
		"an expression in brackets": {"a: [${{ b }}]\n", "f:1:5: error: an expression inside of [ ] or { } must be quoted", `write "${{ x }}"`},
		"a text that starts with @": {"a: @b\n", "f:1: error: this is not YAML: found character that cannot start any token", "quote a text that starts with @, `, % or a tab"},
		"an alias to nothing":       {"a: *x\n", "f: error: this is not YAML: unknown anchor 'x' referenced", ""},
		"a byte that is no text":    {"a: \x00\n", "f: error: the file is not UTF-8 text", ""},
		"text of another encoding":  {"a: gr\xf6\xdfe\n", "f:1:6: error: the file is not UTF-8 text: the byte 0xf6 stands here", "save it as UTF-8"},
		"text of Windows":           {"\xff\xfea\x00:\x00", "f: error: the file is UTF-16, and not UTF-8", "save it as UTF-8"},
		"a command to a terminal":   {"a: b\nc: \"\x1b[31m\"\n", "f:2:5: error: a control character (U+001B) stands here", "remove it"},
		"too large":                 {"a: " + strings.Repeat("x", MaxBytes), "f: error: the file has 1048579 bytes; at most 1048576 are read", ""},
		"too deep":                  {strings.Repeat("[", MaxDepth+5) + strings.Repeat("]", MaxDepth+5), "f:1:42: error: nested more than 40 levels deep", ""},
		"deep beyond the library":   {strings.Repeat("[", 20000), "f: error: this is not YAML: exceeded max depth of 10000", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			n, found := Parse("f", []byte(test.src))
			if n != nil || found.Err() == nil {
				t.Fatal("it is read")
			}
			if got := found.Error(); got != test.want && !(name == "a bomb of aliases" && strings.HasPrefix(got, test.want)) {
				t.Errorf("found:\n%s\nwant:\n%s", got, test.want)
			}
			if test.hint != "" && found[len(found)-1].Hint != test.hint {
				t.Errorf("hint %q, want %q", found[len(found)-1].Hint, test.hint)
			}
		})
	}
}

// A file of the largest size must be read or refused at once, whatever is in it.
func TestLargeFilesTakeNoTime(t *testing.T) {
	for name, src := range map[string]string{
		"tabs in a block": "a: |\n" + strings.Repeat("  x\n \t\ty\n", MaxBytes/20),
		"lists":           strings.Repeat("- [x]\n", MaxBytes/10),
		"keys":            strings.Repeat("a: b\n", MaxBytes/10),
	} {
		start := time.Now()
		Parse("f", []byte(src))
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %v", name, took)
		}
	}
}

func TestNodes(t *testing.T) {
	n, found := Parse("f", []byte("a: 'x'\nb: |\n  text\nc: [y]\nd:\n"))
	if found != nil {
		t.Fatal(found)
	}
	if n.Get("z") != nil || (*Node)(nil).Get("a") != nil {
		t.Error("a key that is not there has a value")
	}
	if diff := cmp.Diff([]string{"a", "b", "c", "d"}, n.Keys()); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, f := range n.Fields {
		got = append(got, fmt.Sprint(f.Value.Describe(), " at ", f.Value.Content(), ", ", f.Value.Width(), " wide"))
	}
	want := []string{`"x" at f:1:5, 3 wide`, `a text of several lines at f:3, 1 wide`, `a list at f:4:4, 1 wide`, `nothing at f:5:3, 1 wide`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if p := Plain(diag.Pos{}, "1.30"); p.Kind != Scalar || p.Text != "1.30" || p.Null {
		t.Errorf("%+v", p)
	}
	for _, test := range []struct {
		n    *Node
		kind Kind
		want string
	}{{n, Map, ""}, {n, List, "it must be a list, not a map"}, {n.Get("d"), Map, "it must be a map, not nothing"}, {n.Get("a"), List, `it must be a list, not "x"`}} {
		d, ok := WantKind(test.n, test.kind, "it")
		if ok != (test.want == "") || d.Text != test.want {
			t.Errorf("WantKind: %v, %q; want %q", ok, d.Text, test.want)
		}
	}
}

// FuzzParse: no bytes make the reader panic; a tree is within the limits and
// stands inside the file; what is refused has a place in it.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"a: b\n", "- [x, {y: z}]\n", "a: |\n  b\n", "a: &x 1\nb: *x\n", "\ta: b\n", "a: !!binary eA==\n", "---\n---\n", "? a\n: b\n", "a: 'b\n\n c'\n", "\ufeffa: b"} {
		f.Add([]byte(seed))
	}
	files, _ := filepath.Glob("../playbook/testdata/broken/*.yaml")
	for _, file := range files {
		if src, err := os.ReadFile(file); err == nil {
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		n, found := Parse("f", src)
		if (n == nil) != (found.Err() != nil) {
			t.Fatalf("tree %v, found %v", n, found)
		}
		lines := strings.Count(string(src), "\n") + 1
		for _, d := range found {
			if d.Pos.Line > lines || d.Text == "" || d.Code == "" {
				t.Errorf("of %d lines: %+v", lines, d)
			}
		}
		if n != nil {
			within(t, n, lines, 0)
		}
	})
}

func within(t *testing.T, n *Node, lines, depth int) {
	if depth > MaxDepth || n.Pos.Line < 1 || n.Pos.Line > lines || n.Pos.Col < 1 {
		t.Fatalf("%+v at depth %d of %d lines", n, depth, lines)
	}
	for _, f := range n.Fields {
		within(t, f.Value, lines, depth+1)
	}
	for _, item := range n.Items {
		within(t, item, lines, depth+1)
	}
}

// Who blames a line must not blame one that is right: every file of the
// project that the library reads, and the outlines above, are without fault.
func TestNoLineIsBlamedInAFileThatIsRead(t *testing.T) {
	var files []string
	for _, pattern := range []string{"../../playbooks/*.yaml", "../../examples/*.yaml", "../playbook/testdata/*/*.yaml", "../../.ci/*.yaml", "../../.golangci.yml"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	read := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var any yaml.Node
		if yaml.Unmarshal(src, &any) != nil {
			continue
		}
		read++
		if d, found := blame(diag.Pos{File: file}, src); found {
			t.Errorf("%v\n  hint: %s", d, d.Hint)
		}
	}
	if read < 50 {
		t.Errorf("only %d files are read: this test looks in the wrong place", read)
	}
	for _, src := range []string{
		"a:\n- b\n- c\nd: e\n", "a: b\n  c d\ne: f\n", "- - a\n  - b\n-\n  c: d\n", "a: |2\n    b\n  c\nd: e\n", "a: >-\n\n  b\n\nc:\n  - |\n    x: y: z\n  - d\n",
		"a: 'it''s: so'\nb: \"x \\\" y: \"\nc: it's # a: b: c\n", "{a: b,\n c: [d,\n e]}\n", "a: \"b\n  c: d\"\ne: f\n", "a:\n  b\n  c\nd: http://x:y\n", "\"a b\": c\n'd': e\n", "a:\n    # comment\n  - b\n",
	} {
		if d, found := blame(diag.Pos{File: "f"}, []byte(src)); found {
			t.Errorf("%q: %v", src, d)
		}
	}
}

func TestAPlaceInAQuotedTextIsCountedInTheFile(t *testing.T) {
	src := []byte("a: {b: \"x \\\"y\\\" \\u00e4z\", c: 'it''s so', d: plain}\ne: \"one\n  two\"\n")
	root, found := Parse("f", src)
	if found != nil {
		t.Fatal(found)
	}
	for _, test := range []struct{ line, col, want int }{
		{1, 9, 9},   // x
		{1, 11, 11}, // the first \"
		{1, 12, 13}, // y
		{1, 13, 14}, // the second \"
		{1, 15, 17}, // \u00e4
		{1, 16, 23}, // z
		{1, 8, 8},   // the quote itself
		{1, 31, 31}, // i of it''s
		{1, 33, 33}, // ''
		{1, 34, 35}, // s
		{1, 46, 46}, // plain
		{2, 5, 5}, {3, 4, 4}, {9, 9, 9}, {0, 0, 0},
	} {
		at := diag.Pos{File: "f", Line: test.line, Col: test.col}
		if got := PlacesOf(root, src).Exact(at); got.Col != test.want || got.Line != test.line {
			t.Errorf("%s is at %s, want column %d", at, got, test.want)
		}
	}
}
