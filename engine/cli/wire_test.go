//go:build linux

package cli

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestWire plays testdata/wire: rung, in a process of its own and by the clock on the wall, against a real OpenSSH server
// whose sessions are killed, which is killed itself, or whose packets are dropped.
//
// Besides what testscript and TestScripts know, a script can say
//
//	host [flags]         start a host: $HOST is its folder, $TRACES where $PLAYBOOK (work.yaml) works, $INV the inventory, $SSH_CONFIG what rung reads (see setHost)
//	kill-sessions        the processes of sshd that serve connections are killed
//	kill-server          and the one that listens; start-server: it listens again
//	cut                  packets are dropped in both directions, without a word; mend: no longer
//	unplug               its end of the cable is down; plug: up again
//	works                the long command of work.yaml has begun, and goes on: it says some lines more
//	heard                rung has written down some lines more of it
//	finish               it comes to its end
//	snapshot             keep what the host is: files and processes; same: it is that still
//	whole RUN            what it said is in the run's folder, to the last line, and in order
func TestWire(t *testing.T) {
	if testing.Short() {
		t.Skip("it goes by the clock on the wall")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "wire"),
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Values[skipper{}], e.Values[place{}] = e.T(), new(*machine)
			e.Setenv(wallClock, "yes")
			return setUp(e)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"host": setHost, "works": works, "heard": heard, "finish": finish, "whole": whole,
			"kill-sessions": hurt("kill-sessions", (*machine).killSessions), "kill-server": hurt("kill-server", (*machine).killServer),
			"start-server": hurt("start-server", (*machine).start),
			"cut":          hurt("cut", (*machine).cut), "mend": hurt("mend", (*machine).mend),
			"unplug": hurt("unplug", (*machine).unplug), "plug": hurt("plug", (*machine).plug),
			"snapshot": snapshot, "same": same,
			"exits": exits, "begin": begin, "see": see, "interrupt": interrupt, "ends": ends, "crash": crash, "aside": aside,
		},
	})
}

// skipper is where a script keeps what skips it.
type skipper struct{}

// place is where a script keeps its host.
type place struct{}

// hostOf is the script's host.
func hostOf(ts *testscript.TestScript) *machine {
	m := *ts.Value(place{}).(**machine)
	if m == nil {
		ts.Fatalf("there is no host yet")
	}
	return m
}

// hurt is a command that does something to the host.
func hurt(name string, act func(*machine) error) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		arguments(ts, neg, args, 0, 0, name)
		ts.Check(act(hostOf(ts)))
	}
}

// works waits until the long command has begun, and has said some lines more than it had.
func works(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 0, 0, "works")
	m := hostOf(ts)
	ts.Check(grows("what the command says", func() int { return len(m.read("work/said")) }))
}

// heard waits until rung has written down more of it than it had.
func heard(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 0, 0, "heard")
	ts.Check(grows("what rung has heard", func() int {
		size := 0
		for _, file := range outputs(ts, "*") {
			if at, err := os.Stat(file); err == nil {
				size += int(at.Size())
			}
		}
		return size
	}))
}

// grows waits until something has begun, and has grown since then by some lines.
func grows(what string, size func() int) error {
	before := size()
	return eventually(what+" grows", func() bool {
		n := size()
		if before == 0 {
			before = n
		}
		return before > 0 && n > before+20
	})
}

// outputs are the files with what the commands of a run have written.
func outputs(ts *testscript.TestScript, run string) []string {
	files, err := filepath.Glob(filepath.Join(ts.Getenv("XDG_STATE_HOME"), "rung", "runs", run, "output", "*.log"))
	ts.Check(err)
	return files
}

func finish(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 0, 0, "finish")
	m := hostOf(ts)
	ts.Check(os.WriteFile(m.file("work/go"), nil, 0o644))
	ts.Check(eventually("the command ends", func() bool { return m.read("work/ended") != "" }))
}

// whole wants each line of the long command in the run's folder once, and those of a stream in their order.
func whole(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1, 1, "whole RUN")
	files := outputs(ts, args[0])
	if len(files) != 1 {
		ts.Fatalf("what it said lies in %q, want one file", files)
	}
	streams := map[string][]string{}
	lines := bufio.NewScanner(strings.NewReader(ts.ReadFile(files[0])))
	for lines.Scan() {
		stream, _, _ := strings.Cut(lines.Text(), " ")
		streams[stream] = append(streams[stream], lines.Text())
	}
	said := strings.TrimSpace(hostOf(ts).read("work/said"))
	for _, stream := range []string{"out", "err"} {
		var want []string
		for i := range number(ts, said[strings.LastIndexByte(said, '\n')+1:]) {
			want = append(want, fmt.Sprintf("%s %d", stream, i+1))
		}
		want = append(want, stream+" ends")
		if got := streams[stream]; strings.Join(got, "\n") != strings.Join(want, "\n") {
			ts.Fatalf("%s: %d of its %d lines of %s are there, or in another order:\n%s", files[0], len(got), len(want), stream, strings.Join(got, "\n"))
		}
	}
}
