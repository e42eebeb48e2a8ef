# $1: the node, $2: the version.
seen=$(kubectl --kubeconfig /etc/kubernetes/admin.conf get node "$1" -o jsonpath='{.status.nodeInfo.kubeletVersion} {.status.conditions[?(@.type=="Ready")].status}')
echo "$1: version and Ready are $seen"
test "$seen" = "$2 True"
