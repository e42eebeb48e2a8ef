package step

import (
	"errors"
	"fmt"

	"rung/engine/yamldoc"
)

// ExampleActions are what the example of t wants done on a host called w1.
func (t *Type) ExampleActions() ([]Action, error) {
	root, found := yamldoc.Parse("example of "+t.Name, []byte(t.Example))
	if found != nil {
		return nil, found
	}
	fields := root.Get(t.Name)
	if fields == nil {
		return nil, fmt.Errorf("the example of %s is no step of it", t.Name)
	}
	d, found := t.Decode(fields, nil)
	if found != nil {
		return nil, found
	}
	if d.holes != nil {
		return nil, errors.New("the example waits for values")
	}
	return d.base.Interface().(Step).Plan(Scope{Host: Host{Name: "w1", Node: "w1"}, Run: "RUN"})
}
