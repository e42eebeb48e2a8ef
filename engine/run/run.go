// Package run is the loop: for every stage, for every host of its window, for
// every step: guard, plan, perform, collect.
//
// It knows no SSH, no twin and no terminal. What is done goes through a
// Performer, what happened comes out as Events, and time is a Clock. Its
// invariant is the truth table of a step on a host:
//
//	when      require   performed                      outcome    the host goes on
//	false     –         –                              skipped    yes
//	true/–    false     –                              refused    no: rescue, always
//	true/–    true/–    every check said "done"        ok         yes
//	true/–    true/–    read-only, all well            ok         yes
//	true/–    true/–    something was done, all well   changed    yes
//	true/–    true/–    a command said no, tries left  (again)    –
//	true/–    true/–    a command said no              failed     no: rescue, always
//	true/–    true/–    the same, with ignore_failure  failed     yes
//	true/–    true/–    the same, with skip_host,      failed     no: rescue, always; it counts for no other host
//	                    not on a control plane
//	true/–    true/–    contact lost in a read, twice  failed     no: rescue, always
//	true/–    true/–    a host that was there is away  (again)    when it is back: nothing was started
//	true/–    true/–    … for longer than Patience     failed     no: rescue, always
//	true/–    true/–    contact lost in a change; for  unknown    no: neither rescue nor always
//	                    good, in one with Detach
//	true/–    true/–    timeout or second Ctrl-C in a  its own    as after any; it is waited for
//	                    command with Detach
//	true/–    true/–    the same in another change,    unknown    no: neither rescue nor always
//	                    that was not seen to end
//	true/–    true/–    the operator stopped the run   canceled   no: always, once the action under way has ended
//	true/–    true/–    a question, answered with yes  ok         yes
//	true/–    true/–    a question, answered with no   refused    no: rescue, always
//	unknown   –         a dry-run                      planned    yes, with its condition
//	–         unknown   a dry-run                      planned    yes, with its condition
//	unknown   –         otherwise                      refused    no: rescue, always
//	–         unknown   otherwise                      refused    no: rescue, always
//
// In a stage that gathers, refused and failed do not end the host's way: see
// gather.go.
//
// Rescue and always keep a host's failure what it is. An unknown outcome in
// rescue keeps the host from always. A failure ends rescue, as it ends steps; of
// always it ends no more than its own step, or its sequence. Once the journal cannot be written nothing
// more is sent to any host, also not for rescue or always.
//
// A stage stops giving slots once more than max_failures of its hosts failed,
// at once on a refusal, an unknown outcome or a failed control plane, and when
// the operator stops the run. A host that failed takes no part in later stages. A run ends after the
// first stage that stopped.
package run

import (
	"context"
	"sync"
	"time"

	"rung/engine/guard"
	"rung/engine/plan"
	"rung/engine/step"
)

// Run is one execution of a plan.
type Run struct {
	ID      string // "" for a dry-run
	Plan    *plan.Plan
	Perform Performer
	Sink    Sink
	Clock   Clock
	Stop    <-chan struct{} // closed by the operator: start nothing new
	StopWhy func() string   // why it was closed; "", and nil: by the operator
	Reached []string        // hosts that are known to be there: where one goes away, it is waited for
	Lanes   int             // hosts worked on at a time, whatever the windows say; 0: no bound
	Probe   func(ctx context.Context, host string) bool

	Pauses   Pauses
	Confirm  func(ctx context.Context, question string) Answer // puts a question to a person, until ctx ends; nil: there is nobody
	NotAfter time.Time                                         // nothing new starts from then on; zero: no bound

	Memory *Memory // of the run's earlier lives; nil: this is its first
	By     string  // who resumes it
	Assume Assume  // asked about what nothing else can tell; nil: nobody can say
}

// Do runs r to its end. Cancelling ctx ends what runs, but for commands with
// Detach, which are waited for; see Stop for the gentle way.
func (r Run) Do(ctx context.Context) Ending {
	going, halt := context.WithCancel(ctx)
	var heeding sync.WaitGroup
	defer heeding.Wait()
	defer halt()
	heeding.Go(func() {
		select {
		case <-r.Stop:
			halt()
		case <-going.Done():
		}
	})
	l := newLoop(going, r, halt)
	for _, host := range r.Reached {
		l.met[host] = true
	}
	began := r.Clock.Now()
	start := Event{Kind: RunStarted, Title: r.Plan.Playbook.Name, Text: r.Plan.Playbook.About, Hosts: r.Plan.Hosts(), Data: plainInputs(r.Plan.Inputs)}
	if r.Memory != nil {
		start.Kind, start.Text = RunResumed, r.By
	}
	l.emit(start)
	if l.takeUp(ctx) {
		l.stages(ctx, r.Plan.Stages, around{frame: newFrame(nil, nil)})
	}
	end := l.ending(ctx)
	l.emit(Event{Kind: RunEnded, Outcome: end.Outcome, Exit: end.Exit, Text: end.Text, Took: r.Clock.Now().Sub(began)})
	return end
}

func plainInputs(inputs map[string]any) map[string]any {
	plain := map[string]any{}
	for name, value := range inputs {
		plain[name] = guard.Format(value)
	}
	return plain
}

// loop is the state of a run in progress.
type loop struct {
	Run
	going context.Context // ends when no further step may start
	halt  context.CancelFunc

	asking sync.Mutex // held while a person is asked

	mu      sync.Mutex
	lost    map[string]step.Outcome // hosts that take no further part
	healthy map[string]bool         // admin hosts that answered, until they are changed
	busy    map[string]bool         // hosts in a slot of a window
	met     map[string]bool         // hosts that were reached in this run
	reasons map[int]string          // by exit code, the first of each
	full    bool                    // no further host may start

	due   string // after what the run rests, before anything new starts
	tardy bool   // nothing new starts, because of the time of day

	review *review // of Settled; nil: this is a run, or a dry-run

	inTheWay int // what stages that gather have found
	changed  bool
	broken   bool // the journal cannot be written
}

func newLoop(going context.Context, r Run, halt context.CancelFunc) *loop {
	return &loop{Run: r, going: going, halt: halt, lost: map[string]step.Outcome{}, healthy: map[string]bool{}, busy: map[string]bool{}, met: map[string]bool{}, reasons: map[int]string{}}
}

// emit records e. After the first failure of the sink nothing new starts.
func (l *loop) emit(e Event) {
	e.At = l.Clock.Now()
	if err := l.Sink.Record(e); err != nil {
		l.breakOff(&RecordError{err})
	}
}

// breakOff stops everything: what cannot be recorded must not be done.
func (l *loop) breakOff(err *RecordError) {
	l.fail(ExitInternal, err.Error())
	l.mu.Lock()
	l.broken = true
	l.mu.Unlock()
	l.halt()
}

// isBroken says whether the journal failed.
func (l *loop) isBroken() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.broken
}

// stopped says whether no further host may start.
func (l *loop) stopped() bool {
	if l.asked() {
		return true
	}
	l.late()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.full
}

// asked says whether no further step may start: the operator stops the run, or
// it cannot be recorded.
func (l *loop) asked() bool {
	select {
	case <-l.Stop:
		return true
	default:
		return l.going.Err() != nil
	}
}
