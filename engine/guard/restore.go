package guard

import (
	"fmt"
	"math"
	"time"

	"rung/engine/kube"
)

// Restore makes a value of type t again out of what encoding/json made of one: versions and durations are text and
// numbers there. A value that has its type already stays as it is.
func (t Type) Restore(kept any) (any, error) {
	switch t.Kind {
	case Text:
		if text, ok := kept.(string); ok {
			return text, nil
		}
	case Bool:
		if truth, ok := kept.(bool); ok {
			return truth, nil
		}
	case Int, Duration:
		return t.restoreNumber(kept)
	case Version:
		return t.restoreVersion(kept)
	case List:
		return t.restoreList(kept)
	case Record, Table:
		return t.restoreFields(kept)
	}
	return nil, t.unlike(kept)
}

func (t Type) unlike(kept any) error { return fmt.Errorf("a %s was kept as %T", t, kept) }

func (t Type) restoreNumber(kept any) (any, error) {
	switch n := kept.(type) {
	case float64:
		switch whole := n == math.Trunc(n); {
		case whole && t.Kind == Duration:
			return time.Duration(n), nil
		case whole:
			return int(n), nil
		}
	case int:
		if t.Kind == Int {
			return n, nil
		}
	case time.Duration:
		if t.Kind == Duration {
			return n, nil
		}
	}
	return nil, t.unlike(kept)
}

func (t Type) restoreVersion(kept any) (any, error) {
	switch v := kept.(type) {
	case kube.Version:
		return v, nil
	case string:
		var version kube.Version
		err := version.UnmarshalText([]byte(v))
		return version, err
	}
	return nil, t.unlike(kept)
}

func (t Type) restoreList(kept any) (any, error) {
	items, ok := kept.([]any)
	if !ok && kept != nil {
		return nil, t.unlike(kept)
	}
	list := make([]any, len(items))
	for i, item := range items {
		value, err := t.Elem.Restore(item)
		if err != nil {
			return nil, err
		}
		list[i] = value
	}
	return list, nil
}

// restoreFields wants every field of a record: one that is missing was not there when the value was made.
func (t Type) restoreFields(kept any) (any, error) {
	from, ok := kept.(map[string]any)
	if !ok && (kept != nil || t.Kind == Record) {
		return nil, t.unlike(kept)
	}
	into := make(map[string]any, len(from))
	if t.Kind == Table {
		for name, item := range from {
			value, err := t.Elem.Restore(item)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			into[name] = value
		}
		return into, nil
	}
	for _, f := range t.Fields {
		item, there := from[f.Name]
		if !there {
			return nil, fmt.Errorf("%s was not kept", f.Name)
		}
		value, err := f.Type.Restore(item)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		into[f.Name] = value
	}
	return into, nil
}
