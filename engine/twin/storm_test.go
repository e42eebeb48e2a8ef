package twin_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rung/engine/step"
	"rung/engine/twin"
)

// trouble is one fault of a schedule: it begins so long after the schedule did, and may last.
type trouble struct {
	at, lasts time.Duration
	what      string
	host      string // "" for what strikes the controller
	folder    string // without room
	lines     int    // of the journal until the controller dies
}

func (f trouble) String() string {
	text := fmt.Sprintf("%s: %s", f.at, f.what)
	for _, word := range []string{f.host, f.folder} {
		if word != "" {
			text += " " + word
		}
	}
	if f.lasts > 0 {
		text += fmt.Sprintf(" for %s", f.lasts)
	}
	if f.what == crash {
		text += fmt.Sprintf(" %d lines later", f.lines)
	}
	return text
}

// What strikes.
const (
	crash    = "the controller is killed"
	halt     = "the operator stops the run"
	noRoom   = "the journal cannot be written"
	cutAll   = "all links are cut"
	cutHost  = "sshd and its sessions are killed on"
	unsent   = "the next session is cut before it leaves, to"
	unheard  = "the next session is cut after its end, on"
	sluggish = "every session takes longer, on"
	noLogin  = "logins are refused, and sessions ended, by"
	fullDisk = "the disk is full, of"
	wrong    = "the clock is wrong, of"
	set      = "the clock of the controller is set to another time"
	noPower  = "the power is lost, of"
)

var troubles = []string{crash, crash, crash, halt, noRoom, cutAll, cutHost, cutHost, unsent, unheard, sluggish, noLogin, fullDisk, wrong, set, noPower, noPower}

// between is a random duration, in steps of 10 ms.
func between(r *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(r.Int64N(int64(most-least))).Truncate(10*time.Millisecond)
}

// aTrouble draws a fault that begins before horizon. Most are short, and some outlast every patience.
func aTrouble(r *rand.Rand, hosts []string, horizon time.Duration) trouble {
	f := trouble{at: between(r, 0, horizon), what: troubles[r.IntN(len(troubles))], lines: r.IntN(12)}
	switch f.what {
	case crash, halt:
		return f
	case noRoom, cutAll, set:
	default:
		f.host = hosts[r.IntN(len(hosts))]
	}
	if f.what == fullDisk {
		f.folder = []string{"/var/lib/rung", "/etc/kubernetes", "/var/lib/etcd", "/var/backups", "/tmp"}[r.IntN(5)]
	}
	f.lasts = between(r, 0, 2*time.Minute)
	if r.IntN(5) == 0 {
		f.lasts = between(r, 2*time.Minute, 14*time.Minute)
	}
	return f
}

// storm is the weather between a controller and its hosts: it carries a schedule out, and is the way to the hosts.
type storm struct {
	*twin.Cluster
	began    time.Time
	schedule []trouble

	mu    sync.Mutex
	life  *mortal // that of now
	stop  func()  // its operator
	open  map[*sessionOf]bool
	once  map[string]string // by host: what becomes of its next session
	ghost []ghost
}

// sessionOf is a session that has not ended.
type sessionOf struct {
	host string
	cut  context.CancelCauseFunc
}

// ghost is what a session that was cut there was about to do: it stands in the log of the twin, and was never done.
type ghost struct {
	host string // "" for all
	at   time.Time
	log  int

	grace time.Duration // what began so shortly before it was not done either: its unit was not there yet
}

// lasting says whether a fault of that kind strikes a host now.
func (s *storm) lasting(what, host string) bool {
	now := time.Since(s.began)
	return slices.ContainsFunc(s.schedule, func(f trouble) bool {
		return f.what == what && (f.host == "" || f.host == host) && f.at <= now && now < f.at+f.lasts
	})
}

// ahead is by how much the controller's clock is wrong now.
func (s *storm) ahead() (by time.Duration) {
	now := time.Since(s.began)
	for _, f := range s.schedule {
		if f.what == set && f.at <= now && now < f.at+f.lasts {
			by += f.leap()
		}
	}
	return by
}

// leap is by how much a clock is set: up to three hours, forwards or backwards.
func (f trouble) leap() time.Duration { return time.Duration(f.lines-6) * time.Hour / 2 }

// What a host needs from the return of its power until it lets us in, and until all that it does for the cluster is done
// again.
const (
	boots   = 30 * time.Second
	settles = 90 * time.Second
)

// without is how many of these hosts have no power, from so long after its loss until so long after its return.
func (s *storm) without(hosts []string, after, until time.Duration) (n int) {
	now := time.Since(s.began)
	for _, host := range hosts {
		if slices.ContainsFunc(s.schedule, func(f trouble) bool {
			return f.what == noPower && f.host == host && f.at+after <= now && now < f.at+f.lasts+until
		}) {
			n++
		}
	}
	return n
}

// calm is when the last fault is over.
func (s *storm) calm() (over time.Duration) {
	for _, f := range s.schedule {
		over = max(over, f.at+f.lasts+time.Millisecond)
		if f.what == noPower {
			over = max(over, f.at+f.lasts+settles)
		}
	}
	return over
}

// blow carries the schedule out, until done is closed.
func (s *storm) blow(done <-chan struct{}) {
	type turn struct {
		at time.Duration
		do func()
	}
	var turns []turn
	for _, f := range s.schedule {
		turns = append(turns, turn{f.at, func() { s.strike(f) }})
		if f.what == fullDisk || f.what == wrong {
			turns = append(turns, turn{f.at + f.lasts, func() { s.mend(f) }})
		}
	}
	slices.SortStableFunc(turns, func(a, b turn) int { return int(a.at - b.at) })
	for _, t := range turns {
		select {
		case <-time.After(time.Until(s.began.Add(t.at))):
			t.do()
		case <-done:
			return
		}
	}
}

func (s *storm) strike(f trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch f.what {
	case crash:
		if s.life != nil {
			s.life.doom(f.lines)
		}
	case halt:
		if s.stop != nil {
			s.stop()
		}
	case cutAll, cutHost, noLogin, noPower:
		g := ghost{host: f.host, at: time.Now(), log: len(s.Log())}
		if f.what == noPower {
			g.grace = callTime
		}
		s.ghost = append(s.ghost, g)
		for o := range s.open {
			if f.host == "" || o.host == f.host {
				o.cut(errCut)
			}
		}
		if f.what == noPower {
			s.PowerLoss(f.host, f.lasts)
		}
	case unsent, unheard:
		s.once[f.host] = f.what
	case fullDisk:
		s.DiskFull(f.host, f.folder)
	case wrong:
		s.ClockAhead(f.host, f.leap())
	}
}

func (s *storm) mend(f trouble) {
	if f.what == fullDisk {
		s.DiskFreed(f.host, f.folder)
	} else {
		s.ClockAhead(f.host, 0)
	}
}

// barred says why a host is not reached now.
func (s *storm) barred(host string) error {
	switch {
	case s.lasting(noLogin, host):
		return &step.Unreachable{Host: host, Why: step.NoLogin, Err: errors.New("permission denied")}
	case s.lasting(cutAll, host) || s.lasting(cutHost, host) || s.without([]string{host}, 0, boots) > 0:
		return &step.Unreachable{Host: host, Why: step.NoContact, Err: errors.New("connection refused")}
	}
	return nil
}

// Exec is the way through the weather.
func (s *storm) Exec(ctx context.Context, host string, c step.Command, output io.Writer) (step.Result, error) {
	if s.lasting(sluggish, host) {
		(twin.Wall{}).Sleep(time.Duration(len(c.Script)%7+1)*time.Second, ctx.Done())
	}
	if err := s.barred(host); err != nil {
		return step.Result{}, err
	}
	s.mu.Lock()
	fate := s.once[host]
	delete(s.once, host)
	ctx, cut := context.WithCancelCause(ctx)
	o := &sessionOf{host, cut}
	s.open[o] = true
	s.mu.Unlock()
	defer func() {
		cut(nil)
		s.mu.Lock()
		delete(s.open, o)
		s.mu.Unlock()
	}()
	if fate == unsent {
		return step.Result{}, step.ErrLost
	}
	r, err := s.Cluster.Exec(ctx, host, c, output)
	switch {
	case errors.Is(err, errCut) || fate == unheard:
		return step.Result{}, step.ErrLost
	case err == nil && s.lasting(sluggish, host):
		(twin.Wall{}).Sleep(time.Second, ctx.Done())
	}
	return r, err
}

// startedOnce wants that no unit was started twice, by whatever run, and that kubeadm upgraded no more often than it was
// to: a start beside systemd is none of its units.
func (s *storm) startedOnce(t *testing.T) {
	starts := map[string]int{}
	for _, kind := range []string{"apply", "node"} {
		for _, host := range s.Hosts() {
			units, upgrades := 0, 0
			for _, e := range s.Log() {
				line := strings.Join(e.Argv, " ")
				switch {
				case e.Host != host:
				case e.Argv[0] == "systemd-run" && strings.Contains(line, "-upgrade-"+kind+"-"):
					units++
				case strings.HasPrefix(line, "kubeadm upgrade "+kind):
					upgrades++
				}
			}
			if upgrades > units {
				t.Errorf("kubeadm upgrade %s ran %d times on %s, and was started %d times", kind, upgrades, host, units)
			}
		}
	}
	for i, e := range s.Log() {
		if e.Argv[0] != "systemd-run" || slices.ContainsFunc(s.ghost, func(g ghost) bool {
			return (g.host == "" || g.host == e.Host) && i < g.log && e.At.Add(g.grace).After(g.at)
		}) {
			continue
		}
		if starts[e.Host+e.Argv[1]]++; starts[e.Host+e.Argv[1]] == 2 {
			t.Errorf("started twice on %s: %s", e.Host, strings.Join(e.Argv, " "))
		}
	}
}

// callTime is how long systemd-run takes on the twin until the unit is there.
const callTime = 30 * time.Millisecond
