#!/bin/sh
# Called by app-backup.yaml, with the event as its first argument. It runs on the
# machine that rung runs on, so that the credentials of the application stay there.
# It must be safe to call twice, and do nothing for events that it does not know.
set -eu
case $1 in
backup)
	mkdir -p "$2"
	# A real one would be, for a database in the cluster:
	#   kubectl --context prod exec -n shop db-0 -- pg_dump -Fc shop >"$2/shop.dump.part"
	echo "the data of the application, $RUNG_RUN" >"$2/shop.dump.part"
	mv "$2/shop.dump.part" "$2/shop.dump" # complete, or not there
	;;
restore-test)
	test -s "$2/shop.dump" || { echo "$2/shop.dump is empty, or not there" >&2; exit 1; }
	;;
esac
