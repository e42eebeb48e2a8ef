# Whether this is another boot than the one that was noted.
now=$(cat /proc/sys/kernel/random/boot_id)
test "$now" != "$(cat /var/lib/rung/boot-before)" && echo "$now"
