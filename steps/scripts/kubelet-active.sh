systemctl is-active --quiet kubelet || {
  journalctl -xeu kubelet --no-pager -n 20 >&2
  exit 1
}
