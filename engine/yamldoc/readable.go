package yamldoc

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"rung/engine/diag"
)

// Unreadable says why src, the content of the file of at, is no text that a
// person wrote: too large, no UTF-8, or with control characters in it.
func Unreadable(at diag.Pos, src []byte) (diag.Diagnostic, bool) {
	if len(src) > MaxBytes {
		return diag.Errorf("too-large", at, "the file has %d bytes; at most %d are read", len(src), MaxBytes), true
	}
	hint := "save it as UTF-8"
	switch {
	case bytes.HasPrefix(src, []byte("\xff\xfe")), bytes.HasPrefix(src, []byte("\xfe\xff")):
		return diag.Errorf("not-text", at, "the file is UTF-16, and not UTF-8").WithHint("%s", hint), true
	case bytes.IndexByte(src, 0) >= 0:
		return diag.Errorf("not-text", at, "the file is not UTF-8 text").WithHint("it looks like a program, an archive or an image: is it the file that you mean?"), true
	}
	line, start := 1, 0
	for i, r := range string(src) {
		if r == '\n' {
			line, start = line+1, i+1
		}
		_, size := utf8.DecodeRune(src[i:])
		broken := r == utf8.RuneError && size == 1
		if !broken && !control(r) {
			continue
		}
		at.Line, at.Col = line, utf8.RuneCount(src[start:i])+1
		if broken {
			return diag.Errorf("not-text", at, "the file is not UTF-8 text: the byte 0x%02x stands here", src[i]).WithHint("%s", hint), true
		}
		return diag.Errorf("not-text", at, "a control character (U+%04X) stands here", r).WithHint("remove it"), true
	}
	return diag.Diagnostic{}, false
}

// control says whether r is a character that YAML does not have.
func control(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 && r != 0x85
}

// tab finds the first line that a tab indents. It is to blame where the
// library cannot read the file; inside a block text it does no harm.
func tab(at diag.Pos, src []byte) (diag.Diagnostic, bool) {
	for i, line := range strings.Split(string(src), "\n") {
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		if col := strings.IndexByte(indent, '\t'); col >= 0 && strings.TrimSpace(line) != "" {
			at.Line, at.Col = i+1, col+1
			return diag.Errorf("tab", at, "a tab indents this line").WithHint("YAML is indented with spaces"), true
		}
	}
	return diag.Diagnostic{}, false
}
