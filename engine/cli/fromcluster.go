package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rung/engine/inventory"
	"rung/engine/run"
	"rung/engine/step"
)

// door is one control plane, and how to learn from it where the others are.
type door struct {
	contact
	identity, jump string
	addresses      string // internal, external, name; "": name where the SSH configuration has it, else internal
}

func (d *door) flags(f *pflag.FlagSet) {
	f.StringVar(&d.identity, "identity-file", "", "the private key; it is written into the inventory")
	f.StringVar(&d.jump, "jump", "", "what to connect through, [user@]host[:port]; it is written into the inventory")
	f.StringVar(&d.addresses, "addresses", "", "which addresses of the nodes to write: internal, external, or name (DNS or ~/.ssh/config knows them); default: name where ~/.ssh/config says how to reach it, else internal")
	d.contact.flags(f)
}

func (a *app) inventoryFromClusterVerb() *cobra.Command {
	var d door
	var output string
	verb := &cobra.Command{
		Use:   "from-cluster [USER@]HOST[:PORT]",
		Short: "Make an inventory of a cluster, asked of one of its control planes",
		Long: `Connects to one control plane, reads the nodes of the cluster there (kubectl get nodes, with
/etc/kubernetes/admin.conf), and prints an inventory of them. It changes nothing. Where the login is not
root, sudo is used, and is written into the inventory.`,
		Example: "  rung inventory from-cluster root@192.0.2.11 -o inventory.yaml\n  rung inventory ping",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := a.fromCluster(args[0], d)
			if err != nil {
				return err
			}
			return a.produce(output, text)
		},
	}
	verb.Flags().StringVarP(&output, "output", "o", "", "the file to write; it must not exist (default: print)")
	d.flags(verb.Flags())
	return verb
}

// fromCluster asks a control plane for the nodes, and writes an inventory of
// them.
func (a *app) fromCluster(target string, d door) ([]byte, error) {
	if !slices.Contains([]string{"", "internal", "external", "name"}, d.addresses) {
		return nil, usage("--addresses is internal, external or name, not %q", d.addresses)
	}
	entry, err := d.entry(target)
	if err != nil {
		return nil, err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	h, err := a.hosts(&inventory.Inventory{Hosts: []inventory.Host{entry}}, d.contact)
	if err != nil {
		return nil, err
	}
	defer func() { _ = h.close() }()
	if failed := h.ssh.Connect(ctx, []string{entry.Name}); failed != nil {
		(&unreachable{failed}).tell(a.err)
		return nil, told{run.ExitUnreachable}
	}
	ask := step.Command{Argv: []string{"kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "get", "nodes", "-o", "json"}, Sudo: entry.Sudo}
	result, err := h.Exec(ctx, entry.Name, ask, nil)
	if err != nil {
		return nil, &failure{code: run.ExitUnreachable, err: err}
	}
	if result.Exit != 0 {
		return nil, &failure{run.ExitFailed, fmt.Errorf("%s does not tell its nodes: %s", target, strings.TrimSpace(string(result.Stderr))), "name a control plane: it has /etc/kubernetes/admin.conf"}
	}
	return d.site(target, entry, result.Stdout)
}

// entry reads [USER@]HOST[:PORT].
func (d door) entry(target string) (inventory.Host, error) {
	hops, err := inventory.Hops(target)
	if err != nil || len(hops) != 1 {
		return inventory.Host{}, usage("%q is not [USER@]HOST[:PORT]", target)
	}
	h := inventory.Host{Name: hops[0].Host, Address: hops[0].Host, User: hops[0].User, Port: hops[0].Port, Jump: d.jump}
	if d.identity != "" {
		if h.IdentityFile, err = filepath.Abs(d.identity); err != nil {
			return h, usage("%v", err)
		}
	}
	config, err := sshConfig(d.config)
	if err != nil {
		return h, err
	}
	h.Sudo = inventory.Resolve(h, config).User != "root"
	return h, nil
}

// nodeList is what is read of `kubectl get nodes -o json`.
type nodeList struct {
	Items []struct {
		Metadata struct {
			Name   string
			Labels map[string]string
		}
		Status struct {
			Addresses []struct{ Type, Address string }
		}
	}
}

// site writes the inventory of the nodes.
func (d door) site(target string, entry inventory.Host, said []byte) ([]byte, error) {
	var nodes nodeList
	if err := json.Unmarshal(said, &nodes); err != nil || len(nodes.Items) == 0 {
		return nil, &failure{code: run.ExitFailed, err: fmt.Errorf("what kubectl says of the nodes is not understood: %w", cmp.Or(err, errors.New("it names none")))}
	}
	config, err := sshConfig(d.config)
	if err != nil {
		return nil, err
	}
	var hosts []inventory.Host
	groups := []inventory.Group{{Name: run.ControlPlanes}, {Name: "workers"}}
	for _, n := range nodes.Items {
		h := entry
		h.Name, h.Address = n.Metadata.Name, n.Metadata.Name
		kind := map[string]string{"": "InternalIP", "internal": "InternalIP", "external": "ExternalIP"}[d.addresses]
		if d.addresses == "" && inventory.HasAlias(h.Name, config) {
			kind = "" // the operator has said how it is reached
		}
		for _, address := range n.Status.Addresses {
			if kind != "" && strings.EqualFold(address.Type, kind) {
				h.Address = address.Address
				break
			}
		}
		hosts = append(hosts, h)
		_, plane := n.Metadata.Labels["node-role.kubernetes.io/control-plane"]
		_, master := n.Metadata.Labels["node-role.kubernetes.io/master"] // up to 1.23
		g := &groups[1]
		if plane || master {
			g = &groups[0]
		}
		g.Hosts = append(g.Hosts, h.Name)
	}
	made := inventory.Inventory{Hosts: hosts, Groups: groups}
	if d.config != "" { // the names and the defaults that it has are what the hosts were reached by
		if made.SSHConfig, err = filepath.Abs(d.config); err != nil {
			return nil, usage("%v", err)
		}
		if made.SSHConfig == usualSSHConfig() { // it is read in any case, and each operator has his own
			made.SSHConfig = ""
		}
	}
	text := inventory.Write(&made)
	if _, found := inventory.Load("inventory.yaml", text); found.Err() != nil {
		return nil, &failure{run.ExitFailed, fmt.Errorf("the nodes make no inventory: %w", found), "try --addresses name"}
	}
	return append([]byte("# The nodes of the cluster of "+target+", as rung inventory from-cluster found them: "+strconv.Itoa(len(hosts))+".\n"), text...), nil
}
