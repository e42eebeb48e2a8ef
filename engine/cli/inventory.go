package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/kevinburke/ssh_config"
	"github.com/spf13/cobra"

	"rung/engine/ansible"
	"rung/engine/diag"
	"rung/engine/inventory"
	"rung/engine/run"
)

func (a *app) inventoryVerb() *cobra.Command {
	verb := &cobra.Command{
		Use:   "inventory",
		Short: "Make an inventory, look at one, and try its connections",
		Args:  verbOf,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	verb.AddCommand(a.inventoryListVerb(), a.inventoryPingVerb(), a.inventoryFromClusterVerb(), a.inventoryImportVerb())
	return verb
}

// inventoryFlag is the flag by which verbs are given an inventory.
func inventoryFlag(c *cobra.Command, file *string) {
	c.Flags().StringVarP(file, "inventory", "i", "", "the inventory: hosts and groups (default inventory.yaml, where it exists)")
}

func (a *app) inventoryListVerb() *cobra.Command {
	var file, limit, config string
	verb := &cobra.Command{
		Use:   "list",
		Short: "List the hosts of an inventory: how they are reached, and their groups",
		Long: `Lists the hosts of an inventory, with all that is settled by ~/.ssh/config and by default: where rung
connects to, as whom, and through what. Nothing is connected to.`,
		Example: "  rung inventory list\n  rung inventory list --limit workers:!w3",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			inv, _, err := readInventory(file)
			if err != nil {
				return err
			}
			return a.listHosts(inv, limit, config)
		},
	}
	inventoryFlag(verb, &file)
	verb.Flags().StringVar(&limit, "limit", "", "list only these, such as w1,w2 or workers:!w3")
	verb.Flags().StringVar(&config, "ssh-config", "", "the ssh configuration to read instead of ~/.ssh/config, or of the one that the inventory names")
	return verb
}

func (a *app) listHosts(inv *inventory.Inventory, limit, config string) error {
	names, err := limited(inv, limit)
	if err != nil {
		return err
	}
	file, err := sshConfigFile(config, inv)
	if err != nil {
		return err
	}
	read, err := sshConfig(file)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "HOST\tNODE\tREACHED AS\tTHROUGH\tSUDO\tGROUPS")
	for _, name := range names {
		h := inventory.Resolve(*inv.Host(name), read)
		var groups []string
		for _, g := range inv.Groups {
			for _, member := range g.Hosts {
				if member == name {
					groups = append(groups, g.Name)
				}
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", name, h.Node, reachedAs(h), dash(through(h)), dash(map[bool]string{true: "yes"}[h.Sudo]), dash(strings.Join(groups, ", ")))
	}
	return w.Flush()
}

// sshConfigFile is the SSH configuration by which hosts of inv are reached: the one that the operator names, else the one
// that inv names, else "", which is his own. One that is named and not there is refused: without it nothing would say so,
// and no host be found.
func sshConfigFile(named string, inv *inventory.Inventory) (string, error) {
	file, by := named, "--ssh-config"
	if file == "" {
		file, by = inv.SSHConfig, inv.File
	}
	if file == "" {
		return "", nil
	}
	if _, err := os.Stat(file); err != nil {
		return "", &failure{run.ExitUsage, fmt.Errorf("the SSH configuration that %s names cannot be read: %w", by, err), "name another with --ssh-config, or ssh_config in the inventory"}
	}
	return file, nil
}

// usualSSHConfig is ~/.ssh/config; "" where nobody knows whose.
func usualSSHConfig() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".ssh", "config")
}

// sshConfig reads the operator's SSH configuration, or another file.
func sshConfig(file string) (*ssh_config.Config, error) {
	if file == "" {
		if file = usualSSHConfig(); file == "" {
			return nil, nil
		}
	}
	config, err := inventory.ReadConfig(file)
	if err != nil {
		return nil, usage("the SSH configuration cannot be read: %v", err)
	}
	return config, nil
}

// limited are the hosts that a selector picks, all where there is none.
func limited(inv *inventory.Inventory, selector string) ([]string, error) {
	if selector == "" {
		return inv.Names(), nil
	}
	names, found := inv.Select(selector, diag.Pos{File: "--limit"})
	if found.Err() != nil {
		return nil, &failure{code: run.ExitUsage, err: found}
	}
	return names, nil
}

func reachedAs(h inventory.Host) string {
	if h.Address == localAddress {
		return "this machine"
	}
	address := h.Address
	if strings.Contains(address, ":") {
		address = "[" + address + "]"
	}
	return h.User + "@" + address + ":" + strconv.Itoa(h.Port)
}

func through(h inventory.Host) string {
	if h.Jump == inventory.NoJump || h.Address == localAddress {
		return ""
	}
	return h.Jump
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func (a *app) inventoryImportVerb() *cobra.Command {
	var output string
	verb := &cobra.Command{
		Use:   "import FILE",
		Short: "Make an inventory of one of Ansible, in INI or YAML",
		Long: `Reads an inventory of Ansible and prints what it says as one of rung. Groups that kubespray and others
call kube_control_plane, kube-master, kube_node and so on become control_plane and workers; where there are
such groups, hosts outside of them (etcd alone, a bastion) are left out. What is not taken over is named.
An inventory of Ansible may also be given to -i as it is.`,
		Example: "  rung inventory import hosts.ini -o inventory.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			src, err := os.ReadFile(args[0])
			if err != nil {
				return unread("the inventory", args[0], err)
			}
			if !ansible.Is(src) {
				if _, found := inventory.Load(args[0], src); found.Err() == nil {
					return usage("%s is an inventory of rung already", args[0])
				}
			}
			_, text, found := ansible.Load(args[0], src)
			if found.Err() != nil {
				return &failure{code: run.ExitUsage, err: found}
			}
			diag.Write(a.err, found, a.sourceOf)
			return a.produce(output, append([]byte("# Made of "+filepath.Base(args[0])+" by rung inventory import.\n"), text...))
		},
	}
	verb.Flags().StringVarP(&output, "output", "o", "", "the file to write; it must not exist (default: print)")
	return verb
}

// produce writes a new file, or prints.
func (a *app) produce(file string, text []byte) error {
	if file == "" {
		_, err := a.out.Write(text)
		return err
	}
	if err := writeNew(file, text); err != nil {
		return err
	}
	fmt.Fprintln(a.err, "wrote", file)
	return nil
}

// writeNew writes a file that does not exist yet.
func writeNew(file string, text []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return &failure{run.ExitUsage, fmt.Errorf("%s is there already, and is not overwritten", file), "move it away, or name another"}
	}
	if err != nil {
		return usage("%v", err)
	}
	if _, err := f.Write(text); err != nil {
		_ = f.Close()
		return usage("%v", err)
	}
	return f.Close()
}
