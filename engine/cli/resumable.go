package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rung/engine/journal"
	"rung/engine/run"
)

// pastRun is a run of this machine and login.
type pastRun struct {
	journal.Summary
	// superseded is the run that later came to the end which this one did not reach; "": there is none. Such a run is not
	// resumable unless it is named.
	superseded string
}

// pastRuns lists the runs under root, the newest first.
func pastRuns(root string) ([]pastRun, error) {
	list, err := journal.List(root)
	if err != nil {
		return nil, err
	}
	runs := make([]pastRun, len(list))
	for i, s := range list {
		runs[i] = pastRun{Summary: s}
		if !s.Resumable {
			continue
		}
		if by := slices.IndexFunc(list, func(later journal.Summary) bool { return supersedes(root, later, s) }); by >= 0 {
			runs[i].superseded, runs[i].Resumable = list[by].ID, false
		}
	}
	return runs, nil
}

// supersedes says whether later ended well, after all that s did, with the same playbook, inventory and inputs, and narrowed
// to no less. With other inputs it may have left alone what s began.
func supersedes(root string, later, s journal.Summary) bool {
	wider := later.Header.Limit == "" || later.Header.Limit == s.Header.Limit
	wider = wider && (len(later.Header.Stages) == 0 || slices.Equal(later.Header.Stages, s.Header.Stages))
	return later.Outcome == "ok" && !later.Header.Demo && wider && later.Started.After(s.Last) &&
		isSource(root, playbookKept, later, s) && isSource(root, inventoryKept, later, s) && isKept(root, inputsKept, later, s)
}

// isSource says whether two runs read a file at one place, or the same text.
func isSource(root, name string, a, b journal.Summary) bool {
	from := a.Header.Sources[name]
	return from != "" && from == b.Header.Sources[name] || isKept(root, name, a, b)
}

// isOf says whether the inventory of s is file, by its place or by its text.
func isOf(root string, s journal.Summary, file string) bool {
	if from := s.Header.Sources[inventoryKept]; from != "" && from == absolute(file) {
		return true
	}
	here, err := os.ReadFile(file)
	kept, bad := os.ReadFile(filepath.Join(root, s.ID, inventoryKept))
	return errors.Join(err, bad) == nil && bytes.Equal(here, kept)
}

// isKept says whether two runs keep the same text under a name.
func isKept(root, name string, a, b journal.Summary) bool {
	one, err := os.ReadFile(filepath.Join(root, a.ID, name))
	other, bad := os.ReadFile(filepath.Join(root, b.ID, name))
	return errors.Join(err, bad) == nil && bytes.Equal(one, other)
}

// only is the one run under root that can be resumed; of several, the one whose inventory is file, where there is such.
func only(root, file string) (string, error) {
	list, err := pastRuns(root)
	if err != nil {
		return "", err
	}
	if file != "" { // where none of this inventory can be resumed, it is to take the place of another's
		here := slices.DeleteFunc(slices.Clone(list), func(s pastRun) bool { return !isOf(root, s.Summary, file) })
		if slices.ContainsFunc(here, func(s pastRun) bool { return s.Resumable }) {
			list = here
		}
	}
	var names, past []string
	for _, s := range list {
		switch {
		case s.Resumable:
			names = append(names, s.ID)
		case s.superseded != "":
			past = append(past, fmt.Sprintf("%s was done by %s", s.ID, s.superseded))
		}
	}
	switch {
	case len(names) == 1:
		return names[0], nil
	case len(names) > 1:
		hint := "rung runs tells more of them; rung runs --forget RUN puts one away"
		if file == "" {
			hint += "; -i INVENTORY takes that of this inventory"
		}
		return "", &failure{run.ExitUsage, fmt.Errorf("%d runs can be resumed: name one of %s", len(names), strings.Join(names, ", ")), hint}
	case len(past) > 0:
		return "", &failure{run.ExitUsage, fmt.Errorf("there is no run to resume: %s", strings.Join(past, ", ")), "name it to go on with it all the same"}
	}
	return "", usage("there is no run to resume in %s", root)
}

// forget puts runs away that are not to be resumed. Their journals stay.
func (a *app) forget(root string, names []string) error {
	list, err := pastRuns(root)
	if err != nil {
		return err
	}
	for _, name := range names {
		dir, err := journal.Find(root, name)
		if err != nil {
			return usage("%v", err)
		}
		id := filepath.Base(dir)
		i := slices.IndexFunc(list, func(s pastRun) bool { return s.ID == id })
		if i >= 0 && list[i].Outcome != "running" && !list[i].Resumable && list[i].superseded == "" {
			return usage("%s (%s) is not offered to rung resume: there is nothing to forget", id, list[i].Outcome)
		}
		var alive *journal.AliveError
		switch err := journal.Forget(dir); {
		case errors.As(err, &alive):
			return &failure{run.ExitRefused, err, "to watch it: rung show " + id + " --follow"}
		case err != nil:
			return err
		}
		fmt.Fprintf(a.err, "%s is not offered to rung resume any more; its journal stays, and rung resume %s goes on with it all the same\n", id, id)
	}
	return nil
}
