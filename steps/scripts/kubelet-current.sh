# $1: the version. Done where the kubelet runs, from the binary that is installed, at the version.
systemctl is-active --quiet kubelet || exit 1
test "$(kubelet --version)" = "Kubernetes $1" || exit 1
pid=$(systemctl show -p MainPID kubelet | cut -d = -f 2)
# A package that replaced the binary under a running process leaves it "(deleted)".
case $(readlink "/proc/$pid/exe") in '' | *' (deleted)') exit 1 ;; esac
