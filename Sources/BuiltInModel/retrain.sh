#!/usr/bin/env bash
# Trains the built-in model and embeds it: the same data, options and level of processor give the same bytes.
#
#     Sources/BuiltInModel/retrain.sh PAIRS.tsv.gz ...
#
# The pairs have the columns strandA, strandB and yield, as make_pairs.py and label_pairs.py write them. Further options
# of `seqgan train` may precede the files.
set -euo pipefail

if [ $# -eq 0 ]; then
    sed -n '2,7s/^#[ ]\{0,1\}//p' "$0" >&2
    exit 64
fi
root=$(cd "$(dirname "$0")/../.." && pwd)
model=$(mktemp)
trap 'rm -f "$model"' EXIT

swift build -c release --package-path "$root"
"$root/.build/release/seqgan" train --learn both --epochs 24 --columns strandA,strandB,yield \
    --label-threshold 0.2 "$@" -o "$model"
"$root/Sources/BuiltInModel/embed.sh" "$model"
swift build -c release --package-path "$root"
