# $1: a folder of etcd's data, or a snapshot, FILE.db; $2: the folder for the manifest; $3: the run. Makes the data of a new
# cluster beside that of etcd. What lies in place is not touched.
umask 077
refuse() {
  echo "$1; nothing was changed" >&2
  exit 1
}
manifest=$(etcd_manifest "$2")
data=$(flag_of "$manifest" data-dir)
test -n "$data" || refuse "$manifest does not say etcd's --data-dir"
new=$data.new-$3
rm -rf "$data".new-* "$2/etcd.yaml.next"

minor() { sed -n "s/^ *$2 *.*[: ]v*\([0-9]*\)\.\([0-9]*\)\..*/\1 \2/p" "$1" | head -n 1; }
refuse_newer() { # MAJOR MINOR of the data, MAJOR MINOR of the etcd that is to read it
  if test $# = 4 && { test "$1" -gt "$3" || { test "$1" = "$3" && test "$2" -gt "$4"; }; }; then
    refuse "etcd $1.$2 has written that data, and etcd $3.$4 here would not read it"
  fi
}

# digest_in LIST FILE: what the list says of a file of that name: its folder may have been copied to another place.
digest_in() {
  while IFS= read -r line; do
    file=${line% * *}
    if test "${file##*/}" = "${2##*/}"; then echo "${line##* }"; fi
  done <"$1"
}

place=$manifest
case $1 in
  *.db)
    db=$1
    unhashed=
    list=${1%/*}/files
    test -s "$db" || refuse "$db is missing or empty"
    test -s "$list" || refuse "$list is missing: the list of digests that lies beside a snapshot of ours; copy it along, or write \"$db SIZE SHA256\" into it from the summary of the run that made the snapshot"
    sum=$(digest_in "$list" "$db")
    test -n "$sum" || refuse "$list has no line for ${db##*/}"
    test "$sum" = "$(sha256sum "$db" | cut -d ' ' -f 1)" || refuse "$db is not what $list says"
    refuse_newer $(minor "$list" version) $(minor "$manifest" image:)
    ;;
  *)
    db=$1/member/snap/db
    unhashed=--skip-hash-check=true # it has none
    test -s "$db" || refuse "$db is missing or empty"
    # kubeadm has kept the manifest of the same moment beside, where it replaced it.
    folder=${1%/*}
    beside=/etc/kubernetes/tmp/kubeadm-backup-manifests-${folder##*/kubeadm-backup-etcd-}/etcd.yaml
    if test -f "$beside"; then place=$beside; fi
    ;;
esac

# What the data takes, and the log that etcd begins. Where etcd has a disk of its own, the old data leaves that one.
disk() { df -Pk "$1" | tail -n 1 | tr -s ' ' | cut -d ' ' -f "$2"; }
room() { # FOLDER KIB
  free=$(disk "$1" 4)
  test "$free" -ge "$2" || refuse "only $((free / 1024)) MiB are free on the disk of $1, and $(($2 / 1024)) are needed: make room there first"
}
need=$((256 * 1024 + $(stat -c %s "$db") / 1024))
parent=${data%/*}/
if test -d "$data" && test "$(disk "$data" 6)" != "$(disk "$parent" 6)"; then
  room "$data" "$need"
  old=$(du -sk "$data" | cut -f 1)
  need=$((need + old))
fi
room "$parent" "$need"

# restores PROGRAM: whether it makes data of a snapshot: etcdutl does, and below 3.6 etcdctl.
restores() { ETCDCTL_API=3 "$1" snapshot restore --help 2>&1 | grep -q -e --data-dir; }
program=
for name in etcdutl etcdctl; do
  if test -z "$program" && found=$(etcd_program "$name") && restores "$found"; then program=$found; fi
done
if test -z "$program" && command -v ctr >/dev/null; then
  # An etcd that does not start has its image here still.
  image=$(mktemp -d)
  trap 'ctr -n k8s.io images unmount --rm "$image" >/dev/null 2>&1 || true; rmdir "$image" || true' EXIT
  if ctr -n k8s.io images mount "$(sed -n 's/^ *image: *//p' "$place" | tr -d "'\"" | head -n 1)" "$image" >/dev/null; then
    for name in etcdutl etcdctl; do
      found=$image/usr/local/bin/$name
      if test -z "$program" && test -x "$found" && restores "$found"; then program=$found; fi
    done
  fi
fi
test -n "$program" || refuse "nothing here makes data of a snapshot, neither etcdutl nor an etcdctl below 3.6, on the host, in an etcd that runs, or in its image: install etcdutl"

snapshot() { ETCDCTL_API=3 "$program" snapshot "$@" >&2; }
snapshot status "$db" || refuse "$db cannot be read, as the line above says"
# Whoever watches must not take the old history for the new one.
bump=
if ETCDCTL_API=3 "$program" snapshot restore --help 2>&1 | grep -q -e --bump-revision; then bump="--bump-revision=1000000000 --mark-compacted"; fi
name=$(flag_of "$place" name)
peer=$(flag_of "$place" initial-advertise-peer-urls)
# Without a token of its own the new cluster of the first control plane had the ids of the one that kubeadm init began, and
# members of that, which are only away, would take it for theirs.
snapshot restore "$db" $unhashed --data-dir="$new" --name="$name" --initial-cluster="$name=$peer" \
  --initial-cluster-token="rung-$3" --initial-advertise-peer-urls="$peer" $bump
test -s "$new/member/snap/db" || refuse "no data of etcd came of $1"
cp -p "$place" "$2/etcd.yaml.next"
