# $1: --initial-cluster. Done is where the manifest in place says so.
grep -q -s -F -x -e "    - --initial-cluster=$1" /etc/kubernetes/manifests/etcd.yaml || exit 1
