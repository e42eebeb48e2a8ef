# $1, …: the clean-ups, "drop FLAG" or "scheme FLAG".
own=/var/lib/kubelet/kubeadm-flags.env
test -f "$own" || exit 0
for change in "$@"; do
  flag=${change#* }
  case $change in
    'drop '*) after="([ =\"]|\$)" ;;
    'scheme '*) after='[ =]+/' ;;
  esac
  if grep -q -E -e "[ \"]$flag$after" "$own"; then exit 1; fi
done
