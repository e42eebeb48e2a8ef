package playbook

import (
	"slices"

	"rung/engine/diag"
	"rung/engine/yamldoc"
)

// foreign are words of other tools, and what says the same here. Where that is
// a key of the same map, the word is taken for it misspelt.
var foreign = map[string]string{
	"name": "stage", "tasks": "steps", "serial": "at_once", "max_fail_percentage": "max_failures", "any_errors_fatal": "max_failures",
	"with_items": "for_each", "loop": "for_each", "vars": "inputs", "variables": "inputs", "parameters": "inputs", "description": "about",
	"retries": "retry", "delay": "retry", "ignore_errors": "ignore_failure", "register": "id", "delegate_to": "on", "if": "when", "condition": "when",
	"assert": "require", "msg": "else", "concurrency": "at_once", "batch": "at_once", "targets": "hosts", "pre_tasks": "stages", "post_tasks": "stages",
	"shell": "command", "bash": "command", "exec": "command", "run": "command", "yum": "yum-install", "dnf": "yum-install", "apt": "apt-install", "package": "yum-install",
	"pause": "confirm", "wait_for": "wait", "until": "wait", "gather_facts": "host-facts", "options": "choices", "required": "optional",
}

// elsewhere are words of other tools for what is said in another place here.
var elsewhere = map[string]string{
	"become":      "say sudo: true in the inventory",
	"remote_user": "say user in the inventory",
	"connection":  "say address: local in the inventory for the machine that rung runs on",
	"environment": "say env in the inventory, or in a command",
	"include":     "a playbook includes files of sequences, include: [FILE], and a stage another playbook, include: FILE",
	"import":      "a playbook includes files of sequences, include: [FILE], and a stage another playbook, include: FILE",
	"args":        "the parameters of a sequence stand under with",
	"handlers":    "make one step of a change and what must follow it: see What must follow a change, in docs/playbook.md",
	"notify":      "make one step of a change and what must follow it: see What must follow a change, in docs/playbook.md",
	"block":       "rescue and always belong to the stage",
}

// suggestion says what word was meant to be: the nearest of known, or what
// another tool calls so. near is the key of known that it stands for, or "".
func suggestion(word string, known []string) (near, hint string) {
	if ours := foreign[word]; slices.Contains(known, ours) {
		return ours, "here that is " + ours
	}
	if near = diag.Suggest(word, known); near != "" {
		return near, "did you mean " + near + "?"
	}
	return "", elsewhere[word]
}

// mistaken reports a document that is no playbook at all, but something else
// that is known.
func (l *loader) mistaken(n *yamldoc.Node) bool {
	text := ""
	switch {
	case n.Kind == yamldoc.List && len(n.Items) > 0 && (n.Items[0].Get("hosts") != nil || n.Items[0].Get("tasks") != nil):
		text = "this looks like a playbook of Ansible"
	case n.Get("apiVersion") != nil && n.Get("kind") != nil:
		text = "this is an object of Kubernetes, and no playbook"
	default:
		return false
	}
	l.add(diag.Errorf("wrong-kind", n.Pos, "%s", text).WithHint("a playbook of rung starts with  playbook: its-name  and has stages: see docs/playbook.md"))
	return true
}
