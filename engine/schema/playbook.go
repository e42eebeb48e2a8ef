package schema

import (
	"strings"

	"rung/engine/guard"
	"rung/engine/playbook"
	"rung/engine/step"
)

// Playbook is the schema of a playbook that uses these step types.
func Playbook(types *step.Set) *Schema {
	root := record(keys(playbook.RootKeys()))
	root.AnyOf = []*Schema{{Required: []string{"playbook", "stages"}}, {Required: []string{"sequences"}}} // the second are files to include
	root.Properties["include"] = described(list(&Schema{Type: Types{"string"}}), root.Properties["include"].Description)
	root.Draft, root.Title = Draft, "A playbook of rung"
	root.Properties["playbook"] = described(word(`^[a-z][a-z0-9-]{0,62}$`), root.Properties["playbook"].Description)
	root.Properties["inputs"] = &Schema{
		Description: root.Properties["inputs"].Description, Type: Types{"object"},
		PropertyNames: &Schema{Pattern: identifier}, AdditionalProperties: &Others{&Schema{Ref: "#/definitions/input"}},
	}
	root.Properties["sequences"] = &Schema{
		Description: root.Properties["sequences"].Description, Type: Types{"object"}, AdditionalProperties: &Others{&Schema{AnyOf: []*Schema{{Ref: "#/definitions/steps"}, {Ref: "#/definitions/sequence"}}}},
	}
	root.Definitions = map[string]*Schema{
		"text":     text(),
		"word":     word(identifier),
		"bool":     written(guard.Type{Kind: guard.Bool}),
		"guard":    text(),
		"count":    {Type: Types{"integer", "string"}, Pattern: count + "|" + expression},
		"duration": written(guard.Type{Kind: guard.Duration}),
		"input":    input(),
		"sequence": sequence(),
		"stage":    stage(),
		"stages":   {Type: Types{"array"}, MinItems: 1, Items: &Schema{Ref: "#/definitions/stage"}},
		"steps":    list(&Schema{Ref: "#/definitions/step"}),
		"step":     oneStep(types),
	}
	return root
}

// keys are the properties that keys describe.
func keys(list []playbook.Key) map[string]*Schema {
	properties := map[string]*Schema{}
	for _, k := range list {
		properties[k.Name] = behind(k)
	}
	return properties
}

func behind(k playbook.Key) *Schema {
	names := map[playbook.Shape]string{
		playbook.ShapeText: "text", playbook.ShapeWord: "word", playbook.ShapeBool: "bool", playbook.ShapeGuard: "guard", playbook.ShapeCount: "count",
		playbook.ShapeDuration: "duration", playbook.ShapeSelector: "text", playbook.ShapeStepList: "steps", playbook.ShapeStageList: "stages",
	}
	switch name, named := names[k.Shape]; {
	case named:
		return ref(name, k.Doc)
	case k.Shape == playbook.ShapeOne:
		return &Schema{Description: k.Doc, Enum: []any{1, "1"}}
	}
	return &Schema{Description: k.Doc}
}

func described(s *Schema, doc string) *Schema {
	s.Description = doc
	return s
}

func input() *Schema {
	s := record(keys(playbook.InputKeys()))
	kinds := playbook.InputTypes()
	s.Properties["type"].Enum = texts(kinds)
	s.Properties["type"].Default = "string"
	s.Properties["choices"] = &Schema{Description: s.Properties["choices"].Description, Type: Types{"array"}, MinItems: 1, Items: text()}
	for _, kind := range kinds {
		of := written(playbook.Input{Type: kind}.GuardType())
		if kind == "count" {
			of = &Schema{Type: Types{"integer", "string"}, Pattern: count}
		}
		s.AllOf = append(s.AllOf, &Schema{
			If:   &Schema{Required: []string{"type"}, Properties: map[string]*Schema{"type": {Enum: []any{kind}}}},
			Then: &Schema{Properties: map[string]*Schema{"default": of}},
		})
	}
	return s
}

func sequence() *Schema {
	s := record(keys(playbook.SequenceKeys()), "steps")
	s.Properties["parameters"] = &Schema{
		Description: s.Properties["parameters"].Description, Type: Types{"object"},
		PropertyNames: &Schema{Pattern: identifier}, AdditionalProperties: &Others{&Schema{Ref: "#/definitions/input"}},
	}
	return s
}

// with takes what a call gives: what each value must be, the declaration says.
func with(doc string) *Schema {
	return &Schema{Description: doc, Type: Types{"object"}, AdditionalProperties: &Others{&Schema{AnyOf: []*Schema{text(), list(text())}}}}
}

func texts(list []string) []any {
	values := make([]any, len(list))
	for i, text := range list {
		values[i] = text
	}
	return values
}

func stage() *Schema {
	s := record(keys(playbook.StageKeys()), "stage")
	s.Properties["admit"] = &Schema{Description: s.Properties["admit"].Description, AnyOf: []*Schema{text(), {Ref: "#/definitions/steps"}}}
	s.Properties["with"] = with(s.Properties["with"].Description)
	s.Properties["for_each"] = &Schema{
		Description: s.Properties["for_each"].Description, Type: Types{"object"}, MinProperties: 1, MaxProperties: 1,
		PropertyNames: &Schema{Pattern: identifier}, AdditionalProperties: &Others{text()},
	}
	return s
}

func oneStep(types *step.Set) *Schema {
	s := record(keys(append(playbook.Modifiers(), playbook.Forms()...)))
	retry := record(keys(playbook.RetryKeys()), "times")
	times := &Schema{Type: Types{"integer", "string"}, Pattern: integer + "|" + expression}
	retry.Properties["times"] = described(times, retry.Properties["times"].Description)
	s.Properties["retry"] = &Schema{Description: s.Properties["retry"].Description, AnyOf: []*Schema{times, retry}}
	s.Properties["sequence"] = described(text(), s.Properties["sequence"].Description)
	s.Properties["with"] = with(s.Properties["with"].Description)
	for _, name := range types.Names() {
		s.Properties[name] = fields(types.Get(name))
	}
	return s
}

// fields takes the fields of a step of t.
func fields(t *step.Type) *Schema {
	s := record(map[string]*Schema{})
	for _, f := range t.Fields {
		property := described(value(f.Type, f.Enum), f.Doc)
		if f.Default != "" && f.Type.Scalar() {
			property.Description += " Default: " + f.Default + "."
		}
		s.Properties[f.Name] = property
		if f.Required {
			s.Required = append(s.Required, f.Name)
		}
	}
	if len(s.Required) == 0 {
		s = orNothing(s)
	}
	return described(s, t.Summary+"\n\n"+strings.TrimSpace(t.Doc))
}
