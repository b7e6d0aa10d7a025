#!/bin/sh
# make try: the samples that are built in, in a store of their own that goes away afterwards. Without a terminal: their import.
set -u
spoor=$1
[ -t 0 ] && [ -t 1 ] && exec "$spoor" samples
home=$(mktemp -d) || exit 4
trap 'rm -rf "$home"' EXIT HUP INT TERM
XDG_DATA_HOME="$home" "$spoor" samples --keep --store "$home/samples.db" || exit $?
echo "spoor: no terminal here, so the explorer is not opened"
