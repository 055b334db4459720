#!/usr/bin/env bash
# Kills a training at random moments, again and again, goes on with --resume each time, and looks whether the output is
# always the old file or a whole new one, whether what is left behind piles up, and whether the end is the same.
#
#   Tests/Load/kills.sh [KILLS [SEED]]        a hundred by default; SEQGAN names the program
set -euo pipefail
kills=${1:-100}
RANDOM=${2:-1}
program=${SEQGAN:-$(cd "$(dirname "$0")/../.." && pwd)/.build/release/seqgan}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

fail() { echo "kills.sh: $*" >&2; ls -lA >&2; exit 1; }

# Pairs, every second of them complementary, by a generator of numbers that is the same everywhere.
awk 'BEGIN {
    seed = 7
    for (pair = 0; pair < 4000; pair++) {
        a = b = c = ""
        length_ = 12 + next_number(9)
        for (k = 0; k < length_; k++) {
            letter = next_number(4)
            a = a substr("ACGT", letter + 1, 1)
            c = substr("TGCA", letter + 1, 1) c
            b = b substr("ACGT", next_number(4) + 1, 1)
        }
        print a "\t" (pair % 2 ? b : c) "\t" 1 - pair % 2
    }
}
function next_number(n) { seed = (seed * 16807) % 2147483647; return int(seed / 64) % n }' > pairs.tsv

# Three kinds of training: a classifier, a convolutional one, and a plain GAN behind a classifier.
kinds=("--epochs 16 --patience 16" "--classifier cnn --epochs 40 --patience 40"
    "--learn both --generator dense --epochs 4 --steps 1500 --batch 64")
killed=0 whole=0 old=0 resumed=0 finished=0 stray=0
for index in "${!kinds[@]}"; do
    read -ra options <<< "${kinds[index]}"
    begun=$(date +%s%3N)
    "$program" train -q "${options[@]}" pairs.tsv -o "whole.$index" 2> /dev/null
    # A kill may fall on any moment of a whole run.
    moments=$(($(date +%s%3N) - begun))
    train=("$program" train -q "${options[@]}" pairs.tsv -o model --log log --checkpoint state)
    echo old > model
    share=$(((kills + ${#kinds[@]} - 1) / ${#kinds[@]}))
    count=0
    while [ "$count" -lt "$share" ] && [ "$killed" -lt "$kills" ]; do
        resume=()
        if [ -e state ]; then resume=(--resume state) resumed=$((resumed + 1)); fi
        "${train[@]}" "${resume[@]}" 2> errors &
        process=$!
        moment=$((RANDOM % moments))
        sleep "$((moment / 1000)).$(printf '%03d' $((moment % 1000)))"
        kill -KILL "$process" 2> /dev/null || true
        code=0
        wait "$process" 2> /dev/null || code=$?
        if cmp -s model "whole.$index"; then
            whole=$((whole + 1))
        elif [ "$(cat model)" = old ]; then
            old=$((old + 1))
        else
            fail "the output is neither the old file nor the whole new one"
        fi
        case $code in
            137) killed=$((killed + 1)) count=$((count + 1)) ;;
            0)
                cmp model "whole.$index" || fail "a run that was resumed came to other bytes"
                finished=$((finished + 1))
                rm -f state
                echo old > model
                ;;
            *) fail "exit code $code: $(cat errors)" ;;
        esac
        left=$(find . -name '*.tmp' | wc -l)
        if [ "$left" -gt 3 ]; then fail "temporary files pile up"; fi
        if [ "$left" -gt "$stray" ]; then stray=$left; fi
    done
    resume=()
    if [ -e state ]; then resume=(--resume state); fi
    "${train[@]}" "${resume[@]}" 2> errors || fail "$(cat errors)"
    cmp model "whole.$index" || fail "the last run came to other bytes"
    if find . -name '*.tmp' | grep -q .; then fail "a temporary file is left after a run that ended well"; fi
    rm -f state log
    echo "${options[*]}: $killed kills so far, nothing lost" >&2
done
echo "$killed kills: the output was the old file $old times and a whole new one $whole times; $resumed runs resumed," \
    "$finished came to their end between kills, all to the same bytes; at most $stray temporary files at once," \
    "none at the end"
