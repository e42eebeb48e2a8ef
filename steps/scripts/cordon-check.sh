# $1: the node. One that is cordoned already stays whose it is.
cordoned=$(kubectl --kubeconfig /etc/kubernetes/admin.conf get node "$1" -o jsonpath='{.spec.unschedulable}') || exit 2
test "$cordoned" = true || exit 1
