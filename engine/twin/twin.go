// Package twin is a simulated kubeadm cluster: control planes and workers, each a host with its own
// small file system, packages, services and processes, that interprets the actual shell of our commands
// and answers yum, rpm, apt, dpkg, kubeadm, kubectl, systemctl and the rest as the real tools do. It serves the
// demo (behind an SSH server), rehearsals (in process, in virtual time), and tests with faults.
//
// Its one invariant: a session sees the cluster as it is at the session's own time. A command is
// interpreted at once, and charges what the real one would take; the session's time runs ahead of the
// clock by what was charged. Whatever a command changes is kept with the time from which it holds, so
// another host does not see the end of an upgrade that has only begun. What a command says is handed out
// when its time has come, by sleeping on the Clock, outside the interpreter.
//
// A twin never touches the machine it runs on: its interpreter has no way to the disk, to processes or to
// the environment. A command that a twin does not know fails with status 127 and is kept in
// [Cluster.Unknown]: silence would be a lie about what a real host does.
//
// It is no emulator: containers do not run, certificates are names, etcd holds nothing, and there is no
// scheduler but the little that drains and disruption budgets need. The controller manager and the scheduler
// are who leads them: they are lost with their apiserver, and back some time after it. Since a command is interpreted at
// once, a script that waits for what another session has yet to start waits in vain; waits that poll, one
// short command at a time, see everything.
package twin

import "time"

// Clock tells the time and waits; see run.Clock, which satisfies it.
type Clock interface {
	Now() time.Time
	// Sleep returns after d, or when done is closed, whichever is first.
	Sleep(d time.Duration, done <-chan struct{})
}

// A Shower is a Clock that runs at another speed than that of whoever asks the hosts for the time.
type Shower interface {
	// Shown is the time that the hosts' own clocks show.
	Shown() time.Time
}

// Wall is the clock on the wall.
type Wall struct{}

// Now is the time.
func (Wall) Now() time.Time { return time.Now() }

// Sleep waits for d, or until done is closed.
func (Wall) Sleep(d time.Duration, done <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-done:
	}
}

// An Asider is a Clock on which one works at a time, and that lets what is only computed go on beside the others; see
// run.Discrete, which satisfies it.
type Asider interface {
	// Aside runs f, and returns when it is over. What f does to anything that others see, it does behind turn, which waits
	// for those who stepped aside before.
	Aside(f func(turn func()))
}
