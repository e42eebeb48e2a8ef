package guard

import (
	"fmt"
	"reflect"
	"strings"

	"rung/engine/diag"
)

// Secret is a text that is shown to nobody: whatever prints one prints (secret). Its value may come later, before a run
// begins: until then it is withheld. Copies are the same secret. The zero Secret is none.
type Secret struct{ sealed *string }

// Withheld makes a secret without a value.
func Withheld() Secret { return Secret{new(string)} }

// Keep makes a secret of text.
func Keep(text string) Secret { return Secret{&text} }

// Disclose gives s, and all copies of it, their value. It must not be called while others read it.
func (s Secret) Disclose(text string) { *s.sealed = text }

// Reveal returns the text. It belongs into a command's standard input, with Command.Secret, and nowhere else.
func (s Secret) Reveal() string {
	if s.sealed == nil {
		return ""
	}
	return *s.sealed
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

// Secret fills the template. unknown lists the names that have no value.
func (t *Template) Secret(v Values) (s Secret, unknown []string, err error) {
	var b strings.Builder
	for _, p := range t.parts {
		if p.expr == nil {
			b.WriteString(p.text)
			continue
		}
		value, missing, err := p.expr.Value(v)
		if err != nil {
			return s, nil, err
		}
		if missing != nil {
			unknown = append(unknown, missing...)
			continue
		}
		if secret, ok := value.(Secret); ok {
			b.WriteString(secret.Reveal())
		} else {
			b.WriteString(Format(value))
		}
	}
	return Keep(b.String()), unknown, nil
}
