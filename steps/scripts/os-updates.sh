# $@: packages that are left alone, by name or pattern. Prints what is to be upgraded, and why the host
# is to boot again, one key=value a line.
set -f
by_yum() {
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
}
by_apt() {
  patient apt-get update -q >&2
  names=$(apt_upgrades "$@")
  for name in $names; do echo "update=$name"; done
}
case $(package_manager) in
  yum) by_yum "$@" ;;
  apt) by_apt "$@" ;;
  *)
    echo "there is neither yum nor apt here" >&2
    exit 1
    ;;
esac

if test -e /run/reboot-required; then # of Debian and Ubuntu
  echo "reboot=/run/reboot-required is there"
  sort -u /run/reboot-required.pkgs 2>/dev/null | sed 's/^/reboot=/'
elif command -v needs-restarting >/dev/null; then
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
