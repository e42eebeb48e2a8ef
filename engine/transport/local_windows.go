package transport

import "os/exec"

// Windows has no process groups of this kind: only the command itself is
// ended, and always at once.

func ownGroup(*exec.Cmd) {}

func signalGroup(cmd *exec.Cmd, _ bool) { _ = cmd.Process.Kill() }

func signalOf(*exec.ExitError) int { return 1 }
