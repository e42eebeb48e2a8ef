# $@: packages that are left alone, by name or pattern. Prints what is to be upgraded, and why the host
# is to boot again, one key=value a line.
set -f
exclude=
for package; do exclude="$exclude --exclude=$package"; done
code=0
said=$(yum -q check-update $exclude) || code=$?
case $code in
  0 | 100) ;; # 100: there is something
  *)
    echo "yum check-update exited with $code: what is there to upgrade, nobody knows" >&2
    exit 1
    ;;
esac
# A package stands with its architecture at the beginning of a line; what obsoletes others comes last.
echo "$said" | sed -n -e '/^Obsoleting/q' -e 's/^\([^ :]*\)\.[^ .:]*\( .*\)*$/update=\1/p'

if command -v needs-restarting >/dev/null; then
  code=0
  said=$(needs-restarting -r) || code=$?
  case $code in
    0) ;;
    1)
      echo "reboot=needs-restarting wants it"
      echo "$said" | sed -n 's/^ *\* */reboot=/p'
      ;;
    *)
      echo "needs-restarting -r exited with $code" >&2
      exit 1
      ;;
  esac
else
  newest=$(ls /boot | sed -n '/rescue/d; s/^vmlinuz-//p' | sort -V | tail -n 1)
  if test -n "$newest" && test "$newest" != "$(uname -r)"; then
    echo "reboot=kernel $newest is installed, and $(uname -r) runs"
  fi
fi
