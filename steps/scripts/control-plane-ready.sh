# $1: the node, $2: the version.
for component in kube-apiserver kube-controller-manager kube-scheduler; do
  seen=$(kubectl --kubeconfig /etc/kubernetes/admin.conf -n kube-system get pod "$component-$1" -o jsonpath='{.spec.containers[0].image} {.status.conditions[?(@.type=="Ready")].status}')
  echo "$component-$1: image and Ready are $seen"
  case $seen in *":$2 True") ;; *) exit 1 ;; esac
done
