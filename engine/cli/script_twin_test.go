package cli

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"rung/engine/kube"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// pace is the twins' clock. Its time goes by of itself, since rung's own clock
// is in another process; where the machine is slow, more goes by between two
// questions, never less.
type pace struct{ began time.Time }

func (p pace) Now() time.Time { return p.began.Add(time.Since(p.began) * speed) }

func (p pace) Shown() time.Time { return time.Now() }

func (p pace) Sleep(d time.Duration, done <-chan struct{}) { run.Wall{}.Sleep(d/speed, done) }

// gate is a twin whose commands can be held before they start.
type gate struct {
	*twin.Cluster
	noSudo map[string]bool

	mu      sync.Mutex
	pattern *regexp.Regexp // nil: nothing is held
	opened  chan struct{}
	waiting chan string // a command that is held
}

// Shell holds, or refuses, or lets the twin interpret line.
func (g *gate) Shell(ctx context.Context, host, line string, stdin io.Reader, stdout, stderr io.Writer) int {
	if g.noSudo[host] && strings.HasPrefix(line, "sudo ") {
		fmt.Fprintln(stderr, "sudo: a password is required")
		return 1
	}
	g.mu.Lock()
	pattern, opened := g.pattern, g.opened
	g.mu.Unlock()
	if pattern != nil && pattern.MatchString(line) {
		select {
		case g.waiting <- line:
		default: // one is enough to know
		}
		select {
		case <-opened:
		case <-ctx.Done():
		}
	}
	return g.Cluster.Shell(ctx, host, line, stdin, stdout, stderr)
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.pattern != nil {
		close(g.opened)
	}
	g.pattern = nil
}

func setTwin(ts *testscript.TestScript, neg bool, args []string) {
	if of(ts).cluster != nil {
		ts.Fatalf("one twin a script")
	}
	f := flag.NewFlagSet("twin", flag.ContinueOnError)
	f.SetOutput(ts.Stderr())
	shape := twin.Shape{}
	f.IntVar(&shape.ControlPlanes, "control-planes", 1, "")
	f.IntVar(&shape.Workers, "workers", 2, "")
	f.IntVar(&shape.Web, "web", 0, "replicas of a workload with a disruption budget; 3 where 0, none where negative")
	f.BoolVar(&shape.Swap, "swap", false, "swap is on, everywhere")
	version := f.String("version", "1.20.0", "")
	noSudo := f.String("no-sudo", "", "the host where sudo wants a password")
	fault := f.String("fault", "", "a fault that can be named")
	ts.Check(f.Parse(args))
	arguments(ts, neg, f.Args(), 0, 0, "twin [flags]")
	parsed, err := kube.Parse(*version)
	ts.Check(err)
	shape.Version = parsed

	c := &gate{Cluster: twin.New(shape, pace{time.Now()}), noSudo: map[string]bool{*noSudo: true}, waiting: make(chan string, 1)}
	if *fault != "" {
		named, err := twin.ParseFault(*fault)
		ts.Check(err)
		ts.Check(c.Inject(named))
	}
	s, err := openSite(c)
	ts.Check(err)
	of(ts).cluster, of(ts).site, of(ts).mark = c, s, 0
	ts.Setenv("SITE", s.folder)
	ts.Setenv("INV", s.inventory)
	ts.Setenv("SSH_CONFIG", s.sshConfig)
}

// withTwin is what ts plays on, with a twin.
func withTwin(ts *testscript.TestScript) *theatre {
	if of(ts).cluster == nil {
		ts.Fatalf("there is no twin yet")
	}
	return of(ts)
}

func tellNodes(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 0, 0, "nodes")
	for _, n := range withTwin(ts).cluster.Nodes() {
		words := []string{n.Name, n.Kubelet.String()}
		if n.ControlPlane {
			words = append(words, "api", n.APIServer.String())
		}
		if !n.Ready {
			words = append(words, "NotReady")
		}
		if n.Unschedulable {
			words = append(words, "cordoned")
		}
		say(ts, "%s\n", strings.Join(words, " "))
	}
}

func actOn(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2, 3, "on HOST SCRIPT [FILE THAT IT READS]")
	reads := ""
	if len(args) > 2 {
		reads = ts.ReadFile(args[2])
	}
	var out bytes.Buffer
	line := step.Command{Script: args[1]}.Wire()
	if exit := withTwin(ts).cluster.Cluster.Shell(context.Background(), args[0], line, strings.NewReader(reads), &out, &out); exit != 0 {
		ts.Fatalf("exit code %d\n%s", exit, out.Bytes())
	}
	say(ts, "%s", out.Bytes())
	forget(ts, false, nil)
}

func remove(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2, 2, "remove HOST PACKAGE")
	withTwin(ts).cluster.Remove(args[0], args[1])
}

func letFail(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 3, 3, "fail HOST WORDS TEXT")
	withTwin(ts).cluster.Fail(args[0], args[1], 1, args[2]+"\n")
}

func fault(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1, 9, "fault FAULT...")
	for _, name := range args {
		named, err := twin.ParseFault(name)
		ts.Check(err)
		ts.Check(withTwin(ts).cluster.Inject(named))
	}
}

func heal(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 0, 0, "heal")
	withTwin(ts).cluster.Heal()
}

func hold(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1, 1, "hold PATTERN")
	g := withTwin(ts).cluster
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pattern, g.opened = regexp.MustCompile(args[0]), make(chan struct{})
}

func held(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 0, 0, "held")
	select {
	case line := <-withTwin(ts).cluster.waiting:
		ts.Logf("held: %s", line)
	case <-of(ts).begun.ended:
		ts.Fatalf("it ended before any command was held:\n%s", of(ts).begun.said())
	case <-time.After(patience):
		ts.Fatalf("no command was held")
	}
}

func release(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 0, 0, "release")
	withTwin(ts).cluster.open()
}

// started are the commands since the last forget.
func started(ts *testscript.TestScript, pattern string) []string {
	match, stage := regexp.MustCompile(pattern), withTwin(ts)
	var lines []string
	for _, e := range stage.cluster.Log()[stage.mark:] {
		lines = append(lines, e.Host+": "+strings.Join(e.Argv, " "))
	}
	return slices.DeleteFunc(lines, func(line string) bool { return !match.MatchString(line) })
}

func countStarts(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2, 2, "starts N PATTERN")
	if got := started(ts, args[1]); len(got) != number(ts, args[0]) {
		ts.Fatalf("%d commands were started, want %s:\n%s", len(got), args[0], strings.Join(got, "\n"))
	}
}

// changing are the commands of the steps that change something.
const changing = `: (yum( -\S+)* (install|downgrade|remove|update)|kubeadm upgrade (apply|node)|kubectl .*(drain|cordon|uncordon|annotate|label|patch|apply|delete|create|edit) |systemctl (\S+ )*(restart|start|stop|daemon-reload)|crictl pull|ctr .*pull|killall|systemd-run)`

func untouched(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 0, 0, "untouched")
	countStarts(ts, false, []string{"0", changing})
}

func forget(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 0, 0, "forget")
	withTwin(ts).mark = len(of(ts).cluster.Log())
}
