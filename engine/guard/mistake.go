package guard

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/checker/nature"
	"github.com/expr-lang/expr/file"

	"rung/engine/diag"
)

var (
	unknownName  = regexp.MustCompile(`^unknown (?:name|field|builtin) (\S+)`)
	typeMismatch = regexp.MustCompile(`invalid operation: (\S+) \(mismatched types (.+) and (.+)\)`)
	noField      = regexp.MustCompile(`^type (\S+) has no (?:field|method) `)
	goType       = regexp.MustCompile(`(?:\[\])?(?:kube\.Version|time\.Duration|map\[string\]interface \{\}|interface \{\}|\bstring\b|\bfloat64\b)`)
	tooShort     = regexp.MustCompile(`unexpected (?:token EOF|end of expression)|unexpected EOF`)
	bareVersion  = regexp.MustCompile(`^unexpected token Number\("\.\d+"\)`)
	assignment   = regexp.MustCompile(`^unexpected token Operator\("=>?"\)`)
)

// explain turns the library's error, or a refusal of ours, into a finding at
// the right place, in our words.
func (t *translation) explain(pos diag.Pos, err error) diag.Diagnostic {
	var ours *refusal
	if errors.As(err, &ours) {
		d := diag.Errorf(ours.code, t.place(pos, ours.at), "%s", ours.text).Over(ours.at.To - ours.at.From)
		d.Hint = ours.hint
		return d
	}
	text := firstLine(err)
	d := diag.Errorf("expression", pos, "%s", text)
	var lib *file.Error
	if errors.As(err, &lib) {
		text, _, _ = strings.Cut(lib.Message, "\n")
		d.Pos, d.Width = t.place(pos, lib.Location), max(1, lib.To-lib.From)
	}
	t.reword(&d, text)
	return d
}

func (t *translation) reword(d *diag.Diagnostic, text string) {
	d.Text = goType.ReplaceAllStringFunc(text, libraryType)
	switch {
	case unknownName.MatchString(text):
		word := unknownName.FindStringSubmatch(text)[1]
		d.Code, d.Text, d.Width = "unknown-name", fmt.Sprintf("%q is not known here", word), len([]rune(word))
		d.Hint = t.meant(word)
	case noField.MatchString(text):
		name := libraryType(noField.FindStringSubmatch(text)[1])
		d.Code, d.Text, d.Hint = "type", "a "+name+" has no fields", versionHint
	case typeMismatch.MatchString(text):
		m := typeMismatch.FindStringSubmatch(text)
		d.Code, d.Text = "type", fmt.Sprintf("%s does not go between a %s and a %s", m[1], libraryType(m[2]), libraryType(m[3]))
		if strings.Contains(m[2]+m[3], "kube.Version") {
			d.Hint = `compare versions with versions: version("1.21.14")`
		}
	case bareVersion.MatchString(text):
		d.Text, d.Hint = "a version cannot be written bare", `write version("1.21.14")`
	case assignment.MatchString(text):
		d.Text, d.Hint = "= compares nothing", "write == for equal, and >= or <= for the others"
	case tooShort.MatchString(text) && strings.Count(t.source, "(") > strings.Count(t.source, ")") && !strings.HasSuffix(strings.TrimSpace(t.source), ","):
		d.Text, d.Hint = "a ( is not closed", "close it with )"
	case tooShort.MatchString(text):
		d.Text = "the expression ends too early"
		d.Hint = "a # after a space starts a comment in YAML: quote the whole expression, or use without(a, b)"
	}
}

// place is where a part of the source stands, the source itself being at pos.
func (t *translation) place(pos diag.Pos, at file.Location) diag.Pos {
	before := []rune(t.source)
	before = before[:min(max(at.From, 0), len(before))]
	return shifted(pos, string(before), len(string(before)))
}

// mistyped is the finding for a value of a type that is not wanted.
func (t *translation) mistyped(pos diag.Pos, got nature.Nature, wants []Type) diag.Diagnostic {
	names := make([]string, len(wants))
	for i, w := range wants {
		names[i] = w.String()
	}
	want := strings.Join(names, ", ")
	if i := strings.LastIndex(want, ", "); i >= 0 {
		want = want[:i] + " or" + want[i+1:]
	}
	have := a(got.Type)
	if got.Nil {
		have = "nothing"
	}
	line, _, _ := strings.Cut(t.source, "\n")
	d := diag.Errorf("type", pos, "this must be %s, not %s", article(want), have).Over(len([]rune(line)))
	if len(wants) == 1 && wants[0].Kind == Bool {
		d.Text = "this must be true or false, not " + have
		d.Hint = "compare it with something, such as x == y, x >= y or len(x) > 0"
	}
	return d
}

// meant says what word may have meant among the names that stand where it
// stands.
func (t *translation) meant(word string) string {
	scope, holder := t.names, ""
	if m := regexp.MustCompile(`([\w.]+)\??\.` + regexp.QuoteMeta(word) + `\b`).FindStringSubmatch(t.source); m != nil {
		if found, ok := t.names.Find(strings.Split(m[1], ".")...); ok {
			scope, holder = Names(found.Fields), m[1]
		}
	}
	var known []string
	for _, n := range scope {
		known = append(known, n.Name)
	}
	candidates := known
	if holder == "" {
		candidates = append(candidates, functionNames()...)
	}
	if s := diag.DidYouMean(word, candidates); s != "" {
		return s
	}
	switch {
	case holder == "steps":
		return "no earlier step in scope has the id " + word
	case holder == "inputs" && len(known) == 0:
		return "the playbook declares no inputs"
	case len(known) == 0:
		return ""
	case holder != "":
		return holder + " has " + strings.Join(known, ", ")
	}
	return "known here are " + strings.Join(known, ", ") + ", and functions such as len, version and ladder"
}
