package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"rung/engine/ansible"
	"rung/engine/diag"
	"rung/engine/inventory"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/readonly"
	"rung/engine/run"
	"rung/engine/trial"
	"rung/engine/yamldoc"
)

// checking is what `rung check` is asked for.
type checking struct {
	format    string
	strict    bool
	inventory string
}

func (a *app) checkVerb() *cobra.Command {
	var c checking
	verb := &cobra.Command{
		Use:   "check FILE...",
		Short: "Find every mistake in playbooks and inventories, with its place, and give advice",
		Long: `Finds every mistake in playbooks and inventories, with its place, and advises on what works and
would better be written otherwise. A mistake ends with exit code 2; advice does, with --strict.
Each finding has a code; docs/diagnostics.md explains them. Advice that does not fit is let pass by
a comment on its line, or on the line above:

  # rung: ignore unchecked-command`,
		Example: `  rung check upgrade.yaml inventory.yaml
  rung check upgrade.yaml -i inventory.yaml    # also what every step would do on every host of it
  rung check --format sarif *.yaml             # for a code-scanning service`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, files []string) error { return a.checkFiles(files, c) },
	}
	verb.Flags().StringVar(&c.format, "format", diag.Formats()[0], "how to print what is found: "+strings.Join(diag.Formats(), ", "))
	verb.Flags().BoolVar(&c.strict, "strict", false, "advice ends with exit code 2 too")
	verb.Flags().StringVarP(&c.inventory, "inventory", "i", "", "hold the playbooks against this inventory")
	return verb
}

func (a *app) checkFiles(files []string, c checking) error {
	if !slices.Contains(diag.Formats(), c.format) {
		return usage("there is no format %q: it is one of %s", c.format, strings.Join(diag.Formats(), ", "))
	}
	if c.inventory != "" && !slices.Contains(files, c.inventory) {
		files = append(files, c.inventory)
	}
	var all diag.List
	sources := map[string][]byte{}
	inv := sound(c.inventory)
	for _, name := range files {
		s, err := a.source(name)
		if err != nil {
			return err
		}
		sources[s.file] = quotable(s.src)
		all = append(all, a.check(s, inv)...)
	}
	quoted := func(file string) []byte {
		if src, read := sources[file]; read {
			return src
		}
		return a.sourceOf(file) // it is included
	}
	if err := diag.WriteAs(a.out, c.format, all, quoted, diag.Tool{Name: "rung", Version: a.Version}); err != nil {
		return err
	}
	if c.format == "text" && len(all) > 0 {
		fmt.Fprintf(a.err, "\n%s\n", tally(all))
	}
	if all.Err() != nil || c.strict && len(all) > 0 {
		return told{run.ExitUsage}
	}
	return nil
}

// sound is the inventory in file, or nil: what is wrong with it is for check to
// say.
func sound(file string) *inventory.Inventory {
	src, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	inv, _ := loadInventory(file, src)
	return inv
}

// check reads s as what it is: an inventory has hosts, a playbook stages, tests
// have cases, and a file to include sequences.
// inv, where there is one, is where the playbook is to run.
func (a *app) check(s source, inv *inventory.Inventory) diag.List {
	root, _ := yamldoc.Parse(s.file, s.src)
	if ansible.Is(s.src) || root != nil && root.Get("hosts") != nil && root.Get("stages") == nil && root.Get("cases") == nil {
		_, found := loadInventory(s.file, s.src)
		return found
	}
	if root != nil && root.Get("cases") != nil && root.Get("stages") == nil || strings.HasSuffix(s.file, trial.Suffix) {
		return a.checkTests(s.file, s.src)
	}
	pb, found := s.files.Check(s.file, bytes.Clone(s.src), a.types)
	if pb == nil {
		return found
	}
	found = append(found, playbook.Plannable(pb)...)
	if found.Err() == nil { // first things first
		found = append(found, playbook.Advise(pb, readonly.Judge)...)
	}
	found = append(found, once(plan.Fits(pb, inv))...)
	if inv != nil && found.Err() == nil {
		found = append(found, onHosts(pb, inv)...)
	}
	found.Sort()
	return found
}

// onHosts says what would stop a run of pb on the hosts of inv, whatever its inputs are and whatever they say.
func onHosts(pb *playbook.Playbook, inv *inventory.Inventory) diag.List {
	p, found := plan.Sketch(pb, inv)
	if p == nil {
		return once(found)
	}
	found, _, _ = run.Settled(context.Background(), p)
	return found
}

// tally counts what was found.
func tally(l diag.List) string {
	mistakes := 0
	for _, d := range l {
		if d.Severity == diag.Error {
			mistakes++
		}
	}
	var parts []string
	switch {
	case mistakes == 1:
		parts = append(parts, "1 mistake")
	case mistakes > 1:
		parts = append(parts, fmt.Sprintf("%d mistakes", mistakes))
	}
	switch advice := len(l) - mistakes; {
	case advice == 1:
		parts = append(parts, "1 piece of advice")
	case advice > 1:
		parts = append(parts, fmt.Sprintf("%d pieces of advice", advice))
	}
	return strings.Join(parts, ", ")
}
