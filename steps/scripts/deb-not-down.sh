# $1: packages, separated by spaces, that must stay as they are; the rest: packages with their versions, such as
# kubeadm=1.32.6-1.1. Fails where the installation would take one of them down, or touch what must stay.
keep=$1
shift
for spec in "$@"; do
  name=${spec%%=*}
  have=$(dpkg-query -W -f '${Version}' "$name" 2>/dev/null) || continue
  if dpkg --compare-versions "$have" gt "${spec#*=}"; then
    echo "$name $have is installed, and ${spec#*=} is below it: nothing is taken down; install ${spec#*=} by hand if that is what you want" >&2
    exit 1
  fi
done
would=$(apt-get install -s "$@")
for name in $keep; do
  if change=$(echo "$would" | grep -E "^(Inst|Remv) $name "); then
    echo "$* would also change $name, which must change only while the node is drained: $change" >&2
    exit 1
  fi
done
