package twin

import (
	"io"
	"io/fs"
	"sync"
	"time"
)

// session is one command line on one host, from its start to its end.
type session struct {
	cluster *Cluster
	host    *host
	user    string
	start   time.Time
	turn    func() // waits for those that began before on other hosts; nil: nobody else works

	mu       sync.Mutex // pipelines run side by side
	charged  time.Duration
	commands int
	shells   int
	umask    fs.FileMode
}

// Bounds of one session: a script that loops for ever must end, and deep recursion must not exhaust us.
const (
	mostCommands = 10_000
	mostTime     = 24 * time.Hour
	mostShells   = 64
	longestLine  = 1 << 20
)

func (s *session) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.start.Add(s.charged)
}

func (s *session) charge(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.charged += d
}

// spend counts a command; false when the session has had its share.
func (s *session) spend() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commands++
	return s.commands <= mostCommands && s.charged <= mostTime
}

// enter counts a shell inside a shell; false when there are too many.
func (s *session) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shells++
	return s.shells <= mostShells
}

func (s *session) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shells--
}

// mask is the session's umask.
func (s *session) mask() fs.FileMode {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.umask
}

// fork is a session of its own that starts now: what it charges, this one does not wait for.
func (s *session) fork() *session {
	return &session{cluster: s.cluster, host: s.host, user: s.user, start: s.now(), turn: s.turn, shells: s.shells, umask: 0o022}
}

// tape holds what a session says, and when.
type tape struct {
	session *session
	mu      sync.Mutex
	said    []saying
}

type saying struct {
	at   time.Time
	err  bool // on standard error
	data []byte
}

// piece is where what is said next goes: behind what was said at that very moment on the same stream, if that came last. A
// listing of hundreds of lines is one piece.
func piece(said *[]saying, at time.Time, err bool) *saying {
	last := len(*said) - 1
	if last < 0 || (*said)[last].err != err || !(*said)[last].at.Equal(at) {
		*said = append(*said, saying{at: at, err: err})
		last++
	}
	return &(*said)[last]
}

func (t *tape) record(at time.Time, err bool, data []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := piece(&t.said, at, err)
	s.data = append(s.data, data...)
}

// track is one of the two streams of a tape.
type track struct {
	tape *tape
	err  bool
}

func (t track) Write(data []byte) (int, error) {
	return t.WriteAt(data, t.tape.session.now())
}

// WriteAt records data said at a time that may be over already.
func (t track) WriteAt(data []byte, at time.Time) (int, error) {
	t.tape.record(at, t.err, data)
	return len(data), nil
}

// keep is WriteAt of data that nobody else has.
func (t track) keep(data []byte, at time.Time) {
	t.tape.mu.Lock()
	defer t.tape.mu.Unlock()
	if s := piece(&t.tape.said, at, t.err); s.data == nil {
		s.data = data
	} else {
		s.data = append(s.data, data...)
	}
}

// timedWriter is a writer that keeps the time with the data: a track, or an open file.
type timedWriter interface {
	WriteAt(data []byte, at time.Time) (int, error)
}

// writeAt writes data to w as of that time where w can, and now where it cannot (a pipe).
func writeAt(w io.Writer, data []byte, at time.Time) {
	if timed, ok := w.(timedWriter); ok {
		_, _ = timed.WriteAt(data, at) // neither a track nor a file of memory fails
		return
	}
	_, _ = w.Write(data) // a pipe whose reader went away: as with SIGPIPE, nobody is told
}
