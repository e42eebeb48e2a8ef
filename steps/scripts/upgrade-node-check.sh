# $1: the version. The kubelet comes last: where it is below, the rest may be anything.
test "$(kubelet --version)" = "Kubernetes $1" || exit 1
if test -f /etc/kubernetes/manifests/kube-apiserver.yaml; then
  for component in kube-apiserver kube-controller-manager kube-scheduler; do
    grep -q "image: .*/$component:$1\$" "/etc/kubernetes/manifests/$component.yaml" || exit 1
  done
fi
