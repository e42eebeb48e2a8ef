# The arguments are questions; see scripts/hazards.sh, which asks them.
manifests=/etc/kubernetes/manifests

# flags FILE…: the flags in files, as FILE:--flag=value; files that are not there have none.
flags() { grep -s -H -o -E -e '(^|[^A-Za-z0-9-])--[a-z][a-z0-9-]*(=[^ "]*)?' "$@" | sed -E 's/^([^:]*):[^-]?--/\1:--/' || true; }

# metrics PATTERN: lines of the metrics of this node's own apiserver.
metrics() {
  endpoint=$(sed -n 's/.*kube-apiserver.advertise-address.endpoint: *//p' "$manifests/kube-apiserver.yaml" | tr -d "'\"")
  test -n "$endpoint" || return 1
  found=$(kubectl --kubeconfig /etc/kubernetes/admin.conf --server "https://$endpoint" get --raw /metrics) || return 1
  printf '%s\n' "$found" | lines_with "$1"
}

ask() {
  case $1 in
    kubelet-flags)
      flags /var/lib/kubelet/kubeadm-flags.env /etc/sysconfig/kubelet /etc/default/kubelet \
        /usr/lib/systemd/system/kubelet.service /lib/systemd/system/kubelet.service /etc/systemd/system/kubelet.service \
        /usr/lib/systemd/system/kubelet.service.d/*.conf /etc/systemd/system/kubelet.service.d/*.conf
      ;;
    kubelet-config-file) cat /var/lib/kubelet/config.yaml ;;
    cgroup) stat -f -c %T /sys/fs/cgroup ;;
    kernel) uname -r ;;
    selinux) test ! -f /sys/fs/selinux/enforce || cat /sys/fs/selinux/enforce ;;
    runtime-config) grep -s -r -E -e '^[^#]*(k8s\.gcr\.io|sandbox_image|pause_image)' /etc/containerd /etc/crio /etc/docker || true ;;
    repositories) grep -s -r -h -E -e '^(baseurl|mirrorlist|deb |URIs:).*(kube|k8s|packages[.]cloud[.]google[.]com)' /etc/yum.repos.d /etc/apt/sources.list /etc/apt/sources.list.d || true ;;
    package-holds)
      grep -s -h -i -E -e '^(exclude|excludepkgs) *=' /etc/yum.repos.d/*.repo /etc/yum.conf /etc/dnf/dnf.conf || true
      if command -v apt-mark >/dev/null 2>&1; then apt-mark showhold; fi
      grep -s -h -e kube /etc/yum/pluginconf.d/versionlock.list /etc/dnf/plugins/versionlock.list || true
      ;;
    ca-keys)
      for name in ca front-proxy-ca; do
        test -f "/etc/kubernetes/pki/$name.key" || echo "/etc/kubernetes/pki/$name.key is not there"
      done
      ;;
    certificates)
      command -v openssl >/dev/null 2>&1 || cannot "there is no openssl" || return 3
      for file in /etc/kubernetes/pki/*.crt /etc/kubernetes/pki/etcd/*.crt; do
        test ! -f "$file" || openssl x509 -checkend 604800 -noout -in "$file" >/dev/null || echo "$file, $(openssl x509 -enddate -noout -in "$file")"
      done
      ;;
    etcd-image) grep -s -h -o -E -e 'image: *[^ ]*' "$manifests/etcd.yaml" || true ;;
    manifest-flags) flags "$manifests"/*.yaml ;;
    requested-apis) metrics '^apiserver_requested_deprecated_apis[{].*removed_release="[0-9.]+"' ;;
    api-metrics) metrics '^apiserver_(kube_aggregator|webhooks)_x509_missing_san_total' ;;
    kubeadm-files) grep -s -o -H -E -e '^apiVersion: *kubeadm[.]k8s[.]io/v[a-z0-9]+$' /root/*.yaml /root/*.yml /root/*.conf /etc/kubernetes/*.yaml /etc/kubernetes/*.yml /etc/kubernetes/*.conf || true ;;
    patches) grep -s -l -r -E -e '[pP]ort"?:' /etc/kubernetes/patches || true ;;
    memory) grep -e '^MemTotal:' /proc/meminfo ;;
    kubeadm-backups)
      set -- /etc/kubernetes/tmp/kubeadm-*
      test -e "$1" || shift
      echo "$# folders in /etc/kubernetes/tmp"
      ;;
    *) cannot "nobody knows this question" ;;
  esac
}
