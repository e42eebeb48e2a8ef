# $1: the node. Who has not left, and which budgets let nobody go there.
namespaces=' '
kubectl --kubeconfig /etc/kubernetes/admin.conf get pods --all-namespaces --field-selector "spec.nodeName=$1,status.phase!=Succeeded,status.phase!=Failed" \
  -o jsonpath='{range .items[*]}{.metadata.namespace},{.metadata.name},by:{.metadata.ownerReferences[?(@.controller==true)].kind},ends:{.metadata.deletionTimestamp}{"\n"}{end}' |
  sort | {
  left=0
  while IFS=, read -r namespace name owner ending; do
    owner=${owner#by:} ending=${ending#ends:}
    case $owner in DaemonSet | Node) continue ;; esac
    left=$((left + 1))
    test "$left" -le 10 || continue
    echo "still on $1: $namespace/$name${owner:+ of a $owner}${ending:+, told to end, by $ending at the latest}"
    case $namespaces in *" $namespace "*) ;; *) namespaces="$namespaces$namespace " ;; esac
  done
  test "$left" -le 10 || echo "and $((left - 10)) more pods"
  kubectl --kubeconfig /etc/kubernetes/admin.conf get poddisruptionbudgets --all-namespaces \
    -o jsonpath='{range .items[*]}{.metadata.namespace},{.metadata.name},{.status.disruptionsAllowed},{.status.currentHealthy},{.status.desiredHealthy},{.status.expectedPods}{"\n"}{end}' |
    while IFS=, read -r namespace name allowed healthy desired expected; do
      case $namespaces in *" $namespace "*) ;; *) continue ;; esac
      test "${allowed:-0}" = 0 || continue
      echo "PodDisruptionBudget $namespace/$name lets no pod go now: ${healthy:-0} of ${expected:-0} pods are healthy, and ${desired:-0} must stay"
    done
}
