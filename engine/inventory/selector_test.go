package inventory_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rung/engine/diag"
	"rung/engine/inventory"
)

func fleet(t testing.TB) *inventory.Inventory {
	t.Helper()
	inv, found := inventory.Load("inv.yaml", []byte(`
hosts: {cp1: , cp2: , cp3: , w1: , w2: , w3: , w4: , spare: }
groups:
  control_plane: [cp2, cp1, cp3]
  workers: [w1, w2, w3, w4]
  empty: []
`))
	if len(found) > 0 {
		t.Fatal(found)
	}
	return inv
}

func TestSelectorsPick(t *testing.T) {
	tests := []struct{ name, expr, want string }{
		{"all hosts", "all", "cp1 cp2 cp3 w1 w2 w3 w4 spare"},
		{"a host in no group", "spare", "spare"},
		{"a group, in the order of the inventory", "control_plane", "cp1 cp2 cp3"},
		{"two groups", "workers,control_plane", "cp1 cp2 cp3 w1 w2 w3 w4"},
		{"no doubles", "w1,workers,w1", "w1 w2 w3 w4"},
		{"a group without a host", "workers:!w3", "w1 w2 w4"},
		{"a comma excludes as well", "workers, !w3, !w1", "w2 w4"},
		{"an exclusion alone starts from all", "!workers", "cp1 cp2 cp3 spare"},
		{"from left to right: in again after out", "workers:!workers:w2", "w2"},
		{"the first as the group lists it", "control_plane[0]", "cp2"},
		{"the last", "control_plane[-1]", "cp3"},
		{"all but the first", "control_plane[1:]", "cp1 cp3"},
		{"a slice has no end", "workers[1:3]", "w2 w3"},
		{"a slice from the beginning", "workers[:2]", "w1 w2"},
		{"a slice up to the last", "workers[:-1]", "w1 w2 w3"},
		{"a slice beyond the end picks what there is", "workers[2:99]", "w3 w4"},
		{"a slice that ends before it begins picks nothing", "workers[3:1]", ""},
		{"a slice of an empty group", "empty[1:]", ""},
		{"a slice taken out", "all:!workers[1:]:!control_plane", "w1 spare"},
		{"an index of all", "all[7]", "spare"},
	}
	inv := fleet(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, found := inv.Select(test.expr, diag.Pos{})
			if len(found) > 0 {
				t.Fatal(found)
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSelectorMistakes(t *testing.T) {
	tests := []struct {
		name, expr string
		want       []string
	}{
		{"nothing", " ", []string{`p.yaml:3:10: error: the selector is empty | name a group or a host, such as  workers:!w3  or  control_plane[0]`}},
		{"a misspelt group", "wrkers", []string{"p.yaml:3:10: error: wrkers is neither a group nor a host | did you mean workers?"}},
		{"two unknown names, each in its place", "workers:!q9, zebra", []string{
			"p.yaml:3:18: error: q9 is neither a group nor a host | the groups are all, control_plane, workers, empty; a group without hosts is written as q9: []",
			"p.yaml:3:23: error: zebra is neither a group nor a host | the groups are all, control_plane, workers, empty; a group without hosts is written as zebra: []",
		}},
		{"a missing name", "w1,,w2", []string{`p.yaml:3:13: error: a name is missing in "w1,,w2" | write names between the commas and colons, such as  workers:!w3  or  control_plane[0]`}},
		{"an index beyond the group", "control_plane[3]", []string{"p.yaml:3:10: error: control_plane has 3 hosts; there is no control_plane[3] | the last is control_plane[2]; counting starts at 0"}},
		{"an index of an empty group", "empty[0]", []string{"p.yaml:3:10: error: empty has 0 hosts; there is no empty[0] | add a host to empty in the inventory"}},
		{"an index of a host", "w1[0]", []string{"p.yaml:3:10: error: w1 is a host; only groups have [0] | write w1 alone"}},
		{"a slice that is not closed", "workers[1", []string{`p.yaml:3:10: error: "[1" is not a slice | write workers[0], workers[1:3] or workers[1:]`}},
		{"an empty index", "workers[]", []string{`p.yaml:3:10: error: "[]" is not a slice | write workers[0], workers[1:3] or workers[1:]`}},
		{"a wildcard", "w*", []string{`p.yaml:3:10: error: "w*" names no host and no group | write names, such as  workers:!w3  or  control_plane[0]`}},
	}
	inv := fleet(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, found := inv.Select(test.expr, diag.Pos{File: "p.yaml", Line: 3, Col: 10})
			if diff := cmp.Diff(test.want, lines(found)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzSelect(f *testing.F) {
	for _, seed := range []string{"all", "workers:!w3", "control_plane[0]", "workers[-3:2],!w1", "!", "[", "a[:]", "w1:[1:2]"} {
		f.Add(seed)
	}
	inv := fleet(f)
	f.Fuzz(func(t *testing.T, expr string) {
		got, found := inv.Select(expr, diag.Pos{})
		if len(found) > 0 && len(got) > 0 {
			t.Fatalf("Select(%q) = %v with %v", expr, got, found)
		}
		seen := map[string]bool{}
		for _, name := range got {
			if seen[name] || inv.Host(name) == nil {
				t.Fatalf("Select(%q) = %v: %s is there twice, or unknown", expr, got, name)
			}
			seen[name] = true
		}
	})
}
