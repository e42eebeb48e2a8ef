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
	unknownName   = regexp.MustCompile(`^unknown (?:name|field|builtin) (\S+)`)
	typeMismatch  = regexp.MustCompile(`invalid operation: (\S+) \(mismatched types (.+) and (.+)\)`)
	noField       = regexp.MustCompile(`^type (\S+) has no (?:field|method) `)
	goType        = regexp.MustCompile(`(?:\[\])?(?:kube\.Version|time\.Duration|guard\.Secret|map\[string\]interface \{\}|interface \{\}|\bstring\b|\bfloat64\b)`)
	tooShort      = regexp.MustCompile(`unexpected (?:token EOF|end of expression)|unexpected EOF`)
	bareVersion   = regexp.MustCompile(`^unexpected token Number\("\.\d+(?:\.\d+)?"\)`)
	assignment    = regexp.MustCompile(`^unexpected token Operator\("=>?"\)`)
	unexpected    = regexp.MustCompile(`^unexpected token \w+\("(.*)"\)`)
	wrongArgument = regexp.MustCompile(`^cannot use (.+) as argument \(type (.+)\) to call (\w+)`)
	wrongOperand  = regexp.MustCompile(`^invalid operation: (\S+) \(mismatched type (.+)\)`)
	noTruth       = regexp.MustCompile(`^predicate should return boolean \(got (.+)\)`)
	strange       = regexp.MustCompile(`^unrecognized character: U\+[0-9A-F]+ '(.+)'`)
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
		d.Code, d.Text = "type", fmt.Sprintf("%s does not go between %s and %s", m[1], article(libraryType(m[2])), article(libraryType(m[3])))
		d.Hint = comparable(m[2] + " " + m[3])
	case wrongArgument.MatchString(text):
		m := wrongArgument.FindStringSubmatch(text)
		d.Code, d.Text = "type", fmt.Sprintf("%s wants %s here, not %s", m[3], article(libraryType(m[2])), article(libraryType(m[1])))
	case wrongOperand.MatchString(text):
		m := wrongOperand.FindStringSubmatch(text)
		d.Code, d.Text = "type", fmt.Sprintf("%s does not go with %s", m[1], article(libraryType(m[2])))
	case noTruth.MatchString(text):
		d.Code, d.Text = "type", "what is asked of each item must be true or false, not "+article(libraryType(noTruth.FindStringSubmatch(text)[1]))
	case bareVersion.MatchString(text):
		d.Text, d.Hint = "a version cannot be written bare", `write version("1.21.14")`
	case assignment.MatchString(text):
		d.Text, d.Hint = "= compares nothing", "write == for equal, and >= or <= for the others"
	case strings.HasPrefix(strings.TrimSpace(t.source), "{{"):
		d.Text, d.Hint = "an expression does not stand in {{ }}", "write it as it is; inside of a text it stands in ${{ }}"
	case strange.MatchString(text):
		c := strange.FindStringSubmatch(text)[1]
		d.Text = c + " is no part of an expression"
		if strings.Contains("“”„‟‘’‚«»", c) {
			d.Hint = `write plain quotes: "`
		}
	case strings.HasPrefix(text, "literal not terminated"):
		d.Text, d.Hint = "a text is not closed", "close it with the quote that it begins with"
	case tooShort.MatchString(text):
		t.endsEarly(d)
	case unexpected.MatchString(text):
		t.outOfPlace(d, unexpected.FindStringSubmatch(text)[1])
	}
}

// comparable says how values of two types are brought together.
func comparable(types string) string {
	switch {
	case strings.Contains(types, "guard.Secret"):
		return secretHint
	case strings.Contains(types, "kube.Version"):
		return `compare versions with versions: version("1.21.14")`
	case strings.Contains(types, "time.Duration"):
		return `compare durations with durations: duration("5m")`
	case strings.Contains(types, "string") && strings.Contains(types, "int"):
		return "a number is written without quotes; int(x) makes one of a text"
	case strings.Contains(types, "string") && strings.Contains(types, "bool"):
		return "it is true or false by itself: write it alone, or not before it"
	}
	return ""
}

// endsEarly explains an expression that wants more.
func (t *translation) endsEarly(d *diag.Diagnostic) {
	source := strings.TrimSpace(t.source)
	if strings.Count(source, "(") > strings.Count(source, ")") && !strings.HasSuffix(source, ",") {
		d.Text, d.Hint = "a ( is not closed", "close it with )"
		return
	}
	d.Text = "the expression ends too early"
	d.Hint = "a # after a space starts a comment in YAML: quote the whole expression, or use without(a, b)"
}

// outOfPlace explains a word or a sign that cannot stand where it does.
func (t *translation) outOfPlace(d *diag.Diagnostic, word string) {
	d.Text = fmt.Sprintf("%q cannot stand here", word)
	switch {
	case word == ")" && strings.Count(t.source, ")") > strings.Count(t.source, "("):
		d.Text, d.Hint = "this ) closes nothing", "remove it, or open it with ("
	case strings.Contains(t.source, " is "):
		d.Hint = "there is no is: compare with ==; whether a step ran says steps.ID.outcome"
	case strings.Contains(t.source, "|") && !strings.Contains(t.source, "||"):
		d.Hint = "there are no filters behind |: write len(x), join(x, \", \")"
	case word == "then" || strings.HasPrefix(t.source, "if "):
		d.Hint = "write  condition ? one : other"
	}
}

// place is where a part of the source stands, the source itself being at pos.
func (t *translation) place(pos diag.Pos, at file.Location) diag.Pos {
	before := []rune(t.source)
	before = before[:min(max(at.From, 0), len(before))]
	return shifted(pos, string(before), len(string(before)))
}

const secretHint = "a secret is handed to the standard input of a command, and goes nowhere else: secret_stdin of the step type command takes it"

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
	if got.Type == secretType {
		d.Code, d.Hint = "secret", secretHint
	}
	if len(wants) == 1 && wants[0].Kind == Bool {
		d.Text = "this must be true or false, not " + have
		d.Hint = "compare it with something, such as x == y, x >= y or len(x) > 0"
	}
	return d
}
