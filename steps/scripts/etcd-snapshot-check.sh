# $1: the folder. Its list is written last, and says what is there.
cat "$1/files" 2>/dev/null || exit 1
