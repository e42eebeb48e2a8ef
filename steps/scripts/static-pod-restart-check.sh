# $1: the component. Its mark is there as long as it has to be restarted.
test ! -e "/var/lib/rung/restart/$1"
