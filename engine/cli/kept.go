package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rung/engine/ansible"
	"rung/engine/guard"
	"rung/engine/inventory"
	"rung/engine/journal"
	"rung/engine/plan"
	"rung/engine/playbook"
	"rung/engine/report"
	"rung/engine/run"
)

// What a run keeps beside its journal.
const (
	playbookKept  = "playbook.yaml"
	inventoryKept = "inventory.yaml"
	inputsKept    = "inputs.json"
	digestsKept   = "digests.json" // of what was kept later than the journal's first line
	includedKept  = "included"     // the files that the playbook includes, in a folder like its own
	bundledKept   = "bundled"      // those of them that came with rung
)

// kept is what a run has kept.
type kept struct {
	header journal.Header
	dir    string
	files  map[string][]byte
	plan   string // the saved plan that holds them, where none does; "": a run does
}

// read reads what was kept; what was edited since is a change.
func (k kept) read() (changes []string, err error) {
	digests := maps.Clone(k.header.Digests)
	if content, err := os.ReadFile(filepath.Join(k.dir, digestsKept)); err == nil {
		if err := json.Unmarshal(content, &digests); err != nil {
			return nil, fmt.Errorf("%s: %w", digestsKept, err)
		}
	}
	for _, name := range append([]string{playbookKept, inventoryKept, inputsKept}, includes(digests)...) {
		file := filepath.Join(k.dir, name)
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, &failure{run.ExitUsage, fmt.Errorf("what the run keeps cannot be read: %w", err), "run the playbook again instead: what is done is recognised"}
		}
		if digests[name] != journal.Digest(content) {
			changes = append(changes, file+" was edited since the run kept it")
		}
		k.files[name] = content
	}
	return changes, nil
}

// planned is what the run is held to; nil where it follows no plan.
func (k kept) planned() (*report.Book, error) {
	file := filepath.Join(k.dir, plannedKept)
	digest, held := k.header.Digests[plannedKept]
	if !held {
		return nil, nil
	}
	content, err := os.ReadFile(file)
	var book *report.Book
	if err == nil && digest != journal.Digest(content) {
		err = errors.New("it was edited since the run kept it")
	}
	if err == nil {
		book, err = report.ReadBook(bytes.NewReader(content))
	}
	if err != nil {
		return nil, &failure{run.ExitUsage, fmt.Errorf("%s, the plan that the run is held to, cannot be read: %w", file, err), "say --changed to go on without it"}
	}
	return book, nil
}

func (k kept) playbook(a *app, o revival) (pb *playbook.Playbook, changes []string, err error) {
	if o.playbook != "" {
		return k.otherPlaybook(a, o.playbook)
	}
	for _, name := range append(includes(k.files), playbookKept) {
		k.mention(a.err, name, "--playbook")
	}
	s := source{k.source(playbookKept), k.files[playbookKept], &playbook.Files{Folder: keptFolder{k.files, includedKept}, Bundled: keptFolder{k.files, bundledKept}}}
	pb, found := a.loadSource(s)
	if found.Err() == nil {
		return pb, nil, nil
	}
	s.file = filepath.Join(k.dir, playbookKept) // what is wrong stands there, and not where it was read
	_, found = a.loadSource(s)
	return nil, nil, &failure{run.ExitUsage, found, k.otherRung(a.Version)}
}

// otherPlaybook takes the playbook called name, with what it includes, in place of what was kept.
func (k kept) otherPlaybook(a *app, name string) (pb *playbook.Playbook, changes []string, err error) {
	pb, err = a.playbook(name)
	if err != nil {
		return nil, nil, err
	}
	changes = k.replace(playbookKept, pb.Source)
	for _, gone := range includes(k.files) {
		if !slices.ContainsFunc(pb.Included, func(i playbook.Included) bool { return keptName(i) == gone }) {
			changes = append(changes, gone+" is not included any more")
			delete(k.files, gone)
		}
	}
	for _, i := range pb.Included {
		changes = append(changes, k.replace(keptName(i), i.Source)...)
	}
	return pb, changes, nil
}

// includes are the names among those of kept files that keptName makes, sorted.
func includes[T any](kept map[string]T) []string {
	var names []string
	for name := range kept {
		if strings.HasPrefix(name, includedKept+"/") || strings.HasPrefix(name, bundledKept+"/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// otherRung is what to do with what this rung cannot read, where another one has kept it.
func (k kept) otherRung(now string) string {
	if k.header.Rung == now {
		return ""
	}
	return fmt.Sprintf("rung %s began this run, and this is rung %s: go on with that one, or run the playbook again with this one: what is done is recognised", k.header.Rung, now)
}

// inventory loads the inventory as if it lay where it was read: its own relative paths begin there.
func (k kept) inventory(a *app, o revival) (inv *inventory.Inventory, changes []string, err error) {
	if o.inventory != "" {
		inv, src, err := readInventory(o.inventory)
		if err != nil {
			return nil, nil, err
		}
		return inv, k.replace(inventoryKept, src), nil
	}
	k.mention(a.err, inventoryKept, "-i")
	inv, found := inventory.Load(k.source(inventoryKept), k.files[inventoryKept])
	if found.Err() != nil {
		return nil, nil, &failure{code: run.ExitUsage, err: found}
	}
	return inv, nil, nil
}

// inputs are those of the run, but for what o says.
func (k kept) inputs(pb *playbook.Playbook, o revival) (given map[string]any, changes []string, err error) {
	values := map[string]any{}
	if err := json.Unmarshal(k.files[inputsKept], &values); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", filepath.Join(k.dir, inputsKept), err)
	}
	given, found := readInputs(pb, o.inputs)
	if found.Err() != nil {
		return nil, nil, &failure{code: run.ExitUsage, err: found}
	}
	said := slices.Sorted(maps.Keys(given))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		in, declared := declaredInput(pb, name)
		if !declared {
			continue // the playbook is another, and says so
		}
		value, err := in.GuardType().Restore(values[name])
		if err != nil {
			return nil, nil, usage("the run's input %s: %v", name, err)
		}
		other, again := given[name]
		if !again {
			given[name] = value
		} else if was, is := guard.Format(value), guard.Format(other); was != is {
			changes = append(changes, fmt.Sprintf("%s:\n  - %s\n  + %s", name, was, is))
		}
	}
	for _, name := range said {
		if values[name] == nil {
			changes = append(changes, fmt.Sprintf("%s:\n  + %s", name, guard.Format(given[name])))
		}
	}
	return given, changes, nil
}

// source is where a kept file was read.
func (k kept) source(name string) string {
	if from := k.header.Sources[name]; from != "" {
		return from
	}
	return name
}

// replace takes content in place of what was kept, and says what differs.
func (k kept) replace(name string, content []byte) []string {
	old := k.files[name]
	k.files[name] = content
	if string(old) == string(content) {
		return nil
	}
	return []string{name + ":\n" + difference(string(old), string(content))}
}

// mention says that the file from which name was kept is another now, and is not what counts.
func (k kept) mention(w io.Writer, name, flag string) {
	file := k.header.Sources[name]
	content, err := os.ReadFile(file)
	if ansible.Is(content) { // what is kept is what was made of it
		content, _ = ansible.Convert(file, content)
	}
	switch {
	case err != nil || !filepath.IsAbs(file) || string(content) == string(k.files[name]):
	case k.plan != "":
		fmt.Fprintf(w, "rung: %s has changed since %s was made, which goes on with what it holds\n", file, k.plan)
	default:
		fmt.Fprintf(w, "rung: %s has changed since the run began, which goes on with what it keeps; with %s and --changed it takes the new one\n", file, flag)
	}
}

// keep puts what the run goes on with beside its journal.
func (k kept) keep(j *journal.Journal, p *plan.Plan) error {
	inputs, err := json.MarshalIndent(openValues(p), "", "  ")
	if err != nil {
		return err
	}
	k.files[inputsKept] = append(inputs, '\n')
	digests := map[string]string{}
	for name, content := range k.files {
		digests[name] = journal.Digest(content)
		if err := j.Keep(name, content); err != nil {
			return err
		}
	}
	list, err := json.MarshalIndent(digests, "", "  ")
	if err != nil {
		return err
	}
	return j.Keep(digestsKept, append(list, '\n'))
}

// mostShown bounds the lines of a difference.
const mostShown = 20

// difference is the lines that only the old text has, and those that only the new one has.
func difference(old, now string) string {
	count := map[string]int{}
	for line := range strings.Lines(now) {
		count[line]++
	}
	var lines []string
	for line := range strings.Lines(old) {
		if count[line]--; count[line] < 0 {
			lines = append(lines, "  - "+strings.TrimRight(line, "\r\n"))
		}
	}
	for line := range strings.Lines(now) {
		if count[line] > 0 {
			count[line]--
			lines = append(lines, "  + "+strings.TrimRight(line, "\r\n"))
		}
	}
	switch n := len(lines); {
	case n == 0:
		return "  the same lines in another order"
	case n > mostShown:
		lines = append(lines[:mostShown], "  … and "+report.Many(n-mostShown, "more line"))
	}
	return strings.Join(lines, "\n")
}
