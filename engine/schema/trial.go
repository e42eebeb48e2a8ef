package schema

import (
	"rung/engine/guard"
	"rung/engine/trial"
)

// Test is the schema of a playbook's tests.
func Test() *Schema {
	root := record(trialKeys(trial.RootKeys()), "cases")
	root.Draft, root.Title = Draft, "The tests of a playbook of rung"
	root.Properties["cases"] = &Schema{Description: root.Properties["cases"].Description, Type: Types{"array"}, MinItems: 1, Items: record(trialKeys(trial.CaseKeys()), "case", "expect")}
	return root
}

func trialKeys(keys []trial.Key) map[string]*Schema {
	properties := map[string]*Schema{}
	for _, k := range keys {
		properties[k.Name] = described(trialValue(k.Name), k.Doc)
	}
	return properties
}

// trialValue takes the value of a key, wherever it stands.
func trialValue(key string) *Schema {
	switch key {
	case "format":
		return &Schema{Enum: []any{1, "1"}}
	case "expect":
		return &Schema{Enum: texts(trial.Endings())}
	case "external_etcd", "ready", "reads":
		return written(guard.Type{Kind: guard.Bool})
	case "times":
		return &Schema{Type: Types{"integer", "string"}, Pattern: integer}
	case "faults", "stages", "says", "never_says", "cordoned", "hosts":
		return oneOrMore()
	case "inputs":
		return orNothing(&Schema{Type: Types{"object"}})
	case "groups":
		return orNothing(&Schema{Type: Types{"object"}, AdditionalProperties: &Others{oneOrMore()}})
	case "does", "never_does":
		deed := record(trialKeys(trial.DeedKeys()), "command")
		return &Schema{AnyOf: []*Schema{orNothing(text()), deed, list(&Schema{AnyOf: []*Schema{text(), deed}})}}
	case "leaves":
		return orNothing(record(trialKeys(trial.LeavesKeys())))
	}
	return text()
}

// oneOrMore takes a list of texts, a single one, and nothing.
func oneOrMore() *Schema { return &Schema{AnyOf: []*Schema{orNothing(text()), list(text())}} }
