set -a # both are handed on to every command
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
set +a
umask 077

# on NAME...: stops where this host has none of these names.
on() {
  for name in "$@"; do
    case $name in "$(hostname)" | "$(hostname -s)") return 0 ;; esac
  done
  test "${RUNG_HOST:-}" = "$1" && return 0
  echo "$self: this is $(hostname), and the script is for $1: run it there; where $1 is another name of this host, say RUNG_HOST=$1" >&2
  exit 2
}

# want NAME WHAT: the variable NAME has to have a value; without one, who is at the terminal is asked.
want() {
  eval "value=\${$1:-}"
  while test -z "$value"; do
    test -t 0 || { echo "$self: $1 is not known: $2; say $1=… before the script" >&2; exit 2; }
    printf '%s\n%s = ' "$2" "$1"
    read -r value
  done
  eval "$1=\$value"
}

# word NAME: the variable is a plain word, for it becomes part of a script.
word() {
  eval "value=\$$1"
  case $value in *[!A-Za-z0-9._:+~@/-]*) echo "$self: $1 has letters that are no part of a name or a version: $value" >&2; exit 2 ;; esac
}

# secret NAME WHAT: the variable NAME has to have a secret: what is in the file that NAME_FILE names, but for a line break at its
# end; without one, who is at the terminal is asked, and nothing of the answer is shown. No other command gets it.
secret() {
  unset "$1"
  eval "file=\${$1_FILE:-}"
  if test -n "$file"; then
    value=$(cat "$file" && echo .) || { echo "$self: $1_FILE: what it names cannot be read" >&2; exit 2; }
    value=${value%.}
    value=${value%"
"}
    value=${value%"$(printf '\r')"}
  else
    test -t 0 || { echo "$self: $1 is not known: $2; write it into a file, and say $1_FILE=FILE before the script" >&2; exit 2; }
    printf '%s\n%s, which is not shown (of several lines: in a file, %s_FILE=FILE before the script) = ' "$2" "$1" "$1"
    trap 'stty echo; exit 130' INT TERM
    stty -echo
    IFS= read -r value || :
    stty echo
    trap - INT TERM
    echo
  fi
  test -n "$value" || { echo "$self: $1 is empty: $2" >&2; exit 2; }
  eval "$1=\$value"
  value=
}

# decide NAME QUESTION: as want, for yes and no.
decide() {
  want "$1" "$2 [yes or no]"
  eval "value=\$$1"
  case $value in yes | no) ;; *) echo "$self: $1 is $value: want yes or no" >&2; exit 2 ;; esac
}

# demand NAME QUESTION ELSE: stops unless the answer is yes.
demand() {
  decide "$1" "$2"
  eval "value=\$$1"
  test "$value" = yes || { echo "$self: stopped before anything was done: $3" >&2; exit 4; }
}

# begin TITLE: names what comes now.
begin() {
  now=$1
  echo "== $now"
}

# gave_up: the command that ran last failed.
gave_up() {
  echo "$self: stopped at: $now (exit $?); mend it, and run this script again: what is done is passed over" >&2
  exit 1
}

# done_already COMMAND...: whether there is nothing left to do.
done_already() {
  answer=0
  "$@" || answer=$?
  case $answer in
    0) echo "   nothing left to do" ;;
    1) return 1 ;;
    *) echo "$self: stopped at: $now: the check before it answered neither done (0) nor to do (1), but $answer" >&2; exit 1 ;;
  esac
}

# script FILE ARGUMENT...: runs a script of this folder.
script() {
  file=$work/$1
  shift
  sh -eu "$file" "$@"
}

# ends_so FILE: takes the end of its last line from a file of this folder.
ends_so() {
  printf %s "$(cat "$work/$1")" >"$work/$1.new"
  mv "$work/$1.new" "$work/$1"
}

# with NAME=VALUE COMMAND...: runs it with one more variable, which stands in no list of processes.
with() (
  export "$1"
  shift
  "$@"
)

# fed FILE COMMAND...: runs it with the file as its input, each time from the beginning.
fed() {
  input=$1
  shift
  "$@" <"$input"
}

# told NAME COMMAND...: runs it with what the function NAME prints as its input.
told() {
  input=$1
  shift
  "$input" | "$@"
}

# shown FILE COMMAND...: runs it, shows the beginning of what it says, and keeps the whole.
shown() {
  said=$work/$1
  shift
  "$@" >"$said" || { cat "$said"; return 1; }
  head -n 30 "$said"
  test "$(wc -l <"$said")" -le 30 || echo "   … the whole is in $said"
}

# wait_until WHAT EVERY FOR COMMAND...: repeats it until it succeeds.
wait_until() {
  what=$1 every=$2 limit=$3
  shift 3
  began=$(date +%s)
  until "$@" >"$work/last" 2>&1; do
    if test $(($(date +%s) - began)) -ge "$limit"; then
      cat "$work/last" >&2
      echo "not within $limit seconds: $what" >&2
      return 1
    fi
    sleep "$every"
  done
}
