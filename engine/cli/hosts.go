package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sort"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"rung/engine/inventory"
	"rung/engine/plan"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/transport"
)

// contact is how hosts are reached.
type contact struct {
	acceptNew bool
	config    string
}

func (c *contact) flags(f *pflag.FlagSet) {
	f.BoolVar(&c.acceptNew, "accept-new-host-keys", false, "record the host key of a host that is not in known_hosts, instead of refusing it")
	f.StringVar(&c.config, "ssh-config", "", "the ssh configuration to read instead of ~/.ssh/config, or of the one that the inventory names")
}

// hosts carries commands to the hosts of an inventory: to this machine where
// the address is "local", else over SSH.
type hosts struct {
	inventory *inventory.Inventory
	ssh       *transport.SSH
	local     transport.Local
}

// localAddress is the address of a host that is this machine.
const localAddress = "local"

func (a *app) hosts(inv *inventory.Inventory, c contact) (*hosts, error) {
	var remote []inventory.Host
	for _, h := range inv.Hosts {
		if h.Address != localAddress {
			remote = append(remote, h)
		}
	}
	config, err := sshConfigFile(c.config, inv)
	if err != nil {
		return nil, err
	}
	ssh, err := transport.New(remote, transport.Options{
		AcceptNewHostKeys: c.acceptNew, SSHConfig: config, Log: a.log(), Passphrase: a.passphrase(),
	})
	if err != nil {
		return nil, usage("%v", err)
	}
	return &hosts{inventory: inv, ssh: ssh}, nil
}

// passphrase asks for the passphrase of a key, where there is a terminal.
func (a *app) passphrase() func(string) ([]byte, error) {
	f, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return func(file string) ([]byte, error) {
		defer asking(f, leave)()
		fmt.Fprintf(a.err, "passphrase of %s: ", file)
		defer fmt.Fprintln(a.err)
		return term.ReadPassword(int(f.Fd()))
	}
}

// Exec carries c out on the host of that name.
func (h *hosts) Exec(ctx context.Context, name string, c step.Command, output io.Writer) (step.Result, error) {
	if name == step.ThisMachine {
		c.Env = append(slices.Clone(c.Env), "PATH="+os.Getenv("PATH")) // the operator's own: what a hook calls lies where it lies
		return h.local.Exec(ctx, name, c, output)
	}
	if host := h.inventory.Host(name); host != nil && host.Address == localAddress {
		return h.local.Exec(ctx, name, c, output)
	}
	return h.ssh.Exec(ctx, name, c, output)
}

// connect reaches every host that the plan names, all at once, and says of
// each that cannot be reached why. From here on no command on this machine finds a secret of the playbook in its environment.
func (h *hosts) connect(ctx context.Context, p *plan.Plan) error {
	h.local.Without = secretVariables(p.Playbook)
	names := slices.DeleteFunc(p.Hosts(), func(name string) bool { return p.Inventory.Host(name).Address == localAddress })
	failed := h.ssh.Connect(ctx, names)
	if len(failed) == 0 {
		return nil
	}
	if ctx.Err() != nil {
		return &failure{code: run.ExitInterrupted, err: errors.New("stopped by the operator; nothing was touched")}
	}
	return &unreachable{failed}
}

func (h *hosts) close() error { return h.ssh.Close() }

// unreachable is every host that could not be reached.
type unreachable struct{ failed map[string]error }

func (u *unreachable) Error() string {
	if len(u.failed) == 1 {
		return "1 host cannot be reached; nothing was touched"
	}
	return fmt.Sprintf("%d hosts cannot be reached; nothing was touched", len(u.failed))
}

// tell prints a host a line, with what to do.
func (u *unreachable) tell(w io.Writer) {
	names := make([]string, 0, len(u.failed))
	for name := range u.failed {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		err := u.failed[name]
		var away *step.Unreachable
		if errors.As(err, &away) {
			fmt.Fprintf(w, "rung: %v\n", err)
			if away.Hint != "" {
				fmt.Fprintf(w, "  hint: %s\n", away.Hint)
			}
			continue
		}
		fmt.Fprintf(w, "rung: %s: %v\n", name, err)
	}
}
