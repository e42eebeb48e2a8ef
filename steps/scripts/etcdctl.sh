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

# lacks_program TEXT: whether a container that was to run a program says that it has none: runc and crun word it alike.
lacks_program() {
  case $1 in *"executable file"*"not found"*) ;; *) return 1 ;; esac
}

# etcdctl_of NODE ARGUMENT…: etcdctl on the etcd of this control plane. An external one needs the host's program.
etcdctl_of() {
  node=$1
  shift
  if test -f /etc/kubernetes/manifests/etcd.yaml; then
    in_etcd "$node" etcdctl $(etcd_options) "$@"
  else
    ETCDCTL_API=3 etcdctl $(etcd_options) "$@"
  fi
}
