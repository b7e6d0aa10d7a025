#!/bin/sh
# make try: the bundled samples in a store of their own that goes away afterwards, and the explorer on the tree of one trace.
set -u
spoor=$1
home=$(mktemp -d) || exit 4
trap 'rm -rf "$home"' EXIT HUP INT TERM
export SPOOR_STORE="$home/samples.db"
"$spoor" import tests/data/traces-agent.jsonl tests/data/traces-voice.json.gz tests/data/traces-eval.jsonl \
	tests/data/eval-v12.json tests/data/eval-v13.json tests/data/evals-claims.tar.gz tests/data/traces-claims.jsonl.gz \
	tests/data/evals-weekly.tar.gz || exit $?
[ -t 0 ] && [ -t 1 ] || { echo "spoor: no terminal here, so the explorer is not opened"; exit 0; }
"$spoor" --open trace:d15b07e020261120000000000000b10c
