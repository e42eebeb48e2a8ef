package inventory

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"rung/engine/diag"
	"rung/engine/yamldoc"
)

var defaultKeys, hostKeys = names(DefaultKeys()), names(HostKeys())

// settings reads the fields of n into h; what says whose they are.
func (r *reader) settings(n *yamldoc.Node, h *Host, known []string, what string) {
	if d, ok := yamldoc.WantKind(n, yamldoc.Map, what); !ok {
		r.report(d.WithHint("write  {address: 192.0.2.11}"))
		return
	}
	for _, f := range n.Fields {
		if !slices.Contains(known, f.Key) {
			r.report(unknownKey(f, what, known))
			continue
		}
		switch f.Key {
		case "address":
			h.Address = r.address(f)
		case "node":
			h.Node = r.text(f, goodName, "a Kubernetes node has lower-case letters, digits, dots and dashes")
		case "user":
			h.User = r.text(f, goodUser, "a login is one word")
		case "port":
			h.Port = r.port(f.Value)
		case "identity_file":
			h.IdentityFile = r.path(f)
		case "known_hosts":
			h.KnownHosts = r.path(f)
		case "jump":
			h.Jump = r.text(f, oneWord, "write a host of the inventory, user@host:port, or none")
			r.jumps[h.Name] = f.Value
		case "sudo":
			h.Sudo = r.truth(f.Value)
		case "env":
			h.Env = r.table(f, h.Env, goodVariable, "a variable has letters, digits and underscores")
		case "vars":
			h.Vars = r.table(f, h.Vars, nil, "")
		}
	}
}

var (
	goodUser     = regexp.MustCompile(`^[^\s@:,]+$`)
	oneWord      = regexp.MustCompile(`^\S+$`)
	goodVariable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	goodAddress  = regexp.MustCompile(`^[A-Za-z0-9_:.%-]+$`) // names, IPv4 and IPv6 with a zone
)

// text reads a scalar that is written, and fits shape.
func (r *reader) text(f yamldoc.Field, shape *regexp.Regexp, hint string) string {
	n := f.Value
	if d, ok := yamldoc.WantKind(n, yamldoc.Scalar, f.Key); !ok {
		r.report(d)
		return ""
	}
	if n.Null || n.Text == "" {
		r.report(diag.Errorf("value", n.Pos, "%s is empty", f.Key).WithHint("write a value, or leave the key out"))
		return ""
	}
	if !shape.MatchString(n.Text) {
		r.report(diag.Errorf("value", n.Pos, "%s cannot be %s", f.Key, n.Describe()).Over(width(n)).WithHint("%s", hint))
		return ""
	}
	return n.Text
}

func (r *reader) address(f yamldoc.Field) string {
	host, port, cut := strings.Cut(f.Value.Text, ":")
	if _, err := strconv.Atoi(port); cut && err == nil && !strings.Contains(port, ":") {
		r.report(diag.Errorf("value", f.Value.Pos, "address %s has a port in it", f.Value.Describe()).Over(width(f.Value)).
			WithHint("write  address: %s, port: %s", host, port))
		return ""
	}
	return r.text(f, goodAddress, "write a host name or an IP address")
}

func (r *reader) port(n *yamldoc.Node) int {
	port, err := strconv.Atoi(n.Text)
	if n.Kind != yamldoc.Scalar || err != nil || port < 1 || port > 65535 {
		r.report(diag.Errorf("value", n.Pos, "port cannot be %s", n.Describe()).Over(width(n)).WithHint("a port is a number from 1 to 65535"))
		return 0
	}
	return port
}

func (r *reader) truth(n *yamldoc.Node) bool {
	if n.Kind != yamldoc.Scalar || n.Quoted || (n.Text != "true" && n.Text != "false") {
		r.report(diag.Errorf("wrong-kind", n.Pos, "sudo must be true or false, not %s", n.Describe()).Over(width(n)))
	}
	return n.Text == "true"
}

// path reads a file name: ~ is the operator's home, other names are relative
// to the folder of the inventory, so that it works from wherever rung is run.
func (r *reader) path(f yamldoc.Field) string {
	text := r.text(f, anything, "")
	rest, inHome := strings.CutPrefix(text, "~")
	switch {
	case text == "":
		return ""
	case inHome && (r.home == "" || (rest != "" && rest[0] != '/')):
		r.report(diag.Errorf("value", f.Value.Pos, "%s cannot be %s: that home is not known", f.Key, f.Value.Describe()).
			Over(width(f.Value)).WithHint("write the whole path"))
		return ""
	case inHome:
		return filepath.Join(r.home, rest)
	case filepath.IsAbs(text):
		return filepath.Clean(text)
	}
	return filepath.Join(r.folder, text)
}

var anything = regexp.MustCompile(``)

// table reads keys with text values on top of what stands; shape is of the
// keys.
func (r *reader) table(f yamldoc.Field, stands map[string]string, shape *regexp.Regexp, hint string) map[string]string {
	if f.Value.Null {
		return stands
	}
	if d, ok := yamldoc.WantKind(f.Value, yamldoc.Map, f.Key); !ok {
		r.report(d)
		return stands
	}
	table := make(map[string]string, len(stands)+len(f.Value.Fields))
	for k, v := range stands {
		table[k] = v
	}
	for _, entry := range f.Value.Fields {
		if d, ok := yamldoc.WantKind(entry.Value, yamldoc.Scalar, entry.Key); !ok {
			r.report(d.WithHint("values of %s are text", f.Key))
			continue
		}
		if shape != nil && !shape.MatchString(entry.Key) {
			r.report(diag.Errorf("name", entry.Pos, "%q cannot name a variable", entry.Key).Over(len([]rune(entry.Key))).WithHint("%s", hint))
			continue
		}
		if strings.ContainsRune(entry.Value.Text, 0) {
			r.report(diag.Errorf("value", entry.Value.Pos, "%s holds a NUL", entry.Key))
			continue
		}
		table[entry.Key] = entry.Value.Text
	}
	return table
}
