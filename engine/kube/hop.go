package kube

import "fmt"

// HopViolations judges a hop of the apiservers to target before it is made: R6 (no
// apiserver skips a minor or goes down), and R2 to R4 against the target, because the
// other components stay where they are while the apiservers climb (R7). Nil means that the
// hop may begin.
//
// A hop that was broken off leaves apiservers at two minors. The only way on is the higher
// one, and it is not a violation: SkewViolations says what the pause itself violates.
// kubectl (R5) does not hold a hop back, because no server depends on it.
func HopViolations(c Cluster, target Version) []Violation {
	if target.IsZero() {
		return []Violation{{"R6", "kube-apiserver", "the target of the hop is not known"}}
	}
	current, found := boundsOf(c.APIServers)
	if !current.known() {
		return append(found, Violation{"R6", "kube-apiserver", "the version of no apiserver is known, so no hop can be judged"})
	}
	for _, a := range c.APIServers {
		if reason := current.refuse(a.Version, target); reason != "" {
			found = append(found, Violation{"R6", a.title("kube-apiserver"), reason})
		}
	}
	return append(found, bounds{low: target, high: target}.judge(c, false)...)
}

// refuse says why one apiserver may not go to target; empty where it may.
func (b bounds) refuse(at, target Version) string {
	switch {
	case at.IsZero():
		return "" // boundsOf has reported it
	case at.Major != target.Major:
		return fmt.Sprintf("from %s to %s the major changes: no upgrade does that", at, target)
	case target.Less(at):
		return fmt.Sprintf("from %s to %s is a downgrade: etcd and the objects stored in it do not support it", at, target) + b.unfinished()
	case Skew(target, at) > 1:
		return fmt.Sprintf("from %s to %s skips a minor: go to %d.%d first", at, target, at.Major, at.Minor+1) + b.unfinished()
	}
	return ""
}

// unfinished reminds of the hop that two minors are the sign of.
func (b bounds) unfinished() string {
	if Skew(b.high, b.low) != 1 {
		return ""
	}
	return fmt.Sprintf(" (a hop from %s to %s is unfinished: finish it first)", b.low.MinorString(), b.high.MinorString())
}
