package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"rung/engine/run"
)

// patience bounds what a script waits for: long, for a loaded machine.
const patience = 2 * time.Minute

// process is a command of a script, in a process of its own.
type process struct {
	cmd      *exec.Cmd
	out, err spool
	ended    chan struct{} // closed once it has
	words    string
}

// spool keeps what a process says, while it says it.
type spool struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *spool) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *spool) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// launch starts a command with the script's environment.
func launch(ts *testscript.TestScript, words []string) *process {
	program, err := exec.LookPath(words[0])
	ts.Check(err)
	p := &process{cmd: exec.Command(program, words[1:]...), ended: make(chan struct{}), words: strings.Join(words, " ")}
	p.cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"HOME", "XDG_STATE_HOME", "SSH_AUTH_SOCK", "PATH", "TMPDIR", "GOCOVERDIR", wallClock} {
		p.cmd.Env = append(p.cmd.Env, name+"="+ts.Getenv(name))
	}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.err
	ts.Check(p.cmd.Start())
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // the exit code is looked at by expect
	}()
	return p
}

func (p *process) said() string { return p.out.String() + p.err.String() }

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.ended
}

// expect waits for the end, shows the script what p said, and compares the
// exit code.
func (p *process) expect(ts *testscript.TestScript, code string) {
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.kill()
		ts.Fatalf("%s does not end; it said\n%s", p.words, p.said())
	}
	fmt.Fprint(ts.Stdout(), p.out.String())
	fmt.Fprint(ts.Stderr(), p.err.String())
	if got := p.cmd.ProcessState.ExitCode(); got != number(ts, code) {
		ts.Fatalf("%s: exit code %d, want %s", p.words, got, code)
	}
}

// oneEnds waits until what was begun, or what is aside, ends, with that exit code; the other one is begun then.
func oneEnds(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1, 1, "one-ends N")
	over, on := running(ts), of(ts).aside
	select {
	case <-over.ended:
	case <-on.ended:
		over, on = on, over
	case <-time.After(patience):
		ts.Fatalf("neither ends; they said\n%s\n%s", over.said(), on.said())
	}
	of(ts).begun, of(ts).aside = on, nil
	over.expect(ts, args[0])
}

func begin(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1, -1, "begin COMMAND…")
	if of(ts).begun != nil {
		ts.Fatalf("one command at a time: %s goes on", of(ts).begun.words)
	}
	of(ts).begun = launch(ts, args)
}

// process is what was begun.
func running(ts *testscript.TestScript) *process {
	if of(ts).begun == nil {
		ts.Fatalf("nothing was begun")
	}
	return of(ts).begun
}

// see waits until what was begun says something like PATTERN, and keeps its
// first group in VAR.
func see(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1, 2, "see PATTERN [VAR]")
	p, pattern := running(ts), regexp.MustCompile(args[0])
	often := time.NewTicker(5 * time.Millisecond)
	defer often.Stop()
	limit := time.After(patience)
	for over := false; ; {
		if found := pattern.FindStringSubmatch(p.said()); found != nil {
			if len(args) > 1 {
				ts.Setenv(args[1], found[len(found)-1])
			}
			return
		}
		if over {
			ts.Fatalf("%s never said %q, but\n%s", p.words, args[0], p.said())
		}
		select {
		case <-often.C:
		case <-p.ended:
			over = true
		case <-limit:
			over = true
		}
	}
}

func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 0, 0, "interrupt")
	ts.Check(running(ts).cmd.Process.Signal(os.Interrupt))
}

func aside(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 0, 0, "aside")
	of(ts).begun, of(ts).aside = of(ts).aside, of(ts).begun
}

func crash(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 0, 0, "crash")
	running(ts).kill()
	of(ts).begun = nil
}

func ends(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1, 1, "ends N")
	p := running(ts)
	of(ts).begun = nil
	p.expect(ts, args[0])
}

// jsonLines wants events, one a line and numbered without a gap, and all lines
// of a second file among them.
func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1, 2, "jsonlines ALL [SOME]")
	known := map[string]bool{}
	for i, line := range strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), "\n") {
		var e run.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			ts.Fatalf("%s:%d: %v: %s", args[0], i+1, err, line)
		}
		if e.Kind == "" || e.Seq != int64(i+1) {
			ts.Fatalf("%s:%d: not an event, or not in order: %s", args[0], i+1, line)
		}
		known[line] = true
	}
	if len(args) < 2 {
		return
	}
	for i, line := range strings.Split(strings.TrimSpace(ts.ReadFile(args[1])), "\n") {
		if !known[line] {
			ts.Fatalf("%s:%d: not in %s: %s", args[1], i+1, args[0], line)
		}
	}
}
