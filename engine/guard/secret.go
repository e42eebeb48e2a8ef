package guard

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"rung/engine/diag"
)

// Secret is a text that is shown to nobody: whatever prints one prints (secret). Its value may come later, before a run
// begins: until then it is withheld. Copies are the same secret. The zero Secret is none.
type Secret struct{ sealed *sealed }

type sealed struct {
	text  string
	parts SecretParts
}

// SecretParts are the pieces that a secret is made of, in order.
type SecretParts []SecretPart

// SecretPart is a piece of what a secret is made of: an input that is secret, by its name, or a text beside such, which may be
// shown. With neither it is a secret without a name.
type SecretPart struct {
	Text  string `json:"text,omitempty"`
	Input string `json:"input,omitempty"`
}

// Nameless says whether nobody can tell what p is.
func (p SecretPart) Nameless() bool { return p == SecretPart{} }

// Withheld makes a secret without a value, which is that of the input name.
func Withheld(name string) Secret { return Secret{&sealed{parts: SecretParts{{Input: name}}}} }

// Keep makes a secret of text, which has no name.
func Keep(text string) Secret { return Secret{&sealed{text, SecretParts{{}}}} }

// Disclose gives s, and all copies of it, their value. It must not be called while others read it.
func (s Secret) Disclose(text string) { s.sealed.text = text }

// Reveal returns the text. It belongs into a command's standard input, with Command.Secret, and nowhere else.
func (s Secret) Reveal() string {
	if s.sealed == nil {
		return ""
	}
	return s.sealed.text
}

// String is what may be shown: what was put around inputs, with (secret: NAME) in the place of each of them. It is for people: a
// text around may look like that too.
func (parts SecretParts) String() string {
	var b strings.Builder
	for _, p := range parts {
		switch {
		case p.Input != "":
			b.WriteString("(secret: " + p.Input + ")")
		case p.Nameless():
			b.WriteString(hidden)
		default:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// Parts are what s is made of.
func (s Secret) Parts() SecretParts {
	if s.sealed == nil {
		return nil
	}
	return slices.Clone(s.sealed.parts)
}

// Given says whether there is a secret, be it withheld.
func (s Secret) Given() bool { return s.sealed != nil }

const hidden = "(secret)"

// Format prints (secret), whatever verb asks for it.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// MarshalText writes (secret): encoders keep no more of it.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

var secretType = reflect.TypeFor[Secret]()

// CompileSecret checks a text with at least one secret among its ${{ expressions }}: as a whole it is a secret.
func CompileSecret(text string, pos diag.Pos, names Names) (*Template, diag.List) {
	t, found := compileTemplate(text, pos, names, append([]Type{{Kind: SecretText}}, scalars...))
	if found != nil {
		return nil, found
	}
	for _, e := range t.Exprs() {
		if e.Type.Kind == SecretText {
			return t, nil
		}
	}
	return nil, diag.List{diag.Errorf("secret", pos, "a secret does not stand in a playbook").WithHint("%s", "declare an input of type secret, and write \"${{ inputs.NAME }}\"")}
}

// Secret fills the template. unknown lists the names that have no value; what is shown has <name> in their place.
func (t *Template) Secret(v Values) (s Secret, unknown []string, err error) {
	var text strings.Builder
	var parts SecretParts
	show := func(part string) {
		if part != "" {
			parts = append(parts, SecretPart{Text: part})
		}
	}
	both := func(part string) { text.WriteString(part); show(part) }
	for _, p := range t.parts {
		if p.expr == nil {
			both(p.text)
			continue
		}
		value, missing, err := p.expr.Value(v)
		if err != nil {
			return s, nil, err
		}
		if missing != nil {
			unknown = append(unknown, missing...)
			if p.expr.Type.Kind == SecretText {
				parts = append(parts, SecretPart{}) // which of them is not known
			} else {
				show(p.expr.Shown(v))
			}
			continue
		}
		if secret, ok := value.(Secret); ok {
			text.WriteString(secret.Reveal())
			parts = append(parts, secret.Parts()...)
		} else {
			both(Format(value))
		}
	}
	return Secret{&sealed{text.String(), parts}}, unknown, nil
}
