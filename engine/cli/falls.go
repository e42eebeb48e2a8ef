package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"rung/engine/detach"
	"rung/engine/inventory"
	"rung/engine/journal"
	"rung/engine/lock"
	"rung/engine/run"
	"rung/engine/step"
)

// falls decides on locks that other runs hold. One falls where its run is of
// this very state directory, and its process is gone: the operator who was
// left by a run is not locked out by it. Another's falls once it has expired,
// and nothing that its run has started works on any host of the inventory.
func (e *execution) falls(hosts step.Exec) lock.Falls {
	fallen := "" // the key of the lock that did, on another host
	return func(ctx context.Context, f lock.Found) error {
		dir, ours := e.keeper(f)
		switch {
		case f.Key == fallen:
			return nil
		case ours && !journal.Alive(dir):
			fmt.Fprintf(e.err, "rung: the process of run %s is gone, and its lock of the cluster is taken over\n", f.Who.Run)
			_ = os.Remove(filepath.Join(dir, lockName))
		case !f.Expired && ours:
			return e.locked(f, "", "watch it: rung show "+f.Who.Run+" --follow")
		case !f.Expired:
			return e.locked(f, "", e.elsewhere(f))
		default:
			units, err := atWork(ctx, hosts, e.plan.Inventory, f.Who.Run)
			if err != nil {
				return e.locked(f, fmt.Sprintf("; it has expired, but whether something of it still works cannot be told: %v", err), e.elsewhere(f))
			}
			if len(units) > 0 {
				return e.locked(f, "; it has expired, but of that run "+strings.Join(units, " and ")+" still works", "wait until that has ended; or "+e.elsewhere(f))
			}
			fmt.Fprintf(e.err, "rung: the lock of the cluster has expired, and is taken over from %s\n", whose(f))
		}
		fallen = f.Key
		return nil
	}
}

// keeper is the directory of the run that holds a lock, where it lies here.
func (a *app) keeper(f lock.Found) (dir string, here bool) {
	root, err := journal.Root()
	if err != nil || f.Who.Run == "" || filepath.Base(f.Who.Run) != f.Who.Run {
		return "", false
	}
	dir = filepath.Join(root, f.Who.Run)
	file, err := readLockFile(dir)
	return dir, err == nil && file.Key == f.Key
}

// elsewhere is what to do about a run of another machine, or login.
func (e *execution) elsewhere(f lock.Found) string {
	hint := "wait until it has ended"
	if f.Who.Run != "" {
		hint = fmt.Sprintf("as %s, rung show %s --follow tells how far it is; %s", f.Who.Owner, f.Who.Run, hint)
	}
	return hint + fmt.Sprintf("; where its process is dead, rung unlock -i %s takes the lock away", e.plan.Inventory.File)
}

func (e *execution) locked(f lock.Found, more, hint string) error {
	return &failure{run.ExitRefused, errors.New("another run holds the lock of the cluster: " + whose(f) + more + "; nothing was touched"), hint}
}

// atWork names what a run has started and what still works, as UNIT on HOST.
func atWork(ctx context.Context, hosts step.Exec, inv *inventory.Inventory, id string) ([]string, error) {
	var all []detach.Host
	for _, host := range inv.Hosts {
		all = append(all, detach.Host{Name: host.Name, Sudo: host.Sudo})
	}
	var mu sync.Mutex
	var units []string
	err := (&detach.Exec{Raw: hosts}).AtWork(ctx, all, func(host, run, unit string) {
		mu.Lock()
		defer mu.Unlock()
		if run == id {
			units = append(units, unit+" on "+host)
		}
	})
	return units, err
}
