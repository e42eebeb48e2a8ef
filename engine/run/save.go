package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"rung/engine/step"
)

// Vault is a file on this machine that is being written, and that only its recipients can read.
type Vault interface {
	io.Writer
	// Keep ends it, where it holds what has this digest; else nothing is left of it.
	Keep(sha256 string) error
	Discard()
}

// mostPieces bounds the pieces of a Save: what has no end is no file.
const mostPieces = 1 << 16

// save takes what a command prints, piece by piece, into a vault. Nothing of it is shown, or stands in an error.
func (x *Execute) save(ctx context.Context, t Task, c step.Command) (step.Result, error) {
	s := t.Action.Save
	if x.Vault == nil {
		return step.Result{}, errors.New("nothing can be saved to this machine here")
	}
	vault, err := x.Vault(s.To, s.Recipients)
	if err != nil {
		return step.Result{}, err
	}
	size := 0
	for piece := range mostPieces {
		next := c
		next.Argv = append(c.Argv[:len(c.Argv):len(c.Argv)], strconv.Itoa(piece))
		result, err := x.exec(ctx, t.On, next, true, nil)
		if err == nil && result.Exit != 0 {
			result.Stdout = nil
			err = &CommandError{Host: t.On, Command: c.Line(), Result: result}
		}
		if err == nil && len(result.Stdout) > 0 {
			size += len(result.Stdout)
			_, err = vault.Write(result.Stdout)
		}
		switch {
		case err != nil:
			vault.Discard()
			return step.Result{}, err
		case len(result.Stdout) == 0:
			if err := vault.Keep(s.SHA256); err != nil {
				return step.Result{}, err
			}
			return step.Result{Stdout: fmt.Appendf(nil, "%s %d\n", filepath.ToSlash(s.To), size)}, nil
		}
	}
	vault.Discard()
	return step.Result{}, fmt.Errorf("it does not end: %d bytes came", size)
}
