package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// forgottenName marks a run that nobody wants to resume. It is a file of its own, for the journal tells what happened.
const forgottenName = "forgotten"

// Forget marks the run of that directory as one that is not to be resumed: List has it as not Resumable. Nothing of it is
// removed, and Reopen takes the mark away. Where a process goes on with the run, the error is an *AliveError.
func Forget(dir string) error {
	held, err := seize(filepath.Join(dir, lockName))
	if err != nil {
		return fmt.Errorf("run %s: %w", filepath.Base(dir), err)
	}
	defer held.release()
	if err := replace(dir, forgottenName, nil); err != nil {
		return fmt.Errorf("forget run %s: %w", filepath.Base(dir), err)
	}
	return nil
}

// recall takes the mark away again.
func recall(dir string) error {
	if err := os.Remove(filepath.Join(dir, forgottenName)); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// isForgotten says whether the run of that directory has the mark.
func isForgotten(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, forgottenName))
	return err == nil
}
