package step

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"rung/engine/diag"
)

// FieldError is what Plan returns where it can say which field holds the value that the step does not take: it is
// reported at the place of that value, and not at the step.
type FieldError struct {
	Field string // its name in a playbook
	Item  int    // of a list: which item, from 1; 0: all of it
	Key   string // of a table: the entry of which key; "": all of it
	Text  string // what is wrong with it, for the operator: lower case, no full stop
	cause error  // of which Refuse made it; nil where a step type did
}

// Error returns the text.
func (e *FieldError) Error() string { return e.Text }

// Unwrap returns the error of which Refuse or RefuseItem made it, and nil where neither has: so errors.Is and errors.As
// find what they were given for %w.
func (e *FieldError) Unwrap() error { return e.cause }

// Refuse makes a FieldError about the whole of field. As for fmt.Errorf, %w stands for an error that it wraps.
func Refuse(field, format string, args ...any) error {
	cause := fmt.Errorf(format, args...)
	return &FieldError{Field: field, Text: cause.Error(), cause: cause}
}

// RefuseItem makes a FieldError about the item of field, a list, that has the index i in Go. It takes %w as Refuse does.
func RefuseItem(field string, i int, format string, args ...any) error {
	cause := fmt.Errorf(format, args...)
	return &FieldError{Field: field, Item: i + 1, Text: cause.Error(), cause: cause}
}

// Place is where in the playbook stands what err, of a Plan of d or of its Fill, is about, and how many runes of it to
// underline: the value that a FieldError names; else, and where the playbook leaves that field out, pos.
func (d *Draft) Place(err error, pos diag.Pos) (diag.Pos, int) {
	var of *FieldError
	if !errors.As(err, &of) {
		return pos, 0
	}
	n := d.Node.Get(of.Field)
	switch {
	case n == nil:
		return pos, 0
	case of.Item > 0 && of.Item <= len(n.Items): // and not one expression for the whole list
		n = n.Items[of.Item-1]
	}
	for _, f := range n.Fields {
		if of.Key != "" && f.Key == of.Key {
			return f.Pos, utf8.RuneCountInString(f.Key)
		}
	}
	return n.Pos, n.Width()
}
