package schema

import (
	"rung/engine/inventory"
)

// Inventory is the schema of an inventory.
func Inventory() *Schema {
	root := record(map[string]*Schema{}, "hosts")
	root.Draft, root.Title = Draft, "An inventory of rung"
	for _, k := range inventory.RootKeys() {
		root.Properties[k.Name] = map[string]*Schema{
			"format":     {Enum: []any{1, "1"}},
			"ssh_config": text(),
			"defaults":   orNothing(settings(inventory.DefaultKeys())),
			"hosts":      {Type: Types{"object"}, MinProperties: 1, PropertyNames: &Schema{Pattern: name}, AdditionalProperties: &Others{orNothing(settings(inventory.HostKeys()))}},
			"groups":     orNothing(&Schema{Type: Types{"object"}, PropertyNames: &Schema{Pattern: name}, AdditionalProperties: &Others{list(text())}}),
		}[k.Name]
		root.Properties[k.Name].Description = k.Doc
	}
	return root
}

const name = `^[A-Za-z0-9_][A-Za-z0-9._-]*$`

// settings takes what defaults and hosts say.
func settings(keys []inventory.Key) *Schema {
	s := record(map[string]*Schema{})
	for _, k := range keys {
		s.Properties[k.Name] = described(setting(k.Name), k.Doc)
	}
	return s
}

func setting(key string) *Schema {
	switch key {
	case "port":
		return &Schema{Type: Types{"integer", "string"}, Pattern: integer, Minimum: 1, Maximum: 65535}
	case "sudo":
		return &Schema{Type: Types{"boolean"}}
	case "env", "vars":
		return orNothing(&Schema{Type: Types{"object"}, AdditionalProperties: &Others{orNothing(text())}})
	}
	return text()
}
