# $1: the node, $2: the version, $3: the name of the kubelets' ConfigMap.
for component in kube-apiserver kube-controller-manager kube-scheduler; do
  seen=$(kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get pod "$component-$1" -o jsonpath='{.spec.containers[0].image} {.status.conditions[?(@.type=="Ready")].status}')
  echo "$component-$1: image and Ready are $seen"
  case $seen in *":$2 True") ;; *) exit 1 ;; esac
done
config=$(kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get configmap kubeadm-config -o jsonpath='{.data.ClusterConfiguration}' | grep '^kubernetesVersion:')
echo "kubeadm-config: $config"
test "$config" = "kubernetesVersion: $2"
kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get configmap "$3" -o name
