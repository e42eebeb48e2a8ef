# locked TEXT: whether apt or dpkg said there that somebody else has a lock of theirs.
locked() {
  case $1 in
    *"ould not get lock"* | *"locked by another process"*) ;;
    *) return 1 ;;
  esac
}

# patient COMMAND…: runs it. Whoever has a lock, such as unattended-upgrades, is waited for, five minutes at most:
# DPkg::Lock::Timeout does that for transactions, and neither for apt-get update nor for apt-mark.
patient() {
  waited=0
  while :; do
    code=0
    heard=$("$@" 2>&1) || code=$?
    if test "$code" = 0 || test "$waited" -ge 300 || ! locked "$heard"; then break; fi
    sleep 5
    waited=$((waited + 5))
  done
  if test "$code" = 0; then
    echo "$heard"
  else
    echo "$heard" >&2
    return "$code"
  fi
}
