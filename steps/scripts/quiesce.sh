# End kube-apiserver gracefully before its etcd is restarted; the kubelet starts it again at once.
if command -v killall >/dev/null; then
  killall -s SIGTERM kube-apiserver || echo "kube-apiserver was not running"
else
  pkill -TERM -x kube-apiserver || echo "kube-apiserver was not running"
fi
sleep "$1"

# kubeadm needs it back, and for its health Job also a controller manager and a scheduler that lead.
# Without an apiserver those two give up and start again; once they lead, their leases move. One that
# elects no leader has no lease.
electing=
for name in kube-controller-manager kube-scheduler; do
  if ! grep -s -q -e '--leader-elect=false' "/etc/kubernetes/manifests/$name.yaml"; then electing="$electing $name"; fi
done
ask() { kubectl --kubeconfig /etc/kubernetes/admin.conf --server "https://$endpoint" --request-timeout=5s "$@" 2>&1; }
leases() { ask -n kube-system get lease $electing -o 'jsonpath={.items[*].spec.renewTime}{.spec.renewTime}'; }
moved() {
  case $# in
    4) test "$1" != "$3" && test "$2" != "$4" ;;
    2) test "$1" != "$2" ;;
    *) return 1 ;;
  esac
}
lead() { test -z "$electing" || { said=$(leases) && sleep 4 && moved $said $(leases); }; }
asked=0
until said=$(ask get --raw /readyz) && lead; do
  asked=$((asked + 1))
  if test "$asked" -ge 60; then
    echo "kube-apiserver at $endpoint did not become ready again, or nobody leads${electing:+ among$electing}: nothing was upgraded; mend that, or leave it alone with -e quiesce=0s. It said: $said" >&2
    exit 1
  fi
  sleep 2
done
