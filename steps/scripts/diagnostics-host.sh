# $1: how many of the last lines of the kubelet's journal.
# newest STATE COMPONENT: the id of its newest container in that state.
newest() { timeout 10 crictl ps --all --quiet --state "$1" --name "^$2\$" 2>/dev/null | head -n 1; }

part versions uname -a
part versions date -u
if has kubeadm; then part versions kubeadm version -o short; fi
if has kubelet; then part versions kubelet --version; fi
part status systemctl status kubelet containerd --no-pager -n 5
for folder in / /etc/kubernetes /var/lib/kubelet /var/lib/containerd /var/lib/etcd; do
  if test -d "$folder"; then part disk df -P "$folder"; fi
done
part memory head -n 5 /proc/meminfo
part memory cat /proc/loadavg
for folder in /etc/kubernetes/manifests /etc/kubernetes/tmp; do
  if test -d "$folder"; then part files ls -l "$folder"; fi
done
for manifest in /etc/kubernetes/manifests/*.yaml; do
  if test -f "$manifest"; then part images grep 'image: ' "$manifest"; fi
done
if has crictl && ! timeout 10 crictl ps --all --quiet >/dev/null 2>&1; then
  echo "=== status"
  echo "the container runtime does not answer crictl within 10 seconds"
elif has crictl; then
  part running crictl ps --all
  for component in etcd kube-apiserver kube-controller-manager kube-scheduler; do
    runs=$(newest Running "$component")
    if test -n "$runs"; then part logs crictl logs --tail 15 "$runs"; fi
    ended=$(newest Exited "$component")
    # Where one runs, what made the one before it end is of another day, perhaps.
    if test -n "$ended"; then part "$(if test -n "$runs"; then echo before; else echo containers; fi)" crictl logs --tail 30 "$ended"; fi
  done
fi
# Last, for a file that is too long is cut at its end.
most=$1
part journal journalctl -u kubelet --no-pager -n "$1"
