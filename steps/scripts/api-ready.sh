# $1: how many times in a row; $2: the node; $3: whether its etcd is asked too.
times=0
while test "$times" -lt "$1"; do
  if test "$times" -gt 0; then sleep 1; fi
  kubectl --kubeconfig /etc/kubernetes/admin.conf --server "https://$endpoint" --request-timeout=5s get --raw /readyz >/dev/null
  # A fresh apiserver is ready some seconds before it lets anybody in.
  kubectl --kubeconfig /etc/kubernetes/admin.conf --server "https://$endpoint" --request-timeout=5s get nodes >/dev/null
  if test "$3" = true; then
    members=unasked
    if test -f /etc/kubernetes/manifests/etcd.yaml; then
      if said=$(etcdctl_of "$2" endpoint health --cluster 2>&1); then
        members=well
      elif ! lacks_program "$said"; then
        echo "$said" >&2
        exit 1
      fi
    elif command -v etcdctl >/dev/null; then
      etcdctl_of "$2" endpoint health >/dev/null
      members=well
    fi
    if test "$members" = unasked; then
      # Its quorum at least: the apiserver reads a key through it.
      kubectl --kubeconfig /etc/kubernetes/admin.conf --server "https://$endpoint" --request-timeout=5s get --raw /readyz/etcd >/dev/null
    fi
  fi
  times=$((times + 1))
done
echo "ready $1 times in a row"
