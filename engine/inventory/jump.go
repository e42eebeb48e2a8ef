package inventory

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"rung/engine/diag"
	"rung/engine/yamldoc"
)

// Hop is one host of a jump: a host of the inventory, or a place.
type Hop struct {
	User string // "" where it is not said
	Host string // the name of a host, an alias of ~/.ssh/config, or an address
	Port int    // 0 where it is not said
}

// Hops reads a jump, first the host that is reached directly. A jump of "" or
// NoJump has no hops.
func Hops(jump string) ([]Hop, error) {
	if jump == "" || jump == NoJump {
		return nil, nil
	}
	var hops []Hop
	for text := range strings.SplitSeq(jump, ",") {
		hop, err := parseHop(text)
		if err != nil {
			return nil, err
		}
		hops = append(hops, hop)
	}
	return hops, nil
}

func parseHop(text string) (Hop, error) {
	var hop Hop
	place := strings.TrimPrefix(text, "ssh://")
	if user, rest, ok := strings.Cut(place, "@"); ok {
		if !goodUser.MatchString(user) {
			return hop, fmt.Errorf("the jump %q has no user before its @", text)
		}
		hop.User, place = user, rest
	}
	hop.Host = place
	if host, port, err := net.SplitHostPort(place); err == nil {
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return hop, fmt.Errorf("the port of the jump %q is not a number from 1 to 65535", text)
		}
		hop.Host, hop.Port = host, n
	}
	hop.Host = strings.TrimSuffix(strings.TrimPrefix(hop.Host, "["), "]")
	if !goodAddress.MatchString(hop.Host) {
		return hop, fmt.Errorf("the jump %q names no host", text)
	}
	return hop, nil
}

// bare says whether the hop is a name alone.
func (h Hop) bare() bool { return h.User == "" && h.Port == 0 }

// checkJumps reports jumps that cannot be, each place once. A bare name that
// is no host of the inventory may be an alias of ~/.ssh/config or a name in
// DNS; it is a mistake only where it looks like a misspelt host.
func (r *reader) checkJumps() {
	said := map[diag.Pos]bool{}
	for i := range r.inv.Hosts {
		h := &r.inv.Hosts[i]
		n := r.jumps[h.Name]
		if h.Jump == "" || n == nil {
			continue
		}
		hops, err := Hops(h.Jump)
		if own := itself(h.Name, hops); own >= 0 {
			h.Jump, hops = before(h.Jump, own), hops[:own]
		}
		d, bad := r.jumpMistake(h, hops, err, n)
		if bad && !said[n.Pos] {
			said[n.Pos] = true
			r.report(d.Over(width(n)))
		}
	}
}

// itself returns where in its jump a host stands itself, or -1: that is what
// defaults say of the bastion.
func itself(name string, hops []Hop) int {
	return slices.IndexFunc(hops, func(hop Hop) bool { return hop.bare() && hop.Host == name })
}

// before returns the first n hops of jump.
func before(jump string, n int) string {
	if n == 0 {
		return NoJump
	}
	return strings.Join(strings.Split(jump, ",")[:n], ",")
}

func (r *reader) jumpMistake(h *Host, hops []Hop, err error, n *yamldoc.Node) (diag.Diagnostic, bool) {
	if err != nil {
		return diag.Errorf("bad-jump", n.Pos, "%v", err).WithHint("write a host of the inventory, user@host:port, or none"), true
	}
	for _, hop := range hops {
		if !hop.bare() || net.ParseIP(hop.Host) != nil {
			continue
		}
		if r.inv.Host(hop.Host) == nil {
			if near := diag.Suggest(hop.Host, r.inv.Names()); near != "" {
				return diag.Errorf("unknown-jump", n.Pos, "jump %s is not a host of the inventory", hop.Host).
					WithHint("did you mean %s? write user@%s for a host that does not stand here", near, hop.Host), true
			}
			continue
		}
		if through := r.circle(h.Name, hop.Host); through != "" {
			return diag.Errorf("jump-circle", n.Pos, "%s is reached through %s, and %s through %s", h.Name, hop.Host, through, h.Name).
				WithHint("give one of them  jump: none"), true
		}
	}
	return diag.Diagnostic{}, false
}

// circle follows the jumps from host at, and returns the host that jumps
// through name, or "".
func (r *reader) circle(name, at string) string {
	seen := map[string]bool{}
	for at != "" && !seen[at] {
		seen[at] = true
		h := r.inv.Host(at)
		if h == nil {
			return ""
		}
		hops, err := Hops(h.Jump)
		if err != nil || itself(at, hops) >= 0 {
			return ""
		}
		at = ""
		for _, hop := range hops {
			switch {
			case hop.bare() && hop.Host == name:
				return h.Name
			case hop.bare() && at == "":
				at = hop.Host
			}
		}
	}
	return ""
}

// checkTwins reports two hosts that are one machine, or one Kubernetes node:
// they would be worked on at once.
func (r *reader) checkTwins() {
	nodes, places := map[string]string{}, map[string]string{}
	for _, h := range r.inv.Hosts {
		if first, ok := nodes[h.Node]; ok {
			r.report(diag.Errorf("same-node", h.Pos, "%s and %s are both the node %s", first, h.Name, h.Node).Over(len(h.Name)).WithHint("give each host its own node"))
		} else {
			nodes[h.Node] = h.Name
		}
		place := fmt.Sprintf("%s port %d via %s", h.Address, cmp.Or(h.Port, sshPort), h.Jump)
		if first, ok := places[place]; ok {
			r.report(diag.Errorf("same-address", h.Pos, "%s and %s have the same address %s", first, h.Name, h.Address).Over(len(h.Name)).WithHint("keep one, or correct its address or port"))
		} else {
			places[place] = h.Name
		}
	}
}
