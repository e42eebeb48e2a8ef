// Package lock keeps a second run away from a cluster. The lock lies on hosts
// of the cluster, where two operators on two machines meet it, and belongs to a
// run: who has its key is let in again, whatever happened to the process.
//
// Its invariant: of two runs that ask the same hosts, in the same order, one
// holds the lock at most, whatever was cut off on the way.
//
//	/var/lib/rung/lock/         on each host, of root alone; without root ~/.local/state/rung/lock/
//	state                       who holds it, or held it last; written aside, and moved there
//	guard                       empty; flock holds it for the moment of a change
//
// A Lock gives a sign of life twice a minute. Without one it expires, by the
// uptime of the host where it lies; no two clocks are ever compared. That it
// has expired is not enough: who asks decides whether it falls (see Take), for
// what the run has started may work on. A run whose lock was taken away, or
// fell, is told of it with its next sign of life; where a host cannot be asked,
// nothing is known, and the run goes on.
//
// What is done to a host is two small scripts, lock.sh and turn.sh, which may
// be cut off at any moment and run again. A host needs flock, of util-linux.
//
// The package knows no runs and no inventories. It lives in the time of this
// machine, also where a simulated cluster has another.
package lock

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"sync"
	"time"

	"rung/engine/step"
)

//go:embed lock.sh
var lockScript string

//go:embed turn.sh
var turnScript string

const (
	// Expiry is how long a lock holds without a sign of life.
	Expiry = 5 * time.Minute
	every  = 30 * time.Second // a sign of life
	answer = 20 * time.Second // how long a host may take for one
)

// Host is where a lock lies, and whether root is reached by sudo there.
type Host struct {
	Name string
	Sudo bool
}

// Site is the hosts where the lock of a cluster lies.
type Site struct {
	Exec   step.Exec
	Hosts  []Host           // the lock is taken in this order: everybody's must be the same
	Folder string           // on the hosts; "" is the usual one
	Now    func() time.Time // what this machine's clock says; nil is time.Now
}

// Record is who holds a lock, for people.
type Record struct {
	Run      string `json:"run,omitempty"` // its id; "" while it has not begun: it looks, or asks
	Playbook string `json:"playbook,omitempty"`
	Owner    string `json:"owner"` // user@machine
	Process  int    `json:"process"`
}

// Found is how the lock stood on a host.
type Found struct {
	Host    string
	Held    bool
	Key     string // of who holds it, or held it last; "" where nobody ever did
	Broken  bool   // it was taken away, by Who
	Expired bool   // there was no sign of life for too long
	Who     Record
	Since   time.Time     // by the host's clock
	Now     time.Time     // by the host's clock
	Silent  time.Duration // since the last sign of life; at least, where the host was restarted
}

// wall is the time on the wall: no other tells that this machine slept.
func (s Site) wall() time.Time {
	if s.Now == nil {
		return time.Now().Round(0)
	}
	return s.Now().Round(0)
}

// NewKey returns a key: who has it has the lock.
func NewKey() string { return rand.Text() }

// Lock is a lock that is held.
type Lock struct {
	site Site
	key  string

	// What Take found out, by host, and nobody else writes: another's lock that fell, and who could not be asked or told.
	fallen map[string]Found
	away   map[string]bool

	asking sync.Mutex // held while it is looked at before a command; see Sure

	mu    sync.Mutex
	who   Record
	awake time.Time // when this machine was seen to be, by the clock on the wall
	slept bool      // it was not, since more than half of the hosts last took a sign of life
	tried time.Time // the last sign of life
	gone  bool      // it is lost
	lost  func(Found)

	renamed chan struct{} // holds a token when who changed
	stop    context.CancelFunc
	keeping sync.WaitGroup
}

// Begun says that the run has an id now. Others are told of it soon.
func (l *Lock) Begun(run string) {
	l.mu.Lock()
	l.who.Run = run
	l.mu.Unlock()
	select {
	case l.renamed <- struct{}{}:
	default: // it is told already
	}
}

func (l *Lock) line() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.who.line()
}

func (r Record) line() string {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // texts and a number
	}
	return string(text)
}
