package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The files of a run directory that this package makes.
const (
	journalName = "journal.jsonl"
	lockName    = "lock"
	tornName    = "torn"
)

// NewID returns the id of a run of a playbook that starts at that time:
// 20260314-150926-kubeadm-upgrade. The time is written as its zone says it.
func NewID(at time.Time, playbook string) string {
	name := filepath.Base(filepath.ToSlash(playbook))
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".yaml"), ".yml")
	return at.Format("20060102-150405-") + plain(name)
}

// Root returns the folder of all runs: $XDG_STATE_HOME/rung/runs, or
// ~/.local/state/rung/runs. A relative $XDG_STATE_HOME is ignored, as the XDG
// base directory specification asks.
func Root() (string, error) {
	if state := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "rung", "runs"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no place for the journals of runs: %w; set XDG_STATE_HOME to a folder", err)
	}
	return filepath.Join(home, ".local", "state", "rung", "runs"), nil
}

// Find returns the directory of the run under root whose id is name, or begins
// with name where no other does.
func Find(root, name string) (string, error) {
	if err := sane(name); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("look for run %s: %w", name, err)
	}
	var found []string
	for _, e := range entries {
		if e.Name() == name {
			return filepath.Join(root, name), nil
		}
		if e.IsDir() && strings.HasPrefix(e.Name(), name) {
			found = append(found, e.Name())
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("no run is called %s under %s; `rung runs` lists them", name, root)
	case 1:
		return filepath.Join(root, found[0]), nil
	}
	return "", fmt.Errorf("%d runs begin with %s, such as %s and %s; write more of the id", len(found), name, found[0], found[1])
}

// sane refuses names that would lead out of their folder, or hide in it.
func sane(name string) error {
	if name == "" || name[0] == '.' || strings.ContainsAny(name, `/\:`) || strings.ContainsRune(name, 0) {
		return fmt.Errorf("%q cannot be the name of a file of a run", name)
	}
	return nil
}
