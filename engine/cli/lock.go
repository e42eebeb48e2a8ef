package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"rung/engine/inventory"
	"rung/engine/journal"
	"rung/engine/lock"
	"rung/engine/run"
	"rung/engine/step"
)

// claim is the lock of a cluster, held by one run. Where there is none, because
// nothing is changed, it is nil, and its methods do nothing.
type claim struct {
	*execution
	key   string
	lock  *lock.Lock
	hosts []string // where it lies
	dir   string   // of the run, once it has begun

	once sync.Once // it is given back
	mu   sync.Mutex
	lost string // by whom it was taken away
}

// lockName is the file of a run directory that lies there as long as the run
// holds the lock of its cluster: what lets it in again.
const lockName = "cluster-lock.json"

// lockFile is what it says.
type lockFile struct {
	Key   string   `json:"key"`
	Hosts []string `json:"hosts"`
}

// lockHosts are the hosts where the lock of a cluster lies, in the order of
// their Kubernetes names, whatever the order of the inventory: its control
// planes, without those that are said to be away; the first of the others where
// it has no such group.
func lockHosts(inv *inventory.Inventory, others, away []string) []lock.Host {
	names := others[:min(1, len(others))]
	if group := inv.Group(run.ControlPlanes); group != nil && len(group.Hosts) > 0 {
		names = group.Hosts
	}
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(away, name) })
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(strings.Compare(inv.Host(a).Node, inv.Host(b).Node), strings.Compare(a, b))
	})
	hosts := make([]lock.Host, len(names))
	for i, name := range names {
		hosts[i] = lock.Host{Name: name, Sudo: inv.Host(name).Sudo}
	}
	return hosts
}

// self is who runs this.
func self() lock.Record { return lock.Record{Owner: journal.Operator(), Process: os.Getpid()} }

// claim takes the lock of the cluster, before anything is looked at: for a new
// run ("" for id), or for the run of that id, which is let in again. Once the
// lock is lost the run is stopped gently.
func (e *execution) claim(stop *stopper, hosts step.Exec, id string) (*claim, error) {
	c := &claim{execution: e, key: lock.NewKey()}
	if root, err := journal.Root(); err == nil && id != "" {
		if f, err := readLockFile(filepath.Join(root, id)); err == nil {
			c.key = f.Key
		}
	}
	site := lock.Site{Exec: hosts, Hosts: lockHosts(e.plan.Inventory, e.plan.Hosts(), e.plan.LeftOut())}
	for _, host := range site.Hosts {
		c.hosts = append(c.hosts, host.Name)
	}
	who := self()
	who.Run, who.Playbook = id, e.plan.Playbook.Name
	ctx := stop.first()
	l, err := site.Take(ctx, c.key, who, e.falls(hosts), func(why error) {
		fmt.Fprintf(e.err, "rung: %v; the lock of the cluster is taken without it\n", why)
	})
	var refused *failure
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return nil, &failure{run.ExitInterrupted, errors.New("stopped by the operator; nothing was touched"), ""}
	case errors.As(err, &refused):
		return nil, refused
	default:
		return nil, &failure{run.ExitUnreachable, err, ""}
	}
	c.lock = l
	e.parting = func() { c.release(context.Background()) }
	l.Keep(context.WithoutCancel(ctx), func(f lock.Found) { stop.halt(c.taken(f)) })
	return c, nil
}

// taken says, and keeps, by whom the lock was taken away.
func (c *claim) taken(f lock.Found) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost = "the lock of the cluster was lost to " + whose(f)
	if f.Broken {
		c.lost = "the lock of the cluster was taken away by " + f.Who.Owner + " with rung unlock"
	}
	return c.lost
}

// why is why the run stops, where that is because of the lock.
func (c *claim) why() string {
	if c == nil {
		return ""
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lost
}

// instead is err, or what the run was really stopped by before it began.
func (c *claim) instead(err error) error {
	if why := c.why(); why != "" && err != nil {
		return &failure{run.ExitInterrupted, errors.New(why + "; nothing was touched"), ""}
	}
	return err
}

// begun notes that the run has a directory now: from there it is let in again.
func (c *claim) begun(j *journal.Journal) error {
	if c == nil {
		return nil
	}
	text, err := json.Marshal(lockFile{c.key, c.hosts})
	if err != nil {
		return err
	}
	c.dir = j.Dir()
	if err := j.Keep(lockName, append(text, '\n')); err != nil {
		return err
	}
	c.lock.Begun(j.ID())
	return nil
}

// sure makes commands wait for a sign of life where the last one is old.
func (c *claim) sure(x step.Exec) step.Exec {
	if c == nil {
		return x
	}
	return c.lock.Sure(x)
}

// release gives the lock back, however the run ended: what it left at work is
// waited for by whoever comes next, and nothing else of it can come.
func (c *claim) release(ctx context.Context) {
	if c == nil {
		return
	}
	c.once.Do(func() {
		if err := c.lock.Release(ctx); err != nil {
			fmt.Fprintf(c.err, "rung: %v; the lock of the cluster expires there in %s\n", err, lock.Expiry)
			return
		}
		if c.dir != "" {
			_ = os.Remove(filepath.Join(c.dir, lockName)) // a key of nothing
		}
	})
}

func readLockFile(dir string) (lockFile, error) {
	var f lockFile
	text, err := os.ReadFile(filepath.Join(dir, lockName))
	if err == nil {
		err = json.Unmarshal(text, &f)
	}
	return f, err
}

// whose says who holds a lock, since when, and when it was last heard of.
func whose(f lock.Found) string {
	name := "run " + f.Who.Run
	if f.Who.Run == "" {
		name = "a run of " + f.Who.Playbook + " that has not begun yet"
	}
	age := f.Now.Sub(f.Since).Round(time.Second)
	return fmt.Sprintf("%s, by %s (process %d), since %s by the clock of %s, %s ago; last sign of life %s ago",
		name, f.Who.Owner, f.Who.Process, f.Since.Format("2006-01-02 15:04:05 UTC"), f.Host, age, min(age, f.Silent)) // to take it is the first
}
