package run

import (
	"context"
	"slices"

	"rung/engine/step"
)

// ControlPlanes is the group whose hosts hold admin.conf and run kubectl.
const ControlPlanes = "control_plane"

// readyz asks whether a host can be used for kubectl: it holds admin.conf, and
// the API answers it.
var readyz = step.Command{Argv: []string{"kubectl", "--kubeconfig", "/etc/kubernetes/admin.conf", "--request-timeout=10s", "get", "--raw", "/readyz"}}

// admins lists the hosts to run kubectl on for this visit, best first: a
// control plane that answers, is not this host, and is not being worked on.
// The host itself comes last: it is what a single control plane has.
func (v *visit) admins(ctx context.Context) []string {
	group := v.loop.Plan.Inventory.Group(ControlPlanes)
	if group == nil {
		return nil
	}
	var good, doubtful []string
	for _, name := range group.Hosts {
		switch {
		case v.loop.isLost(name):
		case name == v.host:
		case v.worked(name):
			doubtful = append(doubtful, name)
		default:
			good = append(good, name)
		}
	}
	if slices.Contains(group.Hosts, v.host) {
		doubtful = append(doubtful, v.host)
	}
	all := append(good, doubtful...)
	for i, name := range all {
		if v.loop.answers(ctx, name) {
			return append([]string{name}, append(slices.Clone(all[:i]), all[i+1:]...)...)
		}
	}
	return all
}

// worked says whether name is being worked on in this very window. In a stage
// without a window, all of whose hosts run at once, that is no reason to avoid
// one.
func (v *visit) worked(name string) bool {
	if v.size >= len(v.hosts) {
		return false
	}
	v.loop.mu.Lock()
	defer v.loop.mu.Unlock()
	return v.loop.busy[name]
}

// answers asks a host once, until something is changed on it.
func (l *loop) answers(ctx context.Context, host string) bool {
	if l.Probe == nil {
		return true
	}
	l.mu.Lock()
	known := l.healthy[host]
	l.mu.Unlock()
	if known || !l.Probe(ctx, host) {
		return known
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.healthy[host] = true
	return true
}

// doubt forgets that a host answered.
func (l *loop) doubt(host string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.healthy, host)
}

// Probe asks a host whether kubectl works there; it is the Probe of a run that
// executes.
func (x *Execute) Probe(ctx context.Context, host string) bool {
	result, err := x.Exec.Exec(ctx, host, x.dress(readyz, host), nil)
	return err == nil && result.Exit == 0
}
