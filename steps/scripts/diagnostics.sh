# hidden: the same without tokens, keys and passwords.
hidden() {
  sed -e '/BEGIN [A-Z ]*PRIVATE KEY/,/END [A-Z ]*PRIVATE KEY/d' \
    -e 's/eyJ[A-Za-z0-9_-]*[.][A-Za-z0-9_-]*[.][A-Za-z0-9_-]*/(hidden)/g' \
    -e 's/[Bb]earer [^ ]*/Bearer (hidden)/g' \
    -e 's/[a-z0-9]\{6\}[.][a-z0-9]\{16\}/(hidden)/g' \
    -e 's#://[^/@ ]*@#://(hidden)@#g'
}

# part NAME COMMAND…: the last lines of what the command prints, under a heading. What fails, or hangs, says so there.
most=300
part() {
  echo "=== $1"
  shift
  timeout 10 "$@" </dev/null 2>&1 | tail -n "$most" | cut -c 1-600 | hidden
}

# has NAME: whether there is such a program.
has() { command -v "$1" >/dev/null 2>&1; }
