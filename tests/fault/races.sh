#!/bin/sh
# C4: ThreadSanitizer over what runs in threads: the importer, alone and with others on its store, and the explorer with an import
# behind it. Its report is a failure by itself (exit code 66).
set -u
make -s -j"$(nproc)" TSAN=1 all fault-tests build/tsan/tests/explorer build/tsan/tests/ingest build/tsan/tests/import >/dev/null || { echo "0 passed, 1 failed"; exit 1; }
export SPOOR_BUILD=build/tsan TSAN_OPTIONS="halt_on_error=0 exitcode=66"
passed=0 failed=0
run() {
	if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}
run build/tsan/tests/ingest
run build/tsan/tests/import
run build/tsan/tests/explorer
run python3 tests/fault/many.py
echo "seed none"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
