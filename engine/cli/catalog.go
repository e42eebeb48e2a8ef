package cli

import (
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"runtime"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"rung/engine/diag"
	"rung/engine/playbook"
	"rung/engine/report"
	"rung/engine/run"
	"rung/engine/step"
)

func (a *app) stepsVerb() *cobra.Command {
	return &cobra.Command{
		Use:       "steps [TYPE]",
		Short:     "List the step types, or explain one",
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: a.types.Names(),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
				for _, name := range a.types.Names() {
					fmt.Fprintf(w, "%s\t%s\n", name, a.types.Get(name).Summary)
				}
				return w.Flush()
			}
			t := a.types.Get(args[0])
			if t == nil {
				return &failure{run.ExitUsage, fmt.Errorf("there is no step type %q", args[0]), diag.DidYouMean(args[0], a.types.Names())}
			}
			explainType(a.out, t)
			return nil
		},
	}
}

func explainType(w io.Writer, t *step.Type) {
	fmt.Fprintf(w, "%s: %s\n\n%s\n", t.Name, t.Summary, strings.TrimSpace(t.Doc))
	fmt.Fprintf(w, "\nFields\n")
	table := tabwriter.NewWriter(w, 2, 0, 2, ' ', 0)
	for _, f := range t.Fields {
		doc := f.Doc
		switch {
		case f.Required:
			doc += " Required."
		case f.Default != "":
			doc += " Default: " + f.Default + "."
		}
		if len(f.Enum) > 0 {
			doc += " One of: " + strings.Join(f.Enum, ", ") + "."
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\n", f.Name, f.Type, doc)
	}
	if len(t.Fields) == 0 {
		fmt.Fprintln(table, "  none")
	}
	_ = table.Flush()
	fmt.Fprintf(w, "\nOutputs\n")
	for _, o := range t.Outputs {
		fmt.Fprintf(table, "  %s\t%s\t%s\n", o.Name, o.Type, o.Doc)
	}
	fmt.Fprintf(table, "  outcome\ttext\tHow the step ended: ok, changed, skipped …\n  changed\tbool\tWhether it changed anything.\n")
	_ = table.Flush()
	fmt.Fprintf(w, "\nExample\n  %s\n", strings.ReplaceAll(strings.TrimSpace(t.Example), "\n", "\n  "))
	if actions, err := t.ExampleActions(); err == nil {
		fmt.Fprintf(w, "\nCommands of the example, on the host w1\n  %s\n", strings.ReplaceAll(strings.TrimSpace(report.Actions(actions)), "\n", "\n  "))
	}
}

func (a *app) playbooksVerb() *cobra.Command {
	return &cobra.Command{
		Use:       "playbooks [NAME]",
		Short:     "List the bundled playbooks, or print one",
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: a.bundled(),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				src, err := fs.ReadFile(a.Playbooks, args[0]+".yaml")
				if err != nil {
					return &failure{run.ExitUsage, fmt.Errorf("there is no bundled playbook %q", args[0]), diag.DidYouMean(args[0], a.bundled())}
				}
				_, err = a.out.Write(modeline.ReplaceAll(src, nil))
				return err
			}
			w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			for _, name := range a.bundled() {
				pb, err := a.bundledPlaybook(name)
				if err != nil {
					return err
				}
				fmt.Fprintf(w, "%s\t%s\n", name, pb.About)
			}
			return w.Flush()
		},
	}
}

// modeline tells an editor where the schema lies; what is printed lies
// elsewhere.
var modeline = regexp.MustCompile(`(?m)^# yaml-language-server:.*\n`)

func (a *app) bundledPlaybook(name string) (*playbook.Playbook, error) {
	src, err := fs.ReadFile(a.Playbooks, name+".yaml")
	if err != nil {
		return nil, err
	}
	pb, found := a.loadSource(source{name + ".yaml", src, &playbook.Files{Folder: a.Playbooks, Bundled: a.Playbooks}})
	return pb, found.Err()
}

func (a *app) versionVerb() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.out, "rung %s (%s, %s/%s)\n", a.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
