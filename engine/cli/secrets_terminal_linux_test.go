package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rung/engine/run"
)

// longestPrompt bounds what a test of a terminal waits for.
const longestPrompt = 30 * time.Second

// desk is a terminal without glass, and who sits at it.
type desk struct {
	t          *testing.T
	hand, line *os.File // the end of the person, and that of the program
	mu         sync.Mutex
	shown      strings.Builder
	read       sync.WaitGroup
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	hand, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	number, err := unix.IoctlGetInt(int(hand.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(hand.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	m := &desk{t: t, hand: hand, line: line}
	m.read.Go(m.look)
	t.Cleanup(func() { _ = hand.Close() })
	return m
}

// look takes in what is shown, to the end of the line's last holder.
func (m *desk) look() {
	buffer := make([]byte, 4096)
	for {
		n, err := m.hand.Read(buffer)
		m.mu.Lock()
		m.shown.Write(buffer[:n])
		m.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (m *desk) says() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.shown.String()
}

func (m *desk) echoes() bool {
	state, err := unix.IoctlGetTermios(int(m.line.Fd()), unix.TCGETS)
	if err != nil {
		m.t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// asked waits until the program shows prompt, and no longer what is typed.
func (m *desk) asked(prompt string) {
	m.t.Helper()
	for end := time.Now().Add(longestPrompt); !strings.Contains(m.says(), prompt) || m.echoes(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			m.t.Fatalf("after %s there is no %q, or what is typed is shown (%t):\n%s", longestPrompt, prompt, m.echoes(), m.says())
		}
	}
}

func (m *desk) types(text string) {
	m.t.Helper()
	if _, err := m.hand.WriteString(text); err != nil {
		m.t.Fatal(err)
	}
}

// asksForAWord is a run on this machine that writes a secret into a file, started at a terminal.
func asksForAWord(t *testing.T) (m *desk, rung *exec.Cmd, file string) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "told")
	for name, text := range map[string]string{
		"inventory.yaml": "hosts: {here: {address: local}}\n",
		"tell.yaml": `playbook: tell
inputs:
  word: {type: secret, about: the password}
stages:
  - stage: Tell
    hosts: all
    steps:
      - command: {script: 'cat >"$1"', args: ["` + file + `"], secret_stdin: "${{ inputs.word }}", check: 'test -e "$1"'}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m = newDesk(t)
	rung = exec.Command("rung", "run", "tell.yaml", "-i", "inventory.yaml", "--yes")
	rung.Dir, rung.Stdin, rung.Stdout, rung.Stderr = dir, m.line, m.line, m.line
	rung.Env = append(os.Environ(), "HOME="+dir, "XDG_STATE_HOME="+dir, "TERM=xterm")
	rung.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := rung.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rung.Process.Kill() })
	m.asked("word (the password): ")
	return m, rung, file
}

// ends waits for the end of rung, which wants to give the terminal back as it was.
func (m *desk) ends(rung *exec.Cmd) (exit int) {
	m.t.Helper()
	var failed *exec.ExitError
	if err := rung.Wait(); err != nil && !errors.As(err, &failed) {
		m.t.Fatal(err)
	}
	if !m.echoes() {
		m.t.Error("the terminal no longer shows what is typed")
	}
	_ = m.line.Close()
	m.read.Wait()
	return rung.ProcessState.ExitCode()
}

func TestASecretIsTypedAtATerminalThatDoesNotShowIt(t *testing.T) {
	m, rung, file := asksForAWord(t)
	m.types("hunter2\n")
	if exit := m.ends(rung); exit != run.ExitDone {
		t.Errorf("exit %d", exit)
	}
	if told, err := os.ReadFile(file); string(told) != "hunter2" {
		t.Errorf("the command read %q (%v)", told, err)
	}
	if text := m.says(); strings.Contains(text, "hunter") {
		t.Errorf("the terminal has shown the secret:\n%s", text)
	}
}

func TestCtrlCAtTheQuestionForASecretLeavesTheTerminalAsItWas(t *testing.T) {
	m, rung, file := asksForAWord(t)
	m.types("hunt\x03")
	if exit := m.ends(rung); exit != run.ExitInterrupted {
		t.Errorf("exit %d", exit)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the command was run")
	}
	if text := m.says(); strings.Contains(text, "hunt") || !strings.Contains(text, "stopped by the operator; nothing was touched") {
		t.Errorf("the terminal shows:\n%s", text)
	}
}

func TestAnEmptySecretIsNone(t *testing.T) {
	m, rung, _ := asksForAWord(t)
	m.types("\n")
	if exit := m.ends(rung); exit != run.ExitUsage {
		t.Errorf("exit %d", exit)
	}
	if text := m.says(); !strings.Contains(text, "the secret word was not read: nothing was typed") {
		t.Errorf("the terminal shows:\n%s", text)
	}
}
