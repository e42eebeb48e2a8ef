# idle FILE: whether every repository of a .repo or .sources file is switched off: nobody asks such a file.
idle() {
  case $1 in
    *.repo) test "$(grep -c '^\[' "$1")" = "$(grep -c -E '^enabled[[:space:]]*=[[:space:]]*(0|no|false)' "$1")" ;;
    *.sources) test "$(grep -c '^URIs:' "$1")" = "$(grep -c -E '^Enabled:[[:space:]]*(0|no|false)' "$1")" ;;
    *) return 1 ;;
  esac
}
