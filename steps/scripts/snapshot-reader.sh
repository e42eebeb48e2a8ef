# snapshot_reader NODE: what reads a snapshot again: etcdutl, and from 3.6 only that; below 3.5 there is only etcdctl.
snapshot_reader() {
  if in_etcd "$1" etcdutl version >/dev/null 2>&1; then
    echo etcdutl
  elif in_etcd "$1" etcdctl version 2>/dev/null | grep -q '^etcdctl version: 3\.[0-5]\.'; then
    echo etcdctl
  fi
}
