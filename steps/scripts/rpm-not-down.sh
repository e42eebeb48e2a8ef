# Each argument is a package with its release, such as kubeadm-1.21.14-0. Fails where a newer one is installed.
for spec in "$@"; do
  name=${spec%-*-*}
  wanted=${spec#"$name-"}
  wanted=${wanted#*:} # an epoch
  have=$(rpm -q --queryformat '%{VERSION}-%{RELEASE}' "$name") || continue
  if test "$have" = "$wanted"; then continue; fi
  if printf '%s\n' "$wanted" "$have" | sort -V -C; then
    echo "$name $have is installed, and $wanted is below it: nothing is taken down; install $wanted by hand if that is what you want" >&2
    exit 1
  fi
done
