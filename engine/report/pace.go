package report

import (
	"fmt"
	"strings"
	"time"

	"rung/engine/run"
	"rung/engine/step"
)

// What is left of a run is told from its own pace: hosts by the turns of those before them, rounds of a loop by the
// rounds before them. Where there was none yet, nothing is promised.

// turns is the pace of a stage that takes its hosts a few at a time.
type turns struct {
	atOnce int           // 0: it takes them all at once
	worked int           // hosts on which something was changed
	took   time.Duration // by all of them together
	last   time.Time     // a turn ended
}

// laps is the pace of the outermost loop.
type laps struct {
	path  string // of the round at work
	now   int    // from 1
	all   int
	began time.Time
	over  int
	took  time.Duration // by those that are over, together
}

// pace takes e in.
func (l *ledger) pace(e run.Event) {
	switch e.Kind {
	case run.StageStarted:
		if all := number(e.Data["rounds"]); all > 0 && (l.laps.path == "" || sameLoop(l.laps.path, e.Stage)) {
			l.laps.path, l.laps.now, l.laps.all, l.laps.began = e.Stage, number(e.Data["round"]), all, e.At
		}
	case run.StageEnded:
		if e.Stage == l.laps.path && l.laps.path != "" {
			l.laps.over, l.laps.took = l.laps.over+1, l.laps.took+e.Took
		}
	case run.HostEnded:
		s := l.stageOf(e.Stage)
		if s == nil {
			return
		}
		s.turns.last = e.At
		if e.Outcome == step.Changed {
			s.turns.worked, s.turns.took = s.turns.worked+1, s.turns.took+e.Took
		}
	}
}

// sameLoop says whether two paths are rounds of one loop.
func sameLoop(a, b string) bool {
	loop, _, _ := strings.Cut(a, "[")
	other, rest, _ := strings.Cut(b, "[")
	return loop == other && !strings.Contains(rest, "/")
}

// number is a count in an event, which was written down or was not.
func number(value any) int {
	switch n := value.(type) {
	case int:
		return n
	case float64:
		return int(n)
	}
	return 0
}

// left is how long the rest of a stage takes, at its own pace.
func (s *stage) left(now time.Time) (time.Duration, bool) {
	rest := s.hosts - s.done
	if s.turns.atOnce == 0 || s.turns.worked == 0 || rest <= 0 {
		return 0, false
	}
	each := s.turns.took / time.Duration(s.turns.worked)
	waves := (rest + s.turns.atOnce - 1) / s.turns.atOnce
	return max(0, each*time.Duration(waves)-now.Sub(s.turns.last)), true
}

// left is how long the rest of a loop takes, if its rounds are alike.
func (l laps) left(now time.Time) (time.Duration, bool) {
	if l.over == 0 || l.now <= l.over {
		return 0, false
	}
	each := l.took / time.Duration(l.over)
	return each*time.Duration(l.all-l.now) + max(0, each-now.Sub(l.began)), true
}

// outlook says what is left: of the stage at work, and of the loop around it.
func (l *ledger) outlook(now time.Time) string {
	var parts []string
	if l.now != nil {
		if left, ok := l.now.left(now); ok {
			parts = append(parts, about(left, now))
		}
	}
	if l.laps.all > 1 && l.laps.now > 0 {
		round := fmt.Sprintf("round %d of %d", l.laps.now, l.laps.all)
		if left, ok := l.laps.left(now); ok {
			round += ", " + about(left, now) + " in all"
		}
		parts = append(parts, round)
	}
	return strings.Join(parts, " · ")
}

// about rounds what is a guess anyhow.
func about(left time.Duration, now time.Time) string {
	grain := time.Minute
	if left < 2*time.Minute {
		grain = 10 * time.Second
	}
	return fmt.Sprintf("about %s left (%s)", strings.TrimSuffix(length(max(grain, left.Round(grain))), "00s"), now.Add(left).Format("15:04"))
}

// progress tells, off a terminal and not too often, how far a stage with turns has come.
func (t *Terminal) progress(e run.Event) {
	s := t.l.stageOf(e.Stage)
	if t.o.Live || s == nil || s.turns.atOnce == 0 || s.done >= s.hosts || e.At.Sub(t.told) < longWait || e.At.Sub(s.began) < longWait {
		return
	}
	t.told = e.At
	text := fmt.Sprintf("%d of %s done", s.done, Many(s.hosts, "host"))
	if left := t.l.outlook(e.At); left != "" {
		text += " · " + left
	}
	t.heading(e, text)
}
