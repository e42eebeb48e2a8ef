package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"rung/engine/inventory"
	"rung/engine/run"
	"rung/engine/step"
)

func (a *app) inventoryPingVerb() *cobra.Command {
	var file, limit string
	var c contact
	verb := &cobra.Command{
		Use:   "ping",
		Short: "Connect to every host at once, and tell which let us in",
		Long: `Connects to every host at once, and tells of each whether its host key, its login and its sudo are well,
and how long a command takes there and back. It changes nothing. Exit code 3 where a host does not let us in.`,
		Example: "  rung inventory ping\n  rung inventory ping --limit workers --accept-new-host-keys",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			inv, _, err := readInventory(file)
			if err != nil {
				return err
			}
			return a.ping(inv, limit, c)
		},
	}
	inventoryFlag(verb, &file)
	verb.Flags().StringVar(&limit, "limit", "", "only these, such as w1,w2 or workers:!w3")
	c.flags(verb.Flags())
	return verb
}

func (a *app) ping(inv *inventory.Inventory, limit string, c contact) error {
	names, err := limited(inv, limit)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	h, err := a.hosts(inv, c)
	if err != nil {
		return err
	}
	defer func() { _ = h.close() }()
	answers := make([]answer, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		all.Go(func() { answers[i] = h.answer(ctx, name) })
	}
	all.Wait()
	if ctx.Err() != nil {
		return told{run.ExitInterrupted}
	}
	return a.tellAnswers(names, answers)
}

// answer is how a host answered.
type answer struct {
	sudo bool // it is needed there
	took time.Duration
	err  error
}

// answer connects to a host, and then asks for nothing three times: the
// quickest counts, for the others may have waited for somebody else.
func (h *hosts) answer(ctx context.Context, name string) answer {
	host := h.inventory.Host(name)
	a := answer{sudo: host.Sudo}
	if host.Address != localAddress {
		if failed := h.ssh.Connect(ctx, []string{name}); failed != nil {
			a.err = failed[name]
			return a
		}
	}
	for range 3 {
		began := time.Now()
		result, err := h.Exec(ctx, name, step.Command{Argv: []string{"true"}, Sudo: host.Sudo}, nil)
		if err == nil && result.Exit != 0 {
			err = fmt.Errorf("true ended with exit code %d", result.Exit)
		}
		if err != nil {
			a.err = err
			return a
		}
		if took := time.Since(began); a.took == 0 || took < a.took {
			a.took = took
		}
	}
	return a
}

func (a *app) tellAnswers(names []string, answers []answer) error {
	failed := map[string]error{}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "HOST\tHOST KEY\tLOGIN\tSUDO\tTHERE AND BACK")
	for i, name := range names {
		key, login, sudo := answers[i].words()
		took := "-"
		if answers[i].err == nil {
			took = answers[i].took.Round(100 * time.Microsecond).String()
		} else {
			failed[name] = answers[i].err
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", name, key, login, sudo, took)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(failed) == 0 {
		return nil
	}
	fmt.Fprintln(a.err)
	(&unreachable{failed}).tell(a.err)
	return told{run.ExitUnreachable}
}

// words say how far we came: what stands before the barrier is well, what lies
// behind it is not known.
func (a answer) words() (key, login, sudo string) {
	words := []string{"ok", "ok", "ok"}
	if !a.sudo {
		words[2] = "not needed"
	}
	var away *step.Unreachable
	if errors.As(a.err, &away) {
		at := max(0, slices.Index([]step.Barrier{step.BadKey, step.NoLogin, step.NoSudo}, away.Why))
		for i := at; i < len(words); i++ {
			words[i] = "-"
		}
		words[at] = map[step.Barrier]string{step.NoContact: "no contact"}[away.Why]
		words[at] = cmp.Or(words[at], "refused")
	}
	return words[0], words[1], words[2]
}
