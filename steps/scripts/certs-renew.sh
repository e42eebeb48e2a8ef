# Renews every certificate that kubeadm looks after. What reads them is marked first, so that nobody who
# continues after this has broken off takes the new files for what runs.
mkdir -p /var/lib/rung/restart
for component in etcd kube-apiserver kube-controller-manager kube-scheduler; do
  if test -f "/etc/kubernetes/manifests/$component.yaml"; then touch "/var/lib/rung/restart/$component"; fi
done
kubeadm certs renew all
for copy in /root/.kube/config /home/*/.kube/config; do
  if test -f "$copy"; then echo "copy=$copy"; fi
done
