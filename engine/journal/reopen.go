package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"rung/engine/run"
	"rung/engine/step"
)

// Reopen goes on with the journal in the directory of a run, for another life of it, and returns what it holds. It takes
// the run's lock: where another process has it, the error is an *AliveError. What a crash has cut short at its end goes to
// the file torn. Nothing else is written before the first Record; a run that was forgotten is so no longer.
func Reopen(dir string) (*Journal, Header, []run.Event, error) {
	id := filepath.Base(dir)
	fail := func(err error) (*Journal, Header, []run.Event, error) {
		return nil, Header{}, nil, fmt.Errorf("run %s: %w", id, err)
	}
	held, err := seize(filepath.Join(dir, lockName))
	if err != nil {
		return fail(err)
	}
	file, header, events, err := reopen(dir)
	if err != nil {
		held.release()
		return fail(err)
	}
	held.sign()
	if err := recall(dir); err != nil {
		held.release()
		return fail(errors.Join(err, file.Close()))
	}
	begun, last := underWay(events)
	heard := map[string]bool{}
	for a, seq := range begun {
		heard[outputFile(run.Event{Host: a.host, Step: a.step, Action: a.number}, seq)] = true
	}
	j := start(dir, id, held, &disk{journal: file, dir: dir, heard: heard})
	j.seq, j.started = last, begun
	return j, header, events, nil
}

// underWay returns the actions that were started, and of which no end is known, with the Seq of their start, and the last Seq of all.
func underWay(events []run.Event) (begun map[action]int64, last int64) {
	begun = map[action]int64{}
	for _, e := range events {
		last = max(last, e.Seq)
		switch e.Kind {
		case run.ActionStarted:
			begun[actionOf(e)] = e.Seq
		case run.ActionEnded:
			if e.Outcome != step.Unknown { // else it is followed by this life
				delete(begun, actionOf(e))
			}
		}
	}
	return begun, last
}

// reopen opens journal.jsonl behind its last whole line.
func reopen(dir string) (*os.File, Header, []run.Event, error) {
	file, err := os.OpenFile(filepath.Join(dir, journalName), os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, Header{}, nil, err
	}
	content, err := io.ReadAll(file)
	if err != nil {
		return nil, Header{}, nil, errors.Join(err, file.Close())
	}
	header, events, err := parse(content)
	if err != nil {
		return nil, Header{}, nil, errors.Join(fmt.Errorf("%s:%w", file.Name(), err), file.Close())
	}
	if whole := ends(content, 1+len(events)); whole < len(content) {
		if err := cut(dir, file, content[whole:], int64(whole)); err != nil {
			return nil, Header{}, nil, errors.Join(err, file.Close())
		}
	}
	return file, header, events, nil
}

// ends says where the first so many lines of content end.
func ends(content []byte, lines int) int {
	at := 0
	for ; lines > 0; lines-- {
		at += bytes.IndexByte(content[at:], '\n') + 1
	}
	return at
}

// cut puts the end of the journal, which is no line of it, aside: first there, and then away from here.
func cut(dir string, file *os.File, end []byte, whole int64) error {
	aside, err := os.OpenFile(filepath.Join(dir, tornName), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = aside.Write(append(end[:len(end):len(end)], '\n'))
	if err == nil {
		err = aside.Sync()
	}
	if err = errors.Join(err, aside.Close()); err != nil {
		return err
	}
	if err := file.Truncate(whole); err != nil {
		return err
	}
	return errors.Join(file.Sync(), syncFolder(dir))
}

// Last is the number of the last event.
func (j *Journal) Last() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.seq
}
