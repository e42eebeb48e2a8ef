# package_manager: yum or apt: what kubeadm was installed with, or else what this host has. yum stands for dnf too.
package_manager() {
  if command -v yum >/dev/null && command -v rpm >/dev/null && rpm -q kubeadm >/dev/null 2>&1; then
    echo yum
  elif command -v dpkg-query >/dev/null && test "$(dpkg-query -W -f '${db:Status-Status}' kubeadm 2>/dev/null)" = installed; then
    echo apt
  elif command -v yum >/dev/null; then
    echo yum
  elif command -v apt-get >/dev/null; then
    echo apt
  else
    echo none
  fi
}
