package cli

import (
	"bytes"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"rung/engine/diag"
	"rung/engine/inventory"
	"rung/engine/playbook"
	"rung/engine/run"
	"rung/engine/yamldoc"
)

func (a *app) checkVerb() *cobra.Command {
	return &cobra.Command{
		Use:     "check FILE...",
		Short:   "Find every mistake in playbooks and inventories, with its place",
		Example: "  rung check upgrade.yaml inventory.yaml",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, files []string) error {
			var all diag.List
			sources := map[string][]byte{}
			for _, name := range files {
				file, src, err := a.checkedSource(name)
				if err != nil {
					return err
				}
				sources[file] = src
				all = append(all, a.check(file, src)...)
			}
			diag.Write(a.out, all, func(file string) []byte { return sources[file] })
			if all.Err() != nil {
				fmt.Fprintf(a.err, "\n%s\n", tally(all))
				return told{run.ExitUsage}
			}
			return nil
		},
	}
}

func (a *app) checkedSource(name string) (string, []byte, error) {
	if src, err := os.ReadFile(name); err == nil {
		return name, src, nil
	}
	return a.playbookSource(name)
}

// check reads src as what it is: an inventory has hosts, a playbook stages.
func (a *app) check(file string, src []byte) diag.List {
	if root, _ := yamldoc.Parse(file, src); root != nil && root.Get("hosts") != nil && root.Get("stages") == nil {
		_, found := inventory.Load(file, src)
		return found
	}
	_, found := playbook.Load(file, bytes.Clone(src), a.types)
	return found
}

func tally(l diag.List) string {
	if len(l) == 1 {
		return "1 mistake"
	}
	return fmt.Sprintf("%d mistakes", len(l))
}
