package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rung/engine/playbook"
)

// FuzzFileOfInputs gives bytes as -e @file.yaml: what is no input is told with its place in the file, and no value of a
// secret is repeated.
func FuzzFileOfInputs(f *testing.F) {
	const source = `playbook: p
inputs:
  text: {default: ""}
  whether: {type: bool, default: false}
  many: {type: int, default: 1}
  some: {type: count, default: 10%}
  long: {type: duration, default: 1m}
  where: {type: path, default: ""}
  release: {type: version, default: 1.34.2}
  one: {type: choice, choices: [a, b], default: a}
  names: {type: list, default: []}
  token: {type: secret}
stages:
  - stage: S
    hosts: all
    steps:
      - require: inputs.whether
`
	pb, found := playbook.Load("p.yaml", []byte(source), checker(f).types)
	if found.Err() != nil {
		f.Fatal(found)
	}
	for _, seed := range []string{
		"text: a\nwhether: true\nmany: 3\nsome: 25%\nlong: 5m\nwhere: /tmp\nrelease: 1.30\none: b\nnames: [a, b]\n",
		"token: hunter2\n", "- text\n", "text: {a: b}\n", "text: a\ntext: b\n", "many: x\nrelease: new\none: c\n", "\tt: 1", "unknown: 1", "", "names: *x", "a: !!binary x",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		file := filepath.Join(t.TempDir(), "inputs.yaml")
		if err := os.WriteFile(file, src, 0o600); err != nil {
			t.Fatal(err)
		}
		given := map[string]any{}
		for _, d := range inputsOf(pb, file, given) {
			if d.Pos.File != file || d.Text == "" {
				t.Errorf("no place, or nothing said: %+v", d)
			}
			if d.Code == "secret" && strings.Contains(d.Text+d.Hint, "hunter2") {
				t.Errorf("a secret is told: %+v", d)
			}
		}
		if _, secret := given["token"]; secret {
			t.Error("a secret was taken from a file of inputs")
		}
		for name, value := range given {
			if _, declared := declaredInput(pb, name); !declared || value == nil {
				t.Errorf("%s = %v", name, value)
			}
		}
	})
}
