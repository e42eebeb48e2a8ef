// Package detach carries commands out that outlive their link. It decorates any
// step.Exec: what it does to a host is commands as well, two small scripts
// around the operator's own (start.sh, job.sh).
//
// Its invariant: a command with a Unit is started at most once, and how it
// ended is told, or said to be unknown, whatever becomes of the link, of this
// process, and of the session on the host.
//
//	the folder of a unit    /var/lib/rung/runs/RUN/UNIT, of root alone; without root ~/.local/state/rung/hosts/RUN/UNIT
//	command, in, job        what runs, what it reads, and with what environment
//	lock                    held as long as it runs: the kernel lets go of it, whatever ends it
//	claim                   a folder, made by whoever starts the command, and by nobody twice
//	out, err                what it wrote
//	exit                    how it ended; written aside, and moved there
//
// Settle waits for what an earlier run has left at work. Tidy removes the folders at the end of a run. A folder outlives a restart of the host, which ends the command: a claim
// without lock and exit says so, and nobody starts it again. A command runs as
// a unit of systemd, rung-RUN-UNIT.service, or in a session of its own where
// there is no systemd or no root. A host needs flock, and without systemd
// setsid, of util-linux.
//
// One session starts a unit and follows it: it tells what is new once a second,
// and the end at once. When contact is lost, the host is tried again with
// growing pauses, and the next session goes on behind the last byte that came.
//
// The package knows no runs and no journals, and decides nothing: what was lost
// for good is step.ErrLost.
package detach

import (
	"context"
	_ "embed"
	"errors"
	"io"
	"sync"
	"time"

	"rung/engine/step"
)

//go:embed start.sh
var startScript string

//go:embed job.sh
var jobScript string

// Clock tells time and waits; see run.Clock, which satisfies it.
type Clock interface {
	Now() time.Time
	Sleep(d time.Duration, done <-chan struct{})
}

// Exec is a step.Exec whose commands with a Unit outlive their link. The others
// are handed to Raw as they are.
type Exec struct {
	Raw    step.Exec
	Run    string // the run's id
	Clock  Clock
	Away   time.Duration // how long a host may be away before what runs on it is given up as unknown; 0 is 10 minutes
	Folder string        // on the hosts, for all runs; "" is the usual one

	mu   sync.Mutex
	left map[account]bool // where folders of the run lie, and whether how all of them ended is known
}

var _ step.Exec = (*Exec)(nil)

// Exec runs c on host: see step.Exec. For a command with a Unit, ErrLost means
// that the host stayed away, or that the command ended without telling how.
// When ctx ends the command goes on, and is waited for; but nobody waits for a
// host that is away.
func (x *Exec) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	if c.Unit == "" || host == step.ThisMachine {
		return x.Raw.Exec(ctx, host, c, output)
	}
	if c.Secret {
		return step.Result{}, errors.New("what a detached command reads is kept on the host, and this is a secret")
	}
	u := &unit{Exec: x, host: host, command: c, heard: heard{to: output}}
	began := x.Clock.Now()
	err := u.follow(ctx)
	if u.doubt {
		x.leaves(host, c, u.heard.verdict == exited)
	}
	result := u.heard.result()
	result.Took = x.Clock.Now().Sub(began)
	return result, err
}
