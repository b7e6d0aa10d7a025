#!/bin/sh
# make bench: run.sh BUILD. The table of goals, also written to tests/bench/RESULTS.txt, which the README quotes.
# BENCH_MB=100  BENCH=full (1 GB; ten million spans)  BENCH=huge (10 GB)  SPOOR_BENCH_DATA=DIR (files made elsewhere)  BENCH_DIR=DIR
set -eu
build=$1 dir=${BENCH_DIR:-$1/bench/data}
mkdir -p "$dir"
make -s "$build/bench/bench"
exec "$build/bench/bench" run "$dir" "$build/spoor"
