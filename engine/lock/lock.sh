# Works on the lock of the cluster as it lies on this host. It may be cut off at any moment, and run again, also
# beside itself.
#
# $1 the folder ("": the usual one)   $2 what does the work (turn.sh)   $3 … what to do: see there
d=$1 turn=$2
shift 2
if [ -z "$d" ]; then
  d=/var/lib/rung/lock
  [ "$(id -u)" = 0 ] || d=$HOME/.local/state/rung/lock
fi
if [ "$1" = show ]; then # it is replaced in one piece: who only reads waits for nobody, and leaves nothing behind
  sh -euc "$turn" sh "$d" "$@"
  exit 0
fi
command -v flock >/dev/null || { echo "the host has no flock (package util-linux)" >&2; exit 1; }
umask 077
mkdir -p "$d"
flock -w 30 "$d/guard" sh -euc "$turn" sh "$d" "$@"
