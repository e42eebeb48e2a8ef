package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"rung/engine/run"
	"rung/engine/sshd"
	"rung/playbooks"
	"rung/steps"
)

// speed is how many times as quick as life the clocks of the scripts are.
const speed = 1000

// wallClock lets the program go by the clock on the wall.
const wallClock = "RUNG_TEST_WALL_CLOCK"

// TestMain is also the program rung, where a script starts it.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rung": func() {
		var clock run.Clock = run.NewScaled(time.Now(), speed)
		if os.Getenv(wallClock) != "" {
			clock = run.Wall{}
		}
		os.Exit(Main(os.Args[1:], Program{Version: "test", Types: steps.All(), Playbooks: playbooks.FS, Clock: clock}))
	}})
}

// TestScripts plays testdata/script: rung as operators use it, each time in a
// process of its own, against twins behind real SSH in this process.
//
// Besides what testscript knows, a script can say
//
//	twin [flags]         start a cluster: $SITE, $INV and $SSH_CONFIG (see setTwin)
//	nodes                print the cluster's nodes
//	on HOST SCRIPT       do something on a host, as its administrator would
//	remove HOST PACKAGE  take a package off a host
//	fail HOST WORDS TEXT let commands that begin with these words fail; heal: no longer
//	fault FAULT...       let happen what has a name, such as host-down:cp2
//	hold PATTERN         let commands wait before they start; held: until one does; release: go on
//	starts N PATTERN     as many commands were started since the last forget
//	untouched            no command was started that changes a host or the cluster
//	exits N COMMAND…     run a command that ends with exit code N
//	begin COMMAND…       start a command, see PATTERN [VAR] in what it says,
//	interrupt, ends N    interrupt it, and wait for its end; or crash: it is killed
//	aside                what was begun goes on aside; once more: it is back
//	one-ends N           wait until one of the two ends, whichever; the other one is what was begun
//	jsonlines ALL [SOME]  ALL is events, one a line, in order; all lines of SOME are among them
//	edit FILE PATTERN TEXT, newkey FILE
//
// A command that a twin does not know fails the script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup:               setUp,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"twin": setTwin, "nodes": tellNodes, "on": actOn, "remove": remove, "fail": letFail, "heal": heal, "fault": fault,
			"hold": hold, "held": held, "release": release,
			"starts": countStarts, "untouched": untouched, "forget": forget,
			"exits": exits, "begin": begin, "see": see, "interrupt": interrupt, "ends": ends, "crash": crash, "aside": aside, "one-ends": oneEnds,
			"edit": edit, "jsonlines": jsonLines, "newkey": newKey,
		},
	})
}

// stageKey is where a script keeps its stage.
type stageKey struct{}

// theatre is what a script plays on.
type theatre struct {
	cluster *gate    // nil until there is a twin
	site    *site    // its door
	mark    int      // commands before it are forgotten
	begun   *process // nil: none
	aside   *process // what was begun before it
}

func of(ts *testscript.TestScript) *theatre { return ts.Value(stageKey{}).(*theatre) }

func setUp(e *testscript.Env) error {
	stage := &theatre{}
	e.Values[stageKey{}] = stage
	e.Setenv("HOME", e.WorkDir)
	e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, "state"))
	e.Setenv("SSH_AUTH_SOCK", "")
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		return err
	}
	e.Setenv("EXAMPLES", examples)
	e.Defer(func() {
		if err := stage.close(); err != nil {
			e.T().Log(err)
			e.T().FailNow()
		}
	})
	return nil
}

// close ends what goes on, and says what the twin did not know.
func (s *theatre) close() error {
	for _, p := range []*process{s.begun, s.aside} {
		if p != nil {
			p.kill()
		}
	}
	if s.cluster == nil {
		return nil
	}
	s.cluster.open()
	err := s.site.close()
	if list := s.cluster.Unknown(); len(list) > 0 {
		err = fmt.Errorf("the twin does not know %d of the commands, on %s first: %q", len(list), list[0].Host, list[0].Argv)
	}
	return err
}

// arguments fails the script where a command has not as many as its usage says.
func arguments(ts *testscript.TestScript, neg bool, args []string, least, most int, usage string) {
	if neg || len(args) < least || most >= 0 && len(args) > most {
		ts.Fatalf("usage: %s", usage)
	}
}

// exits runs a command to its end, and compares its exit code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 2, -1, "exits N COMMAND…")
	p := launch(ts, args[1:])
	p.expect(ts, args[0])
}

// edit replaces what matches in a file.
func edit(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 3, 3, "edit FILE PATTERN TEXT")
	file := ts.MkAbs(args[0])
	old := ts.ReadFile(file)
	edited := regexp.MustCompile("(?m)"+args[1]).ReplaceAllString(old, args[2])
	if edited == old {
		ts.Fatalf("%s has nothing like %q:\n%s", args[0], args[1], old)
	}
	ts.Check(os.WriteFile(file, []byte(edited), 0o600))
}

// newKey writes a private key that no host knows.
func newKey(ts *testscript.TestScript, neg bool, args []string) {
	arguments(ts, neg, args, 1, 1, "newkey FILE")
	key, err := sshd.NewKey()
	ts.Check(err)
	file := ts.MkAbs(args[0])
	_ = os.Remove(file)
	ts.Check(key.Write(file, nil))
}

// number reads a count of a script.
func number(ts *testscript.TestScript, text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		ts.Fatalf("%v", err)
	}
	return n
}

// say writes to what the script's stdout command looks at.
func say(ts *testscript.TestScript, format string, args ...any) {
	fmt.Fprintf(ts.Stdout(), format, args...)
}
