package twin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"rung/engine/kube"
	"rung/engine/step"
)

// Cluster is a twin. Its methods may be used from many goroutines.
type Cluster struct {
	shape Shape
	clock Clock
	born  time.Time
	made  [2]time.Time // by the clock, and by the hosts' own
	tools map[string]tool

	mu        sync.RWMutex // of all that follows; what is of one host alone: see host.lock
	hosts     []*host      // the nodes
	ordered   []*host      // by name
	plain     []*host      // those that are none
	byName    map[string]*host
	market    *market
	odd       oddities
	downloads []Entry
	faults    []fault

	applyFaults []applyFault
	ensembles   map[uint64]*ensemble // by their ids

	oldConfigs bool // a component config wants to be upgraded by hand
	lostEtcd   int  // members of an external etcd that are away
	jobHangs   bool // the Job of kubeadm's health check never completes

	leader        timeline[lead]
	config        timeline[clusterConfig]
	kubeletConfig timeline[kube.Version]
	proxy         timeline[kube.Version]
	coreDNS       timeline[string]
	workloads     []*workload
	dns           *workload // one of them
	budgets       []*budget
	pods          []*pod
	restarts      int // how often a kubelet was started, stopped, or lost
	heard         census
	serial        int                    // makes names
	taken         map[string]bool        // the names that pods have which were recorded: no later one gets them
	daemonPods    map[string]*daemonPods // as they were shown last, by namespace and name of their sets
	templates     map[string]*jsonpath   // that were parsed, the first of them
	selections    map[string]*question   // that were made, the first of them

	logMu sync.Mutex
	log   []Entry

	unknownMu sync.Mutex
	unknown   []Entry
}

// clusterConfig is what ConfigMap kubeadm-config says.
type clusterConfig struct {
	version    kube.Version
	repository string
}

// Entry is a command that a host was given.
type Entry struct {
	Host string
	Argv []string
	At   time.Time // when it started, by the session's own time
}

var _ step.Exec = (*Cluster)(nil)

// Exec carries out c on a host, in process. It satisfies [step.Exec].
func (c *Cluster) Exec(ctx context.Context, hostName string, cmd step.Command, output io.Writer) (step.Result, error) {
	h, err := c.reach(hostName)
	if err != nil {
		return step.Result{}, err
	}
	s := c.session(h)
	t := &tape{session: s}
	exit := 0
	c.beside(s, func() {
		exit = s.login(ctx, cmd.Wire(), bytes.NewReader(cmd.Input()), track{t, false}, track{t, true})
	})
	if output == nil {
		output = io.Discard
	}
	if cmd.Detach { // it is waited for
		ctx = context.WithoutCancel(ctx)
	}
	stdout, stderr := heard{output: output}, heard{output: output}
	if err := c.replay(ctx, s, t, &stdout, &stderr); err != nil {
		return step.Result{}, err
	}
	tail := stderr.data
	tail = tail[max(0, len(tail)-step.TailBytes):]
	return step.Result{Exit: exit, Stdout: stdout.data, Stderr: tail, Took: s.now().Sub(s.start)}, nil
}

// heard is what was replayed. What comes in one piece, as long lists do, is not copied.
type heard struct {
	data   []byte
	output io.Writer
}

func (h *heard) Write(piece []byte) (int, error) {
	if h.data == nil {
		h.data = slices.Clip(piece)
	} else {
		h.data = append(h.data, piece...)
	}
	return h.output.Write(piece)
}

// Shell interprets one command line as the login shell of a host would, and returns its exit status. It is
// 255 where the host is not there, is down, or goes down before the command has ended.
func (c *Cluster) Shell(ctx context.Context, hostName, line string, stdin io.Reader, stdout, stderr io.Writer) int {
	const lost = 255
	h, err := c.reach(hostName)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return lost
	}
	s := c.session(h)
	t := &tape{session: s}
	exit := s.login(ctx, line, stdin, track{t, false}, track{t, true})
	if err := c.replay(ctx, s, t, stdout, stderr); err != nil {
		return lost
	}
	return exit
}

func (c *Cluster) session(h *host) *session {
	c.mu.RLock()
	defer c.mu.RUnlock()
	user := "root"
	if h.powerless {
		user = "operator"
	}
	return &session{cluster: c, host: h, user: user, start: c.clock.Now(), umask: 0o022}
}

// reach finds a host that is up.
func (c *Cluster) reach(name string) (*host, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	h := c.byName[name]
	switch {
	case h == nil:
		return nil, &step.Unreachable{
			Host: name, Why: step.NoContact, Err: errors.New("the twin has no host of this name"),
			Hint: "its hosts are cp1… and w1…",
		}
	case h.away(c.clock.Now()):
		return nil, &step.Unreachable{
			Host: name, Why: step.NoContact, Err: errors.New("connection timed out"),
			Hint: "the host is down: see Cluster.Up",
		}
	}
	return h, nil
}

// replay hands out what a session said, each piece at its time, and returns when the session is over.
func (c *Cluster) replay(ctx context.Context, s *session, t *tape, stdout, stderr io.Writer) error {
	for _, said := range t.said {
		if err := c.wait(ctx, s, said.at); err != nil {
			return err
		}
		w := stdout
		if said.err {
			w = stderr
		}
		if _, err := w.Write(said.data); err != nil {
			return step.ErrLost
		}
	}
	return c.wait(ctx, s, s.now())
}

func (c *Cluster) wait(ctx context.Context, s *session, until time.Time) error {
	c.mu.RLock()
	gone, lost := s.host.leaves(s.start, until)
	c.mu.RUnlock()
	if lost {
		until = gone
	}
	if d := until.Sub(c.clock.Now()); d > 0 {
		c.clock.Sleep(d, ctx.Done())
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	_, rebooted := s.host.leaves(s.start, until) // it may have been asked for meanwhile
	if rebooted || s.host.down {
		return step.ErrLost
	}
	return nil
}

// record keeps a domain command.
func (c *Cluster) record(s *session, argv []string) {
	c.logMu.Lock()
	defer c.logMu.Unlock()
	c.log = append(c.log, Entry{Host: s.host.name, Argv: argv, At: s.now()})
}

// note keeps a command that the twin does not know.
func (c *Cluster) note(s *session, argv []string) {
	c.unknownMu.Lock()
	defer c.unknownMu.Unlock()
	c.unknown = append(c.unknown, Entry{s.host.name, argv, s.now()})
}

// fault makes a command fail.
type fault struct {
	host, prefix string
	exit         int
	stderr       string
}

// fault finds what makes this command fail, or nil.
func (c *Cluster) fault(host string, argv []string) *fault {
	line := strings.Join(argv, " ") + " "
	for i := range c.faults {
		f := &c.faults[i]
		if (f.host == "" || f.host == host) && strings.HasPrefix(line, f.prefix+" ") {
			return f
		}
	}
	return nil
}
