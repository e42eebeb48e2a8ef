# Which boot this is, where the next one finds it: /run is empty then, and /var/lib is not.
mkdir -p /var/lib/rung
cat /proc/sys/kernel/random/boot_id >/var/lib/rung/boot-before
sync
rm -f /run/rung-reboot
