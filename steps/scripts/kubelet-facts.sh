# Prints what kubelet is installed, and whether it is the one that runs, one key=value a line.
if command -v kubelet >/dev/null 2>&1; then
  kubelet=$(kubelet --version) || :
  echo "kubelet=${kubelet##* }"
fi
service=$(systemctl show -p MainPID -p ActiveState kubelet) || :
case $service in
  *ActiveState=active*) echo "kubelet_active=true" ;;
  *) echo "kubelet_active=false" ;;
esac
pid=${service#*MainPID=}
# A package that replaced the binary under a running process leaves it "(deleted)".
case $(readlink "/proc/${pid%%[!0-9]*}/exe") in
  '' | *' (deleted)') echo "kubelet_stale=true" ;;
  *) echo "kubelet_stale=false" ;;
esac
