// Package kube holds what is true of Kubernetes, as values and pure functions:
// versions and their order, the ladder of hops between two of them, the official
// version-skew policy, kubeadm's own version policy, and the few facts that
// differ from minor to minor.
//
// Its one invariant: an answer depends on its arguments alone. Nothing here reads
// a host, a clock, a file or the network, so the same question may be asked by a
// guard, by a dry-run, by a test and by the twin, and gets the same answer. A "no"
// always comes with its reason.
//
// It does not parse the output of any tool but the version inside it, it does not
// know packages beyond reading and choosing their versions, and it decides nothing:
// callers ask, and act.
//
// Rules are named R1 to R9, after the official version-skew policy
// (https://kubernetes.io/releases/version-skew-policy/):
//
//	R1  highly available apiservers stand within one minor
//	R2  a kubelet is never newer than an apiserver, and at most 3 minors older (2 below 1.25)
//	R3  kube-proxy likewise, and within the same bound of the kubelet beside it
//	R4  controller manager and scheduler are never newer than the apiserver they reach, at most 1 older
//	R5  kubectl stands within one minor of every apiserver
//	R6  an apiserver climbs at most one minor at a time, and never goes down
//	R7  apiservers go first, then controller managers and schedulers, then kubelets
//	R8  a node is drained before its kubelet changes its minor
//	R9  the last patch of a minor comes before the next minor
package kube
