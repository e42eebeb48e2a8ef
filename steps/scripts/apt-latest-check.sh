# $@: packages that are left alone, by name or pattern. Done where apt has nothing newer.
set -f
names=$(apt_upgrades "$@")
test -z "$names" || exit 1
