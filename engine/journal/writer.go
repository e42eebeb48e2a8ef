package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// store is where a writer puts things. Tests fill it up.
type store interface {
	append(lines []byte) error             // to the journal
	output(name string, text []byte) error // to the end of a file of output/
	sync() error                           // the journal: what was appended is on disk
	close() error
}

// write is the writer of j: it takes one batch after the other to disk. While
// it waits for an fsync, those who Record fill the next batch, and will share
// the next fsync.
func (j *Journal) write(where store) {
	defer close(j.stopped)
	for stopping := false; !stopping; {
		select {
		case <-j.wake:
		case <-j.stop:
			stopping = true
		}
		j.mu.Lock()
		b := j.open
		j.open = newBatch()
		err := j.err
		j.mu.Unlock()

		if err == nil {
			if err = b.commit(where, stopping); err != nil {
				err = j.explain(err)
			}
		}
		if stopping {
			if last := where.close(); err == nil && last != nil {
				err = j.explain(last)
			}
		}
		j.mu.Lock()
		j.err = err
		j.mu.Unlock()
		b.err = err
		close(b.done)
	}
}

// commit writes b. Output goes first: an action is not on record as ended
// while the end of what it wrote is still in memory.
func (b *batch) commit(where store, flush bool) error {
	for _, file := range b.files {
		if err := where.output(file, b.outputs[file].Bytes()); err != nil {
			return err
		}
	}
	if b.lines.Len() > 0 {
		if err := where.append(b.lines.Bytes()); err != nil {
			return err
		}
	}
	if b.durable || flush {
		return where.sync()
	}
	return nil
}

// explain says where writing went wrong, and what to do now.
func (j *Journal) explain(err error) error {
	advice := "nothing more is started; see to " + j.dir
	if errors.Is(err, syscall.ENOSPC) {
		advice = "nothing more is started; make room on the disk of " + j.dir
	}
	return fmt.Errorf("the journal of run %s cannot be written: %w; %s", j.id, err, advice)
}

// disk is the store of a run directory. Files of output/ are opened for each
// write: a thousand hosts at work would otherwise hold a thousand files open.
type disk struct {
	journal *os.File
	dir     string
	heard   map[string]bool // files of output/ of earlier lives, whose actions were under way when these died
}

func (d *disk) append(lines []byte) error {
	_, err := d.journal.Write(lines)
	return err
}

func (d *disk) output(name string, text []byte) error {
	file := filepath.Join(d.dir, outputName, name)
	if d.heard[name] { // who follows the action hears it from its beginning
		if err := setAside(file); err != nil {
			return err
		}
		delete(d.heard, name)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// setAside moves a file to the first name behind its own that is free: FILE.1, FILE.2 …
func setAside(file string) error {
	for n := 1; ; n++ {
		aside := fmt.Sprintf("%s.%d", file, n)
		if _, err := os.Lstat(aside); err == nil {
			continue
		}
		if err := os.Rename(file, aside); !errors.Is(err, os.ErrNotExist) { // it may have written nothing
			return err
		}
		return nil
	}
}

func (d *disk) sync() error  { return d.journal.Sync() }
func (d *disk) close() error { return d.journal.Close() }
