# etcd_manifest KEPT: puts a copy of etcd's manifest into KEPT and says where: of the one in place, else of the one that an
# earlier run has taken out.
etcd_manifest() {
  if test -f "$1/etcd.yaml"; then
    echo "$1/etcd.yaml"
    return
  fi
  found=
  for file in /etc/kubernetes/tmp/rung-replaced-*/etcd.yaml /etc/kubernetes/manifests/etcd.yaml; do
    if test -f "$file"; then found=$file; fi
  done
  if test -z "$found"; then
    echo "there is no manifest of etcd, neither in /etc/kubernetes/manifests nor in /etc/kubernetes/tmp/rung-replaced-*" >&2
    return 1
  fi
  mkdir -p "$1"
  cp -p "$found" "$1/etcd.yaml"
  echo "$1/etcd.yaml"
}

# flag_of MANIFEST NAME: the value of a flag of etcd.
flag_of() { sed -n "s/^ *- --$2=//p" "$1" | head -n 1; }

# halt_etcd: takes its manifest out, and waits until its process is gone. A copy has been kept.
halt_etcd() {
  rm -f /etc/kubernetes/manifests/etcd.yaml
  waited=0
  while grep -q -s -x etcd /proc/[0-9]*/comm; do
    waited=$((waited + 1))
    if test "$waited" -gt 90; then
      echo "etcd still runs three minutes after its manifest has left: does the kubelet run? Its manifest is kept in $1" >&2
      return 1
    fi
    sleep 2
  done
}

# set_aside DATA KEPT: moves what etcd has written there. The folder itself stays: it may be a disk of its own.
set_aside() {
  if ! test -e "$1/member"; then return; fi
  if test -e "$2/member"; then
    echo "$2/member is there already: look what it is, and move it away" >&2
    return 1
  fi
  mkdir -p "$2"
  mv "$1/member" "$2/member"
  echo "kept=$2/member"
}
