package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"rung/engine/inventory"
	"rung/engine/lock"
	"rung/engine/run"
)

func (a *app) unlockVerb() *cobra.Command {
	var file string
	var c contact
	var unasked bool
	verb := &cobra.Command{
		Use:   "unlock",
		Short: "Take the lock of a cluster away from a run that is dead",
		Long: `Show which run holds the lock of a cluster, and what of it still works on the hosts, and take
the lock away after a yes.

A run that ends gives its lock back. One that was killed has it again when it is resumed, loses
it to a new run of the same state directory at once, and to others after five minutes without
a sign of life, once nothing that it started works any more. So this is only for those who
cannot wait. A run that lives after all stops with its next sign of life, within half a minute, and starts
nothing new.`,
		Example: "  rung unlock -i inventory.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			inv, _, err := readInventory(file)
			if err != nil {
				return err
			}
			ask := a.confirm
			if unasked {
				ask = func(string) (bool, error) { return true, nil }
			}
			return a.withLocks(inv, c, func(ctx context.Context, h *hosts, site lock.Site, found []lock.Found) error {
				return a.unlock(ctx, h, site, found, ask)
			})
		},
	}
	verb.Flags().StringVarP(&file, "inventory", "i", "", "the inventory: hosts and groups (default inventory.yaml, where it exists)")
	verb.Flags().BoolVarP(&unasked, "yes", "y", false, "do not ask")
	c.flags(verb.Flags())
	return verb
}

// withLocks looks how the lock of a cluster stands, says so, and hands that on.
func (a *app) withLocks(inv *inventory.Inventory, c contact, work func(context.Context, *hosts, lock.Site, []lock.Found) error) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	h, err := a.hosts(inv, c)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	site := lock.Site{Exec: h, Hosts: lockHosts(inv, inv.Names(), nil)}
	if inv.Group(run.ControlPlanes) == nil { // it may lie on any of them
		site.Hosts = nil
		for _, host := range inv.Hosts {
			site.Hosts = append(site.Hosts, lock.Host{Name: host.Name, Sudo: host.Sudo})
		}
	}
	found, away := site.Look(ctx)
	a.tellLocks(found)
	if away != nil {
		fmt.Fprintln(a.err, "rung:", away)
	}
	if err := work(ctx, h, site, found); err != nil {
		return err
	}
	if away != nil {
		return told{run.ExitUnreachable}
	}
	return nil
}

// tellLocks says how the lock stands, once where that is the same on many hosts.
func (a *app) tellLocks(found []lock.Found) {
	for i, f := range found {
		same := func(g lock.Found) bool { return g.Key == f.Key && g.Held == f.Held && g.Broken == f.Broken }
		if slices.ContainsFunc(found[:i], same) {
			continue
		}
		var names []string
		for _, g := range found[i:] {
			if same(g) {
				names = append(names, g.Host)
			}
		}
		fmt.Fprintf(a.out, "%s: %s\n", strings.Join(names, ", "), standing(f))
	}
}

// standing says how a lock stands.
func standing(f lock.Found) string {
	switch {
	case f.Held && f.Expired:
		return "locked, and expired, for " + whose(f)
	case f.Held:
		return "locked for " + whose(f)
	case f.Broken:
		return "free; taken away by " + f.Who.Owner
	case f.Who.Run != "":
		return "free; last held by run " + f.Who.Run + ", by " + f.Who.Owner
	}
	return "free"
}

func (a *app) unlock(ctx context.Context, h *hosts, site lock.Site, found []lock.Found, ask func(string) (bool, error)) error {
	held := slices.DeleteFunc(slices.Clone(found), func(f lock.Found) bool { return !f.Held })
	if len(held) == 0 {
		text := "no run holds the lock of the cluster"
		if len(found) < len(site.Hosts) {
			text += ", as far as its hosts can be asked"
		}
		fmt.Fprintln(a.err, text)
		return nil
	}
	for i, f := range held {
		if f.Who.Run == "" || slices.ContainsFunc(held[:i], func(g lock.Found) bool { return g.Key == f.Key }) {
			continue
		}
		units, err := atWork(ctx, h, h.inventory, f.Who.Run)
		for _, unit := range units {
			fmt.Fprintf(a.out, "  of run %s %s still works: the next run waits for it\n", f.Who.Run, unit)
		}
		if err != nil {
			fmt.Fprintf(a.out, "  what of run %s still works cannot be told everywhere: %v\n", f.Who.Run, err)
		} else if len(units) == 0 {
			fmt.Fprintf(a.out, "  nothing that run %s has started works on any host\n", f.Who.Run)
		}
	}
	yes, err := ask("Take the lock away?")
	if err != nil {
		return err
	}
	if !yes {
		fmt.Fprintln(a.err, "nothing was touched")
		return told{run.ExitRefused}
	}
	var failed []error
	for _, f := range held {
		failed = append(failed, site.Break(ctx, f, self()))
	}
	if err := errors.Join(failed...); err != nil {
		return &failure{run.ExitUnreachable, err, ""}
	}
	fmt.Fprintln(a.out, "the lock was taken away")
	return nil
}
