// Package engine is the house; its rooms are the packages below it. It holds no code, only this plan
// and the test that keeps it true (imports_test.go): imports flow one way, and every big library has
// one door.
//
//	diag ──► yamldoc ──► guard ──► step ──► playbook ──┐
//	                │                 │                ├──► plan ──► run ──► journal, report ──► cli ──► main
//	                └──► inventory ───│────────────────┘                                          ▲
//	                                  └──► transport, detach, lock, sshd, twin ───────────────────┘
//	kube ──► guard, playbook, plan, run, twin, steps
//
// An arrow points from what is known to who knows it.
//
//	diag       mistakes as values: position, text, snippet, hint
//	yamldoc    bytes to a tree of nodes with positions; the only importer of yaml.v3
//	guard      when, require, admit and ${{ }}: typed, three-valued; the only importer of expr
//	step       the contract: Step, Action, Command, Result, Outcome
//	kube       what is true of Kubernetes: versions, ladder, skew policy; pure
//	inventory  hosts, groups, selectors: where a playbook runs
//	ansible    inventories of Ansible, as ones of rung
//	playbook   a tree of nodes to inputs, stages and steps, all checked
//	schema     JSON Schemas of playbooks and inventories, for editors
//	plan       playbook × inventory × flags to stages, windows, hosts; pure arithmetic
//	run        the loop: guard, plan, perform, collect; its only output is events
//	journal    the events on disk, and the runs that lie there
//	facts      what read-only commands said on hosts, in a file; and an exec that answers so
//	report     the events for people: terminal, JSON lines; actions as a runbook
//	saved      a dry-run that people have read, in a file, and what holds a run to it
//	transport  commands over SSH, or here; the only importer of goph
//	seal       files that only their recipients can read; the only importer of age
//	readonly   refuses what would change something, where only reading is allowed
//	detach     commands that outlive their link
//	lock       one run per cluster: a lock on its hosts, which belongs to a run
//	sshd       an SSH server in this process: the demo's door, and the tests'
//	twin       a simulated cluster that answers the same commands as a real one
//	rehearse   a playbook on a twin, in virtual time
//	trial      a playbook's own tests, rehearsed
//	cli        the verbs, where everything meets
//
// What run needs of the world (a way to perform commands, a clock, somewhere to put events) it
// declares itself, as interfaces; transport, detach and twin satisfy them without either side
// importing the other. Step types live in steps/ and know the contract and Kubernetes, nothing else.
package engine
