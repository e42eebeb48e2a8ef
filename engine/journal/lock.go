package journal

import (
	"fmt"
	"os"
	"path/filepath"
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
