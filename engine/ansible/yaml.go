package ansible

import (
	"rung/engine/diag"
	"rung/engine/yamldoc"
)

// readYAML reads groups with hosts, children and vars.
func (b *book) readYAML(root *yamldoc.Node) {
	for _, f := range root.Fields {
		b.yamlGroup(f)
	}
}

func (b *book) yamlGroup(f yamldoc.Field) {
	g := b.group(f.Key)
	if f.Value.Null {
		return
	}
	if !b.isMap(f.Value, "the group "+f.Key) {
		return
	}
	for _, part := range f.Value.Fields {
		switch {
		case part.Value.Null:
		case part.Key == "hosts" && b.isMap(part.Value, "the hosts of "+f.Key):
			for _, h := range part.Value.Fields {
				if h.Value.Null || b.isMap(h.Value, "the host "+h.Key) {
					b.host(g, h.Key, h.Pos, variables(h.Value))
				}
			}
		case part.Key == "children" && b.isMap(part.Value, "the children of "+f.Key):
			for _, child := range part.Value.Fields {
				g.children = append(g.children, child.Key)
				b.yamlGroup(child)
			}
		case part.Key == "vars" && b.isMap(part.Value, "the vars of "+f.Key):
			g.vars = append(g.vars, variables(part.Value)...)
		case part.Key != "hosts" && part.Key != "children" && part.Key != "vars":
			b.found = append(b.found, diag.Errorf("unknown-key", part.Pos, "a group of Ansible has hosts, children and vars, and no %s", part.Key).Over(len([]rune(part.Key))))
		}
	}
}

func (b *book) isMap(n *yamldoc.Node, what string) bool {
	d, ok := yamldoc.WantKind(n, yamldoc.Map, what)
	if !ok {
		b.found = append(b.found, d)
	}
	return ok
}

func variables(n *yamldoc.Node) []variable {
	var vars []variable
	for _, f := range n.Fields {
		vars = append(vars, variable{f.Key, f.Value.Text, f.Pos, f.Value.Kind == yamldoc.Scalar && !f.Value.Null})
	}
	return vars
}
