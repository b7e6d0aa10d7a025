#!/bin/sh
# make bench: run.sh BUILD. The table of goals and that of the formats, also written to tests/bench/RESULTS.txt, which the README quotes.
# BENCH_MB=100  BENCH=full (1 GB; ten million spans)  BENCH=huge (10 GB)  SPOOR_BENCH_DATA=DIR (files made elsewhere)  BENCH_DIR=DIR
# BENCH_FORMATS_MB=10  SPOOR_CORPUS=DIR (files of the formats)
set -eu
build=$1 dir=${BENCH_DIR:-$1/bench/data}
mkdir -p "$dir"
make -s "$build/bench/bench"
"$build/bench/bench" run "$dir" "$build/spoor"
echo | tee -a tests/bench/RESULTS.txt
python3 tests/bench/formats.py "$build/spoor" "${SPOOR_CORPUS:-../shared/corpus}" "${BENCH_FORMATS_MB:-10}" | tee -a tests/bench/RESULTS.txt
echo | tee -a tests/bench/RESULTS.txt
python3 tests/bench/evals.py "$build/spoor" | tee -a tests/bench/RESULTS.txt
