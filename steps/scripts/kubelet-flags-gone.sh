# $1: the flags that the new kubelet does not take, and nobody takes out of kubeadm's own file; $2: those that
# it does not take anywhere else.
own=/var/lib/kubelet/kubeadm-flags.env
others="/etc/sysconfig/kubelet /etc/default/kubelet /etc/systemd/system/kubelet.service.d/*.conf /usr/lib/systemd/system/kubelet.service.d/*.conf"
# Most hosts have none of them anywhere.
grep -s -q -F -e "$(printf '%s\n' $1 $2)" "$own" $others || exit 0
found=0

# names FILE FLAG…: whether the file hands the kubelet one of the flags.
names() {
  file=$1
  shift
  test -f "$file" || return 0
  for flag in "$@"; do
    if grep -v '^[[:space:]]*#' "$file" | grep -q -E -e "(^|[[:space:]\"'=])$flag([[:space:]\"'=]|\$)"; then
      echo "$file has $flag" >&2
      found=1
    fi
  done
}

names "$own" $1
for file in $others; do
  names "$file" $2
done
if test "$found" = 1; then
  echo "the new kubelet does not start with these flags: take them out" >&2
  exit 1
fi
