package diag

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Write prints l for a person: each finding with its code, its source line, a
// caret under the place, and its hint. source returns the text of a file, or nil
// where there is none to quote.
func Write(w io.Writer, l List, source func(file string) []byte) {
	files := map[string][]string{}
	for i, d := range l {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if _, read := files[d.Pos.File]; !read && source != nil {
			files[d.Pos.File] = strings.Split(string(source(d.Pos.File)), "\n")
		}
		fmt.Fprintln(w, d.Error()+coded(d))
		if line, ok := sourceLine(d.Pos, files[d.Pos.File]); ok {
			fmt.Fprintf(w, "  %4d | %s\n", d.Pos.Line, line)
			if under := caretWidth(line, d); under > 0 {
				fmt.Fprintf(w, "       | %s%s\n", margin(line, d.Pos.Col-1), strings.Repeat("^", under))
			}
		}
		if d.Via != "" {
			fmt.Fprintf(w, "  %s\n", d.Via)
		}
		if d.Hint != "" {
			fmt.Fprintf(w, "  hint: %s\n", d.Hint)
		}
	}
}

func coded(d Diagnostic) string {
	if d.Code == "" {
		return ""
	}
	return " [" + d.Code + "]"
}

// longestLine bounds what of a source line is quoted: the lines of a hostile
// or binary file are not worth more.
const longestLine = 160

func sourceLine(p Pos, lines []string) (string, bool) {
	if p.Line < 1 || p.Line > len(lines) || (p.Line == len(lines) && lines[p.Line-1] == "") {
		return "", false
	}
	line := strings.TrimRight(lines[p.Line-1], "\r")
	if runes := []rune(line[:min(len(line), 4*longestLine+4)]); len(runes) > longestLine { // 4: the bytes of a rune at most
		line = string(runes[:longestLine]) + " …"
	}
	return strings.Map(printable, line), true
}

func printable(r rune) rune {
	if r < ' ' && r != '\t' || r == 0x7f {
		return '·'
	}
	return r
}

// margin returns white space as wide as the first n runes of line, tabs kept.
func margin(line string, n int) string {
	var b strings.Builder
	for _, r := range []rune(line)[:n] {
		switch {
		case r == '\t':
			b.WriteByte('\t')
		case unicode.Is(unicode.Mn, r): // stands on the rune before it
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// caretWidth is how much of line to underline, 0 where the place is not known,
// or is not on what is quoted of it.
func caretWidth(line string, d Diagnostic) int {
	rest := utf8.RuneCountInString(line) - (d.Pos.Col - 1)
	if d.Pos.Col < 1 || rest < 0 || d.Pos.Col > longestLine {
		return 0
	}
	return max(1, min(d.Width, rest))
}
