# etcdctl on this node's etcd: the host's own program where there is one, else that of the etcd
# container, which needs no shell there.
etcdctl_of() {
  node=$1
  shift
  set -- --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt \
    --cert=/etc/kubernetes/pki/etcd/healthcheck-client.crt --key=/etc/kubernetes/pki/etcd/healthcheck-client.key "$@"
  if command -v etcdctl >/dev/null; then
    ETCDCTL_API=3 etcdctl "$@"
  else
    kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system exec "etcd-$node" -- etcdctl "$@"
  fi
}
