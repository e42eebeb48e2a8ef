# flag_of MANIFEST NAME: the value of a flag of a static pod; nothing where it has none.
flag_of() { sed -n "s/^ *- --$2=//p" "$1" | tr -d "'\"" | head -n 1; }

# apiserver_flag NAME: one of this node's kube-apiserver.
apiserver_flag() { flag_of /etc/kubernetes/manifests/kube-apiserver.yaml "$1"; }

# etcd_kind: stacked where etcd runs here, or did before its manifest was taken out; external; or none.
etcd_kind() {
  if test -f /etc/kubernetes/manifests/etcd.yaml; then
    echo stacked
    return
  fi
  case $(apiserver_flag etcd-servers 2>/dev/null) in
    '') echo none ;;
    *//127.0.0.1:* | *'//[::1]:'* | *//localhost:*) echo stacked ;;
    *) echo external ;;
  esac
}

# etcd_options: how etcdctl reaches the etcd of this control plane, as its manifests say. Of the certificates the container of
# a stacked one has only those beside its own; an external one is reached as kube-apiserver reaches it.
etcd_options() {
  if test -f /etc/kubernetes/manifests/etcd.yaml; then
    clients=$(flag_of /etc/kubernetes/manifests/etcd.yaml listen-client-urls)
    ca=$(flag_of /etc/kubernetes/manifests/etcd.yaml trusted-ca-file)
    echo "--endpoints=${clients%%,*} --cacert=$ca --cert=${ca%/*}/healthcheck-client.crt --key=${ca%/*}/healthcheck-client.key"
  else
    echo "--endpoints=$(apiserver_flag etcd-servers) --cacert=$(apiserver_flag etcd-cafile) --cert=$(apiserver_flag etcd-certfile) --key=$(apiserver_flag etcd-keyfile)"
  fi
}
