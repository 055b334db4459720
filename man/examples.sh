#!/usr/bin/env bash
# Prints the blocks of commands of a manual page that a comment marks, as a reader copies them; a line "%%" comes before
# each. The marks are: run (by the tests), run engines (by .ci/engines), run numpy and run pandas (where these packages
# are installed), shown (lines of a recipe).
#
#   man/examples.sh PAGE MARK
set -euo pipefail

awk -v mark=".\\\\\" $2" '
    $0 == mark { on = 1; print "%%"; next }
    /^\.Ed$/ { on = 0 }
    on && !/^\.Bd/
' "$1" |
    sed -e 's/\\-/-/g' -e "s/\\\\(aq/'/g" -e 's/\\(ga/`/g' -e 's/\\(ha/^/g' -e 's/\\(ti/~/g' -e 's/\\&//g' \
        -e 's/\\e/\\/g'
