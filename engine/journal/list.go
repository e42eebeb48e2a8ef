package journal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"time"

	"rung/engine/run"
	"rung/engine/step"
)

// Summary is a run in a list.
type Summary struct {
	ID       string
	Playbook string
	Started  time.Time
	Ended    time.Time // zero where it did not end
	Last     time.Time // when its last event was; zero where it has none
	Header   Header    // of its journal
	// Outcome is how the run ended: ok, failed, refused, canceled, unknown, or
	// paused, where it ended early as it was told to.
	// Without an end it is running, where its process is alive, or else
	// unfinished. A run whose journal makes no sense is unreadable; see Err.
	Outcome string
	Hosts   []string
	// Resumable says that the run did not end well, has changed something, or was about to, and is not forgotten: see
	// Forget.
	Resumable bool
	Err       error
}

// List returns the runs under root, the newest first. It reads the ends of
// each journal, not all of it. A root that does not exist holds no runs.
func List(root string) ([]Summary, error) {
	entries, err := os.ReadDir(root)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the runs: %w", err)
	}
	var runs []Summary
	for _, e := range entries {
		dir := filepath.Join(root, e.Name())
		if _, err := os.Stat(filepath.Join(dir, lockName)); !e.IsDir() || err != nil {
			continue // not made by Create
		}
		runs = append(runs, summarize(dir))
	}
	sort.SliceStable(runs, func(i, j int) bool {
		if !runs[i].Started.Equal(runs[j].Started) {
			return runs[i].Started.After(runs[j].Started)
		}
		return runs[i].ID > runs[j].ID
	})
	return runs, nil
}

func summarize(dir string) Summary {
	s := Summary{ID: filepath.Base(dir), Outcome: "unfinished"}
	// Whether it is alive is asked before its end is looked for: a run that
	// ends in between is then ended, and not taken for a crashed one.
	living := alive(filepath.Join(dir, lockName))
	f, err := os.Open(filepath.Join(dir, journalName))
	if err == nil {
		defer f.Close()
		err = s.fill(f)
	}
	s.Resumable = s.Resumable && !living && !isForgotten(dir)
	switch {
	case s.Ended.IsZero() && living:
		s.Outcome = "running"
	case err != nil:
		s.Outcome, s.Err = "unreadable", err
	}
	return s
}

func (s *Summary) fill(f *os.File) error {
	head := bufio.NewReader(f)
	line, err := head.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("%s:1: the journal has no first line", f.Name())
	}
	header, err := parseHeader(line)
	if err != nil {
		return fmt.Errorf("%s:1: %w", f.Name(), err)
	}
	s.Header, s.Playbook, s.Started = header, header.Playbook, header.Created
	if line, err := head.ReadBytes('\n'); err == nil {
		if e, err := parseEvent(line); err == nil && e.Kind == run.RunStarted {
			s.Started, s.Hosts = e.At, hostsOf(e)
		}
	}
	if e, ok := lastEvent(f); ok {
		s.Last = e.At
		if e.Kind == run.RunEnded {
			s.Ended, s.Outcome = e.At, ending(e)
		}
	}
	if s.Outcome != string(step.OK) && !header.Demo {
		s.Resumable, err = changing(f)
	}
	return err
}

// changing says whether f has the start of an action that may change something.
func changing(f *os.File) (bool, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	content, err := io.ReadAll(f)
	for line := range bytes.Lines(content) {
		if bytes.Contains(line, []byte(`"kind":"action.started"`)) && bytes.Contains(line, []byte(`"mutates":true`)) {
			return true, err
		}
	}
	return false, err
}

// ending is the word for how a run ended; one that changed nothing is as ok as
// one that did.
func ending(e run.Event) string {
	switch {
	case e.Exit == run.ExitPaused:
		return "paused"
	case e.Outcome == step.Changed || e.Outcome == "":
		return string(step.OK)
	}
	return string(e.Outcome)
}

func hostsOf(e run.Event) []string {
	if len(e.Hosts) > 0 {
		return e.Hosts
	}
	list, _ := e.Data["hosts"].([]any)
	var hosts []string
	for _, h := range list {
		if name, ok := h.(string); ok {
			hosts = append(hosts, name)
		}
	}
	return hosts
}

// lastEvent reads back from the end of f until it has a whole line.
func lastEvent(f *os.File) (run.Event, bool) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return run.Event{}, false
	}
	for back := int64(8 << 10); ; back *= 4 {
		from := max(0, size-back)
		tail := make([]byte, size-from)
		if n, _ := f.ReadAt(tail, from); n < len(tail) {
			return run.Event{}, false
		}
		lines, _ := split(tail)
		if len(lines) > 1 || from == 0 && len(lines) > 0 {
			e, err := parseEvent(bytes.TrimSpace(lines[len(lines)-1]))
			return e, err == nil
		}
		if from == 0 {
			return run.Event{}, false
		}
	}
}
