# fstab comes first: a host that dies between the two comes back without swap.
if grep -q -E '^[^#]+[[:space:]]swap[[:space:]]' /etc/fstab; then
  test -e /etc/fstab.before-rung || cp -p /etc/fstab /etc/fstab.before-rung
  sed -E '/^[^#]+[[:space:]]swap[[:space:]]/s/^/# swap is off for the kubelet: /' /etc/fstab >/etc/fstab.new
  cat /etc/fstab.new >/etc/fstab
  rm /etc/fstab.new
fi
swapoff -a
