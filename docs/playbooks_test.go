package docs_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"rung/engine/guard"
	"rung/engine/playbook"
	"rung/playbooks"
)

const playbooksHead = "<!-- generated from playbooks/ by `go generate ./docs`: change the head of the playbook there -->\n\n" +
	"# The bundled playbooks\n\n`rung playbooks` lists them, and `rung playbooks NAME` prints one: keep a copy to change it.\n" +
	"Each may be broken off and run again. They need the groups `control_plane` and `workers`\n" +
	"([inventory](inventory.md#groups-and-selectors)); how runs go and end: [running.md](running.md); what is away\nmeanwhile with one node, one control plane and several: [availability.md](availability.md).\n"

// pageOf are the playbooks whose inputs stand on a page of their own.
var pageOf = map[string]string{"kubeadm-upgrade": "kubeadm-upgrade.md", "kubeadm-preflight": "kubeadm-upgrade.md"}

// TestThePlaybooksPage holds docs/playbooks.md against the bundled playbooks: the head of each, and its inputs.
func TestThePlaybooksPage(t *testing.T) {
	files, err := fs.Glob(playbooks.FS, "*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no playbooks", err)
	}
	var page strings.Builder
	page.WriteString(playbooksHead)
	for _, file := range files {
		src, err := playbooks.FS.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		pb, found := (&playbook.Files{Folder: playbooks.FS, Bundled: playbooks.FS}).Load(file, src, allTypes(t))
		if found != nil {
			t.Fatal(found)
		}
		if advice := playbook.Advise(pb); advice != nil {
			t.Errorf("%s goes against the advice that others get:\n%v", file, advice)
		}
		fmt.Fprintf(&page, "\n## %s\n\n%s\n", pb.Name, head(string(src)))
		if own := pageOf[pb.Name]; own != "" {
			fmt.Fprintf(&page, "Inputs, stages and refusals: [%s](%s).\n", own, own)
		} else {
			page.WriteString(inputTable(pb.Inputs))
		}
	}
	fresh(t, "playbooks.md", page.String())
}

// head is the comment at the top of a playbook as Markdown: commands are indented there, and blocks here.
func head(src string) string {
	var text strings.Builder
	code := false
	for line := range strings.Lines(src) {
		comment, ok := strings.CutPrefix(line, "#")
		if !ok {
			break
		}
		command, indented := strings.CutPrefix(comment, "   ")
		if indented != code {
			text.WriteString(map[bool]string{true: "```sh\n", false: "```\n"}[indented])
			code = indented
		}
		if indented {
			text.WriteString(command)
		} else {
			text.WriteString(strings.TrimPrefix(comment, " "))
		}
	}
	return text.String()
}

// inputTable has a row for each input.
func inputTable(inputs []playbook.Input) string {
	var table strings.Builder
	table.WriteString("| input | type | default | |\n|---|---|---|---|\n")
	for _, in := range inputs {
		kind := in.Type
		if len(in.Choices) > 0 {
			kind = strings.Join(in.Choices, ", ")
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", in.Name, kind, fallback(in), cell(in.About))
	}
	return table.String()
}

// fallback is the default of an input, as it would be written.
func fallback(in playbook.Input) string {
	switch value := in.Default.(type) {
	case nil:
		if in.Optional {
			return ""
		}
		return "required"
	case []any:
		return "none"
	default:
		if text := guard.Format(value); text != "" {
			return "`" + text + "`"
		}
		return ""
	}
}
