# $1: the node. An operator's cordon has no mark, and stays.
by=$(kubectl --kubeconfig /etc/kubernetes/admin.conf get node "$1" -o jsonpath='{.metadata.annotations.rung-cordoned-by}')
if test -z "$by"; then
  echo "$1 was not cordoned by rung and stays as it is"
  exit 0
fi
kubectl --kubeconfig /etc/kubernetes/admin.conf uncordon "$1"
kubectl --kubeconfig /etc/kubernetes/admin.conf annotate node "$1" rung-cordoned-by-
