#!/usr/bin/env bash
# Makes a model file a built-in one: writes DNAModel.swift or RNAModel.swift, which are not edited by hand.
#
#     Sources/BuiltInModel/embed.sh dna|rna MODEL.seqgan
#
# The bytes are embedded as one base64 string, which compiles at once; an array of numbers takes most of a minute.
set -euo pipefail

if [ $# -ne 2 ] || [[ ! "$1" =~ ^(dna|rna)$ ]] || [ ! -r "$2" ]; then
    sed -n '2,5s/^#[ ]\{0,1\}//p' "$0" >&2
    exit 64
fi
# Both together, in base64, are at most 1.5 MB of the program.
most=560000
size=$(wc -c < "$2")
if [ "$size" -gt "$most" ]; then
    echo "$2 has $size bytes: a built-in model has at most $most" >&2
    exit 65
fi

folder=$(cd "$(dirname "$0")" && pwd)
name=$(tr a-z A-Z <<< "$1")Model
file="$folder/$name.swift"
{
    cat <<TEXT
// $name: the bytes of the built-in model of ${name%Model}, in base64. Written by embed.sh, not by hand.
// swift-format-ignore-file

extension BuiltInModel {
    /// The model file in base64.
TEXT
    printf '    static let %sText: StaticString = "%s"\n}\n' "$1" "$(base64 < "$2" | tr -d '\n')"
} > "$file.new"
mv "$file.new" "$file"
