#!/usr/bin/env bash
# bench.sh [NAME...] [--json] [--seconds S] [--data DIR]: installs what is missing, builds, measures (everything if nothing
# is named), and writes docs/performance.md. --json prints the rows on stdout; --help lists the names.
set -euo pipefail
cd "$(dirname "$0")"
packaging/setup build
packaging/build release all spillgate_bench >&2
exec build/release/tests/spillgate_bench "$@"
