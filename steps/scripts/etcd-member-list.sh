# etcdctl here, with the certificates of this node's etcd.
if ! program=$(etcd_program etcdctl); then
  echo "there is no etcdctl here, neither on the host nor in the image of the etcd that runs: install it" >&2
  exit 1
fi
etcdctl_here() { ETCDCTL_API=3 "$program" $(etcd_options) --command-timeout=30s "$@"; }
# Below 3.5 a member tells whom it knows, be there a quorum or not. So it has to agree on something with the others first.
if ! etcdctl_here endpoint health >&2; then
  echo "the etcd here does not answer, or has no quorum" >&2
  exit 1
fi
list=$(etcdctl_here member list)
