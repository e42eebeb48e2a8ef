# etcd_program NAME: where etcdctl or etcdutl lies: on the host, else in the etcd that runs here. It needs no API, and no
# shell in the image of etcd.
etcd_program() {
  if command -v "$1"; then return; fi
  for comm in $(grep -l -x etcd /proc/[0-9]*/comm 2>/dev/null); do
    if test -x "${comm%/comm}/root/usr/local/bin/$1"; then
      echo "${comm%/comm}/root/usr/local/bin/$1"
      return
    fi
  done
  return 1
}
