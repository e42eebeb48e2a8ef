//go:build unix

package transport

import (
	"os/exec"
	"syscall"
)

// ownGroup puts the command into a process group of its own, so that a Ctrl-C
// at the terminal reaches only rung, which decides what becomes of it.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// signalGroup asks the command and its children to end, or ends them.
func signalGroup(cmd *exec.Cmd, kill bool) {
	signal := syscall.SIGTERM
	if kill {
		signal = syscall.SIGKILL
	}
	_ = syscall.Kill(-cmd.Process.Pid, signal) // it may have ended by itself
}

// signalOf returns the status of a command that a signal ended.
func signalOf(exit *exec.ExitError) int {
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return 1
}
