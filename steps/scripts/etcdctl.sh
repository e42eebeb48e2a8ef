# etcdctl_of NODE ARGUMENT…: etcdctl on the etcd of this control plane. A stacked one is asked with the host's own
# program where there is one, else with that of the etcd container, which needs no shell there. An external one needs
# the host's program; it is reached as kube-apiserver reaches it.
etcdctl_of() {
  node=$1
  shift
  if ! test -f /etc/kubernetes/manifests/etcd.yaml; then
    set -- --endpoints="$(apiserver_flag etcd-servers)" --cacert="$(apiserver_flag etcd-cafile)" \
      --cert="$(apiserver_flag etcd-certfile)" --key="$(apiserver_flag etcd-keyfile)" "$@"
    ETCDCTL_API=3 etcdctl "$@"
    return
  fi
  set -- --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt \
    --cert=/etc/kubernetes/pki/etcd/healthcheck-client.crt --key=/etc/kubernetes/pki/etcd/healthcheck-client.key "$@"
  if command -v etcdctl >/dev/null; then
    ETCDCTL_API=3 etcdctl "$@"
  else
    kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system exec "etcd-$node" -- etcdctl "$@"
  fi
}

# apiserver_flag NAME: the value of a flag of this node's kube-apiserver; nothing where it has none.
apiserver_flag() { sed -n "s/^ *- --$1=//p" /etc/kubernetes/manifests/kube-apiserver.yaml | tr -d "'\""; }
