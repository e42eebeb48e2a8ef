package guard

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"rung/engine/diag"
	"rung/engine/kube"
)

// Template is a text with ${{ expressions }} in it. $${{ writes ${{ itself.
type Template struct {
	parts []part
}

type part struct {
	text string
	expr *Expr
}

// scalars are what may stand inside a text.
var scalars = []Type{{Kind: Text}, {Kind: Int}, {Kind: Version}, {Kind: Bool}, {Kind: Duration}}

// HasExpression says whether text holds a ${{.
func HasExpression(text string) bool { return strings.Contains(text, "${{") }

// CompileTemplate checks a text against names. Inside a text any scalar may
// stand.
func CompileTemplate(text string, pos diag.Pos, names Names) (*Template, diag.List) {
	return compileTemplate(text, pos, names, scalars)
}

func compileTemplate(text string, pos diag.Pos, names Names, wants []Type) (*Template, diag.List) {
	t := &Template{}
	var found diag.List
	for rest, col := text, 0; rest != ""; {
		open := strings.Index(rest, "${{")
		if open < 0 {
			t.parts = append(t.parts, part{text: rest})
			break
		}
		if open > 0 && rest[open-1] == '$' {
			t.parts = append(t.parts, part{text: rest[:open-1] + "${{"})
			rest, col = rest[open+3:], col+open+3
			continue
		}
		length := strings.Index(rest[open:], "}}")
		if length < 0 {
			return nil, append(found, diag.Errorf("template", shifted(pos, text, col+open), "${{ is not closed").WithHint("end the expression with }}, or write $${{ for the characters themselves"))
		}
		source := rest[open+3 : open+length]
		trimmed := strings.TrimSpace(source)
		at := shifted(pos, text, col+open+3+strings.Index(source, trimmed))
		e, bad := CompileOneOf(trimmed, at, names, wants...)
		found = append(found, bad...)
		t.parts = append(t.parts, part{text: rest[:open]}, part{expr: e})
		rest, col = rest[open+length+2:], col+open+length+2
	}
	if len(found) > 0 {
		return nil, found
	}
	return t, nil
}

// shifted is where a text that starts at pos has its byte of that number. In
// a block the lines are known and the columns are not; in other texts of
// several lines only the start is known.
func shifted(pos diag.Pos, text string, bytes int) diag.Pos {
	before := text[:bytes]
	switch lines := strings.Count(before, "\n"); {
	case pos.Col == 0 && pos.Line > 0:
		pos.Line += lines
	case lines == 0:
		pos.Col += utf8.RuneCountInString(before)
	}
	return pos
}

// Single returns the source and place of the one expression that text
// consists of, if it is nothing but that.
func Single(text string, pos diag.Pos) (source string, at diag.Pos, ok bool) {
	trimmed := strings.TrimSpace(text)
	if !strings.HasPrefix(trimmed, "${{") || !strings.HasSuffix(trimmed, "}}") || strings.Count(trimmed, "${{") != 1 || strings.Count(trimmed, "}}") != 1 {
		return "", pos, false
	}
	inner := trimmed[3 : len(trimmed)-2]
	source = strings.TrimSpace(inner)
	return source, shifted(pos, text, strings.Index(text, inner)+strings.Index(inner, source)), true
}

// Text fills the template. What is not known stands as <name>, and unknown
// lists those names.
func (t *Template) Text(v Values) (text string, unknown []string, err error) {
	var b strings.Builder
	for _, p := range t.parts {
		if p.expr == nil {
			b.WriteString(p.text)
			continue
		}
		value, missing, err := p.expr.Value(v)
		if err != nil {
			return "", nil, err
		}
		if missing != nil {
			unknown = append(unknown, missing...)
			b.WriteString(p.expr.Shown(v))
			continue
		}
		b.WriteString(Format(value))
	}
	return b.String(), unknown, nil
}

// Placeholder is what stands in a text for e where it has no value: <steps.rel.release>.
func (e *Expr) Placeholder() string { return "<" + e.Source + ">" }

// Refs are the names that the template reads.
func (t *Template) Refs() []string {
	var refs []string
	for _, e := range t.Exprs() {
		refs = append(refs, e.Refs...)
	}
	return refs
}

// Exprs are the expressions in the template, in order.
func (t *Template) Exprs() []*Expr {
	var list []*Expr
	for _, p := range t.parts {
		if p.expr != nil {
			list = append(list, p.expr)
		}
	}
	return list
}

// Format writes a value as a template does: durations as 1m30s, versions
// without a v.
func Format(value any) string {
	switch x := value.(type) {
	case string:
		return x
	case time.Duration:
		return FormatDuration(x)
	case kube.Version:
		return x.String()
	case []any:
		items := make([]string, len(x))
		for i, item := range x {
			items[i] = Format(item)
		}
		return strings.Join(items, ", ")
	}
	return fmt.Sprint(value)
}

// FormatDuration writes 10m for ten minutes, not 10m0s.
func FormatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
