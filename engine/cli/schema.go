package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"rung/engine/diag"
	"rung/engine/run"
	"rung/engine/schema"
)

// schemaKinds are the kinds of files that have a schema.
var schemaKinds = []string{"playbook", "inventory", "test"}

func (a *app) schemaVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "schema playbook|inventory|test",
		Short: "Print the JSON Schema of playbooks, inventories or tests, for an editor",
		Long: `Prints the JSON Schema of playbooks, with the step types of this program, of inventories, or of
the tests of a playbook.
An editor that has it completes keys, explains them, and underlines what is wrong; see docs/editor.md.`,
		Example: `  rung schema playbook > playbook.schema.json
  # and as a line of the playbook:  # yaml-language-server: $schema=playbook.schema.json`,
		Args:      cobra.ExactArgs(1),
		ValidArgs: schemaKinds,
		RunE: func(_ *cobra.Command, args []string) error {
			s := a.schema(args[0])
			if s == nil {
				return &failure{run.ExitUsage, fmt.Errorf("there is no schema of %q: it is playbook, inventory or test", args[0]), diag.DidYouMean(args[0], schemaKinds)}
			}
			_, err := a.out.Write(s.JSON())
			return err
		},
	}
}

// schema is the one of a kind of file, or nil.
func (a *app) schema(kind string) *schema.Schema {
	switch kind {
	case "playbook":
		return schema.Playbook(a.types)
	case "inventory":
		return schema.Inventory()
	case "test":
		return schema.Test()
	}
	return nil
}
