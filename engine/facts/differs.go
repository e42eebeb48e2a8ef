package facts

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Differs says how inv, whose facts were taken, and now differ, a sentence each; nothing where they are the same.
func (inv Inventory) Differs(now Inventory) []string {
	var all []string
	then, here := inv.byName(), now.byName()
	for _, h := range inv.Hosts {
		other, there := here[h.Name]
		switch {
		case !there:
			all = append(all, fmt.Sprintf("%s: facts were taken of it, and the inventory has it no more", h.Name))
		case other.Node != h.Node:
			all = append(all, fmt.Sprintf("%s: its node was %s, and is %s", h.Name, h.Node, other.Node))
		case other.Address != h.Address:
			all = append(all, fmt.Sprintf("%s: its address was %s, and is %s", h.Name, h.Address, other.Address))
		case !maps.Equal(h.Vars, other.Vars):
			all = append(all, fmt.Sprintf("%s: its vars are others than then", h.Name))
		}
	}
	for _, h := range now.Hosts {
		if _, there := then[h.Name]; !there {
			all = append(all, fmt.Sprintf("%s: it is in the inventory, and no facts were taken of it", h.Name))
		}
	}
	names := slices.Collect(maps.Keys(inv.Groups))
	for name := range now.Groups {
		if _, there := inv.Groups[name]; !there {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if a, b := inv.Groups[name], now.Groups[name]; !slices.Equal(a, b) {
			all = append(all, fmt.Sprintf("the group %s was %s, and is %s", name, members(a), members(b)))
		}
	}
	return all
}

func (inv Inventory) byName() map[string]Host {
	all := make(map[string]Host, len(inv.Hosts))
	for _, h := range inv.Hosts {
		all[h.Name] = h
	}
	return all
}

func members(names []string) string {
	if len(names) == 0 {
		return "empty"
	}
	return strings.Join(names, ", ")
}
