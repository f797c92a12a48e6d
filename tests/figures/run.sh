#!/usr/bin/env bash
# tests/figures/run.sh [--data DIR]: builds, and draws the figures of docs/analyses anew. DIR holds the released data, by
# default ../shared/data/coherent; without it the published analyses keep the figures that they have.
set -euo pipefail
cd "$(dirname "$0")/../.."
data=../shared/data/coherent
if [[ "${1:-}" == --data && -n "${2:-}" ]]; then
    data=$2
elif [[ $# -gt 0 ]]; then
    sed -n '2,3s/^# //p' "$0" >&2
    exit 2
fi
packaging/build release spillgate_figures spillgate-offline >&2
figures=docs/analyses/figures
mkdir -p "$figures"
fit() { # NAME EXPERIMENT FREE
    build/release/bin/spillgate-offline fit --experiment "config/experiments/$2.txtpb" --data "$data" --free "$3" \
        --plot "$figures/$1.svg" >/dev/null
    echo "$figures/$1.svg"
}
if [[ -d "$data" ]]; then
    fit csi-2017 coherent-csi-2017 R_n
    fit csi-2021 coherent-csi-2021 R_n
    fit lar-2020 coherent-lar-2020 cevns
    fit ge-2024 coherent-ge-2024 cevns
else
    echo "SKIPPED: the published data are not in $data" >&2
fi
build/release/tests/spillgate_figures --out "$figures"
