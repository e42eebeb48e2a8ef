# $1: the node. Without our mark there is nothing to release; no answer is for the command to retry.
by=$(kubectl --kubeconfig /etc/kubernetes/admin.conf get node "$1" -o jsonpath='{.metadata.annotations.rung-cordoned-by}') || exit 1
test -z "$by" || exit 1
