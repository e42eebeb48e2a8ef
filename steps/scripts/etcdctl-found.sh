# $1: the node. Prints which etcdctl makes a snapshot of etcd here, and what reads one again, one key=value a line.
found=none
if command -v etcdctl >/dev/null; then
  found=host
elif test -f /etc/kubernetes/manifests/etcd.yaml && in_etcd "$1" etcdctl version >/dev/null; then
  found=container # the error stays visible: the API may be why
fi
echo "etcdctl=$found"
if test "$found" != none; then echo "reader=$(snapshot_reader "$1")"; fi
