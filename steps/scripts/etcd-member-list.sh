# etcdctl here, with the certificates of this node's etcd.
if ! program=$(etcd_program etcdctl); then
  echo "there is no etcdctl here, neither on the host nor in the image of the etcd that runs: install it" >&2
  exit 1
fi
etcdctl_here() {
  ETCDCTL_API=3 "$program" --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt \
    --cert=/etc/kubernetes/pki/etcd/healthcheck-client.crt --key=/etc/kubernetes/pki/etcd/healthcheck-client.key --command-timeout=30s "$@"
}
list=$(etcdctl_here member list)
