package detach

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"sync"

	"rung/engine/step"
)

//go:embed settle.sh
var settleScript string

// Host is a host, and whether root is reached by sudo there.
type Host struct {
	Name string
	Sudo bool
}

// Settle waits until nothing works on the hosts any more that a run has started
// there: one that was killed leaves it behind, and whoever looks at a host, or
// changes it, must not do so meanwhile. tell hears of each such command. What x.Run
// itself has left there is passed over: see Attach.
func (x *Exec) Settle(ctx context.Context, hosts []Host, tell func(host, run, unit string)) error {
	return x.atWork(ctx, hosts, "wait", tell)
}

// AtWork tells of each command of a run that works on the hosts now. The error
// is of the hosts that cannot be asked.
func (x *Exec) AtWork(ctx context.Context, hosts []Host, tell func(host, run, unit string)) error {
	return x.atWork(ctx, hosts, "look", tell)
}

func (x *Exec) atWork(ctx context.Context, hosts []Host, how string, tell func(host, run, unit string)) error {
	var all sync.WaitGroup
	failed := make([]error, len(hosts))
	for i, h := range hosts {
		all.Go(func() { failed[i] = x.settle(ctx, h, how, tell) })
	}
	all.Wait()
	return errors.Join(failed...)
}

func (x *Exec) settle(ctx context.Context, h Host, how string, tell func(host, run, unit string)) error {
	said := &names{tell: func(run, unit string) { tell(h.Name, run, unit) }}
	c := step.Command{Script: settleScript, Argv: []string{x.Folder, how, x.Run}, Sudo: h.Sudo}
	for again := false; ; again = true {
		result, err := x.Raw.Exec(ctx, h.Name, c, said)
		switch {
		case err == nil && result.Exit == 0:
			return nil
		case errors.Is(err, step.ErrLost) && !again && ctx.Err() == nil:
		case err == nil:
			return fmt.Errorf("%s: what runs there cannot be told: %s", h.Name, bytes.TrimSpace(result.Stderr))
		default:
			return err
		}
	}
}

// names tells lines of the form RUN/UNIT, each once.
type names struct {
	tell func(run, unit string)
	line []byte
	told map[string]bool
}

func (n *names) Write(b []byte) (int, error) {
	for _, c := range b {
		if c != '\n' {
			n.line = append(n.line, c)
			continue
		}
		run, unit, ours := bytes.Cut(n.line, []byte("/"))
		if name := string(n.line); ours && !n.told[name] {
			if n.told == nil {
				n.told = map[string]bool{}
			}
			n.told[name] = true
			n.tell(string(run), string(unit))
		}
		n.line = nil
	}
	return len(b), nil
}
