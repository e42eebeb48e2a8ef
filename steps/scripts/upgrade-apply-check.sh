# $1: the version; $2: which control plane upgrades the add-ons, the first one or the last.
version=$1
# kubeadm writes kubeadm-config before the rest: the kubelets' configuration, RBAC, add-ons. That it went through to its
# end our note says, or the kubelet, which comes last; without either it may have given up in between.
test "$(cat /var/lib/rung/applied 2>/dev/null)" = "$version" || test "$(kubelet --version)" = "Kubernetes $version" || exit 1
for component in kube-apiserver kube-controller-manager kube-scheduler; do
  grep -q "image: .*/$component:$version\$" "/etc/kubernetes/manifests/$component.yaml" || exit 1
done

config=$(kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}') || exit 2
echo "$config" | grep -q "^kubernetesVersion: $version\$" || exit 1

if test "$2" = last; then
  # As long as another control plane is below, kube-proxy is not due yet.
  images=$(kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get pods -l component=kube-apiserver -o jsonpath='{.items[*].spec.containers[0].image}') || exit 2
  for image in $images; do
    case $image in *":$version") ;; *) exit 0 ;; esac
  done
fi
# A cluster may do without kube-proxy.
proxy=$(kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get daemonset kube-proxy --ignore-not-found -o jsonpath='{.spec.template.spec.containers[0].image}') || exit 2
case $proxy in '' | *":$version") exit 0 ;; esac
exit 1
