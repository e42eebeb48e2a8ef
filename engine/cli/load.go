package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sort"
	"strings"

	"github.com/spf13/pflag"

	"rung/engine/ansible"
	"rung/engine/diag"
	"rung/engine/inventory"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/run"
)

// request is what the operator asks for: which playbook, where, with what.
type request struct {
	playbook  string
	inventory string
	inputs    []string
	limit     string
	stages    []string
}

func (r *request) flags(f *pflag.FlagSet) {
	f.StringVarP(&r.inventory, "inventory", "i", "", "the inventory: hosts and groups (default inventory.yaml, where it exists)")
	f.StringArrayVarP(&r.inputs, "input", "e", nil, "an input of the playbook, as name=value, or several in a file, as @file.yaml; may be given several times")
	f.StringVar(&r.limit, "limit", "", "change only these hosts, such as w1,w2 or workers:!w3; others are only read")
	f.StringArrayVar(&r.stages, "stage", nil, "change only in this stage; may be given several times")
}

// load reads and checks all that r names. Nothing is connected to.
func (a *app) load(r request) (*plan.Plan, []byte, error) {
	return a.loadOn(r, func() (*inventory.Inventory, []byte, error) { return readInventory(r.inventory) })
}

// loadOn is load with an inventory that comes from elsewhere.
func (a *app) loadOn(r request, read func() (*inventory.Inventory, []byte, error)) (*plan.Plan, []byte, error) {
	pb, err := a.playbook(r.playbook)
	if err != nil {
		return nil, nil, err
	}
	inv, src, err := read()
	if err != nil {
		return nil, nil, err
	}
	given, found := readInputs(pb, r.inputs)
	found = append(found, fromEnvironment(pb, os.Environ(), given)...)
	if found.Err() != nil {
		return nil, nil, &failure{code: run.ExitUsage, err: found}
	}
	p, found := plan.New(pb, inv, given, plan.Narrowing{Limit: r.limit, Stages: r.stages})
	if found.Err() != nil {
		return nil, nil, &failure{code: run.ExitUsage, err: once(found)}
	}
	return p, src, nil
}

// once says each thing once, where it comes first: a playbook names a group in
// many places, and its lack is one mistake of the inventory.
func once(found diag.List) diag.List {
	var firsts diag.List
	more := map[string]int{}
	for _, d := range found {
		if _, said := more[d.Text]; !said {
			firsts = append(firsts, d)
			more[d.Text] = -1
		}
		more[d.Text]++
	}
	for i, d := range firsts {
		switch n := more[d.Text]; {
		case n == 1:
			firsts[i].Text += ", here and in another place"
		case n > 1:
			firsts[i].Text += fmt.Sprintf(", here and in %d more places", n)
		}
	}
	return firsts
}

// playbook reads the file of that name, or the bundled playbook.
func (a *app) playbook(name string) (*playbook.Playbook, error) {
	s, err := a.source(name)
	if err != nil {
		return nil, err
	}
	pb, found := a.loadSource(s)
	if found.Err() != nil {
		return nil, &failure{code: run.ExitUsage, err: found}
	}
	return pb, nil
}

// bundled are the names of the bundled playbooks, sorted.
func (a *app) bundled() []string {
	files, err := fs.Glob(a.Playbooks, "*.yaml")
	if err != nil {
		return nil
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(f, ".yaml")
	}
	sort.Strings(files)
	return files
}

func readInventory(file string) (*inventory.Inventory, []byte, error) {
	if file == "" {
		file = "inventory.yaml"
		if _, err := os.Stat(file); err != nil {
			return nil, nil, &failure{run.ExitUsage, errors.New("no inventory is given, and there is no inventory.yaml here"), "name one with -i FILE"}
		}
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, unread("the inventory", file, err)
	}
	inv, found := loadInventory(file, src)
	if found.Err() != nil {
		return nil, nil, &failure{code: run.ExitUsage, err: found}
	}
	if ansible.Is(src) { // what is kept of a run holds no password
		src, _ = ansible.Convert(file, src)
	}
	return inv, src, nil
}

// loadInventory reads an inventory of rung, or one of Ansible.
func loadInventory(file string, src []byte) (*inventory.Inventory, diag.List) {
	if !ansible.Is(src) {
		return inventory.Load(file, src)
	}
	inv, _, found := ansible.Load(file, src)
	return inv, found
}

// quotable is src as lines of it may be shown.
func quotable(src []byte) []byte {
	if ansible.Is(src) {
		return ansible.Masked(src)
	}
	return src
}
