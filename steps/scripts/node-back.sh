# $1: the node; $2: the boot that its kubelet must have been started in, or nothing.
seen=$(kubectl --kubeconfig /etc/kubernetes/admin.conf get node "$1" -o jsonpath='{.status.nodeInfo.bootID} {.status.conditions[?(@.type=="Ready")].status}')
echo "$1: boot and Ready are $seen"
case $seen in "$2"*' True') ;; *) exit 1 ;; esac
