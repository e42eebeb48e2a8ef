// Package readonly stands in front of the hosts where nothing may be changed: in a dry-run that looks, in the preview of a
// run, and where facts are taken. It is a step.Exec that hands on what reads, and refuses what is known to change something.
//
// That nothing but reads comes here is the doing of run.Live, which performs actions that say ReadOnly, and checks. A step
// type can lie, and so can a playbook, with `read_only: true`. No one can prove of a shell script that it only reads; what
// can be told is told: a command that must not be cut off or is given a secret, a program whose name or verb says that it
// changes something (rm, kubectl delete, yum install, systemctl restart), also in a script, and a redirection into a file
// that is named. What stands in a variable cannot be judged, and goes through: scripts of ours put away what they have
// made in a folder of their own.
//
// Its invariant: a refused command was not started on any host.
package readonly

import (
	"context"
	"fmt"
	"io"

	"rung/engine/step"
)

// Exec hands on to Of what reads.
type Exec struct{ Of step.Exec }

// Exec refuses c with a *Refusal, or carries it out.
func (e Exec) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	if why := Judge(c); why != "" {
		return step.Result{}, &Refusal{Host: host, Why: why}
	}
	return e.Of.Exec(ctx, host, c, output)
}

// Refusal is a command that was given for one that only reads, and would change something.
type Refusal struct {
	Host string
	Why  string
}

func (r *Refusal) Error() string {
	if r.Why == secret {
		return fmt.Sprintf("not started on %s: it would be %s, and where only reading is allowed nobody is; a run gives it", r.Host, r.Why)
	}
	return fmt.Sprintf("refused on %s, where only reading is allowed now: %s; the step says that it only reads, and does not: it was not started. Let it say read_only: false, or correct the step type", r.Host, r.Why)
}

// secret is why what reads a secret is not started: it may well only read.
const secret = "given a secret"

// Judge says what c would change, as far as that can be told; "" where nothing is known.
func Judge(c step.Command) string {
	switch {
	case c.Detach || c.Unit != "":
		return "it must not be cut off, and so changes something"
	case c.Secret:
		return secret
	case c.Script != "":
		return judgeScript(c.Script)
	}
	return judgeWords(c.Argv)
}
