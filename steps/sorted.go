package steps

import (
	"maps"
	"slices"
)

// sortedKeys are the keys of m in order: output and errors must not depend on chance.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
