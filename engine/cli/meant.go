package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"rung/engine/diag"
	"rung/engine/run"
)

// verbOf is the Args of a command that is nothing without one of its own: what is none of them was meant to be one.
func verbOf(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, verb := range c.Commands() {
		if verb.IsAvailableCommand() {
			names = append(names, verb.Name())
		}
	}
	hint := diag.DidYouMean(args[0], names)
	if hint == "" {
		hint = "see " + c.CommandPath() + " --help"
	}
	return &failure{run.ExitUsage, fmt.Errorf("unknown command %q for %q", args[0], c.CommandPath()), hint}
}

// unread is why a file that the operator names cannot be read; what says what it is. Of one that is not there, the name
// of its neighbour that is nearest is the hint.
func unread(what, file string, err error) error {
	f := &failure{code: run.ExitUsage, err: fmt.Errorf("%s cannot be read: %w", what, err)}
	if errors.Is(err, fs.ErrNotExist) {
		folder, name := filepath.Split(file)
		entries, _ := os.ReadDir(filepath.Clean(folder))
		var names []string
		for _, e := range entries {
			if !e.IsDir() {
				names = append(names, e.Name())
			}
		}
		if near := diag.Suggest(name, names); near != "" {
			f.hint = "did you mean " + folder + near + "?"
		}
	}
	return f
}
