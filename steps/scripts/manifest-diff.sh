# Prints what this host's kubeadm would write differently into the manifests of this control plane, in
# parts that begin with "== ". A password in the address of a proxy stays on the host.
# $1: the folder of patches that the upgrade is given, or nothing.
manifests=/etc/kubernetes/manifests
hidden() { sed -E 's#(://)[^/@[:space:]]*@#\1***@#g'; }

version=$(sed -n -E 's/^ *image: .*kube-apiserver:(v[^"@ ]*).*/\1/p' "$manifests/kube-apiserver.yaml")
echo "== kubeadm $(kubeadm version -o short)"
echo "== manifests $version"
# So much context that whole files come: their lines are compared, not their order.
if diff=$(kubeadm upgrade diff "$version" --context-lines 100000 2>&1); then
  echo "== diff"
  printf '%s\n' "$diff" | hidden
else
  echo "== cannot $(printf '%s\n' "$diff" | grep -v 'To see the stack trace' | tail -n 1)"
fi

# kubeadm upgrade diff leaves etcd out.
if test -f "$manifests/etcd.yaml"; then
  echo "== etcd"
  hidden <"$manifests/etcd.yaml"
fi
if test -n "$1"; then
  test -d "$1" || {
    echo "there is no folder $1 with patches on this host" >&2
    exit 1
  }
  for file in "$1"/*.yaml "$1"/*.json; do
    test -f "$file" || continue
    echo "== patch ${file##*/}"
    hidden <"$file"
    echo
  done
fi
echo "== config"
kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}' | hidden
