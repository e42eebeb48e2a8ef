package twin

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// pathNode is a piece of a template: text, an expression, or a range over one.
type pathNode struct {
	text  string
	path  string
	body  []pathNode // of a range
	isFor bool
}

// parsePath reads a template of kubectl's -o jsonpath: text, {.a.b}, {.a[0]}, {.a[*].b}, {.a['x.y']},
// {.a[?(@.b=="c")].d}, {range .a[*]}…{end} and quoted text. It is our own, as the upstream evaluator comes
// with a module far larger than this room.
func parsePath(template string, inRange bool) (nodes []pathNode, rest string, err error) {
	for template != "" {
		text, after, found := strings.Cut(template, "{")
		if text != "" {
			nodes = append(nodes, pathNode{text: text})
		}
		if !found {
			break
		}
		end := closing(after)
		if end < 0 {
			return nil, "", fmt.Errorf("unclosed action")
		}
		expression := strings.TrimSpace(after[:end])
		template = after[end+1:]
		over, isRange := strings.CutPrefix(expression, "range ")
		switch {
		case expression == "end":
			if !inRange {
				return nil, "", fmt.Errorf("not in range, nothing to end")
			}
			return nodes, template, nil
		case isRange:
			body, after, err := parsePath(template, true)
			if err != nil {
				return nil, "", err
			}
			nodes = append(nodes, pathNode{path: strings.TrimSpace(over), body: body, isFor: true})
			template = after
		case strings.HasPrefix(expression, `"`) || strings.HasPrefix(expression, "'"):
			quoted := `"` + strings.Trim(expression, `'"`) + `"`
			literal, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, "", fmt.Errorf("unterminated quoted string")
			}
			nodes = append(nodes, pathNode{text: literal})
		default:
			nodes = append(nodes, pathNode{path: expression})
		}
	}
	if inRange {
		return nil, "", fmt.Errorf("unclosed range")
	}
	return nodes, "", nil
}

// closing is the index of the brace that ends an action, outside of quotes.
func closing(text string) int {
	quote := byte(0)
	for i := range len(text) {
		switch b := text[i]; {
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'':
			quote = b
		case b == '}':
			return i
		}
	}
	return -1
}

func writePath(out *strings.Builder, nodes []pathNode, root, here any) error {
	for _, node := range nodes {
		if node.path == "" {
			out.WriteString(node.text)
			continue
		}
		values, err := walk(node.path, root, here)
		if err != nil {
			return err
		}
		if node.isFor {
			for _, value := range values {
				if err := writePath(out, node.body, root, value); err != nil {
					return err
				}
			}
			continue
		}
		for i, value := range values {
			if i > 0 {
				out.WriteByte(' ')
			}
			out.WriteString(pathText(value))
		}
	}
	return nil
}

func pathText(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case object, []any:
		text, err := json.Marshal(value)
		if err != nil {
			panic(err) // maps, lists and text can always be encoded
		}
		return string(text)
	}
	return fmt.Sprint(value)
}

// walk follows a path from here, or with $ from the root. A key that is missing gives nothing, as kubectl
// has it.
func walk(path string, root, here any) ([]any, error) {
	values := []any{here}
	if after, ok := strings.CutPrefix(path, "$"); ok {
		path, values = after, []any{root}
	}
	path = strings.TrimPrefix(path, "@")
	for path != "" {
		var step func(any) []any
		switch {
		case path[0] == '.':
			end := 1
			for end < len(path) && path[end] != '.' && path[end] != '[' {
				if path[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end, len(path))
			key := strings.ReplaceAll(path[1:end], `\`, "")
			path = path[end:]
			if key == "" {
				continue
			}
			step = func(v any) []any { return pick(v, key) }
		case path[0] == '[':
			end := bracket(path)
			if end < 0 {
				return nil, fmt.Errorf("unterminated array")
			}
			inside := path[1:end]
			path = path[end+1:]
			var err error
			if step, err = subscript(inside, root); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("unrecognized character in action: %q", path[0])
		}
		var next []any
		for _, value := range values {
			next = append(next, step(value)...)
		}
		values = next
	}
	return values, nil
}

func pick(value any, key string) []any {
	if o, ok := value.(object); ok {
		if inner, there := o[key]; there {
			return []any{inner}
		}
	}
	return nil
}

// bracket is the index of the bracket that closes the one at the start.
func bracket(path string) int {
	depth, quote := 0, byte(0)
	for i := range len(path) {
		switch b := path[i]; {
		case quote != 0:
			if b == quote {
				quote = 0
			}
		case b == '"' || b == '\'':
			quote = b
		case b == '[':
			depth++
		case b == ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// subscript reads what stands in brackets: *, a number, a quoted key, a filter.
func subscript(inside string, root any) (func(any) []any, error) {
	if inside == "*" {
		return func(v any) []any {
			if list, ok := v.([]any); ok {
				return list
			}
			var all []any
			if o, ok := v.(object); ok {
				for _, key := range sortedKeys(o) {
					all = append(all, o[key])
				}
			}
			return all
		}, nil
	}
	if n, err := strconv.Atoi(inside); err == nil {
		return func(v any) []any {
			list, _ := v.([]any)
			i := n
			if i < 0 {
				i += len(list)
			}
			if i < 0 || i >= len(list) {
				return nil
			}
			return list[i : i+1]
		}, nil
	}
	if filter, ok := strings.CutPrefix(inside, "?("); ok && strings.HasSuffix(filter, ")") {
		return pathFilter(strings.TrimSuffix(filter, ")"), root)
	}
	if len(inside) >= 2 && (inside[0] == '\'' || inside[0] == '"') {
		key := inside[1 : len(inside)-1]
		return func(v any) []any { return pick(v, key) }, nil
	}
	return nil, fmt.Errorf("invalid array index %s", inside)
}

// pathFilter keeps the items of a list for which a comparison holds.
func pathFilter(filter string, root any) (func(any) []any, error) {
	left, right, operator := filter, "", ""
	for _, op := range []string{"==", "!="} {
		if l, r, ok := strings.Cut(filter, op); ok {
			left, right, operator = strings.TrimSpace(l), strings.Trim(strings.TrimSpace(r), `'"`), op
			break
		}
	}
	if !strings.HasPrefix(left, "@") {
		return nil, fmt.Errorf("unrecognized filter %s", filter)
	}
	if _, err := walk(left, root, nil); err != nil {
		return nil, err
	}
	return func(v any) []any {
		list, _ := v.([]any)
		var kept []any
		for _, item := range list {
			found, _ := walk(left, root, item) // the path was read once already
			holds := len(found) > 0
			if holds && operator != "" {
				holds = (pathText(found[0]) == right) == (operator == "==")
			}
			if holds {
				kept = append(kept, item)
			}
		}
		return kept
	}, nil
}
