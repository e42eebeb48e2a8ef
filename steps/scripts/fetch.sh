# $1: the file, $2: which piece of 32 MiB of it, from 0.
tail -c "+$(($2 * 33554432 + 1))" "$1" | head -c 33554432
