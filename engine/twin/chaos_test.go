package twin_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rung/engine/detach"
	"rung/engine/lock"
	"rung/engine/plan"
	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/twin"
)

// doom kills the process so many lines of the journal from now.
func (m *mortal) doom(lines int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.isDead():
	case lines == 0:
		m.die()
	default:
		m.death = death{lines: len(m.lines) + lines}
	}
}

// chaos is an upgrade through a storm: the lives of its runs, under a watch.
type chaos struct {
	*storm
	watch *watch
	plan  *plan.Plan
	fleet fleet
	dice  *rand.Rand // of the operator
	story []string
	runs  int
	id    string
	lines []string // of the journal of that run
}

// breath is the sink of one life: its journal, and then the watch.
type breath struct {
	*chaos
	*mortal
}

func (b breath) Record(e run.Event) error {
	if b.lasting(noRoom, "") {
		return errDied
	}
	if err := b.mortal.Record(e); err != nil {
		return err
	}
	if e.Kind == run.Output {
		return nil
	}
	return b.watch.Record(e)
}

// live is one life: a new run, or a further life of the one before it. It says whether the run came to its end, and well.
func (c *chaos) live(t *testing.T, resumed bool) (done bool) {
	var memory *run.Memory
	if resumed = resumed && len(c.lines) > 0; resumed {
		memory = run.Remember(reopened(t, c.lines, death{lines: len(c.lines)}))
	} else {
		c.runs++
		c.id, c.lines = fmt.Sprintf("run-%d", c.runs), nil
	}
	began := time.Since(c.began)
	said := "not begun"
	defer func() {
		c.story = append(c.story, fmt.Sprintf("%s to %s: %s, resumed: %t: %s", began.Truncate(time.Millisecond), time.Since(c.began).Truncate(time.Millisecond), c.id, resumed, said))
	}()
	stop := make(chan struct{})
	m := &mortal{hosts: c.storm, dead: make(chan struct{}), lines: c.lines}
	c.lives(m, sync.OnceFunc(func() { close(stop) }))
	defer c.lives(nil, nil)
	for _, host := range c.plan.Hosts() {
		if err := c.barred(host); err != nil {
			said = err.Error()
			return false
		}
	}
	clock := setClock{ahead: c.ahead}
	var planes []lock.Host
	for _, host := range c.ControlPlanes() {
		planes = append(planes, lock.Host{Name: host})
	}
	taken, err := (lock.Site{Exec: m, Hosts: planes, Now: clock.Now}).Take(t.Context(), c.id, lock.Record{Run: c.id}, func(context.Context, lock.Found) error { return nil }, func(error) {})
	if err != nil {
		said = err.Error()
		return false
	}
	taken.Keep(t.Context(), func(f lock.Found) { t.Errorf("the lock was lost: %+v", f) })
	defer taken.Release(t.Context())
	d := &detach.Exec{Raw: m, Run: c.id, Clock: clock}
	var there []detach.Host
	for _, host := range c.plan.Hosts() {
		there = append(there, detach.Host{Name: host})
	}
	if err := d.Settle(t.Context(), there, func(string, string, string) {}); err != nil {
		said = err.Error()
		return false
	}
	c.watch.reborn()
	sink := breath{c, m}
	x := &run.Execute{Exec: taken.Sure(d), Hosts: c.plan.Inventory, Clock: clock, Sink: sink, Attach: d.Attach, Memory: memory}
	end := run.Run{ID: c.id, Plan: c.plan, Perform: x, Sink: sink, Clock: clock, Reached: c.plan.Hosts(), Stop: stop, Probe: x.Probe, Confirm: yes, Memory: memory}.Do(t.Context())
	if end.Exit != run.ExitInternal && !m.isDead() {
		d.Tidy(t.Context())
	}
	c.lines, said = m.lines, fmt.Sprintf("exit %d: %s", end.Exit, end.Text)
	if m.isDead() {
		said = "killed"
	}
	c.nobodyUnsaid(t)
	return end.Exit == run.ExitDone && !m.isDead()
}

// lives says whose life it is.
func (c *chaos) lives(m *mortal, stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.life != nil && c.life.isDead() {
		c.ghost = append(c.ghost, ghost{at: c.life.killed, log: len(c.Log())})
	}
	c.life, c.stop = m, stop
}

// reborn forgets what a process was about that is dead.
func (w *watch) reborn() {
	w.seen.Lock()
	defer w.seen.Unlock()
	clear(w.working)
	w.diary.events = nil
}

// nobodyUnsaid wants that every node which the run has closed is named by what its journal says.
func (c *chaos) nobodyUnsaid(t *testing.T) {
	if len(c.lines) == 0 {
		return
	}
	var told bytes.Buffer
	if err := report.Show(&told, reopened(t, c.lines, death{lines: len(c.lines)}), report.Options{Run: c.id}); err != nil {
		t.Error(err)
	}
	_, last, _ := strings.Cut(told.String(), "left cordoned by")
	for _, n := range c.Nodes() {
		if n.Unschedulable && n.Annotations["rung-cordoned-by"] == c.id && !strings.Contains(last, "uncordon "+n.Name) && !strings.Contains(last, "\n  "+n.Name+"\n") {
			t.Errorf("%s is closed by %s, and the last lines say\n%s", n.Name, c.id, last)
		}
	}
}

// fleets are what is upgraded.
var fleets = []fleet{
	{planes: 1, workers: 2, from: "1.20.0", to: "1.21.14"},
	{planes: 3, workers: 1, from: "1.31.4", to: "1.32.6"},
	{planes: 1, workers: 3, from: "1.32.0", to: "1.33.1", packages: twin.Apt},
}

// horizon is before when the faults begin: about as long as an unbroken upgrade takes.
const horizon = 12 * time.Minute

// weather is the upgrade of a seed, up to its end: everything comes of the one number.
func weather(t *testing.T, seed uint64, plans []*plan.Plan) {
	dice := rand.New(rand.NewPCG(seed, 0))
	which := dice.IntN(len(fleets))
	f := fleets[which]
	shape := twin.Shape{ControlPlanes: f.planes, Workers: f.workers, Version: version(f.from), PerMinorRepository: version(f.from).Minor >= 28, Packages: f.packages}
	if f.workers < 2 { // the only worker has a budget that no drain gets past
		shape.Web = -1
	}
	cluster := twin.New(shape, twin.Wall{})
	s := &storm{Cluster: cluster, began: time.Now(), open: map[*sessionOf]bool{}, once: map[string]string{}}
	for range 1 + dice.IntN(7) {
		s.schedule = append(s.schedule, aTrouble(dice, cluster.Hosts(), horizon))
	}
	slices.SortStableFunc(s.schedule, func(a, b trouble) int { return int(a.at - b.at) })
	s.schedule = once(s.schedule)
	c := &chaos{storm: s, watch: &watch{Cluster: cluster, working: map[string]string{}, at: "the beginning", window: 1, without: func(hosts []string, ago time.Duration) int {
		if ago > 0 {
			return s.without(hosts, ago, boots)
		}
		return s.without(hosts, 0, settles)
	}}, plan: plans[which], fleet: f, dice: dice}
	defer func() {
		if t.Failed() {
			t.Logf("%d + %d from %s to %s\n  %s\nlives\n  %s\nagain: RUNG_CHAOS_SEED=%d go test -count 1 -run 'TestChaos$' ./engine/twin", f.planes, f.workers, f.from, f.to, strings.Join(lined(s.schedule), "\n  "), strings.Join(c.story, "\n  "), seed)
		}
	}()
	c.through(t)
}

// once leaves out what would take the power from a host that has none.
func once(schedule []trouble) (kept []trouble) {
	back := map[string]time.Duration{}
	for _, f := range schedule {
		if f.what == noPower {
			if f.at < back[f.host] {
				continue
			}
			back[f.host] = f.at + f.lasts + boots
		}
		kept = append(kept, f)
	}
	return kept
}

func lined(schedule []trouble) (lines []string) {
	for _, f := range schedule {
		lines = append(lines, f.String())
	}
	return lines
}

// through lets one life follow the other, until one comes to the end. Without faults, one is enough.
func (c *chaos) through(t *testing.T) {
	var around sync.WaitGroup
	over := make(chan struct{})
	around.Go(func() { c.blow(over) })
	around.Go(func() { c.watch.every(3*time.Second, over) })
	for {
		calm := time.Since(c.began) >= c.calm()
		if c.live(t, c.runs > 0 && c.dice.IntN(4) > 0) {
			break
		}
		if calm {
			t.Errorf("with all faults over, it came to no end%s", c.watch.why())
			break
		}
		time.Sleep(between(c.dice, 10*time.Second, 8*time.Minute))
	}
	for c.without(c.Hosts(), 0, settles) > 0 { // it lost its power when all was done there
		time.Sleep(settles)
	}
	close(over)
	around.Wait()
	c.startedOnce(t)
	for _, wrong := range c.watch.wrong {
		t.Error(wrong)
	}
	site{Cluster: c.Cluster}.arrived(t, c.fleet.to)
	for _, e := range c.Unknown() {
		t.Errorf("unknown to the twin: %q", e.Argv)
	}
}

// seeds are those of this test run: RUNG_CHAOS_SEED=7 for one, or 1-500 for many; all of them for RUNG_CHAOS=1.
func seeds(t *testing.T) (first, last uint64) {
	first, last = 1, schedules
	if os.Getenv("RUNG_CHAOS") != "" {
		last = 10_000
	}
	if text := os.Getenv("RUNG_CHAOS_SEED"); text != "" {
		from, to, many := strings.Cut(text, "-")
		if !many {
			to = from
		}
		var err, bad error
		first, err = strconv.ParseUint(from, 10, 64)
		last, bad = strconv.ParseUint(to, 10, 64)
		if err != nil || bad != nil || last < first {
			t.Fatalf("RUNG_CHAOS_SEED=%s is neither a seed nor a range", text)
		}
	}
	return first, last
}

// Random faults: whatever strikes a run and its hosts, and whenever; each seed is a schedule.
func TestChaos(t *testing.T) {
	var plans []*plan.Plan
	for _, f := range fleets {
		plans = append(plans, f.plan(t, f.site().Cluster, "1"))
	}
	first, last := seeds(t)
	for seed := first; seed <= last; seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { weather(t, seed, plans) })
		})
	}
}
