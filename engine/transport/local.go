package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"rung/engine/step"
)

// Local is a step.Exec that runs every command on this machine, whatever host
// it is for. Commands are handed to `sh -c` as the same line that SSH sends.
type Local struct {
	Without []string // names of variables of rung's own environment that no command has, in whatever case they are written
}

var _ step.Exec = Local{}

// Exec runs c here: see step.Exec.
func (l Local) Exec(ctx context.Context, _ string, c step.Command, output io.Writer) (step.Result, error) {
	if ctx.Err() != nil {
		return step.Result{}, context.Cause(ctx)
	}
	began := time.Now()
	said := &transcript{to: output}
	exit, err := l.run(ctx, c, said)
	result := said.close()
	result.Exit, result.Took = exit, time.Since(began)
	return result, err
}

func (l Local) run(ctx context.Context, c step.Command, said *transcript) (int, error) {
	cmd := exec.Command("sh", "-c", c.Wire()) // not CommandContext: how it ends is decided below
	cmd.Env = l.environment()
	if input := c.Input(); len(input) > 0 {
		cmd.Stdin = bytes.NewReader(input)
	}
	cmd.Stdout, cmd.Stderr = taker(said.out), taker(said.err)
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return 0, &step.Unreachable{Host: "this machine", Why: step.NoContact, Err: err, Hint: "a POSIX sh is needed"}
	}
	done := make(chan struct{})
	var ended error
	go func() { // ends with the command, which this call waits for
		ended = cmd.Wait()
		close(done)
	}()
	leave := ctx.Done()
	if c.Detach {
		leave = nil
	}
	select {
	case <-done:
		return exitOf(cmd, ended)
	case <-leave:
	}
	signalGroup(cmd, false)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		signalGroup(cmd, true)
		<-done
	}
	return 0, context.Cause(ctx)
}

// environment is that of rung, without what no command has.
func (l Local) environment() []string {
	return slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.ContainsFunc(l.Without, func(without string) bool { return strings.EqualFold(without, name) })
	})
}

// exitOf returns the status of a command that has ended, as a shell would.
func exitOf(cmd *exec.Cmd, err error) (int, error) {
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() < 0:
		return signalOf(exit), nil
	case err == nil || errors.As(err, &exit):
		return cmd.ProcessState.ExitCode(), nil
	}
	return 0, errors.Join(step.ErrLost, err)
}

// taker is an io.Writer that never fails.
type taker func([]byte)

func (t taker) Write(b []byte) (int, error) {
	t(b)
	return len(b), nil
}
