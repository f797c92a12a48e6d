#!/usr/bin/env bash
# run.sh BUILD_DIRECTORY SECONDS: runs each libFuzzer target of a build with SPILLGATE_FUZZ for so long.
set -euo pipefail
build=$1
seconds=$2
for target in decode_spill read_segment import_recording png_reencode; do
    work=$build/findings/$target
    mkdir -p "$work/queue"
    SPILLGATE_WRITE_SEEDS=$work/queue "$build/bin/fuzz_$target" -runs=0 "$work/queue" 2>/dev/null
    "$build/bin/fuzz_$target" -max_total_time="$seconds" -max_len=16384 -rss_limit_mb=4096 -timeout=20 \
        -print_final_stats=1 -artifact_prefix="$work/" "$work/queue"
done
