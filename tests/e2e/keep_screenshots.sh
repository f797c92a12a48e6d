#!/usr/bin/env bash
# tests/e2e/keep_screenshots.sh [NAME...]: copies screenshots that the browser tests left in build/e2e to docs/console/, all those
# that are there already if none is named, so that the documentation shows what the page is like now. pngquant, if it is
# installed, makes them three times smaller. Fails if one is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."
taken=build/e2e
kept=docs/console

names=("$@")
if [ ${#names[@]} -eq 0 ]; then
    for picture in "$kept"/*.png; do
        [ -e "$picture" ] && names+=("$(basename "$picture" .png)")
    done
fi
[ ${#names[@]} -gt 0 ] || { echo "keep_screenshots.sh: $kept has no pictures; name some of $taken" >&2; exit 2; }

mkdir -p "$kept"
missing=0
for name in "${names[@]}"; do
    if [ -r "$taken/$name.png" ]; then
        cp "$taken/$name.png" "$kept/$name.png"
        ! command -v pngquant >/dev/null || pngquant --force --quality 50-85 --ext .png "$kept/$name.png"
    else
        echo "keep_screenshots.sh: $taken/$name.png is missing: run the browser tests first" >&2
        missing=1
    fi
done
exit "$missing"
