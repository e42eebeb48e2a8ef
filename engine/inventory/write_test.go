package inventory_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rung/engine/inventory"
)

// TestWhatIsWrittenIsReadAgain writes every inventory of the project that
// loads, and one with texts that YAML would read otherwise.
func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	sources := map[string][]byte{"example": []byte(example), "config": []byte("ssh_config: \"of this site\"\nhosts: {a: }\n"), "odd": []byte(`
defaults: {sudo: true, env: {no_proxy: "a,b"}}
hosts:
  "1.30": {vars: {a: "true", b: "null", c: "", d: "x: y # z", e: "it's \"so\"", f: "  ", g: "[a]", h: "größe", i: "a\nb", j: "~"}}
  on: {sudo: false, port: 2222, address: "2001:db8::1"}
groups: {"2": ["1.30", on], nobody: []}
`)}
	for _, pattern := range []string{"../../examples/inventory.yaml", "../schema/testdata/inventory.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sources[file] = src
		}
	}
	for name, src := range sources {
		want, found := inventory.Load("inventory.yaml", src)
		if found.Err() != nil {
			t.Fatalf("%s: %v", name, found)
		}
		text := inventory.Write(want)
		got, found := inventory.Load("inventory.yaml", text)
		if found.Err() != nil {
			t.Errorf("%s: %v in\n%s", name, found, text)
			continue
		}
		same := cmp.Options{cmpopts.IgnoreUnexported(inventory.Inventory{}), cmpopts.IgnoreFields(inventory.Host{}, "Pos"), cmpopts.IgnoreFields(inventory.Group{}, "Pos"), cmpopts.EquateEmpty()}
		if diff := cmp.Diff(want, got, same); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%s", name, diff, text)
		}
	}
}
