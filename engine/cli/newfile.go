package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"rung/engine/run"
)

// writeWhole makes a file of what write writes. It comes into being whole: it is written beside its name, which it gets
// at the end. What is there already is refused, before anything is written.
func writeWhole(path string, mode fs.FileMode, write func(io.Writer) error) error {
	if err := vacant(path); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return usage("%s cannot be written: %v", path, err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // it has another name by then, or was not wanted
	err = write(f)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	if err := os.Link(f.Name(), path); errors.Is(err, fs.ErrExist) { // a rename would overwrite
		return taken(path)
	} else if err == nil {
		return nil
	}
	return os.Rename(f.Name(), path) // a file system without links
}

// vacant refuses a path at which something is.
func vacant(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return taken(path)
	}
	return nil
}

func taken(path string) error {
	return &failure{run.ExitUsage, fmt.Errorf("%s is there already, and is not overwritten", path), "move it away, or name another"}
}
