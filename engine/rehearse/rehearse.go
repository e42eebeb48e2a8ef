// Package rehearse runs a playbook on a twin, in process and in virtual time: the same loop as a run, with the commands
// of a run, on hosts that are simulated. An upgrade of hours is over in seconds, and comes to the same end each time.
//
//	Shape        how large a cluster, of which version
//	Scene        the twin, its clock, and the names of its hosts
//	Scene.Play   runs a plan there
//
// Its one invariant: a rehearsal touches neither a network nor a disk. What a playbook does on
// this machine (hooks, copies of a backup) is answered as if it had worked, and named in Scene.Absent: nothing is left
// out in silence.
//
// How long things take is what the twin charges for them. What there is of a real cluster and a twin cannot show, whoever
// makes the Scene has to say.
package rehearse

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"rung/engine/kube"
	"rung/engine/plan"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// Scene is a twin in a time of its own.
type Scene struct {
	Cluster *twin.Cluster
	clock   *run.Discrete
	shape   twin.Shape

	mu     sync.Mutex
	absent []string
}

// New makes a scene of that shape, whose clock shows Begin. It panics where the twin does: see [twin.New].
func New(shape twin.Shape) *Scene { return NewAt(shape, Begin) }

// NewAt makes a scene whose clock shows another time: certificates expire ten months after it, and logs are of it.
func NewAt(shape twin.Shape, begin time.Time) *Scene {
	if shape.Version.IsZero() && !Clustered(shape) {
		shape.Version = anyVersion()
	}
	clock := run.NewDiscrete(begin)
	s := &Scene{Cluster: twin.New(shape, clock), clock: clock, shape: shape}
	if shape.Recorded != nil {
		shape.Recorded.Spoil(s.Cluster)
		clock.Sleep(twin.Settled, nil)
	}
	return s
}

// Begin is when a rehearsal begins, by its own clock, where nobody says another time.
var Begin = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)

// Inventory is the inventory of the scene's hosts, as text: groups control_plane and workers for the nodes, and all
// others without a group. Where there are no nodes there are no groups.
func (s *Scene) Inventory() string {
	var b strings.Builder
	nodes, planes := s.Nodes(), s.Cluster.ControlPlanes()
	b.WriteString("hosts:\n")
	for _, name := range slices.Concat(nodes, s.shape.Plain) {
		fmt.Fprintf(&b, "  %s: {}\n", name)
	}
	if len(nodes) == 0 {
		return b.String()
	}
	fmt.Fprintf(&b, "groups:\n  control_plane: [%s]\n  workers: [%s]\n", strings.Join(planes, ", "), strings.Join(nodes[len(planes):], ", "))
	return b.String()
}

// Nodes are the hosts that the cluster is made of; none where it is nobody's.
func (s *Scene) Nodes() []string {
	if !Clustered(s.shape) {
		return nil
	}
	return s.Cluster.Hosts()
}

// Plain are the hosts without Kubernetes.
func (s *Scene) Plain() []string { return slices.Clone(s.shape.Plain) }

// Version is what the cluster was made of.
func (s *Scene) Version() kube.Version { return s.shape.Version }

// Play runs p on the scene, and tells its events to sink. Hosts of the inventory are those of the twin that have the name
// of their node. Questions of the playbook are answered with yes. It is played once: another play goes on with the
// cluster as this one left it, and at its time.
func (s *Scene) Play(ctx context.Context, p *plan.Plan, sink run.Sink) run.Ending {
	defer s.clock.Hire(hands * runtime.GOMAXPROCS(0))()
	x := &run.Execute{Exec: &cast{s, p}, Hosts: p.Inventory, Clock: s.clock, Sink: sink, Vault: openVault}
	return run.Run{
		ID: "rehearsal", Plan: p, Perform: x, Sink: sink, Clock: s.clock, Reached: p.Hosts(), Probe: x.Probe,
		Confirm: func(context.Context, string) run.Answer { return run.Answer{Yes: true, How: "yes, in a rehearsal"} },
	}.Do(ctx)
}

// hands are how many interpret commands for each processor: some of them wait for their turns.
const hands = 4

// Away are the hosts of p that a run could not connect to, and would not start without.
func (s *Scene) Away(p *plan.Plan) []string {
	return slices.DeleteFunc(p.Hosts(), func(name string) bool { return !s.Cluster.IsDown(p.Inventory.Host(name).Node) })
}

// Absent is what was to be done on the machine of the operator, in its order, and was left out.
func (s *Scene) Absent() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.absent)
}

// cast carries commands to the hosts of the twin, by the names of the inventory.
type cast struct {
	*Scene
	plan *plan.Plan
}

// Exec is of step.Exec.
func (c *cast) Exec(ctx context.Context, host string, cmd step.Command, output io.Writer) (step.Result, error) {
	if host == step.ThisMachine {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.absent = append(c.absent, "on this machine: "+cmd.Line())
		return step.Result{}, nil
	}
	if h := c.plan.Inventory.Host(host); h != nil {
		host = h.Node
	}
	return c.Cluster.Exec(ctx, host, cmd, output)
}
