#!/usr/bin/env bash
# Trains a built-in model and embeds it: the same data, options and level of processor give the same bytes.
#
#     [PYTHON=INTERPRETER] Sources/BuiltInModel/retrain.sh dna|rna FOLDER
#
# FOLDER holds the pairs that make_data.sh makes; the model is left there, too, as dna.seqgan or rna.seqgan.
#
# The classifier learns from computed yields. The generator learns from other pairs, at conditions that do not depend on
# the strands, whose scores by the classifier are their labels: it takes seconds to have as many as it can use, and they
# are spread as pairs are at a given condition, where most of the labelled ones lie near their own melting. Most strands
# have 8 to 50 bases; some have 6 to 60, so that any of these lengths can be asked for. Pairs just above the threshold,
# many of which do not bind, are left out, so that few of them are generated. The seed is one of several by which what
# is generated was compared with the data.
set -euo pipefail

if [ $# -ne 2 ] || [[ ! "$1" =~ ^(dna|rna)$ ]] || [ ! -d "$2" ]; then
    sed -n '2,6s/^#[ ]\{0,1\}//p' "$0" >&2
    exit 64
fi
root=$(cd "$(dirname "$0")/../.." && pwd)
seqgan=$root/.build/release/seqgan
recipe=$root/Sources/BuiltInModel

swift build -c release --package-path "$root"
cd "$2"
classifier=$1.classifier.seqgan
"$seqgan" train --alphabet "$1" --symmetric --conditions temperature=57,sodium=1,concentration=1e-6 \
    --columns strandA,strandB,yield --label-threshold 0.2 "$1.tsv.gz" "$1_near.tsv.gz" "$1_target.tsv.gz" \
    -o "$classifier"

# pairs COUNT SEED LENGTHS
pairs() {
    "${PYTHON:-python3}" "$recipe/make_pairs.py" --count "$1" --seed "$2" --lengths "$3" \
        --kinds plain,random,near,part,hairpin,homodimer,gc,at,repeat
}
case $1 in dna) least=0.26 seed=12 ;; rna) least=0.27 seed=11 ;; esac
{
    pairs 300000 3105 8:50
    pairs 40000 3108 6:60 | tail -n +2
} | "$seqgan" classify -q -m "$classifier" \
    | awk -F '\t' -v least="$least" 'NR == 1 || $NF <= 0.2 || $NF > least' \
    | "$seqgan" train --learn generator --generator pair-hmm --seed "$seed" --from "$classifier" \
        --columns strandA,strandB,score -o "$1.seqgan"
rm "$classifier"
"$recipe/embed.sh" "$1" "$1.seqgan"
swift build -c release --package-path "$root"
