package journal

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"time"
)

// lock is held on a file while a run is alive. The system lets go of it when
// the process ends, however it ends.
type lock struct{ file *os.File }

// acquire takes the lock of a directory that was just made. It waits: nobody
// but a passing Alive can hold it.
func acquire(path string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &lock{f}, nil
}

// patience is how long a lock may be held by whoever only asks whether somebody holds it.
const patience = time.Second

// seize takes the lock of a directory that another process may hold.
func seize(path string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for began := time.Now(); !tryLock(f); {
		if time.Since(began) > patience {
			who, _ := io.ReadAll(f) // where it cannot be read, nobody is named
			f.Close()
			return nil, &AliveError{Who: string(bytes.TrimSpace(who))}
		}
		time.Sleep(patience / 20)
	}
	return &lock{f}, nil
}

// AliveError says that a process goes on with a run.
type AliveError struct{ Who string } // "process 4711 of alice@laptop, since 2026-03-14 15:09:26"; "" where that is not known

func (e *AliveError) Error() string {
	if e.Who == "" {
		return "another process goes on with it"
	}
	return e.Who + " goes on with it"
}

// sign writes into the lock who holds it, for those who find it held. That it cannot is no reason to end.
func (l *lock) sign() {
	if l.file.Truncate(0) == nil {
		_, _ = l.file.WriteAt([]byte(fmt.Sprintf("process %d of %s, since %s\n", os.Getpid(), Operator(), time.Now().Format("2006-01-02 15:04:05"))), 0)
	}
}

// Operator names who runs this program, and where: alice@laptop.
func Operator() string {
	name := os.Getenv("USER")
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	machine, err := os.Hostname()
	if err != nil {
		machine = "an unknown machine"
	}
	return name + "@" + machine
}

func (l *lock) release() {
	if l != nil {
		l.file.Close() // and so the lock
	}
}

// Alive says whether the process of the run of that directory is alive.
func Alive(dir string) bool { return alive(filepath.Join(dir, lockName)) }

// alive says whether some process holds the lock at path.
func alive(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return !tryShare(f)
}
