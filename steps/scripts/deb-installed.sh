# Each argument is a package with its version, such as kubeadm=1.32.6-1.1. Any that is not installed is to do.
for spec in "$@"; do
  found=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "${spec%%=*}") || exit 1
  echo "${spec%%=*}: $found"
  test "$found" = "installed ${spec#*=}" || exit 1
done
