package detach

import (
	"context"
	_ "embed"
	"sync"

	"rung/engine/step"
)

//go:embed tidy.sh
var tidyScript string

// account is who left folders on a host: root's lie elsewhere than a login's.
type account struct {
	host string
	sudo bool
}

// leaves notes that a unit of c left its folder on host. One whose end nobody
// knows keeps it there: whoever looks for what became of it needs it.
func (x *Exec) leaves(host string, c step.Command, over bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.left == nil {
		x.left = map[account]bool{}
	}
	a := account{host, c.Sudo}
	known, before := x.left[a]
	x.left[a] = over && (known || !before)
}

// Tidy removes what the units of the run left on the hosts: once their ends
// are on record. What cannot be removed now is left there; nothing depends on
// it. Hosts with a unit whose end is not known keep all.
func (x *Exec) Tidy(ctx context.Context) {
	x.mu.Lock()
	defer x.mu.Unlock()
	var all sync.WaitGroup
	for a, over := range x.left {
		if over {
			all.Go(func() {
				_, _ = x.Raw.Exec(ctx, a.host, step.Command{Script: tidyScript, Argv: []string{x.Folder, x.Run}, Sudo: a.sudo}, nil)
			})
		}
	}
	all.Wait()
	x.left = nil
}
