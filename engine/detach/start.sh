# Starts a command, once, and follows it to its end. It may be cut off at any
# moment, and run again, also beside itself.
#
# $1 the folder of all runs ("": the usual one)   $2 run   $3 unit
# $4 start: it may be started; attach: only followed; claim: followed, and where nobody has started it, nobody ever will
# $5 $6 how many bytes of its standard output and error are known already
# $7 the command, a line of sh   $8 what runs it (job.sh)   $9 the length of its input
mask=$(umask)
umask 077
all=$1
if [ -z "$all" ]; then
  all=/var/lib/rung/runs
  [ "$(id -u)" = 0 ] || all=$HOME/.local/state/rung/hosts
fi
d=$all/$2/$3

if [ "$4" = start ] && [ ! -e "$d/claim" ]; then
  for tool in flock setsid; do
    command -v "$tool" >/dev/null || { echo "the host has no $tool (package util-linux)" >&2; exit 1; }
  done
  mkdir -p "$d"
  cat >"$d/in.$$"
  [ "$(($(wc -c <"$d/in.$$")))" = "$9" ] || { echo "its input did not arrive whole" >&2; exit 1; }
  printf '%s\n' "$7" >"$d/command.$$"
  { export -p; printf '%s\n' "$8"; } >"$d/job.$$"
  for name in in command job; do
    mv "$d/$name.$$" "$d/$name"
  done
  for name in lock out err; do
    : >>"$d/$name"
  done
  echo "@rung launch"
  # A session of sshd ends with its link, and so may all that belongs to it: a unit of systemd's own does not.
  if ! { [ "$(id -u)" = 0 ] && [ -d /run/systemd/system ] && command -v systemd-run >/dev/null &&
    systemd-run --unit="rung-$2-$3" flock -o "$d/lock" sh "$d/job" "$d" "$mask" "$PWD" </dev/null >"$d/systemd" 2>&1; }; then
    setsid flock -o "$d/lock" sh "$d/job" "$d" "$mask" "$PWD" </dev/null >/dev/null 2>&1 &
  fi
  tries=0
  until [ -e "$d/claim" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 600 ] && mkdir "$d/claim" 2>/dev/null; then # now it never starts
      echo "@rung none"
      exit 0
    fi
    sleep 0.05
  done
fi

if [ "$4" = claim ] && mkdir -p "$d" && mkdir "$d/claim" 2>/dev/null; then
  mkdir "$d/claim/barred"
fi
if [ ! -e "$d/claim" ] || [ -e "$d/claim/barred" ] || [ ! -e "$d/lock" ]; then
  echo "@rung gone"
  exit 0
fi
echo "@rung began $d"

# Prints what is new in file $1 behind its byte $2, and leaves its length in size.
tell() {
  size=$(($(wc -c <"$d/$1")))
  if [ "$size" -gt "$2" ]; then
    echo "@rung $1 $((size - $2))"
    tail -c "+$(($2 + 1))" "$d/$1" 2>/dev/null | head -c "$((size - $2))" 2>/dev/null
  fi
}
out=$5 err=$6 running=1
while [ "$running" = 1 ]; do
  running=0
  flock -s -w 1 "$d/lock" true || running=$? # 1: the lock is held, and so it runs
  tell out "$out"
  out=$size
  tell err "$err"
  err=$size
done
if [ "$running" != 0 ]; then
  exit "$running"
elif [ -e "$d/exit" ]; then
  echo "@rung exit $(cat "$d/exit")"
else
  echo "@rung lost"
fi
