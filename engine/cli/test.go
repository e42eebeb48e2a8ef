package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"rung/engine/diag"
	"rung/engine/guard"
	"rung/engine/run"
	"rung/engine/trial"
)

// trying is what `rung test` is asked for.
type trying struct {
	file string
	only string
}

func (a *app) testVerb() *cobra.Command {
	var t trying
	verb := &cobra.Command{
		Use:   "test PLAYBOOK",
		Short: "Run a playbook's own tests, on simulated hosts in virtual time",
		Long: `Run the tests of a playbook, a file or a bundled one. They lie beside it: those of upgrade.yaml
in upgrade.test.yaml. Each case is a cluster of its own, what is wrong with it, inputs, and what is
expected to come of it: how it ends, what is said, which commands are carried out and which are
not, and what the cluster is like in the end. No host is needed, and none is connected to.

The exit code is 1 where a case did not end as expected, and 2 where the file has mistakes.`,
		Example: "  rung test kubeadm-upgrade\n  rung test restart-runtime.yaml --case drain",
		Args:    playbookArg,
		RunE:    func(cmd *cobra.Command, args []string) error { return a.test(cmd.Context(), args[0], t) },
	}
	verb.Flags().StringVar(&t.file, "tests", "", "the file of the tests, where it does not lie beside the playbook")
	verb.Flags().StringVar(&t.only, "case", "", "only the cases with this in their name")
	return verb
}

func (a *app) test(ctx context.Context, name string, t trying) error {
	pb, err := a.playbook(name)
	if err != nil {
		return err
	}
	file, src, err := a.testSource(pb.File, t.file)
	if err != nil {
		return err
	}
	suite, found := trial.Load(file, src, pb)
	if found.Err() != nil {
		return &failure{code: run.ExitUsage, err: found}
	}
	stop := listen(ctx)
	defer stop.close()
	tried, failed := 0, 0
	for _, c := range suite.Cases {
		if !strings.Contains(c.Name, t.only) {
			continue
		}
		tried++
		result := c.Try(stop.first())
		if stop.first().Err() != nil {
			return told{run.ExitInterrupted}
		}
		if a.tellCase(result, file, src); !result.Passed() {
			failed++
		}
	}
	switch {
	case tried == 0:
		return usage("no case of %s has %q in its name", file, t.only)
	case failed > 0:
		fmt.Fprintf(a.out, "\n%d of %d cases of %s did not end as expected\n", failed, tried, pb.Name)
		return told{run.ExitFailed}
	}
	fmt.Fprintf(a.out, "\n%s: %s as expected\n", pb.Name, map[bool]string{true: "its case ended", false: fmt.Sprintf("all %d cases ended", tried)}[tried == 1])
	return nil
}

// mostTrouble bounds what is told of a run that did not end as expected.
const mostTrouble = 8

func (a *app) tellCase(r *trial.Result, file string, src []byte) {
	word := "ok    "
	if !r.Passed() {
		word = "FAILED"
	}
	fmt.Fprintf(a.out, "%s  %s (%s of virtual time)\n", word, r.Case.Name, guard.FormatDuration(r.Took.Round(time.Second)))
	if r.Passed() {
		return
	}
	diag.Write(a.out, diag.List(r.Faults), func(string) []byte { return src })
	for i, said := range r.Said {
		if i == mostTrouble {
			fmt.Fprintf(a.out, "  … and %d more\n", len(r.Said)-i)
			break
		}
		fmt.Fprintf(a.out, "  it said: %s\n", said)
	}
}

// bundledTests is where the tests of bundled playbooks lie.
const bundledTests = "tests/"

// testSource reads the tests of the playbook in file: given, or those beside it.
func (a *app) testSource(file, given string) (string, []byte, error) {
	name := given
	if name == "" {
		name = strings.TrimSuffix(file, ".yaml") + trial.Suffix
	}
	src, err := os.ReadFile(name)
	if err == nil {
		return name, src, nil
	}
	if bundled, e := fs.ReadFile(a.Playbooks, bundledTests+name); e == nil && given == "" {
		return bundledTests + name, bundled, nil
	}
	if errors.Is(err, fs.ErrNotExist) && given == "" {
		return "", nil, &failure{run.ExitUsage, fmt.Errorf("the playbook has no tests: there is no %s", name), "docs/testing.md shows how to write them"}
	}
	return "", nil, usage("the tests cannot be read: %v", err)
}

// checkTests finds the mistakes in a file of tests; those of its playbook are for another check.
func (a *app) checkTests(file string, src []byte) diag.List {
	name := strings.TrimSuffix(strings.TrimPrefix(file, bundledTests), trial.Suffix) + ".yaml"
	s, err := a.source(name)
	if err != nil {
		return diag.List{diag.Errorf("unknown-playbook", diag.Pos{File: file}, "these are tests of %s, which cannot be read", name).WithHint("a file of tests lies beside its playbook: NAME.yaml and NAME%s", trial.Suffix)}
	}
	pb, found := s.files.Load(s.file, s.src, a.types)
	if pb == nil || found.Err() != nil {
		return diag.List{diag.Errorf("unknown-playbook", diag.Pos{File: file}, "these are tests of %s, which has mistakes", s.file).WithHint("rung check %s", s.file)}
	}
	_, found = trial.Load(file, src, pb)
	return found
}
