// Command tuned is rung with one step type more: sysctl.
package main

import (
	"os"
	"rung/engine/cli"
	"rung/engine/step"
	"rung/playbooks"
	"rung/steps"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.Program{Version: "tuned", Types: types(), Playbooks: playbooks.FS}))
}

// types are those that rung brings, and ours.
func types() []step.Type { return append(steps.All(), sysctlType()) }
