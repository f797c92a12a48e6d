#!/usr/bin/env bash
# test.sh [--all]: installs what is missing, builds the release preset, runs its unit, property, integration and browser
# tests, and says what ran and what was skipped. --all adds the browser tests that take minutes, AddressSanitizer with
# UBSan, ThreadSanitizer, lint and a fuzz round. Exit status 0 only if nothing failed.
set -euo pipefail
cd "$(dirname "$0")"

all=false
case "${1:-}" in
    "") ;;
    --all) all=true ;;
    -h | --help) sed -n '2,4s/^# //p' "$0"; exit 0 ;;
    *) echo "test.sh: unknown argument '$1'; allowed: --all" >&2; exit 2 ;;
esac

if ! $all; then
    packaging/setup build test
    exec packaging/tests release '^(unit|property|integration|e2e|fuzz)$'
fi

packaging/setup build test lint
failed=()
packaging/tests release || failed+=(release)
packaging/lint || failed+=(lint)
packaging/tests asan 'unit|property|integration|fuzz' || failed+=(asan)
packaging/tests tsan 'unit|property|integration' || failed+=(tsan)
{ packaging/build fuzz fuzzers && tests/fuzz/run.sh build/fuzz 30; } ||
    failed+=(fuzz)

if [ ${#failed[@]} -gt 0 ]; then
    echo "FAILED: ${failed[*]}"
    exit 1
fi
echo "All passed: release, lint, asan, tsan, fuzz"
