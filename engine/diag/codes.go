package diag

import "slices"

// Meaning is what a code stands for. docs/diagnostics.md is made of these.
type Meaning struct {
	Code   string
	Advice bool   // it does not fail `rung check`
	What   string // is wrong
	Do     string // what to do
}

// Meanings returns what all codes stand for, mistakes before advice, each part
// sorted. A code that was once in a release keeps its meaning.
func Meanings() []Meaning { return slices.Clone(meanings) }

// Explain returns the meaning of code; ok is false for the code of a step type
// that another program brings.
func Explain(code string) (m Meaning, ok bool) {
	i := slices.IndexFunc(meanings, func(m Meaning) bool { return m.Code == code })
	if i < 0 {
		return Meaning{}, false
	}
	return meanings[i], true
}

var meanings = []Meaning{
	{"alias", false, "A YAML alias (`*name`) stands for something written elsewhere.", "Write the value out, or make a sequence of the steps."},
	{"anchor", false, "A YAML anchor (`&name`) names a value for later.", "Write the value out where it is needed, or make a sequence of the steps."},
	{"bad-jump", false, "`jump` of an inventory does not say what to connect through.", "Write a host of the inventory, `user@host:port`, several of these with commas between them, or `none`."},
	{"bad-selector", false, "A selector of hosts cannot be read, or asks for a host that its group does not have.", "See [groups and selectors](inventory.md#groups-and-selectors)."},
	{"changes", false, "A step would change something where nothing may be changed: in a stage that gathers, or in `admit`.", "Put it into the steps of a stage without `gather`; say `read_only: true` of a command that changes nothing."},
	{"choices", false, "An input of type `choice` lists no choices.", "Add `choices: [a, b]`."},
	{"cycle", false, "A sequence calls itself, directly or through others.", "Break the circle: a sequence ends where its steps end."},
	{"duplicate-case", false, "Two cases of a file of tests have one name.", "Say in the name what is different about each."},
	{"duplicate-host", false, "A host stands in a group twice.", "Keep one."},
	{"duplicate-id", false, "Two steps that can be read from one place have the same `id`.", "Give each its own, and read the one that is meant."},
	{"duplicate-key", false, "A key stands in a map twice. YAML would keep only one of them.", "Keep one."},
	{"duplicate-stage", false, "Two stages that are neighbours have one name.", "Rename one: `--stage` and the report could not tell them apart."},
	{"empty", false, "There is nothing where something is needed: a file, a list of stages, the hosts of an inventory.", "Write at least one."},
	{"expression", false, "An expression cannot be read, or uses what the language leaves out.", "See [expressions](playbook.md#expressions)."},
	{"for-each", false, "`for_each` does not name one variable and its list.", "Write `for_each: {hop: \"ladder(a, b)\"}`."},
	{"format", false, "The file is of a format that this rung does not read.", "Write `format: 1`, or leave the key out; or take a newer rung."},
	{"host-scoped", false, "A step reads an output on a host that never runs the step which makes it.", "Make it on these hosts too, or in a stage of exactly one host. See [outputs](playbook.md#outputs-and-where-they-are-read)."},
	{"include", false, "A file cannot be included: it is not there, is of another kind, or lies outside of the playbook's folder.", "Put it into the folder of the playbook, or below it. See [more than one file](playbook.md#more-than-one-file)."},
	{"input", false, "An input on the command line, or a file of inputs, cannot be read.", "Give each once, as `-e name=value`, or in a file as `-e @inputs.yaml`."},
	{"input-type", false, "An input has a type that there is not.", "See [inputs](playbook.md#inputs)."},
	{"jump-circle", false, "Two hosts are reached through each other.", "Let one of them be reached directly: `jump: none`."},
	{"key", false, "A key of a map is itself a list or a map.", "Keys are plain words."},
	{"merge", false, "A YAML merge key (`<<`) copies fields from elsewhere.", "Write the fields out, or make a sequence of the steps."},
	{"misplaced", false, "A key stands where it means nothing.", "Move it to where the message says, or remove it."},
	{"missing-field", false, "A field that the step type needs is not there.", "Add it; `rung steps TYPE` explains it."},
	{"missing-input", false, "An input without a default is not given.", "Give it with `-e name=value`, or give the input a `default` or `optional: true`."},
	{"missing-key", false, "A key that must be there is not.", "Add it."},
	{"missing-parameter", false, "A call leaves out a parameter that the sequence needs.", "Give it beside the call, `with: {name: value}`, or give the parameter a `default` or `optional: true`."},
	{"name", false, "A name has characters that names of its kind cannot have, or is taken.", "The message says which characters it may have."},
	{"no-stages", false, "The file has sequences for others to include, and cannot be run.", "Name the playbook that includes it."},
	{"no-type", false, "A step names no step type, and requires nothing: it would do nothing.", "`rung steps` lists the step types. A frequent cause is a field that is not indented below its type."},
	{"not-known", false, "A step or a guard reads what nothing gives: a variable that its host does not have, an output of a step that never runs there.", "Give the host the variable, under `vars` in the inventory; or ask first whether the step ran, `steps.ID.outcome == \"ok\"`."},
	{"not-text", false, "The file is not UTF-8 text.", "Is it the file that you mean? Convert it to UTF-8."},
	{"reserved-name", false, "A host or group is called `all` or `none`.", "Rename it: these words have a meaning in selectors and for `jump`."},
	{"same-address", false, "Two hosts have one address and port.", "Keep one, or correct one: a machine would be worked on twice at the same time."},
	{"same-name", false, "A host and a group have one name.", "Rename one: a selector could not tell them apart."},
	{"same-node", false, "Two hosts are one Kubernetes node.", "Give each host its own `node`."},
	{"secret", false, "A secret stands where it could be seen or kept: in a playbook, on the command line, in a file of inputs; or it would go into an argument, a name or a message.", "Declare an input of `type: secret`, hand it to `secret_stdin` of a `command`, and see [secrets](playbook.md#secrets) for how it is given."},
	{"several-documents", false, "The file holds more than one YAML document.", "Keep one document in a file."},
	{"steps-and-stages", false, "A stage has both steps and inner stages.", "Put the steps into an inner stage of their own."},
	{"tab", false, "A tab indents a line.", "YAML is indented with spaces."},
	{"tag", false, "A YAML tag (`!!int`, `!secret`) stands before a value.", "Leave it out: rung knows the type of every field."},
	{"template", false, "A `${{` is not closed.", "End the expression with `}}`, or write `$${{` for the characters themselves."},
	{"test", false, "A case of a playbook's tests did not end as expected (exit code 1).", "Correct the playbook, or what the case expects; see [tests](testing.md)."},
	{"too-deep", false, "The file nests deeper than anything that people write.", "Take levels away."},
	{"too-large", false, "The file is larger than anything that people write.", "Is it the file that you mean?"},
	{"too-many", false, "The playbook has too many steps, those of every call of a sequence counted, or sequences call each other, or files include each other, too deep; or the cases of its tests have too many hosts.", "Sequences that call each other several times multiply: split the playbook, or the file of tests."},
	{"two-types", false, "A step has two step types.", "Make two steps of it: start the second with its own dash."},
	{"type", false, "A value or an expression has another type than is wanted there.", "The message says which one it has, and which one is wanted."},
	{"uncalled", false, "No step calls a sequence. It cannot be checked, because what it may read is for its callers to say.", "Call it, or remove it."},
	{"unknown-field", false, "A step type has no such field.", "`rung steps TYPE` lists them."},
	{"unknown-group", false, "An expression reads a group that the inventory does not have.", "Add it to the inventory; a group without hosts is `name: []`."},
	{"unknown-host", false, "A group names a host that is not in the inventory.", "Add it under `hosts`, or correct the name."},
	{"unknown-input", false, "The playbook has no such input.", "Correct the name; the hint lists those that there are."},
	{"unknown-jump", false, "`jump` names something that is no host of the inventory, and looks like one.", "Add it under `hosts`, or write a full host name."},
	{"unknown-key", false, "A map has a key that means nothing there.", "Correct it; the hint lists those that there are."},
	{"unknown-name", false, "An expression reads a name that does not stand in scope where it is written.", "See [what is in scope](playbook.md#expressions): ids of a sequence, of a loop and of `always` end with it, and later steps cannot be read."},
	{"unknown-parameter", false, "A call gives a parameter that the sequence does not declare.", "Correct the name, or declare it under `parameters` of the sequence."},
	{"unknown-pause", false, "`--pause-after` names neither a stage nor a host.", "Correct the name."},
	{"unknown-playbook", false, "A file of tests has no playbook beside it that can be read.", "Tests of `NAME.yaml` lie in `NAME.test.yaml`."},
	{"unknown-selector", false, "A selector names neither a group nor a host of the inventory.", "Correct the name, or add it to the inventory."},
	{"unknown-sequence", false, "A step calls a sequence that there is not.", "Correct the name, or add it under `sequences`."},
	{"unknown-stage", false, "`--stage` names no stage of the playbook.", "Correct the name."},
	{"unknown-step", false, "A step has a key that is no modifier and no step type.", "`rung steps` lists the step types."},
	{"value", false, "A value is not one that its key can have.", "The message says what it must be."},
	{"wrong-kind", false, "A text stands where a list or a map is wanted, or the other way round.", "Check the indentation and the dashes of this line and the one before."},
	{"yaml", false, "The file is not YAML.", "The hint names the usual cause."},

	{"always-false", true, "A guard is false whatever a run finds: what it guards never happens.", "Remove what it guards, or let the guard read what it is about."},
	{"always-true", true, "A guard is true whatever a run finds.", "Remove the guard, or let it read what it is about."},
	{"foreign-braces", true, "A name stands in `{{ }}`, the braces of Ansible and its like: here that is text, and is not replaced.", "Write `${{ inputs.NAME }}`."},
	{"never-equal", true, "Something is compared with a text that it can never be: a choice that the input does not have, an outcome that there is not.", "Correct the text; the hint lists those that it can be."},
	{"no-steps", true, "A list of steps has none: nothing is done there.", "Write them; or leave out the list, or its stage."},
	{"not-read-only", true, "A command that is said to only read would change something, as far as its words tell: previews and `rung facts` do not start it, and a run reports that nothing had to be changed.", "Leave `read_only` out, and give it a `check`."},
	{"not-taken-back", true, "On some way through its stage nothing takes back what a step leaves: a drained node that stays cordoned, a held package that stays released.", "Put the step that takes it back under `always` of the stage. Where it is to stay, say so: `# rung: ignore not-taken-back`."},
	{"not-taken-over", true, "Something in an inventory of Ansible has no counterpart in one of rung, or must not have one: a password, an expression, a list.", "Say it in the inventory of rung, in `~/.ssh/config`, or in the playbook, where it is needed."},
	{"open-script", true, "An expression stands in the text of a `script` or a `check`, or of the script of `argv: [sh, -c, …]`: sh reads its value as words and commands, so `; reboot` in an input, or in what a host says, is run.", "Put it into `args`, or behind the script of `sh -c`, and write `\"$1\"` in the script. Numbers, versions, durations and choices are harmless; a script that one expression hands over as a whole is taken for one."},
	{"shell-syntax", true, "A `script` or a `check` of a command is no shell that `sh` reads: a quote or an `fi` that is missing, or an array, a `<(…)` or the like, which bash has and other shells do not.", "Try it with `sh -n`. Where it needs bash, say so: `argv: [bash, -c, …]`."},
	{"two-timeouts", true, "A step has a `timeout`, which cuts off each try of it, and its type has a field of that name, which is left out: a line that lost its indentation looks so.", "Indent it below the type. Where both are meant, write both."},
	{"unchecked-command", true, "A command that may change something has neither a `check` nor `detach`. A run that loses contact while it works cannot find out whether it happened, and a second run does it again.", "Give it a `check` that exits 0 once it is done and 1 before, or say `detach: true`; `read_only: true` where it changes nothing."},
	{"unused-include", true, "A playbook includes a file of sequences, and neither calls one nor reads an input of it.", "Call one, or do not include it."},
	{"unused-input", true, "Nothing reads an input.", "Read it, or remove it: whoever sets it believes that it does something."},
	{"unused-parameter", true, "Nothing in a sequence reads one of its parameters.", "Read it as `parameters.NAME`, or remove it: whoever gives it believes that it does something."},
	{"version-as-text", true, "A version is compared as a text, letter by letter: `\"1.10.0\"` comes before `\"1.9.0\"`.", "Compare versions: `version(x) < version(\"1.34.2\")`, and give an input that is one the type `version`."},
	{"window-too-large", true, "`at_once` is larger than the stage has hosts, so that all of them are away together.", "Say how many may be away together, or leave `at_once` out."},
}
