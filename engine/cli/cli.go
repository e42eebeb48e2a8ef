// Package cli is the verbs of the command line: it reads flags and files,
// hands them to the rooms that know, and turns what comes back into exit
// codes.
//
// Exit codes: 0 done · 1 a step failed, or two files differ (rung diff) · 2 bad usage, playbook or inventory ·
// 3 a host is unreachable, or its login, host key or sudo was refused · 4
// refused: a guard, the version policy, a lock that another run holds, a run that goes on, a plan that the hosts do not agree with, a no to a question · 5 an
// outcome is unknown: resume finds it out · 6 ended early, as --pause-after or --not-after says · 70 internal fault · 130
// interrupted. Where several apply: 130,
// 5, 1, 4, 3, 6.
//
// What a verb answers goes to standard output; what is wrong, and diagnostics
// (-v), go to standard error. The package knows no step type and no playbook:
// the program hands them over.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"rung/engine/diag"
	"rung/engine/playbook"
	"rung/engine/run"
	"rung/engine/step"
)

// Program is what a main package is made of.
type Program struct {
	Version   string
	Types     []step.Type
	Playbooks fs.FS     // NAME.yaml each
	Clock     run.Clock // of runs on real hosts; the one on the wall where nil
}

// Main runs the command line args and returns the exit code.
func Main(args []string, p Program) int {
	set, err := step.NewSet(p.Types...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "rung:", err)
		return run.ExitInternal
	}
	if p.Clock == nil {
		p.Clock = run.Wall{}
	}
	keepPipes()
	a := &app{Program: p, types: set, in: os.Stdin, out: os.Stdout, err: os.Stderr}
	root := a.root()
	root.SetArgs(args)
	root.SetOut(os.Stdout)
	root.SetErr(os.Stderr)
	return a.exit(root.ExecuteContext(context.Background()))
}

// keepPipes keeps a reader that goes away (| head) from ending the program in
// the middle of a run: writing to it is an error instead. The signal is not
// ignored, but received by nobody: programs that rung starts would inherit
// that it is ignored.
func keepPipes() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// app is one run of the program.
type app struct {
	Program
	types     *step.Set
	in        io.Reader
	out, err  io.Writer
	verbosity int
	parting   func() // before rung leaves a question on the terminal; nil: nothing
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "rung",
		Short: "Upgrade kubeadm clusters, and run playbooks of typed steps over SSH",
		Long: `rung runs playbooks of typed steps on hosts over SSH. Its main job is to upgrade a
kubeadm cluster in place, one minor version at a time.

  rung demo                                                   see an upgrade, without a cluster
  rung render kubeadm-upgrade -i inventory.yaml -e target=1.34.2   what would be done
  rung run    kubeadm-upgrade -i inventory.yaml -e target=1.34.2   do it
  rung resume                                                      go on with what was broken off`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          verbOf,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.PersistentFlags().CountVarP(&a.verbosity, "verbose", "v", "say more, for those who look for a fault; twice: everything")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return &failure{run.ExitUsage, err, "see " + c.CommandPath() + " --help"}
	})
	root.AddCommand(a.runVerb(), a.resumeVerb(), a.renderVerb(), a.factsVerb(), a.diffVerb(), a.rehearseVerb(), a.initVerb(), a.checkVerb(), a.inventoryVerb(), a.demoVerb(), a.runsVerb(), a.showVerb(), a.unlockVerb(),
		a.testVerb(), a.stepsVerb(), a.playbooksVerb(), a.schemaVerb(), a.versionVerb())
	return root
}

// failure is an error with its exit code, and what to do now.
type failure struct {
	code int
	err  error
	hint string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func usage(format string, args ...any) error {
	return &failure{code: run.ExitUsage, err: fmt.Errorf(format, args...)}
}

// told is an exit code whose reason the operator has read already.
type told struct{ code int }

func (t told) Error() string { return fmt.Sprintf("exit code %d", t.code) }

// exit says what went wrong, and returns the exit code for it.
func (a *app) exit(err error) int {
	var f *failure
	var t told
	switch {
	case err == nil:
		return run.ExitDone
	case errors.As(err, &t):
		return t.code
	case errors.As(err, &f):
		a.complain(f.err, f.hint)
		return f.code
	case errors.Is(err, syscall.EPIPE): // who read has read enough: | head
		return run.ExitDone
	}
	a.complain(err, "")
	return run.ExitUsage
}

func (a *app) complain(err error, hint string) {
	var found diag.List
	if errors.As(err, &found) {
		diag.Write(a.err, found, a.sourceOf)
	} else {
		fmt.Fprintln(a.err, "rung:", err)
	}
	if hint != "" {
		fmt.Fprintln(a.err, "  hint:", hint)
	}
}

// sourceOf quotes a file that a finding is about, or a bundled playbook.
func (a *app) sourceOf(file string) []byte {
	if src, err := os.ReadFile(file); err == nil {
		return quotable(src)
	}
	if src, err := fs.ReadFile(a.Playbooks, strings.TrimPrefix(filepath.ToSlash(file), playbook.BundledName)); err == nil {
		return src
	}
	return nil
}

// log is the diagnostics log: silent, -v, or -vv.
func (a *app) log() zerolog.Logger {
	level := zerolog.Disabled
	switch {
	case a.verbosity == 1:
		level = zerolog.InfoLevel
	case a.verbosity > 1:
		level = zerolog.DebugLevel
	}
	return zerolog.New(zerolog.ConsoleWriter{Out: a.err, NoColor: !colored(a.err)}).Level(level).With().Timestamp().Logger()
}
