# etcd_program NAME: where etcdctl or etcdutl lies: on the host, else in the container of kubeadm's etcd, if that runs here. It
# needs no API, and no shell in that image.
etcd_program() {
  if command -v "$1"; then return; fi
  for comm in $(grep -l -s -x etcd /proc/[0-9]*/comm); do
    if kubeadms_etcd "${comm%/comm}" && test -x "${comm%/comm}/root/usr/local/bin/$1"; then
      echo "${comm%/comm}/root/usr/local/bin/$1"
      return
    fi
  done
  return 1
}

# kubeadms_etcd PROCESS: whether it is of the pod etcd-… of kube-system. Any pod may call a process etcd, and root runs what is
# found here. The kubelet writes the id of a pod into the cgroup, and whose it is into /var/log/pods.
kubeadms_etcd() {
  for cgroup in $(tr '/ ' '..' <"$1/cgroup"); do
    case $cgroup in
      *[.-]pod*)
        pod=${cgroup#*[.-]pod}
        pod=$(echo "${pod%%.*}" | tr _ -)
        if ls -d /var/log/pods/kube-system_etcd-*_"$pod"/etcd >/dev/null 2>&1; then return; fi
        ;;
    esac
  done
  return 1
}
