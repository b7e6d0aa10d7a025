#!/bin/sh
# make bench: builds and runs tests/bench/bench.c; peers on the same file where they are installed.
set -eu
build=$1 mb=${BENCH_MB:-100}
dir="$build/bench"
mkdir -p "$dir"
make -s "$dir/bench"
"$dir/bench" "$dir" "$mb" "$build/spoor"
seconds() { start=$(date +%s.%N); "$@" >/dev/null 2>&1 || true; end=$(date +%s.%N); echo "$end - $start" | bc -l 2>/dev/null || python3 -c "print($end-$start)"; }
peer() { name=$1; shift; if command -v "$1" >/dev/null 2>&1; then printf '%-34s %9.2f s\n' "$name" "$(seconds "$@")"; else echo "$name: skipped, not installed"; fi; }
spoor_s=$(SPOOR_STORE="$dir/peer.db" seconds "$build/spoor" import "$dir/bench.jsonl")
printf '%-34s %9.2f s\n' "spoor import, whole process" "$spoor_s"
peer "jq, five fields of each span" jq -c '.resourceSpans[].scopeSpans[].spans[] | [.traceId,.spanId,.name,.startTimeUnixNano,.endTimeUnixNano]' "$dir/bench.jsonl"
peer "lnav, count of the lines" lnav -n -c ';SELECT count(*) FROM all_logs' "$dir/bench.jsonl"
rm -f "$dir"/bench.json "$dir"/bench.jsonl "$dir"/*.db*
