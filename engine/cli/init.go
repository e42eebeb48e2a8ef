package cli

import (
	"bufio"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"rung/engine/run"
)

//go:embed starter
var starter embed.FS

// beginning is what `rung init` is asked for.
type beginning struct {
	door
	folder  string
	example bool
}

func (a *app) initVerb() *cobra.Command {
	var b beginning
	verb := &cobra.Command{
		Use:   "init [[USER@]HOST[:PORT]]",
		Short: "Begin a folder: an inventory, a first playbook with its tests, and what an editor needs",
		Long: `Asks one control plane of a cluster for its nodes, and writes

  inventory.yaml                 the nodes, in the groups control_plane and workers
  playbook.yaml                  a small playbook, with comments
  playbook.test.yaml             its tests, for rung test
  .rung/*.schema.json            the JSON Schemas of the three, for any editor
  .vscode/settings.json          which files they are for, for VS Code

Without a host it asks which, on a terminal. --example writes an inventory to fill in instead, for hosts
that are no cluster. Nothing is ever overwritten, and nothing is changed on the host.`,
		Example: "  rung init root@192.0.2.11\n  rung init --example --dir web",
		Args:    cobra.MaximumNArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.begin(args, b) },
	}
	verb.Flags().StringVar(&b.folder, "dir", ".", "the folder to begin; it is made where it is not there")
	verb.Flags().BoolVar(&b.example, "example", false, "write an inventory to fill in, and ask no host")
	b.door.flags(verb.Flags())
	return verb
}

func (a *app) begin(args []string, b beginning) error {
	files := []string{"inventory.yaml", "playbook.yaml", "playbook.test.yaml", ".vscode/settings.json"}
	for _, kind := range schemaKinds {
		files = append(files, schemaFile(kind))
	}
	if err := absent(b.folder, files); err != nil {
		return err
	}
	inventory, err := a.firstInventory(args, b)
	if err != nil {
		return err
	}
	texts := map[string][]byte{
		"inventory.yaml":        append([]byte("# yaml-language-server: $schema=.rung/inventory.schema.json\n"), inventory...),
		"playbook.yaml":         startFile("playbook.yaml"),
		"playbook.test.yaml":    startFile("playbook.test.yaml"),
		".vscode/settings.json": startFile("settings.json"),
	}
	for _, kind := range schemaKinds {
		texts[schemaFile(kind)] = a.schema(kind).JSON()
	}
	for _, file := range files {
		path := filepath.Join(b.folder, filepath.FromSlash(file))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return usage("%v", err)
		}
		if err := writeNew(path, texts[file]); err != nil {
			return err
		}
		fmt.Fprintln(a.out, "wrote", path)
	}
	fmt.Fprintf(a.out, "\nnext, in %s:\n  rung inventory ping\n  rung check playbook.yaml\n  rung test playbook.yaml\n  rung render playbook.yaml\n", b.folder)
	return nil
}

// schemaFile is where the schema of a kind of file lies, in a folder that was begun.
func schemaFile(kind string) string { return ".rung/" + kind + ".schema.json" }

// absent refuses where one of files is there already, before anything is
// written.
func absent(folder string, files []string) error {
	var there []string
	for _, file := range files {
		if _, err := os.Lstat(filepath.Join(folder, file)); err == nil {
			there = append(there, file)
		}
	}
	if there == nil {
		return nil
	}
	return &failure{run.ExitUsage, fmt.Errorf("these are in %s already, and are not overwritten: %s; nothing was written", folder, strings.Join(there, ", ")), "begin another folder with --dir"}
}

func (a *app) firstInventory(args []string, b beginning) ([]byte, error) {
	switch {
	case b.example && len(args) > 0:
		return nil, usage("--example asks no host: leave %s out", args[0])
	case b.example:
		return startFile("inventory.yaml"), nil
	case len(args) > 0:
		return a.fromCluster(args[0], b.door)
	}
	target, err := a.askFor("a control plane of the cluster, [USER@]HOST[:PORT]")
	if err != nil {
		return nil, err
	}
	return a.fromCluster(target, b.door)
}

// askFor asks for a line on the terminal.
func (a *app) askFor(what string) (string, error) {
	f, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return "", &failure{run.ExitUsage, errors.New("no host is named, and there is no terminal to ask on"), "name a control plane, rung init root@192.0.2.11, or say --example"}
	}
	defer asking(f, leave)()
	fmt.Fprintf(a.err, "%s: ", what)
	line, err := bufio.NewReader(a.in).ReadString('\n')
	if line = strings.TrimSpace(line); line == "" {
		return "", usage("no host is named: %v", err)
	}
	return line, nil
}

// startFile is a file that a folder begins with.
func startFile(name string) []byte {
	text, err := starter.ReadFile("starter/" + name)
	if err != nil {
		panic(err) // it is embedded
	}
	return text
}
