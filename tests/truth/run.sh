#!/usr/bin/env bash
# tests/truth/run.sh [NAME...] [--seconds S]: builds, simulates each detector with its truth list, reconstructs it, and
# writes how they compare to docs/detectors.md. Exit status 1 if a value is outside of its bound. --help lists the names.
set -euo pipefail
cd "$(dirname "$0")/../.."
packaging/build release spillgate_truth >&2
exec build/release/tests/spillgate_truth --write docs/detectors.md "$@"
