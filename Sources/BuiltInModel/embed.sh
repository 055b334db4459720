#!/usr/bin/env bash
# Makes a model file the built-in one: writes BuiltInModel.swift, which is not edited by hand.
#
#     Sources/BuiltInModel/embed.sh MODEL.seqgan
#
# The bytes are embedded as one base64 string, which compiles at once; an array of numbers takes most of a minute.
set -euo pipefail

if [ $# -ne 1 ] || [ ! -r "$1" ]; then
    sed -n '2,5s/^#[ ]\{0,1\}//p' "$0" >&2
    exit 64
fi
most=600000
size=$(wc -c < "$1")
if [ "$size" -gt "$most" ]; then
    echo "$1 has $size bytes: a built-in model has at most $most" >&2
    exit 65
fi

folder=$(cd "$(dirname "$0")" && pwd)
file="$folder/BuiltInModel.swift"
{
    cat <<'TEXT'
// BuiltInModel: the bytes of the built-in model, in base64. Written by embed.sh, not by hand.
// swift-format-ignore-file

extension BuiltInModel {
    /// The model file in base64.
TEXT
    printf '    static let text: StaticString = "%s"\n}\n' "$(base64 < "$1" | tr -d '\n')"
} > "$file.new"
mv "$file.new" "$file"
