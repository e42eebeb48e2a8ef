// Package journal keeps the events of a run on disk, and reads them back.
//
// A run has a directory of its own, ROOT/ID, that only its owner can enter:
//
//	journal.jsonl    a header, then the events, one JSON object a line
//	playbook.yaml    what ran, and on what: copies made before the run starts
//	inventory.yaml
//	inputs.json      without secrets
//	included/        what the playbook includes of its own folder, and
//	bundled/         what of the program
//	output/          what the commands wrote, a file for each action
//	diagnostics/     what was found out about hosts that failed, a folder for each
//	lock             held by the process that runs it, as long as it lives; who that is
//	torn             what crashes have cut short
//
// Its one invariant: Record returns for the start of a mutating action only
// once that event, and every event before it, is on disk; and so for the end
// of one, for the end of a step, and for both ends of the run. Whoever reads
// the journal after a crash knows each command that can have changed a host.
//
// Events carry no secrets; keeping them out is the duty of who makes the
// events. The package does not decide what to do about a run that ended early.
// Who reads a journal repairs nothing, and is told what was found. Who reopens it,
// to resume the run, takes a line that a crash has cut short aside: the journal
// goes on behind the last that is whole.
package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"rung/engine/run"
)

// Version is the version of the format of journal.jsonl that this package
// writes, and the newest that it reads.
const Version = 1

// Header is the first line of a journal: what ran.
type Header struct {
	Journal  int               `json:"journal"`  // the format's version; set by Create
	Run      string            `json:"run"`      // the run's id; set by Create
	Playbook string            `json:"playbook"` // its name
	Rung     string            `json:"rung"`     // the version of the program
	Created  time.Time         `json:"created"`
	Digests  map[string]string `json:"digests,omitempty"` // of the files kept beside it, by name; see Digest
	Folder   string            `json:"folder,omitempty"`  // where the program was called: relative paths begin there
	Sources  map[string]string `json:"sources,omitempty"` // where the kept files were read, by name; absolute, or a bundled playbook's name
	Demo     bool              `json:"demo,omitempty"`    // its hosts were simulated, and are gone with its process
	Limit    string            `json:"limit,omitempty"`   // what the run was narrowed to
	Stages   []string          `json:"stages,omitempty"`
	Torn     bool              `json:"-"` // set by Read: the last line was cut short by a crash, and left out
}

// Journal takes the events of one run to disk. It is a run.Sink that may be
// used by many goroutines at once: those that wait for the disk at the same
// time share one fsync.
type Journal struct {
	dir  string
	id   string
	lock *lock

	mu      sync.Mutex // guards what is below
	open    *batch     // takes what comes in
	seq     int64
	started map[action]int64 // the actions now running, and the Seq of their start
	err     error            // the first error; nothing is written after it
	closed  bool

	wake    chan struct{} // holds a token when open is not empty
	stop    chan struct{}
	stopped chan struct{} // closed when the writer has ended
}

// Create makes the directory of a run under root and begins its journal. Where
// the id is taken already it tries ID-2, ID-3 …: see ID for the one it got.
// The run counts as alive until Close, or until the process ends.
func Create(root, id string, header Header) (*Journal, error) {
	if err := sane(id); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of runs: %w", err)
	}
	dir, id, err := claim(root, id)
	if err != nil {
		return nil, err
	}
	held, err := acquire(filepath.Join(dir, lockName))
	if err != nil {
		return nil, fmt.Errorf("lock run %s: %w", id, err)
	}
	header.Journal, header.Run = Version, id
	held.sign()
	file, err := begin(dir, header)
	if err != nil {
		held.release()
		return nil, fmt.Errorf("begin the journal of run %s: %w", id, err)
	}
	return start(dir, id, held, &disk{journal: file, dir: dir}), nil
}

// start makes a Journal that writes to where, and its writer.
func start(dir, id string, held *lock, where store) *Journal {
	j := &Journal{
		dir: dir, id: id, lock: held,
		open:    newBatch(),
		started: map[action]int64{},
		wake:    make(chan struct{}, 1),
		stop:    make(chan struct{}),
		stopped: make(chan struct{}),
	}
	go j.write(where)
	return j
}

// claim makes a new directory for a run. Making it is atomic, so two processes
// never share one.
func claim(root, id string) (dir, taken string, err error) {
	name := id
	for n := 2; ; n++ {
		dir := filepath.Join(root, name)
		err := os.Mkdir(dir, 0o700)
		if err == nil {
			return dir, name, syncFolder(root)
		}
		if !errors.Is(err, os.ErrExist) {
			return "", "", fmt.Errorf("make the folder of the run: %w", err)
		}
		name = fmt.Sprintf("%s-%d", id, n)
	}
}

// begin makes journal.jsonl with its header, and output/.
func begin(dir string, header Header) (*os.File, error) {
	if err := os.Mkdir(filepath.Join(dir, outputName), 0o700); err != nil {
		return nil, err
	}
	line, err := json.Marshal(header)
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(dir, journalName), os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = file.Write(append(line, '\n'))
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		err = syncFolder(dir)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// ID returns the id of the run, which may be another than was asked for.
func (j *Journal) ID() string { return j.id }

// Dir returns the directory of the run.
func (j *Journal) Dir() string { return j.dir }

// Close writes what is pending, waits for it to be on disk, and lets go of the
// run. It returns the first error of the journal's life. Later calls of Record
// return an error.
func (j *Journal) Close() error {
	j.mu.Lock()
	if j.closed {
		j.mu.Unlock()
		<-j.stopped
		return j.err
	}
	j.closed = true
	close(j.stop)
	j.mu.Unlock()
	<-j.stopped
	j.lock.release()
	return j.err
}

var _ run.Sink = (*Journal)(nil)
