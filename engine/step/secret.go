package step

import (
	"reflect"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/yamldoc"
)

// Secret is a field that takes a secret: text of which a part comes from an input of type secret. A step type hands
// what it reveals to Command.Stdin, with Command.Secret, and nowhere else; its parts are for Command.Reads.
type Secret = guard.Secret

// SecretParts are the pieces of what a command reads that is secret, in order.
type SecretParts = guard.SecretParts

// SecretPart is a piece of what a command reads that is secret: an input, or a text beside such.
type SecretPart = guard.SecretPart

var secretType = reflect.TypeFor[Secret]()

// compileSecret checks the text of a field that is secret.
func compileSecret(f Field, n *yamldoc.Node, names guard.Names) (slot, diag.List) {
	if d, ok := yamldoc.WantKind(n, yamldoc.Scalar, f.Name); !ok {
		return slot{}, diag.List{d}
	}
	t, found := guard.CompileSecret(n.Text, n.Content(), names)
	if found != nil {
		return slot{}, found
	}
	fill := func(v guard.Values, target reflect.Value) (gap, error) {
		s, unknown, err := t.Secret(v)
		target.Set(reflect.ValueOf(s))
		return gap{names: unknown}, err
	}
	return slot{fill: fill, open: true, read: t.Exprs()}, nil
}
