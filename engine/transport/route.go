package transport

import (
	"cmp"
	"fmt"
	"slices"

	"rung/engine/inventory"
)

// route finds what l is reached through. behind holds the links that wait for
// theirs: one that comes again is a circle.
func (s *SSH) route(l *link, behind []*link) error {
	hops, err := inventory.Hops(l.host.Jump)
	if err != nil {
		return fmt.Errorf("%s: %w", l.host.Name, err)
	}
	if slices.Contains(behind, l) {
		return fmt.Errorf("%s is reached through itself; give a host on its way  jump: none", l.host.Name)
	}
	if l.via != nil {
		return nil
	}
	for i := range hops {
		next := s.hop(l, hops[:i+1])
		if next == l {
			break // it is the jump host itself, as `Host *` of ~/.ssh/config may name it
		}
		if i == 0 {
			if err := s.route(next, append(behind, l)); err != nil {
				return err
			}
		} else {
			next.via = l.via
		}
		l.via = next
	}
	return nil
}

// hop returns the link to the last of hops on the way to l: a host of the
// inventory where it is the first, else one that is only passed through. Where
// nothing else is said it takes the key and the known_hosts of l, which is what
// the defaults of an inventory mean.
func (s *SSH) hop(l *link, hops []inventory.Hop) *link {
	last := hops[len(hops)-1]
	h := inventory.Host{Name: last.Host, Address: last.Host, User: last.User, Port: last.Port}
	if known := s.links[last.Host]; known != nil && last.User == "" && last.Port == 0 {
		if len(hops) == 1 {
			return known
		}
		h = known.host
	}
	h = inventory.Resolve(h, s.config)
	h.IdentityFile = cmp.Or(h.IdentityFile, l.host.IdentityFile)
	h.KnownHosts = cmp.Or(h.KnownHosts, l.host.KnownHosts)
	h.Sudo = false
	key := fmt.Sprintf("%v %s %s", hops, h.IdentityFile, h.KnownHosts)
	if s.links[key] == nil {
		s.links[key] = &link{ssh: s, host: h}
	}
	return s.links[key]
}
