package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"rung/engine/detach"
	"rung/engine/run"
)

// settle waits for what an earlier run has left at work on the hosts.
func (e *execution) settle(ctx context.Context, h *hosts) error {
	var there []detach.Host
	for _, name := range e.plan.Hosts() {
		there = append(there, detach.Host{Name: name, Sudo: e.plan.Inventory.Host(name).Sudo})
	}
	var mu sync.Mutex
	x := &detach.Exec{Raw: h, Run: e.id(), Clock: e.clock} // what the run has left itself is followed by it
	err := x.Settle(ctx, there, func(host, run, unit string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(e.err, "rung: %[1]s: %[3]s of run %[2]s still works there (systemctl status rung-%[2]s-%[3]s), and is waited for\n", host, run, unit)
	})
	switch {
	case ctx.Err() != nil:
		return &failure{run.ExitInterrupted, errors.New("stopped by the operator; nothing was touched"), ""}
	case err != nil:
		return &failure{run.ExitUnreachable, err, ""}
	}
	return nil
}
