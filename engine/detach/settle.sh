# Names every command of a run other than $3 that still works here, RUN/UNIT a line. $1 as in start.sh; $2 wait: waits for it.
all=$1
if [ -z "$all" ]; then
  all=/var/lib/rung/runs
  [ "$(id -u)" = 0 ] || all=$HOME/.local/state/rung/hosts
fi
for lock in "$all"/*/*/lock; do
  [ -e "$lock" ] || continue
  [ -z "$3" ] || [ "${lock#"$all/$3/"}" = "$lock" ] || continue
  if ! flock -s -n "$lock" true; then
    unit=${lock%/lock}
    echo "${unit#"$all"/}"
    [ "$2" != wait ] || flock -s "$lock" true
  fi
done
