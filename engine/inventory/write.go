package inventory

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Write makes the file of an inventory. What all hosts say alike goes into
// defaults; an address or a node that is the name is left out.
func Write(inv *Inventory) []byte {
	var b strings.Builder
	b.WriteString("format: 1\n")
	if inv.SSHConfig != "" {
		fmt.Fprintf(&b, "ssh_config: %s\n", scalar(inv.SSHConfig))
	}
	shared := sharedSettings(inv.Hosts)
	if len(shared) > 0 {
		fmt.Fprintf(&b, "\ndefaults: {%s}\n", strings.Join(pairs(shared, names(DefaultKeys())), ", "))
	}
	b.WriteString("\nhosts:\n")
	for _, h := range inv.Hosts {
		own := settingsOf(h)
		maps.DeleteFunc(own, func(key, text string) bool { return shared[key] == text })
		if shared["sudo"] != "" && !h.Sudo {
			own["sudo"] = "false"
		}
		fmt.Fprintf(&b, "  %s: {%s}\n", scalar(h.Name), strings.Join(pairs(own, names(HostKeys())), ", "))
	}
	if len(inv.Groups) > 0 {
		b.WriteString("\ngroups:\n")
	}
	for _, g := range inv.Groups {
		members := make([]string, len(g.Hosts))
		for i, host := range g.Hosts {
			members[i] = scalar(host)
		}
		fmt.Fprintf(&b, "  %s: [%s]\n", scalar(g.Name), strings.Join(members, ", "))
	}
	return []byte(b.String())
}

// settingsOf are the keys of a host with their values, as they are written.
func settingsOf(h Host) map[string]string {
	s := map[string]string{}
	for key, text := range map[string]string{"address": h.Address, "node": h.Node, "user": h.User, "identity_file": h.IdentityFile, "jump": h.Jump, "known_hosts": h.KnownHosts} {
		if text != "" && ((key != "address" && key != "node") || text != h.Name) {
			s[key] = scalar(text)
		}
	}
	if h.Port != 0 {
		s["port"] = strconv.Itoa(h.Port)
	}
	if h.Sudo {
		s["sudo"] = "true"
	}
	for key, table := range map[string]map[string]string{"env": h.Env, "vars": h.Vars} {
		if len(table) > 0 {
			quoted := map[string]string{}
			for name, text := range table {
				quoted[name] = scalar(text)
			}
			s[key] = "{" + strings.Join(pairs(quoted, slices.Sorted(maps.Keys(quoted))), ", ") + "}"
		}
	}
	return s
}

// sharedSettings are those that every one of several hosts has alike.
func sharedSettings(hosts []Host) map[string]string {
	if len(hosts) < 2 {
		return nil
	}
	shared := settingsOf(hosts[0])
	delete(shared, "address")
	delete(shared, "node")
	for _, h := range hosts[1:] {
		own := settingsOf(h)
		maps.DeleteFunc(shared, func(key, text string) bool { return own[key] != text })
	}
	return shared
}

func pairs(values map[string]string, keys []string) []string {
	var parts []string
	for _, key := range keys {
		if text, ok := values[key]; ok {
			parts = append(parts, scalar(key)+": "+text)
		}
	}
	return parts
}

var plainScalar = regexp.MustCompile(`^[A-Za-z0-9_./~][A-Za-z0-9_./@~+-]*$`)

// scalar writes a text so that it is read as the same text: 1.30 and yes are
// texts to rung, so that only signs need quotes.
func scalar(text string) string {
	if plainScalar.MatchString(text) && text != "~" && text != "null" && text != "Null" && text != "NULL" && text != "---" {
		return text
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(text) != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}
