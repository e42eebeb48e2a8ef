package guard

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// Value evaluates e. Where it has no value, unknown lists the names it lacked.
func (e *Expr) Value(v Values) (value any, unknown []string, err error) {
	if unknown = e.Missing(v); unknown == nil {
		value, err = vm.Run(e.whole, map[string]any(v))
		return value, nil, e.wrap(err)
	}
	root, err := e.cut()
	if err != nil {
		return nil, nil, e.wrap(err)
	}
	value, known, err := root.value(v)
	if known || err != nil {
		return value, nil, e.wrap(err)
	}
	return nil, unknown, nil
}

// errMissing is a value that is not there, though its holder is: a key that a
// table lacks, an item of an empty list.
var errMissing = errors.New("this reads something that is not there, such as an item of an empty list or a key that a table lacks")

// wrap says which expression went wrong, in words: the library reports what it
// cannot do as a fault of Go.
func (e *Expr) wrap(err error) error {
	if err == nil {
		return nil
	}
	var lib *file.Error
	text := firstLine(err)
	if errors.As(err, &lib) {
		text, _, _ = strings.Cut(lib.Message, "\n")
	}
	switch {
	case strings.Contains(text, "divide by zero"):
		text = "this divides by zero"
	case strings.HasPrefix(text, "interface conversion"), strings.HasPrefix(text, "runtime error"), strings.HasPrefix(text, "reflect"),
		strings.HasPrefix(text, "cannot fetch"), strings.HasPrefix(text, "index out of range"), strings.Contains(text, "<nil>"):
		text = errMissing.Error()
	case text == "memory budget exceeded":
		text = "this takes too much memory"
	}
	return fmt.Errorf("%s: %s", e.Source, text)
}

// Truth is the answer of a guard.
type Truth int

// The answers.
const (
	Unknown Truth = iota
	False
	True
)

// Decide evaluates a guard. On Unknown, missing lists the names it lacked.
func (e *Expr) Decide(v Values) (t Truth, missing []string, err error) {
	value, missing, err := e.Value(v)
	switch {
	case err != nil || missing != nil:
		return Unknown, missing, err
	case value == true:
		return True, nil, nil
	case value == false:
		return False, nil, nil
	}
	return Unknown, nil, e.wrap(errMissing)
}

// Seen returns the values that e reads, a "name = value" each, for the
// message of a guard that stopped a run: without records, long lists, and what
// the message says already.
func (e *Expr) Seen(v Values, message string) []string {
	var seen []string
	for _, ref := range e.refs {
		var at any = map[string]any(v)
		for _, name := range ref {
			m, ok := at.(map[string]any)
			if !ok {
				at = nil
				break
			}
			at = m[name]
		}
		text := Format(at)
		switch x := at.(type) {
		case nil, map[string]any, Pending:
		case []any:
			if len(x) <= 5 && (len(text) < shortText || !strings.Contains(message, text)) && (len(x) == 0 || !isRecord(x[0]) && !isList(x[0])) {
				seen = append(seen, joined(ref)+" = "+cmp.Or(text, "none"))
			}
		case string:
			if len(x) < shortText || !strings.Contains(message, x) {
				seen = append(seen, joined(ref)+" = "+cmp.Or(text, `""`))
			}
		default:
			seen = append(seen, joined(ref)+" = "+text)
		}
	}
	return seen
}

// shortText bounds what is said again of a guard that stopped a run.
const shortText = 20

func isList(x any) bool { _, ok := x.([]any); return ok }

func isRecord(x any) bool { _, ok := x.(map[string]any); return ok }

func firstLine(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text
}

// Missing lists the names that e reads and v lacks, whether or not it has a
// value without them.
func (e *Expr) Missing(v Values) []string {
	var missing []string
	for _, ref := range e.refs {
		if p, ok := v.pending(ref); ok {
			missing = append(missing, p.Lacks...)
		} else if !v.Known(ref) {
			missing = append(missing, joined(ref))
		}
	}
	return missing
}

// Shown is how e stands in a text while it has no value: <source>, or what a Pending that it consists of says.
func (e *Expr) Shown(v Values) string {
	if len(e.refs) == 1 && e.Source == joined(e.refs[0]) {
		if p, ok := v.pending(e.refs[0]); ok {
			return p.Text
		}
	}
	return e.Placeholder()
}

// Gaps are what stands in a text, where e is shown in it, for what is not known: nothing where e has a value.
func (e *Expr) Gaps(v Values) []string {
	if _, missing, err := e.Value(v); missing == nil || err != nil {
		return nil
	}
	if len(e.refs) == 1 && e.Source == joined(e.refs[0]) {
		if p, ok := v.pending(e.refs[0]); ok {
			return p.Gaps
		}
	}
	return []string{e.Placeholder()}
}

// Gaps are what stands in the filled template for what is not known.
func (t *Template) Gaps(v Values) []string {
	var gaps []string
	for _, e := range t.Exprs() {
		gaps = append(gaps, e.Gaps(v)...)
	}
	return gaps
}
