// Command rung runs playbooks of typed steps on hosts over SSH, and upgrades
// kubeadm clusters.
package main

import (
	"os"

	"rung/engine/cli"
	"rung/playbooks"
	"rung/steps"
)

// version is set when a release is built; see the Makefile.
var version = "dev"

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.Program{
		Version:   version,
		Types:     steps.All(),
		Playbooks: playbooks.FS,
	}))
}
