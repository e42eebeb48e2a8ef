# $1: the node, $2: the run. The mark comes first: a mark without a cordon is harmless.
kubectl --kubeconfig /etc/kubernetes/admin.conf annotate node "$1" "rung-cordoned-by=$2" --overwrite
kubectl --kubeconfig /etc/kubernetes/admin.conf cordon "$1"
