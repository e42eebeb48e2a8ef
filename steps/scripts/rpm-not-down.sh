# Each argument is a package with its release, such as kubeadm-1.21.14-0. Fails where a newer one is installed.
for spec in "$@"; do
  release=${spec##*-}
  version=${spec%-*}
  version=${version##*-}
  name=${spec%-"$version-$release"}
  version=${version#*:} # an epoch
  have=$(rpm -q --queryformat '%{VERSION}-%{RELEASE}' "$name") || continue
  if test "$have" = "$version-$release"; then continue; fi
  newer=$(printf '%s\n' "$have" "$version-$release" | sort -V | tail -n 1)
  if test "$newer" = "$have"; then
    echo "$name $have is installed, and $version-$release is below it: nothing is taken down; install $version-$release by hand if that is what you want" >&2
    exit 1
  fi
done
