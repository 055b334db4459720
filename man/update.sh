#!/usr/bin/env bash
# Writes the options of the manual pages anew, from the same definitions as --help. The rest of a page is written by
# hand.
set -euo pipefail
cd "$(dirname "$0")/.."
RECORD_MAN=1 swift test --filter ManPageTests.everyCommandHasAPageAndItsOptionsAreThoseOfTheHelp
