package twin_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/detach"
	"rung/engine/journal"
	"rung/engine/plan"
	"rung/engine/run"
	"rung/engine/step"
	"rung/engine/twin"
)

// death is where the process of a run is killed: after so many lines of its journal, counted over all lives; 0 for
// never. lag is for how long the commands that have left go on before their sessions end with it.
type death struct {
	lines int
	lag   time.Duration
}

// mortal is the world of one life of a run: its journal, and its way to the hosts. Once it is dead nothing is written,
// no host hears of it, and its sessions have ended; what is detached goes on.
type mortal struct {
	hosts step.Exec
	death
	dead chan struct{}

	mu     sync.Mutex
	lines  []string // of all lives
	killed time.Time
	timer  *time.Timer
}

func (m *mortal) isDead() bool {
	select {
	case <-m.dead:
		return true
	default:
		return false
	}
}

func (m *mortal) die() {
	m.killed = time.Now()
	close(m.dead)
}

func (m *mortal) Record(e run.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.isDead() {
		return errDied
	}
	if e.Kind == run.Output {
		return nil // which lies beside the journal
	}
	e.Seq = int64(len(m.lines) + 1)
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	m.lines = append(m.lines, string(line))
	switch {
	case len(m.lines) != m.death.lines:
	case m.lag > 0:
		m.timer = time.AfterFunc(m.lag, m.die)
	default:
		m.die()
		return errDied
	}
	return nil
}

func (m *mortal) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	if m.isDead() {
		return step.Result{}, step.ErrLost
	}
	c.Detach = false // the twin would wait, and who is killed does not
	ctx, cut := context.WithCancelCause(ctx)
	defer cut(nil)
	over := make(chan struct{})
	defer close(over)
	go func() {
		select {
		case <-m.dead:
			cut(step.ErrLost)
		case <-over:
		}
	}()
	return m.hosts.Exec(ctx, host, c, output)
}

// life is one life of a run, with what is remembered of its earlier ones.
func (m *mortal) life(t *testing.T, p *plan.Plan, memory *run.Memory) run.Ending {
	x := &run.Execute{Hosts: p.Inventory, Clock: run.Wall{}, Sink: m}
	d := &detach.Exec{Raw: m, Run: "mortal", Clock: run.Wall{}}
	x.Exec, x.Attach = d, d.Attach
	r := run.Run{ID: "mortal", Plan: p, Perform: x, Sink: m, Clock: run.Wall{}, Reached: p.Hosts(), Stop: make(chan struct{}), Probe: x.Probe, Confirm: yes, Memory: memory}
	x.Memory = memory
	return r.Do(t.Context())
}

// saga is what came of all lives of a run.
type saga struct {
	lines   []string
	started map[string]int // how often each changing action was started on its host
	nodes   string
	end     run.Ending
	died    string // the last event of the first life
	why     string
}

// lives upgrades a fleet, in a bubble of virtual time, by a run that is killed there, and resumed at once.
func (f fleet) lives(t *testing.T, p *plan.Plan, d death) (s saga) {
	c := twin.New(twin.Shape{ControlPlanes: f.planes, Workers: f.workers, Version: version(f.from)}, twin.Wall{})
	m := &mortal{hosts: c, death: d, dead: make(chan struct{})}
	s.end = m.life(t, p, nil)
	if d.lines > 0 {
		if m.timer != nil {
			m.timer.Stop()
		}
		if !m.isDead() {
			t.Fatalf("it never died; %d lines", len(m.lines))
		}
		events := reopened(t, m.lines, d)
		s.died = fmt.Sprintf("%s: %s %s %s %s", events[len(events)-1].Kind, events[len(events)-1].Stage, events[len(events)-1].Host, events[len(events)-1].Step, events[len(events)-1].Title)
		m = &mortal{hosts: c, dead: make(chan struct{}), lines: m.lines}
		s.end = m.life(t, p, run.Remember(events))
	}
	s.tell(t, c, m.lines)
	return s
}

// tell takes in what is to be compared.
func (s *saga) tell(t *testing.T, c *twin.Cluster, lines []string) {
	s.lines, s.started = lines, map[string]int{}
	units, d := map[string]string{}, diary{}
	for _, line := range lines {
		var e run.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		units["--unit=rung-mortal-"+e.Unit] = fmt.Sprintf("%s, %s, %s #%d: %s", e.Stage, e.Host, e.Step, e.Action, e.Title)
		d.events = append(d.events, e)
	}
	s.why = d.why()
	for _, e := range c.Log() {
		if e.Argv[0] == "systemd-run" && !barred(t, c, e.Host, strings.TrimPrefix(e.Argv[1], "--unit=rung-mortal-")) {
			s.started[units[e.Argv[1]]]++
		}
	}
	for _, n := range c.Nodes() {
		s.nodes += fmt.Sprintf("%+v\n", n)
	}
}

// barred says of a unit that the run was about to start when it died that its next life came first: what was under way
// then finds the claim taken, and does nothing. Who comes first where both come in one moment is nobody's to say.
func barred(t *testing.T, c *twin.Cluster, host, unit string) bool {
	return c.Shell(t.Context(), host, "test -e /var/lib/rung/runs/mortal/"+unit+"/claim/barred", nil, io.Discard, io.Discard) == 0
}

// reopened are the events that a journal of these lines holds, and of the beginning of one more, where the run died while
// it was written: every other time.
func reopened(t *testing.T, lines []string, d death) []run.Event {
	root := t.TempDir()
	j, err := journal.Create(root, "mortal", journal.Header{})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(j.Dir(), "journal.jsonl")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(lines, "\n") + "\n"
	if d.lines%2 == 0 {
		text += lines[0][:1+d.lines%len(lines[0])]
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	j, _, events, err := journal.Reopen(j.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if j.Last() != int64(len(lines)) || len(events) != len(lines) {
		t.Errorf("of %d lines %d were read back", len(lines), len(events))
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return events
}

// like wants that a run which died came to the same as the whole one.
func (s saga) like(t *testing.T, whole saga) {
	t.Helper()
	if s.end.Exit != run.ExitDone {
		t.Errorf("it ended with %d: %s%s", s.end.Exit, s.end.Text, s.why)
	}
	if s.nodes != whole.nodes {
		t.Errorf("in the end:\n%swant\n%s", s.nodes, whole.nodes)
	}
	for what, n := range s.started {
		if n > 1 || whole.started[what] == 0 {
			t.Errorf("started %d times, and unbroken %d: %s", n, whole.started[what], what)
		}
	}
	for what := range whole.started {
		if s.started[what] == 0 {
			t.Errorf("never started: %s", what)
		}
	}
	if t.Failed() {
		t.Logf("the first life ended with %s", s.died)
	}
}

// TestAResumedRunIsAsOneThatNeverDied kills the run of a bundled upgrade after its first journal line, after its second
// and so on, every other time in the middle of the next line, and in the middle of every command that changes something.
// Each time it is resumed at once. All of them take hours: RUNG_CHAOS=1 asks for them.
func TestAResumedRunIsAsOneThatNeverDied(t *testing.T) {
	for _, test := range []struct {
		fleet
		lines, commands int // how many of them lie between two deaths
	}{
		{fleet{planes: 1, workers: 2, from: "1.20.0", to: "1.21.14"}, 79, 7},
		{fleet{planes: 3, workers: 3, from: "1.20.0", to: "1.22.17"}, 223, 23},
	} {
		f := test.fleet
		t.Run(fmt.Sprintf("%d+%d from %s to %s", f.planes, f.workers, f.from, f.to), func(t *testing.T) {
			p := f.plan(t, f.site().Cluster, "1")
			var whole saga
			synctest.Test(t, func(t *testing.T) { whole = f.lives(t, p, death{}) })
			if whole.end.Exit != run.ExitDone {
				t.Fatalf("unbroken, it ended with %d: %s%s", whole.end.Exit, whole.end.Text, whole.why)
			}
			if os.Getenv("RUNG_CHAOS") != "" {
				test.lines, test.commands = 1, 1
			}
			deaths := whole.deaths(test.lines*thinned, test.commands*thinned)
			for _, d := range deaths {
				t.Run(fmt.Sprintf("line %d and %s", d.lines, d.lag), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { f.lives(t, p, d).like(t, whole) })
				})
			}
			t.Logf("%d of %d lines and %d commands: %d deaths", len(whole.lines)/test.lines, len(whole.lines), len(whole.started), len(deaths))
		})
	}
}

// deaths are after every line of that number, and twice in every command of that number.
func (s saga) deaths(lines, commands int) (all []death) {
	seen := 0
	for n := 1; n < len(s.lines); n++ {
		if n%lines == 0 {
			all = append(all, death{lines: n})
		}
		if strings.Contains(s.lines[n-1], `"kind":"action.started"`) && strings.Contains(s.lines[n-1], `"mutates":true`) {
			if seen++; seen%commands == 0 {
				all = append(all, death{n, 200 * time.Millisecond}, death{n, 1500 * time.Millisecond})
			}
		}
	}
	return all
}
