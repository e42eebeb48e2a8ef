package twin

import "slices"

// beside carries out a session beside those of other hosts, where the clock can do that. What it does to a worker of its own
// goes on at once; for the rest it waits for its turn: so that a run on a twin is the same each time. All that is on a control
// plane, and be it a file, is part of what the cluster sees.
func (c *Cluster) beside(s *session, work func()) {
	clock, can := c.clock.(Asider)
	if !can {
		work()
		return
	}
	s.host.lock()
	shared := s.host.sessions > 0 // one that began before is not over
	s.host.sessions++
	s.host.unlock()
	clock.Aside(func(turn func()) {
		s.turn = turn
		if shared || s.host.controlPlane {
			turn()
		}
		work()
		s.host.lock()
		s.host.sessions--
		s.host.unlock()
	})
}

// lock is for what is of one host alone: its disk, its packages, its services. On workers others work on theirs meanwhile.
// Whoever needs more than one host, or what the cluster sees, locks the cluster: and a look at a control plane does, where
// whoever comes first finds out that etcd has begun.
func (h *host) lock() {
	if h.controlPlane {
		h.cluster.mu.Lock()
		return
	}
	h.cluster.mu.RLock()
	h.mu.Lock()
}

func (h *host) unlock() {
	if h.controlPlane {
		h.cluster.mu.Unlock()
		return
	}
	h.mu.Unlock()
	h.cluster.mu.RUnlock()
}

// await is the session's turn to see and to change what is not of its host alone.
func (s *session) await() {
	if s.turn != nil {
		s.turn()
	}
}

// keepsToItself tells whether a domain tool is only asked for what its own host has.
func keepsToItself(argv []string) bool {
	verb := ""
	if len(argv) > 1 {
		verb = argv[1]
	}
	switch argv[0] {
	case "rpm", "dpkg-query", "kubelet":
		return true
	case "yum", "dnf":
		return verb == "list" || verb == "clean"
	case "kubeadm":
		return verb == "version"
	case "kubectl":
		return verb == "version" && slices.Contains(argv, "--client")
	case "systemctl":
		return verb == "is-active" || verb == "is-enabled" || verb == "show"
	}
	return false
}
