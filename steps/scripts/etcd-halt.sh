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

# etcd_processes MANIFEST: the etcd that this manifest runs. Others may run on the host, in pods of anybody: they have another
# folder, or another address.
etcd_processes() {
  folder=$(flag_of "$1" data-dir)
  peer=$(flag_of "$1" initial-advertise-peer-urls)
  for comm in $(grep -l -s -x etcd /proc/[0-9]*/comm); do
    both=$({ tr '\0' '\n' <"${comm%/comm}/cmdline" | grep -c -F -x -e "--data-dir=$folder" -e "--initial-advertise-peer-urls=$peer"; } 2>/dev/null || true)
    if test "${both:-0}" = 2; then echo "${comm%/comm}"; fi
  done
}

# halt_etcd KEPT: takes its manifest out, and waits until its process is gone. A copy has been kept in KEPT.
halt_etcd() {
  if test -z "$(flag_of "$1/etcd.yaml" data-dir)" || test -z "$(flag_of "$1/etcd.yaml" initial-advertise-peer-urls)"; then
    echo "$1/etcd.yaml does not say etcd's --data-dir and --initial-advertise-peer-urls; nothing was changed" >&2
    return 1
  fi
  there=
  if test -f /etc/kubernetes/manifests/etcd.yaml; then
    there=yes
    mv /etc/kubernetes/manifests/etcd.yaml "$1/etcd.yaml.halted"
  fi
  waited=0
  while test -n "$(etcd_processes "$1/etcd.yaml")"; do
    waited=$((waited + 1))
    if test "$waited" -gt 90; then
      if test -n "$there"; then mv "$1/etcd.yaml.halted" /etc/kubernetes/manifests/etcd.yaml; fi
      echo "etcd still runs three minutes after its manifest has left: does the kubelet run? The manifest is back, and nothing was changed" >&2
      return 1
    fi
    sleep 2
  done
  rm -f "$1/etcd.yaml.halted"
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
