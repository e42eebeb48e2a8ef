// Package schema is what editors read: JSON Schemas of playbooks and
// inventories, made from the same descriptions that loading goes by.
//
// Its one invariant: what a schema refuses, loading refuses. The reverse does
// not hold: expressions, names and what belongs together are beyond a schema,
// and `rung check` finds those.
//
// The schemas are of draft 7, which every editor reads.
package schema

import (
	"encoding/json"
	"strings"
)

// Draft is the version of JSON Schema.
const Draft = "http://json-schema.org/draft-07/schema#"

// Schema is a JSON Schema, as much of it as is used here.
type Schema struct {
	Draft                string             `json:"$schema,omitempty"`
	Title                string             `json:"title,omitempty"`
	Description          string             `json:"description,omitempty"`
	Ref                  string             `json:"$ref,omitempty"`
	Type                 Types              `json:"type,omitempty"`
	Enum                 []any              `json:"enum,omitempty"`
	Default              any                `json:"default,omitempty"`
	Pattern              string             `json:"pattern,omitempty"`
	Minimum              int                `json:"minimum,omitempty"`
	Maximum              int                `json:"maximum,omitempty"`
	MinItems             int                `json:"minItems,omitempty"`
	MinProperties        int                `json:"minProperties,omitempty"`
	MaxProperties        int                `json:"maxProperties,omitempty"`
	Items                *Schema            `json:"items,omitempty"`
	PropertyNames        *Schema            `json:"propertyNames,omitempty"`
	Properties           map[string]*Schema `json:"properties,omitempty"`
	AdditionalProperties *Others            `json:"additionalProperties,omitempty"`
	Required             []string           `json:"required,omitempty"`
	AnyOf                []*Schema          `json:"anyOf,omitempty"`
	AllOf                []*Schema          `json:"allOf,omitempty"`
	If                   *Schema            `json:"if,omitempty"`
	Then                 *Schema            `json:"then,omitempty"`
	Definitions          map[string]*Schema `json:"definitions,omitempty"`
}

// Types are the kinds of JSON values that are taken: one is written alone.
type Types []string

// MarshalJSON writes one type alone.
func (t Types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// Others are the properties that Properties does not name: none, where there
// is no schema for them.
type Others struct{ *Schema }

// MarshalJSON writes false for none.
func (o Others) MarshalJSON() ([]byte, error) {
	if o.Schema == nil {
		return []byte("false"), nil
	}
	return json.Marshal(o.Schema)
}

// JSON is the schema as it lies in a file.
func (s *Schema) JSON() []byte {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		panic(err) // it holds nothing but texts, numbers and schemas
	}
	return []byte(b.String())
}

// ref is a use of a definition, with words of its own. Beside a $ref draft 7
// reads nothing, so that it stands in an allOf.
func ref(name, doc string) *Schema {
	return &Schema{Description: doc, AllOf: []*Schema{{Ref: "#/definitions/" + name}}}
}

// text takes what YAML may make of a text without quotes.
func text() *Schema { return &Schema{Type: Types{"string", "number", "boolean"}} }

// word takes a text of a form. YAML reads true as no text.
func word(form string) *Schema {
	return &Schema{Type: Types{"string", "boolean"}, Pattern: form}
}

// record takes a map with these keys, and no others.
func record(properties map[string]*Schema, required ...string) *Schema {
	return &Schema{Type: Types{"object"}, Properties: properties, AdditionalProperties: &Others{}, Required: required}
}

func list(of *Schema) *Schema { return &Schema{Type: Types{"array"}, Items: of} }

// orNothing takes what s does, and nothing at all.
func orNothing(s *Schema) *Schema {
	s.Type = append(s.Type, "null")
	return s
}
