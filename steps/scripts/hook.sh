# $1: the program, $2: how many seconds it may take, then its arguments. Not every machine has timeout.
program=$1 limit=$2
shift 2
if command -v timeout >/dev/null; then
  timeout -k 10 "$limit" "$program" "$@"
else
  "$program" "$@"
fi
