#!/usr/bin/env bash
# Makes the labelled pairs that the built-in models learn from and are judged by: the same bytes wherever the versions
# of ViennaRNA, primer3, Python and gzip are the same.
#
#     [PYTHON=INTERPRETER] Sources/BuiltInModel/make_data.sh OUTPUT_FOLDER
#
# PYTHON [python3] has the packages ViennaRNA 2.8 and primer3-py. It takes hours on all processors. A file that is
# already in the folder stays as it is; one that was begun is made anew.
set -euo pipefail

dna=74000 dna_near=21000 dna_target=16000
rna=27000 rna_near=18000 rna_target=9000
held_dna=4000 held_dna_target=1000 held_rna=3000 held_rna_target=500
condition=1500

if [ $# -ne 1 ] || [ -z "$1" ]; then
    sed -n '2,8s/^#[ ]\{0,1\}//p' "$0" >&2
    exit 64
fi
python=${PYTHON:-python3}
recipe=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
part=$folder/.part.$$
trap 'rm -f "$part"' EXIT

# make NAME COUNT SEED [OPTION of make_pairs.py ...] -- OPTION of label_pairs.py ...
make() {
    local file=$folder/$1.tsv.gz count=$2 seed=$3 pairs=()
    shift 3
    while [ "$1" != -- ]; do
        pairs+=("$1")
        shift
    done
    shift
    if [ -e "$file" ]; then
        echo "$file is there" >&2
        return
    fi
    "$python" "$recipe/make_pairs.py" --count "$count" --seed "$seed" --processes "$(nproc)" \
        ${pairs[@]+"${pairs[@]}"} -- "$python" "$recipe/label_pairs.py" "$@" | gzip -n > "$part"
    mv "$part" "$file"
    echo "$file: $count pairs" >&2
}

# To learn from. Most can be learned from pairs that are near their melting.
binding=plain,near,part,hairpin,homodimer,gc,at,repeat
make dna "$dna" 3101 -- --draw 3101
make dna_near "$dna_near" 3106 --lengths 8:50 --kinds $binding -- --draw 3106 --near 1 --spread 5
make dna_target "$dna_target" 3102 --kinds target -- --draw 3102
make rna "$rna" 3103 -- --material rna --draw 3103
make rna_near "$rna_near" 3107 --lengths 8:50 --kinds $binding -- --material rna --draw 3107 --near 1 --spread 5
make rna_target "$rna_target" 3104 --kinds target -- --material rna --draw 3104

# Held out.
make held_dna "$held_dna" 3201 -- --draw 3201
make held_dna_target "$held_dna_target" 3202 --kinds target -- --draw 3202
make held_rna "$held_rna" 3203 -- --material rna --draw 3203
make held_rna_target "$held_rna_target" 3204 --kinds target -- --material rna --draw 3204

# Held out at one condition: C, mol/l of sodium, mol/l of each strand.
make held_pcr "$condition" 3205 --lengths 8:50 -- --at 60 0.164 2e-7
make held_fish "$condition" 3206 --lengths 8:50 -- --at 68 0.39 1e-8
make held_room "$condition" 3207 --lengths 8:50 -- --at 25 0.42 1e-7
