// Package playbooks holds the playbooks that come with rung.
//
// They are read with the program, byte for byte: `rung playbooks NAME` prints
// one, so that an operator can keep and change a copy.
package playbooks

import "embed"

// FS holds the bundled playbooks, NAME.yaml each, what they share, parts/NAME.yaml, and their tests,
// tests/NAME.test.yaml.
//
//go:embed *.yaml parts/*.yaml tests/*.yaml
var FS embed.FS
