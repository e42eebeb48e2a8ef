# $1: the node.
# told NAME ARGUMENT…: a part that the API tells.
told() {
  name=$1
  shift
  part "$name" kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=10s "$@"
}

told nodes get nodes -o wide
told node get node "$1" -o jsonpath='{range .status.conditions[*]}{.type}={.status} {.message}{"\n"}{end}'
told pods get pods --namespace kube-system --field-selector "spec.nodeName=$1" -o wide
told events get events --namespace kube-system --sort-by=.lastTimestamp
told events get events --namespace default --field-selector "involvedObject.kind=Node,involvedObject.name=$1" --sort-by=.lastTimestamp
