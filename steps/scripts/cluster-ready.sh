# The arguments are nodes that need not be Ready. Names what else is not.
states() {
  kubectl --kubeconfig /etc/kubernetes/admin.conf "$@" -o jsonpath='{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}'
}
nodes=$(states get nodes)
pods=$(states -n kube-system get pods -l tier=control-plane)
waiting=$(printf '%s\n' "$nodes" "$pods" | grep -v ' True$' | while read -r name _; do
  case " $* " in *" $name "*) continue ;; esac
  test -z "$name" || echo "$name"
done)
test -n "$waiting" || exit 0
echo "not Ready:" $waiting
exit 1
