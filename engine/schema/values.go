package schema

import (
	"rung/engine/guard"
)

const (
	expression = `\$\{\{`
	integer    = `^[+-]?[0-9]+$`
	duration   = `^[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+$|^[+-]?0$`
	version    = `^v?[0-9]+\.[0-9]+\.[0-9]+`
	count      = `^(0|[1-9][0-9]{0,5})$|^([1-9][0-9]?|100)%$`
	identifier = `^[a-z][a-z0-9_]{0,62}$`
)

// value takes what a field of type t takes, an expression in its place too.
func value(t guard.Type, enum []string) *Schema {
	s := written(t)
	if len(enum) > 0 {
		s = &Schema{}
		for _, v := range enum {
			s.Enum = append(s.Enum, v)
		}
	}
	if t.Kind == guard.Text && len(enum) == 0 {
		return s // an expression is a text
	}
	return &Schema{AnyOf: []*Schema{s, {Type: Types{"string"}, Pattern: expression}}}
}

// written takes a value of t that is written out.
func written(t guard.Type) *Schema {
	switch t.Kind {
	case guard.Bool:
		return &Schema{AnyOf: []*Schema{{Type: Types{"boolean"}}, {Enum: []any{"true", "false"}}}}
	case guard.Int:
		return &Schema{Type: Types{"integer", "string"}, Pattern: integer}
	case guard.Duration:
		return &Schema{AnyOf: []*Schema{{Type: Types{"string"}, Pattern: duration}, {Enum: []any{0}}}}
	case guard.Version:
		return &Schema{Type: Types{"string"}, Pattern: version}
	case guard.List:
		return list(value(*t.Elem, nil))
	case guard.Table:
		return &Schema{Type: Types{"object"}, AdditionalProperties: &Others{value(*t.Elem, nil)}}
	case guard.SecretText:
		return &Schema{Type: Types{"string"}}
	case guard.Record:
		return &Schema{}
	}
	return text()
}
