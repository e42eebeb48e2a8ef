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

// isEmpty says whether path is a folder with nothing in it.
func isEmpty(path string) bool {
	entries, err := os.ReadDir(path)
	return err == nil && len(entries) == 0
}

// writeFolder makes a folder of the files that fill writes. It comes into being whole, as a file of writeWhole does; a
// folder that is empty is taken for none.
func writeFolder(path string, fill func(draft) error) error {
	path = filepath.Clean(path)
	aside, err := os.MkdirTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return usage("%s cannot be written: %v", path, err)
	}
	defer func() { _ = os.RemoveAll(aside) }() // it has another name by then, or was not wanted
	if err := fill(draft{aside}); err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	if err := os.Chmod(aside, 0o755); err != nil {
		return err
	}
	if isEmpty(path) {
		_ = os.Remove(path) // a rename onto it works on some systems only
	}
	if err := vacant(path); err != nil {
		return err
	}
	return os.Rename(aside, path)
}

// draft is a folder that is being made.
type draft struct{ path string }

// write makes a file in it of what write writes.
func (f draft) write(name string, mode fs.FileMode, write func(io.Writer) error) error {
	file, err := os.OpenFile(filepath.Join(f.path, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
