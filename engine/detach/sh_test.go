//go:build unix

package detach

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// bench is a folder in which start.sh and job.sh are really run, by /bin/sh, with tools that can end whoever calls them.
type bench struct {
	*testing.T
	root string
}

// benchTools are the programs that the two scripts call.
var benchTools = strings.Fields("id cat wc mv mkdir tail head flock sleep sh setsid")

// tool is a program that ends its caller, where that is the victim and it is the call of that number.
const tool = `#!/bin/sh
case $(tr '\0' ' ' </proc/$PPID/cmdline) in
%[2]s)
  echo >>%[1]s/calls
  [ "$(/usr/bin/wc -l <%[1]s/calls)" -ne %[4]d ] || doomed=%[3]s
  ;;
esac
case ${doomed-} in
'') exec %[5]s "$@" ;;
after) %[5]s "$@" ;;
esac
kill -9 $PPID
`

// Whose calls are counted: the script that starts and follows, or the one that runs the command.
const (
	starter = `*"It may be cut off"*`
	job     = `/bin/sh*/u1/job*|/usr/bin/sh*/u1/job*`
)

// newBench makes tools that end the victim with SIGKILL before or after the call of that number.
func newBench(t *testing.T, victim, moment string, call int) *bench {
	t.Helper()
	b := &bench{t, t.TempDir()}
	if err := os.Mkdir(filepath.Join(b.root, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range benchTools {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatalf("this machine has no %s", name)
		}
		text := fmt.Sprintf(tool, b.root, victim, moment, call, path)
		if name == "sleep" {
			text = "#!/bin/sh\nexec " + path + " 0.001\n" // not so long
		}
		if err := os.WriteFile(filepath.Join(b.root, "bin", name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// session runs start.sh, and hands what it says to h.
func (b *bench) session(h *heard) { b.sessionTo("start", h) }

// sessionTo is a session of that mode.
func (b *bench) sessionTo(mode string, h *heard) {
	b.Helper()
	command := "echo x >>" + b.root + "/starts; echo out; echo err >&2; exit 7"
	cmd := exec.Command("/bin/sh", "-euc", startScript, "sh", b.root+"/runs", "r", "u1", mode, fmt.Sprint(h.out), fmt.Sprint(h.err), command, jobScript, "0")
	cmd.Env = []string{"PATH=" + b.root + "/bin:/usr/bin:/bin", "HOME=" + b.root}
	var complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = h, &complaints
	h.begin()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() > 0) {
		b.Errorf("%v: %s", err, &complaints)
	}
}

// lines counts the lines of a file on the bench.
func (b *bench) lines(name string) int {
	text, _ := os.ReadFile(filepath.Join(b.root, name)) // none is no line
	return bytes.Count(text, []byte("\n"))
}

// everyCall runs the scripts, once for each call of the victim, in which it is ended there; check sees what a few more
// sessions then hear.
func everyCall(t *testing.T, victim string, check func(b *bench, h *heard)) {
	for _, moment := range []string{"before", "after"} {
		t.Run(moment, func(t *testing.T) {
			t.Parallel()
			for call := 1; ; call++ {
				b := newBench(t, victim, moment, call)
				h := &heard{}
				for range 3 {
					if b.session(h); h.verdict != "" {
						break
					}
				}
				check(b, h)
				if t.Failed() {
					t.Fatalf("it was ended %s call %d", moment, call)
				}
				if b.lines("calls") < call {
					if call < 4 {
						t.Errorf("only %d calls were seen", call)
					}
					return
				}
			}
		})
	}
}

func TestAStartThatIsCutOffAnywhereIsMadeGood(t *testing.T) {
	everyCall(t, starter, func(b *bench, h *heard) {
		if h.verdict != exited || h.exit != 7 || string(h.stdout) != "out\n" || string(h.stderr) != "err\n" || b.lines("starts") != 1 {
			b.Errorf("%s %d, started %d times: %q %q", h.verdict, h.exit, b.lines("starts"), h.stdout, h.stderr)
		}
	})
}

// Sessions that all found nothing started, and all start it at the same moment.
func TestSessionsThatStartTogetherStartItOnce(t *testing.T) {
	const many = 5
	b := newBench(t, "nobody", "never", 0)
	gate := fmt.Sprintf("#!/bin/sh\necho >>%[1]s/here\nuntil [ \"$(/usr/bin/wc -l <%[1]s/here)\" -ge %[2]d ]; do /usr/bin/sleep 0.01; done\n/usr/bin/setsid \"$@\"\necho >%[1]s/over\n", b.root, many)
	if err := os.WriteFile(filepath.Join(b.root, "bin", "setsid"), []byte(gate), 0o755); err != nil {
		t.Fatal(err)
	}
	over := filepath.Join(b.root, "over") // a pipe, into which each job writes at its end
	if err := syscall.Mkfifo(over, 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := os.OpenFile(over, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	var sessions sync.WaitGroup
	said := make([]heard, many)
	for i := range said {
		sessions.Go(func() { b.session(&said[i]) })
	}
	sessions.Wait()
	for range many {
		if _, err := io.ReadFull(all, make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range said {
		if h := &said[i]; h.verdict != exited || h.exit != 7 || string(h.stdout) != "out\n" {
			t.Errorf("one heard %s %d: %q", h.verdict, h.exit, h.stdout)
		}
	}
	if n := b.lines("starts"); n != 1 {
		t.Errorf("it was started %d times", n)
	}
}

func TestACommandWhoseKeeperIsKilledIsNeverStartedTwice(t *testing.T) {
	t.Run("each", func(t *testing.T) {
		everyCall(t, job, func(b *bench, h *heard) {
			starts := b.lines("starts")
			if h.verdict == exited && starts != 1 || h.verdict == none && starts != 0 || starts > 1 || h.verdict == "" {
				b.Errorf("%s %d, started %d times", h.verdict, h.exit, starts)
			}
		})
	})
}

// Whoever looks for a unit that nobody has started keeps it from ever being started, also where the look was cut off.
func TestAUnitThatWasNeverStartedNeverIs(t *testing.T) {
	everyLook(t, func(b *bench, call int) {
		h := &heard{}
		b.sessionTo("claim", h)
		if h.verdict == "" { // cut off
			b.sessionTo("claim", h)
		}
		if h.verdict != gone && (h.verdict != lost || b.lines("calls") < call) {
			b.Errorf("the look heard %q", h.verdict)
		}
		b.session(&heard{})
		if b.lines("starts") != 0 {
			b.Errorf("it was started behind the back of the look, which heard %q", h.verdict)
		}
	})
}

// everyLook cuts the session that looks off at each of its calls.
func everyLook(t *testing.T, check func(b *bench, call int)) {
	for _, moment := range []string{"before", "after"} {
		for call := 1; ; call++ {
			b := newBench(t, starter, moment, call)
			check(b, call)
			if t.Failed() {
				t.Fatalf("it was ended %s call %d", moment, call)
			}
			if b.lines("calls") < call {
				break
			}
		}
	}
}

// Whoever looks for a unit that was started follows it, and does not start it.
func TestAUnitThatWasStartedIsFollowedByWhoLooks(t *testing.T) {
	b := newBench(t, "nobody", "never", 0)
	b.session(&heard{})
	h := &heard{}
	b.sessionTo("claim", h)
	if h.verdict != exited || h.exit != 7 || string(h.stdout) != "out\n" || b.lines("starts") != 1 {
		t.Errorf("%s %d, started %d times: %q", h.verdict, h.exit, b.lines("starts"), h.stdout)
	}
}
