# in_etcd NODE PROGRAM ARGUMENT…: a program of etcd's on this node: the host's own where there is one, else that of the
# etcd container, which needs no shell there.
in_etcd() {
  node=$1 program=$2
  shift 2
  if command -v "$program" >/dev/null; then
    ETCDCTL_API=3 "$program" "$@"
  else
    kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system exec "etcd-$node" -- "$program" "$@"
  fi
}

# etcdctl_of NODE ARGUMENT…: etcdctl on the etcd of this control plane. An external one needs the host's program; it is
# reached as kube-apiserver reaches it.
etcdctl_of() {
  node=$1
  shift
  if ! test -f /etc/kubernetes/manifests/etcd.yaml; then
    set -- --endpoints="$(apiserver_flag etcd-servers)" --cacert="$(apiserver_flag etcd-cafile)" \
      --cert="$(apiserver_flag etcd-certfile)" --key="$(apiserver_flag etcd-keyfile)" "$@"
    ETCDCTL_API=3 etcdctl "$@"
    return
  fi
  in_etcd "$node" etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt \
    --cert=/etc/kubernetes/pki/etcd/healthcheck-client.crt --key=/etc/kubernetes/pki/etcd/healthcheck-client.key "$@"
}

# apiserver_flag NAME: the value of a flag of this node's kube-apiserver; nothing where it has none.
apiserver_flag() { sed -n "s/^ *- --$1=//p" /etc/kubernetes/manifests/kube-apiserver.yaml | tr -d "'\""; }
